"""Keeps rerankers made from model directories, in the folder `rerankers` of the cache; see `folders.py`."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from embedder import nemotron
from embedder.checkpoints.checkpoint import TOKENIZER_FILE, read_checkpoint
from embedder.checkpoints.export import require_family
from embedder.checkpoints.folders import (
    PreparedFolder,
    model_name,
    opened,
    read_card,
    source_of,
    told_damage,
    was_made_of,
    write_prepared,
)
from embedder.errors import CheckpointError
from embedder.pairs import NEMOTRON_PROMPT, PairTokenizer

_FOLDER: Final = "rerankers"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerCard:
    """The description of a reranker.

    Attributes:
        id: Name to load it by.
        revision: Which weights: the SHA-256 of the weights file.
        prompt: What question and passage are put into, with {question} and {passage}; "" joins them as its tokenizer
            joins two texts.
        max_tokens: Longest input it reads: question, passage, prompt and special tokens together.
        licence: SPDX identifier of the weights' licence.
    """

    id: str
    revision: str
    prompt: str
    max_tokens: int
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedReranker(PreparedFolder):
    """A reranker that is ready to be loaded; see `PreparedFolder`.

    Attributes:
        card: Its description.
    """

    card: RerankerCard

    def tokenizer(self) -> PairTokenizer:
        """Its tokenizer."""
        content = (self.folder / TOKENIZER_FILE).read_bytes()
        return PairTokenizer(content, prompt=self.card.prompt, max_tokens=self.card.max_tokens, padding=self.padding)


def is_reranker(folder: Path) -> bool:
    """True if a model directory is that of a reranker, and not of an encoder.

    Raises:
        CheckpointError: If the directory cannot be read.
    """
    return read_checkpoint(folder.resolve()).is_reranker


def prepared_rerankers(cache_dir: Path) -> list[PreparedReranker]:
    """The rerankers that are ready, by name; a damaged one is passed over with a warning."""
    return opened(cache_dir / _FOLDER, _open)


def find_reranker(name: str, cache_dir: Path) -> PreparedReranker | None:
    """The reranker of this name, the newest if there are several; None if there is none."""
    found = [model for model in prepared_rerankers(cache_dir) if model.card.id == name]
    return max(found, key=lambda model: model.folder.stat().st_mtime_ns, default=None)


def prepare_reranker(
    folder: Path, cache_dir: Path, *, name: str | None = None, licence: str | None = None
) -> PreparedReranker:
    """Make a reranker of a model directory ready to be loaded; what is ready already is found again at once.

    Args:
        folder: The directory: `config.json`, `tokenizer.json` and `.safetensors` files.
        cache_dir: Where prepared rerankers are kept.
        name: Name to load it by; None takes that of the directory.
        licence: Of its weights; None if it is not known.

    Raises:
        CheckpointError: If the directory cannot be read, has parts that are not supported, or is that of an encoder.
        ModelCacheError: If the cache cannot be written to.
    """
    checkpoint = read_checkpoint(folder.resolve())
    if not checkpoint.is_reranker:
        msg = (
            f"{folder} is an encoder, which gives no scores: its config.json names no …ForSequenceClassification; "
            f"name it with --model {folder}, and a reranker here"
        )
        raise CheckpointError(msg)
    require_family(checkpoint)
    source = source_of(checkpoint, {"name": name, "licence": licence})
    for model in prepared_rerankers(cache_dir):
        if was_made_of(model, source):
            return model
    card = RerankerCard(
        id=model_name(checkpoint, name),
        revision="",
        prompt=NEMOTRON_PROMPT if checkpoint.model_type == nemotron.MODEL_TYPE else "",
        max_tokens=checkpoint.max_tokens,
        licence=licence or "unknown",
    )
    return _open(write_prepared(checkpoint, asdict(card), source, cache_dir / _FOLDER))


def _open(folder: Path) -> PreparedReranker:
    fields, about = read_card(folder)
    with told_damage(folder):
        return PreparedReranker(card=RerankerCard(**fields), **about)
