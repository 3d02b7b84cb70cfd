"""The Map page: the passages as points on a plane."""
