"""Encoders from model directories, as the hub and sentence-transformers lay them out."""
