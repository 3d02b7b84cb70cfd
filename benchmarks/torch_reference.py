"""The bundled encoder as torch and transformers run it: what our engines are compared with.

It shares the weights and their parser with polyseek, and nothing else: model, tokenizer, pooling and normalisation are
those of torch and transformers. It also makes the vectors that the tests compare with where torch is absent:

    python benchmarks/torch_reference.py tests/embedder/golden.json
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from embedder.bundled import TOKENIZER, WEIGHTS
from embedder.packed_weights import PackedWeights, read_packed_weights

GOLDEN_TEXTS = (
    "query: When was the lighthouse lit for the first time?",
    "passage: Der Leuchtturm wurde im Herbst zum ersten Mal angezündet.",
    "passage: เรือข้ามฟากออกทุกชั่วโมงจนถึงเที่ยงคืน",
    "query: متى يغلق السوق القديم؟",
    "passage: 渡し船は真夜中まで一時間ごとに川を渡る。",
)

SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}


class TorchReference:
    """multilingual-e5-small in float32."""

    def __init__(self) -> None:
        self.tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=_tokenizer(),
            **SPECIAL_TOKENS,
            model_max_length=512,
            padding_side="right",
            truncation_side="right",
        )
        weights = read_packed_weights(WEIGHTS.read())
        sizes = weights.sizes
        config = BertConfig(
            vocab_size=sizes.vocabulary,
            hidden_size=sizes.hidden,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            intermediate_size=sizes.feed_forward,
            max_position_embeddings=sizes.positions,
            layer_norm_eps=sizes.epsilon,
        )
        self.model = BertModel(config, add_pooling_layer=False).eval()
        self.model.load_state_dict(_state(weights), strict=True)

    def embed(self, texts: Sequence[str], batch: int = 32) -> npt.NDArray[np.float32]:
        """Embed texts that have their prefix already, sorted by length as sentence-transformers does.

        Returns:
            Shape (len(texts), 384), float32, unit rows, in the order of `texts`.
        """
        vectors = np.empty((len(texts), self.model.config.hidden_size), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            vectors[rows] = self._embed_batch([texts[row] for row in rows])
        return vectors

    @torch.no_grad()
    def _embed_batch(self, texts: list[str]) -> npt.NDArray[np.float32]:
        inputs = self.tokenizer(texts, padding=True, truncation=True, max_length=512, return_tensors="pt")
        hidden = self.model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        return np.asarray(torch.nn.functional.normalize(mean, dim=1).numpy(), dtype=np.float32)


def _tokenizer() -> object:
    from tokenizers import Tokenizer

    return Tokenizer.from_buffer(TOKENIZER.read())


def _state(weights: PackedWeights) -> dict[str, torch.Tensor]:
    hidden = weights.sizes.hidden

    def vector(name: str) -> torch.Tensor:
        return torch.from_numpy(weights.vectors[name].copy())

    state = {
        "embeddings.word_embeddings.weight": torch.from_numpy(weights.matrices["emb.word"].unpack()),
        "embeddings.position_embeddings.weight": vector("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": vector("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": vector("emb.ln.b"),
    }
    linear = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "intermediate.dense": "fi",
        "output.dense": "fo",
    }
    normalisation = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(weights.sizes.layers):
        for ours, theirs in linear.items():
            matrix = weights.matrices[f"l{layer}.{theirs}.w"].unpack()
            state[f"encoder.layer.{layer}.{ours}.weight"] = torch.from_numpy(matrix)
            state[f"encoder.layer.{layer}.{ours}.bias"] = vector(f"l{layer}.{theirs}.b")
        for ours, theirs in normalisation.items():
            state[f"encoder.layer.{layer}.{ours}.weight"] = vector(f"l{layer}.{theirs}.w")
            state[f"encoder.layer.{layer}.{ours}.bias"] = vector(f"l{layer}.{theirs}.b")
    return state


def main() -> None:
    """Write the golden vectors."""
    vectors = TorchReference().embed(GOLDEN_TEXTS)
    rows = [
        {"text": text, "vector": [round(float(number), 6) for number in vector]}
        for text, vector in zip(GOLDEN_TEXTS, vectors, strict=True)
    ]
    content = "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"
    Path(sys.argv[1]).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
