"""The Read page: a passage in its document."""
