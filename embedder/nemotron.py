"""What NVIDIA's model card says of llama-nemotron-embed-1b-v2, the model polyseek is built around."""

from typing import Final

HUB_ID: Final = "nvidia/llama-nemotron-embed-1b-v2"
FORMER_HUB_ID: Final = "nvidia/llama-3.2-nv-embedqa-1b-v2"
MODEL_TYPE: Final = "llama_bidirec"
PROMPTS: Final = ("query: ", "passage: ")
"""Put before questions and before passages."""
DIMENSIONS: Final = (384, 512, 768, 1024, 2048)
"""Matryoshka dimensions, the full one last."""
MAX_TOKENS: Final = 8192
