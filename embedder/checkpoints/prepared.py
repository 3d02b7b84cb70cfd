"""Keeps encoders made from model directories, by what is in them.

A prepared encoder is a folder `prepared/NAME-KEY` of the cache: its graphs, one file of weights, the tokenizer, its
card and where it came from. It needs nothing of the model directory any more.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from embedder import nemotron
from embedder.checkpoints.checkpoint import Checkpoint, read_checkpoint
from embedder.checkpoints.export import EXPORT_VERSION, WEIGHTS_FILE, export, graph_file, require_family
from embedder.errors import CheckpointError, ModelCacheError
from embedder.graphs.writer import Precision
from embedder.languages import LANGUAGES
from embedder.model_cache import MANIFEST, replaced, sha256_of, write_file
from embedder.model_card import ModelCard
from embedder.tokens import TextTokenizer

logger = logging.getLogger(__name__)

CARD_FILE: Final = "card.json"
TOKENIZER_FILE: Final = "tokenizer.json"
SOURCE_FILE: Final = "source.json"
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
class PreparedModel:
    """An encoder that is ready to be loaded.

    Attributes:
        folder: Where it is kept.
        card: Its description.
        padding: Token number that fills up shorter texts.
        source: The directory it was made from.
        size_bytes: What it takes on the disk.
    """

    folder: Path
    card: ModelCard
    padding: int
    source: str
    size_bytes: int

    def graph(self, precision: Precision) -> Path:
        """The graph that computes in this number type; its weights lie beside it."""
        return self.folder / graph_file(precision)

    def tokenizer(self) -> TextTokenizer:
        """Its tokenizer."""
        return TextTokenizer((self.folder / TOKENIZER_FILE).read_bytes(), padding=self.padding)

    def damage(self) -> list[str]:
        """Compare every file with the checksum it was written with, which reads all of them.

        Returns:
            Names of the files that are missing or differ.
        """
        expected = json.loads((self.folder / MANIFEST).read_bytes())
        return [
            name
            for name, sha256 in expected.items()
            if not (self.folder / name).is_file() or sha256_of(self.folder / name) != sha256
        ]

    def checkpoint(self) -> Checkpoint:
        """The directory it was made from, for what runs that itself.

        Raises:
            CheckpointError: If it is gone or has changed since: what it gives would not be this encoder's.
        """
        made_from = json.loads((self.folder / SOURCE_FILE).read_bytes())["files"]
        for name, stamp in made_from.items():
            path = Path(self.source) / name
            if not path.is_file():
                msg = f"{path}, which the encoder was made from, is gone"
                raise CheckpointError(msg)
            if _stamp(path) != stamp:
                msg = f"{path} has changed; prepare the encoder again: polyseek models prepare {self.source}"
                raise CheckpointError(msg)
        return read_checkpoint(Path(self.source))


def prepared_models(cache_dir: Path) -> list[PreparedModel]:
    """The encoders that are ready, by name; a damaged one is passed over with a warning."""
    models = []
    for path in sorted((cache_dir / _FOLDER).glob(f"[!.]*/{CARD_FILE}")):
        try:
            models.append(_open(path.parent))
        except ModelCacheError as error:
            logger.warning("%s", error)
    return models


def find_prepared(name: str, cache_dir: Path, *, revision: str | None = None) -> PreparedModel | None:
    """The encoder of this name, the newest if there are several; None if there is none.

    Args:
        name: Its name.
        cache_dir: Where prepared encoders are kept.
        revision: Only one with these weights.
    """
    found = [model for model in prepared_models(cache_dir) if model.card.id == name]
    if revision is not None:
        found = [model for model in found if model.card.revision == revision]
    return max(found, key=lambda model: model.folder.stat().st_mtime_ns, default=None)


def prepare(folder: Path, cache_dir: Path, preparation: Preparation | None = None) -> PreparedModel:
    """Make an encoder of a model directory ready to be loaded; what is ready already is found again at once.

    Args:
        folder: The directory: `config.json`, `tokenizer.json` and `.safetensors` files.
        cache_dir: Where prepared encoders are kept.
        preparation: What to say of it that the directory does not.

    Raises:
        CheckpointError: If the directory cannot be read, or has parts that are not supported.
        ModelCacheError: If the cache cannot be written to.
    """
    checkpoint = read_checkpoint(folder.resolve())
    require_family(checkpoint)
    source = _source(checkpoint, preparation or Preparation())
    for model in prepared_models(cache_dir):
        if json.loads((model.folder / SOURCE_FILE).read_bytes()) == source:
            return model
    try:
        return _prepare(checkpoint, preparation or Preparation(), source, cache_dir / _FOLDER)
    except OSError as error:
        msg = (
            f"{folder} cannot be prepared in {cache_dir}: {error.strerror or error}; make room, or name another "
            "folder: POLYSEEK_CACHE_DIR=FOLDER"
        )
        raise ModelCacheError(msg) from error


def remove_prepared(model: PreparedModel) -> None:
    """Delete a prepared encoder; the directory it was made from stays."""
    shutil.rmtree(model.folder)


def _prepare(checkpoint: Checkpoint, preparation: Preparation, source: dict[str, Any], place: Path) -> PreparedModel:
    place.mkdir(parents=True, exist_ok=True)
    padding = _padding(checkpoint)
    tokenizer = (checkpoint.folder / TOKENIZER_FILE).read_bytes()
    card = _card(checkpoint, preparation, TextTokenizer(tokenizer, padding=padding))
    with FileLock(place / f"{card.id}.lock"):
        ready = place / f".{card.id}.new"  # hidden until its content gave it its name
        with replaced(ready) as new:
            export(checkpoint, new, list(Precision))
            weights_sha256 = sha256_of(new / WEIGHTS_FILE)
            card = replace(card, revision=weights_sha256)
            write_file(new / TOKENIZER_FILE, tokenizer)
            write_file(new / CARD_FILE, json.dumps({**asdict(card), "padding": padding}, indent=1).encode())
            names = [TOKENIZER_FILE, CARD_FILE, *map(graph_file, Precision)]
            manifest = {WEIGHTS_FILE: weights_sha256, **{name: sha256_of(new / name) for name in names}}
            write_file(new / MANIFEST, json.dumps(manifest, indent=1).encode())
            write_file(new / SOURCE_FILE, json.dumps(source, indent=1).encode())
        made_of = json.dumps([manifest, EXPORT_VERSION], sort_keys=True)
        folder = place / f"{card.id}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
        if folder.exists():
            shutil.rmtree(folder)  # the same encoder from another place, or with newer time stamps
        ready.rename(folder)
    return _open(folder)


def _card(checkpoint: Checkpoint, preparation: Preparation, tokenizer: TextTokenizer) -> ModelCard:
    """The description, without the revision, which is known when the weights are written."""
    name = preparation.name or checkpoint.folder.name
    if not name or any(sign in name for sign in "/\\:#"):
        msg = f"{name!r} cannot be the name of an encoder; give one without / \\ : #, with --name"
        raise CheckpointError(msg)
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


def _padding(checkpoint: Checkpoint) -> int:
    """The number of the padding token; any will do, because padding is never looked at."""
    return int(checkpoint.config.get("pad_token_id") or 0)


def _source(checkpoint: Checkpoint, preparation: Preparation) -> dict[str, Any]:
    """By which an unchanged directory is known again without reading its weights."""
    stamps = {str(path.relative_to(checkpoint.folder)): _stamp(path) for path in checkpoint.files()}
    asked: dict[str, Any] = json.loads(json.dumps(asdict(preparation)))
    return {"folder": str(checkpoint.folder), "files": stamps, "asked": asked, "export": EXPORT_VERSION}


def _stamp(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]


def _open(folder: Path) -> PreparedModel:
    try:
        fields = json.loads((folder / CARD_FILE).read_bytes())
        source = json.loads((folder / SOURCE_FILE).read_bytes())["folder"]
        padding = fields.pop("padding")
        fields |= {name: tuple(fields[name]) for name in ("matryoshka_dimensions", "languages")}
        card = ModelCard(**fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} is damaged ({error}); delete it, then prepare the encoder again: polyseek models prepare MODEL"
        raise ModelCacheError(msg) from error
    size = sum(path.stat().st_size for path in folder.iterdir())
    return PreparedModel(folder=folder, card=card, padding=padding, source=source, size_bytes=size)
