"""Adapters of other frameworks; none of these is needed to search, and each imports its framework when it is used."""
