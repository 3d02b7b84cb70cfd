"""The Quality page: how well questions find their documents."""
