"""A short answer written by a chat model from the passages shown, where the user has named one."""
