"""Writes tiny encoders with random weights as real model directories, without torch."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

CALIBRATION = files("embedder").joinpath("calibration.jsonl")
VOCABULARY = 1000
SPECIAL_TOKENS = ["<|begin|>", "<|pad|>", "<|end|>"]


def write_tiny_llama(folder: Path, *, hidden: int = 64, layers: int = 2, dtype: Any = ml_dtypes.bfloat16) -> Path:
    """A bidirectional Llama, laid out as NVIDIA's encoders are; the same weights each time."""
    heads, shared, wide = 8, 2, 2 * hidden
    config = {
        "architectures": ["LlamaBidirectionalModel"],
        "auto_map": {"AutoModel": "llama_bidirectional_model.LlamaBidirectionalModel"},
        "model_type": "llama_bidirec",
        "pooling": "avg",
        "vocab_size": VOCABULARY,
        "hidden_size": hidden,
        "intermediate_size": wide,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": shared,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "max_position_embeddings": 131072,
        "rope_theta": 500000.0,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 32.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
    }
    width = hidden // heads
    shapes: dict[str, tuple[int, ...]] = {"embed_tokens.weight": (VOCABULARY, hidden), "norm.weight": (hidden,)}
    for layer in range(layers):
        sizes = {
            "self_attn.q_proj": (hidden, hidden),
            "self_attn.k_proj": (shared * width, hidden),
            "self_attn.v_proj": (shared * width, hidden),
            "self_attn.o_proj": (hidden, hidden),
            "mlp.gate_proj": (wide, hidden),
            "mlp.up_proj": (wide, hidden),
            "mlp.down_proj": (hidden, wide),
            "input_layernorm": (hidden,),
            "post_attention_layernorm": (hidden,),
        }
        shapes |= {f"layers.{layer}.{name}.weight": shape for name, shape in sizes.items()}
    random = np.random.default_rng(0)
    tensors = {}
    for name, shape in shapes.items():
        spread = 0.1 if len(shape) == 1 else 1.0 if name.startswith("embed") else 1.5 / np.sqrt(shape[1])
        values = random.standard_normal(shape) * spread + (1 if len(shape) == 1 else 0)
        tensors[name] = values.astype(dtype)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config))
    write_tiny_tokenizer(folder)
    return folder


def write_tiny_tokenizer(folder: Path, pair: str = "<|begin|> $A $B") -> None:
    """Byte-level BPE with one token before a text and none after it, as Llama's; trained on the calibration texts.

    Args:
        folder: Where `tokenizer.json` is written.
        pair: How two texts are joined; `<|end|>` may be used, and `:1` for the second token type.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CALIBRATION.read_text(encoding="utf-8").splitlines(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin|> $A",
        pair=pair,
        special_tokens=[(token, number) for number, token in enumerate(SPECIAL_TOKENS) if token in f"<|begin|>{pair}"],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 131072, "pad_token": "<|pad|>"}))
