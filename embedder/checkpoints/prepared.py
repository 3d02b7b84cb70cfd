"""Keeps encoders made from model directories, in the folder `prepared` of the cache; see `folders.py`."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from embedder import nemotron
from embedder.checkpoints import prepared_rerankers
from embedder.checkpoints.checkpoint import TOKENIZER_FILE, Checkpoint, read_checkpoint
from embedder.checkpoints.export import require_family
from embedder.checkpoints.folders import (
    PreparedFolder,
    model_name,
    opened,
    padding_of,
    read_card,
    source_of,
    told_damage,
    was_made_of,
    write_prepared,
)
from embedder.errors import CheckpointError, UnknownModelError
from embedder.languages import LANGUAGES
from embedder.model_card import ModelCard
from embedder.tokens import TextTokenizer

_FOLDER: Final = "prepared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What a model directory does not always say of its encoder; None leaves it to the directory.

    Attributes:
        name: Name to load it by; None takes that of the directory.
        query_prefix: Put before every question.
        passage_prefix: Put before every passage.
        matryoshka_dimensions: Shorter lengths its vectors can be cut to.
        licence: Of its weights.
    """

    name: str | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    matryoshka_dimensions: Sequence[int] | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedModel(PreparedFolder):
    """An encoder that is ready to be loaded; see `PreparedFolder`.

    Attributes:
        card: Its description.
    """

    card: ModelCard

    def tokenizer(self) -> TextTokenizer:
        """Its tokenizer."""
        return TextTokenizer((self.folder / TOKENIZER_FILE).read_bytes(), padding=self.padding)


def prepared_models(cache_dir: Path) -> list[PreparedModel]:
    """The encoders that are ready, by name; a damaged one is passed over with a warning."""
    return opened(cache_dir / _FOLDER, _open)


def find_prepared(name: str, cache_dir: Path, *, revision: str | None = None) -> PreparedModel | None:
    """The encoder of this name, the newest if there are several; None if there is none.

    Args:
        name: Its name.
        cache_dir: Where prepared encoders are kept.
        revision: Only one with these weights.

    Raises:
        UnknownModelError: If it is the name of a reranker.
    """
    found = [model for model in prepared_models(cache_dir) if model.card.id == name]
    if revision is not None:
        found = [model for model in found if model.card.revision == revision]
    if not found and prepared_rerankers.find_reranker(name, cache_dir) is not None:
        msg = f"{name!r} is a reranker, which makes no vectors; name it with --reranker {name}, and an encoder here"
        raise UnknownModelError(msg)
    return max(found, key=lambda model: model.folder.stat().st_mtime_ns, default=None)


def prepare(folder: Path, cache_dir: Path, preparation: Preparation | None = None) -> PreparedModel:
    """Make an encoder of a model directory ready to be loaded; what is ready already is found again at once.

    Args:
        folder: The directory: `config.json`, `tokenizer.json` and `.safetensors` files.
        cache_dir: Where prepared encoders are kept.
        preparation: What to say of it that the directory does not.

    Raises:
        CheckpointError: If the directory cannot be read, has parts that are not supported, or is that of a reranker.
        ModelCacheError: If the cache cannot be written to.
    """
    checkpoint = read_checkpoint(folder.resolve())
    if checkpoint.is_reranker:
        msg = f"{folder} is a reranker, which makes no vectors; name it with --reranker {folder}, and an encoder here"
        raise CheckpointError(msg)
    require_family(checkpoint)
    preparation = preparation or Preparation()
    source = source_of(checkpoint, asdict(preparation))
    for model in prepared_models(cache_dir):
        if was_made_of(model, source):
            return model
    return _open(write_prepared(checkpoint, asdict(_card(checkpoint, preparation)), source, cache_dir / _FOLDER))


def remove_prepared(model: PreparedFolder) -> None:
    """Delete a prepared encoder or reranker; the directory it was made from stays."""
    shutil.rmtree(model.folder)


def _card(checkpoint: Checkpoint, preparation: Preparation) -> ModelCard:
    """The description, without the revision, which is known when the weights are written."""
    name = model_name(checkpoint, preparation.name)
    tokenizer = TextTokenizer((checkpoint.folder / TOKENIZER_FILE).read_bytes(), padding=padding_of(checkpoint))
    is_nemotron = checkpoint.model_type == nemotron.MODEL_TYPE
    query, passage = checkpoint.prompts or (nemotron.PROMPTS if is_nemotron else ("", ""))
    query = query if preparation.query_prefix is None else preparation.query_prefix
    passage = passage if preparation.passage_prefix is None else preparation.passage_prefix
    dimension = int(checkpoint.config["hidden_size"])
    shorter = preparation.matryoshka_dimensions
    if shorter is None:
        shorter = nemotron.DIMENSIONS if is_nemotron else ()
    elif not all(0 < each <= dimension for each in shorter):
        msg = f"its vectors have {dimension} dimensions; they cannot be cut to {max(shorter)}"
        raise CheckpointError(msg)
    return ModelCard(
        id=name,
        revision="",
        query_prefix=query,
        passage_prefix=passage,
        pooling=checkpoint.pooling.value,
        dimension=dimension,
        matryoshka_dimensions=tuple(sorted(each for each in shorter if each < dimension)),
        max_tokens=checkpoint.max_tokens,
        max_passage_tokens=checkpoint.max_tokens - tokenizer.special_tokens - tokenizer.count([passage])[0],
        languages=LANGUAGES,
        licence=preparation.licence or "unknown",
    )


def _open(folder: Path) -> PreparedModel:
    fields, about = read_card(folder)
    with told_damage(folder):
        fields |= {name: tuple(fields[name]) for name in ("matryoshka_dimensions", "languages")}
        return PreparedModel(card=ModelCard(**fields), **about)
