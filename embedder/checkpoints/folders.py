"""Keeps models made from model directories, by what is in them.

A prepared model is a folder `NAME-KEY` of the cache: its graphs, one file of weights, the tokenizer, its card and where
it came from. It needs nothing of the model directory any more.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from filelock import FileLock

from embedder.checkpoints.checkpoint import TOKENIZER_FILE, Checkpoint, read_checkpoint
from embedder.checkpoints.export import EXPORT_VERSION, WEIGHTS_FILE, export, graph_file
from embedder.errors import CheckpointError, ModelCacheError
from embedder.graphs.writer import Precision
from embedder.model_cache import MANIFEST, replaced, sha256_of, write_file

logger = logging.getLogger(__name__)

CARD_FILE: Final = "card.json"
SOURCE_FILE: Final = "source.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFolder:
    """A model that is ready to be loaded.

    Attributes:
        folder: Where it is kept.
        padding: Token number that fills up shorter texts.
        source: The directory it was made from.
        size_bytes: What it takes on the disk.
    """

    folder: Path
    padding: int
    source: str
    size_bytes: int

    def graph(self, precision: Precision) -> Path:
        """The graph that computes in this number type; its weights lie beside it."""
        return self.folder / graph_file(precision)

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
            CheckpointError: If it is gone or has changed since: what it gives would not be this model's.
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


Prepared = TypeVar("Prepared", bound=PreparedFolder)


def opened(place: Path, open_folder: Callable[[Path], Prepared]) -> list[Prepared]:
    """The prepared models of a folder, by name; a damaged one is passed over with a warning.

    Args:
        place: Where they are kept.
        open_folder: Reads one.
    """
    models = []
    for path in sorted(place.glob(f"[!.]*/{CARD_FILE}")):
        try:
            models.append(open_folder(path.parent))
        except ModelCacheError as error:
            logger.warning("%s", error)
    return models


def read_card(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what is known about a prepared model.

    Returns:
        The fields of its card, and those of its `PreparedFolder`.

    Raises:
        ModelCacheError: If that is damaged.
    """
    with told_damage(folder):
        card: dict[str, Any] = json.loads((folder / CARD_FILE).read_bytes())
        source = json.loads((folder / SOURCE_FILE).read_bytes())["folder"]
        size = sum(path.stat().st_size for path in folder.iterdir())
        return card, {"folder": folder, "padding": card.pop("padding"), "source": source, "size_bytes": size}


@contextmanager
def told_damage(folder: Path) -> Iterator[None]:
    """Say of a prepared model that cannot be understood what to do about it.

    Raises:
        ModelCacheError: If what the block reads is missing or something else.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} is damaged ({error}); delete it, then prepare the model again: polyseek models prepare MODEL"
        raise ModelCacheError(msg) from error


def source_of(checkpoint: Checkpoint, asked: dict[str, Any]) -> dict[str, Any]:
    """By which an unchanged directory is known again without reading its weights.

    Args:
        checkpoint: The directory.
        asked: What the user says of it.
    """
    stamps = {str(path.relative_to(checkpoint.folder)): _stamp(path) for path in checkpoint.files()}
    said: dict[str, Any] = json.loads(json.dumps(asked))
    return {"folder": str(checkpoint.folder), "files": stamps, "asked": said, "export": EXPORT_VERSION}


def was_made_of(model: PreparedFolder, source: dict[str, Any]) -> bool:
    """True if a prepared model was made of this, as `source_of` describes it."""
    return bool(json.loads((model.folder / SOURCE_FILE).read_bytes()) == source)


def write_prepared(checkpoint: Checkpoint, card: dict[str, Any], source: dict[str, Any], place: Path) -> Path:
    """Write a prepared model.

    Args:
        checkpoint: The model directory.
        card: Fields of its card; the revision is filled in, for it is known when the weights are written.
        source: As `source_of` describes the directory.
        place: Where models of its kind are kept.

    Returns:
        Its folder.

    Raises:
        CheckpointError: If the model has parts that are not supported.
        ModelCacheError: If there is no room, or the folder cannot be written to.
    """
    try:
        return _write(checkpoint, card, source, place)
    except OSError as error:
        msg = (
            f"{checkpoint.folder} cannot be prepared in {place.parent}: {error.strerror or error}; make room, or name "
            "another folder: POLYSEEK_CACHE_DIR=FOLDER"
        )
        raise ModelCacheError(msg) from error


def model_name(checkpoint: Checkpoint, name: str | None) -> str:
    """The name to load a model by: the one given, else that of its directory.

    Raises:
        CheckpointError: If it cannot be one.
    """
    name = name or checkpoint.folder.name
    if not name or any(sign in name for sign in "/\\:#"):
        msg = f"{name!r} cannot be the name of a model; give one without / \\ : #, with --name"
        raise CheckpointError(msg)
    return name


def padding_of(checkpoint: Checkpoint) -> int:
    """The number of the padding token; any will do, because padding is never looked at."""
    return int(checkpoint.config.get("pad_token_id") or 0)


def _write(checkpoint: Checkpoint, card: dict[str, Any], source: dict[str, Any], place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    name = card["id"]
    with FileLock(place / f"{name}.lock"):
        ready = place / f".{name}.new"  # hidden until its content gave it its name
        with replaced(ready) as new:
            export(checkpoint, new, list(Precision))
            weights_sha256 = sha256_of(new / WEIGHTS_FILE)
            card = {**card, "revision": weights_sha256, "padding": padding_of(checkpoint)}
            write_file(new / TOKENIZER_FILE, (checkpoint.folder / TOKENIZER_FILE).read_bytes())
            write_file(new / CARD_FILE, json.dumps(card, indent=1).encode())
            names = [TOKENIZER_FILE, CARD_FILE, *map(graph_file, Precision)]
            manifest = {WEIGHTS_FILE: weights_sha256, **{each: sha256_of(new / each) for each in names}}
            write_file(new / MANIFEST, json.dumps(manifest, indent=1).encode())
            write_file(new / SOURCE_FILE, json.dumps(source, indent=1).encode())
        made_of = json.dumps([manifest, EXPORT_VERSION], sort_keys=True)
        folder = place / f"{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
        if folder.exists():
            shutil.rmtree(folder)  # the same model from another place, or with newer time stamps
        ready.rename(folder)
    return folder


def _stamp(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]
