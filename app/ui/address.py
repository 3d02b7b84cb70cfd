"""What of a page's state stands in its address, so that a reload or a copied link shows the same.

Streamlit's own `bind="query-params"` writes the labels of options, which change with the interface's language and
with counts; here the values themselves are written.
"""

from collections.abc import Collection, Sequence

import streamlit as st


def start_with(key: str, default: str, choices: Collection[str]) -> None:
    """Give a widget its first value: the address's if it is one of the choices, else the default."""
    if key not in st.session_state:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in choices else default


def start_with_several(key: str, choices: Collection[str]) -> None:
    """Give a widget of several values its first ones: those of the address that are among the choices."""
    if key not in st.session_state:
        st.session_state[key] = [asked for asked in st.query_params.get_all(key) if asked in choices]


def keep(key: str, default: str | Sequence[str]) -> None:
    """Write a widget's value into the address; the default is left out."""
    value = st.session_state[key]
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
