"""The Settings page: encoder, index, collections, and what the doctor finds."""
