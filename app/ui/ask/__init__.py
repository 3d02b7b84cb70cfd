"""The Ask page: a question, and the passages that answer it."""
