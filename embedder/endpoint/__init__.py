"""Encoders and rerankers that run on a server: any NIM, or whatever speaks the OpenAI embeddings protocol."""
