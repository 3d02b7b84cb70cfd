"""The browser UI: pages on Streamlit, each a function of a `Workspace`."""
