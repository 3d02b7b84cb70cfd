"""The Library page: what the collection holds and how it is fed."""
