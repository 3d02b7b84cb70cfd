"""Tiny encoders and rerankers with random weights that transformers itself makes and saves as model directories."""

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.tiny_checkpoints import VOCABULARY, write_tiny_tokenizer

SPREAD = 0.12
"""Of the weights: scores differ by about 1, so that a wrong mask or rotation is seen, and not by so much that rounding
to bfloat16 in one layer decides what the next one looks at, which it does not in trained encoders."""


def write_llama(folder: Path, dtype: str = "float32") -> Path:
    """Bidirectional Llama with grouped queries and llama3 rope scaling, under the name NVIDIA's encoders have."""
    from transformers import LlamaModel

    _save(LlamaModel, _llama_config(), folder, dtype)
    return _rename_llama(
        folder,
        architectures=["LlamaBidirectionalModel"],
        auto_map={"AutoModel": "llama_bidirectional_model.LlamaBidirectionalModel"},
    )


def write_llama_reranker(folder: Path, dtype: str = "float32") -> Path:
    """The same Llama with one logit, laid out as llama-nemotron-rerank-1b-v2 is."""
    from transformers import LlamaForSequenceClassification

    name = "LlamaBidirectionalForSequenceClassification"
    _save(LlamaForSequenceClassification, _llama_config(num_labels=1), folder, dtype)
    return _rename_llama(
        folder,
        architectures=[name],
        auto_map={"AutoModelForSequenceClassification": f"llama_bidirectional_model.{name}"},
    )


def _llama_config(**values: Any) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=8,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 500000.0,
            "factor": 32.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            # Short, so that some of the few frequencies of a small head are scaled, some blended and some left.
            "original_max_position_embeddings": 256,
        },
        initializer_range=SPREAD,
        **values,
    )


def _rename_llama(folder: Path, **values: Any) -> Path:
    """Give a Llama of transformers the names that NVIDIA's have."""
    settings = {
        **json.loads((folder / "config.json").read_text()),
        "model_type": "llama_bidirec",
        "pooling": "avg",
        **values,
    }
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


def write_xlm_roberta(folder: Path, dtype: str = "float32") -> Path:
    """XLM-RoBERTa, mean pooling."""
    from transformers import XLMRobertaModel

    return _save(XLMRobertaModel, _xlm_roberta_config(), folder, dtype)


def write_xlm_roberta_reranker(folder: Path, dtype: str = "float32") -> Path:
    """XLM-RoBERTa that scores pairs, laid out as bge-reranker-v2-m3 is."""
    from transformers import XLMRobertaForSequenceClassification

    _save(XLMRobertaForSequenceClassification, _xlm_roberta_config(num_labels=1), folder, dtype)
    write_tiny_tokenizer(folder, "<|begin|> $A <|end|> <|end|> $B <|end|>")
    return folder


def write_bert_reranker(folder: Path, dtype: str = "float32") -> Path:
    """BERT that scores pairs, with a token type for the second text."""
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=512,
        pad_token_id=1,
        initializer_range=SPREAD,
        num_labels=1,
    )
    _save(BertForSequenceClassification, config, folder, dtype)
    write_tiny_tokenizer(folder, "<|begin|> $A <|end|> $B:1 <|end|>:1")
    return folder


def _xlm_roberta_config(**values: Any) -> Any:
    from transformers import XLMRobertaConfig

    return XLMRobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        initializer_range=SPREAD,
        **values,
    )


def write_modernbert(folder: Path, dtype: str = "float32") -> Path:
    """ModernBERT whose local layers see four tokens to each side."""
    from transformers import ModernBertConfig, ModernBertModel

    config = ModernBertConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        max_position_embeddings=1024,
        local_attention=8,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=0,
        cls_token_id=0,
        sep_token_id=0,
        initializer_range=SPREAD,
        initializer_cutoff_factor=3.0,
    )
    return _save(ModernBertModel, config, folder, dtype)


RERANKERS: MappingProxyType[str, Callable[..., Path]] = MappingProxyType(
    {
        "llama_bidirec": write_llama_reranker,
        "xlm-roberta": write_xlm_roberta_reranker,
        "bert": write_bert_reranker,
    }
)
FAMILIES: MappingProxyType[str, Callable[..., Path]] = MappingProxyType(
    {"llama_bidirec": write_llama, "xlm-roberta": write_xlm_roberta, "modernbert": write_modernbert}
)


def _save(kind: Any, config: Any, folder: Path, dtype: str) -> Path:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = kind(config).eval()
        with torch.no_grad():
            for tensor in model.parameters():
                if tensor.ndim == 1:  # norms and biases, which would start as ones and zeros
                    tensor.add_(torch.randn_like(tensor) * 0.1)
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    write_tiny_tokenizer(folder)
    return folder
