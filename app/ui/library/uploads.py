"""Keeps uploaded files in a folder beside the collection, under names that can do no harm."""

import re
import shutil
import unicodedata
from io import BufferedWriter
from pathlib import Path
from typing import BinaryIO

from indexer import supported_suffixes

MAX_NAME_BYTES = 180
"""Leaves room for a number below the 255 bytes that file systems allow."""

_REFUSED = re.compile(r'[<>:"|?*]')
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of text, with which a name can pretend to be another."""


class UploadError(Exception):
    """An upload that cannot be kept; the message says why and what to do."""


def uploads_folder(collection: Path) -> Path:
    """Where the uploads of a collection lie: beside it, since a sync leaves collections out."""
    return collection.absolute().parent / f"{collection.name}-uploads"


def is_upload(path: str, collection: Path) -> bool:
    """True if a file of the collection is one of its uploads."""
    return Path(path).parent == uploads_folder(collection)


def safe_name(name: str) -> str:
    """Turn the name a browser sent into a plain file name.

    Folders in it, control characters, direction marks, characters that some file systems refuse, and leading
    dots, which would hide the file from a sync, are taken out.

    Raises:
        UploadError: If files of this kind are not read.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(char for char in base if unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Co"})
    stem, dot, suffix = _STEERING.sub("", _REFUSED.sub("_", base)).strip().rpartition(".")
    if dot + suffix.lower() not in supported_suffixes():
        kinds = " ".join(sorted(supported_suffixes()))
        msg = f"{name!r} was not stored: polyseek reads files that end in {kinds}"
        raise UploadError(msg)
    room = MAX_NAME_BYTES - len(suffix.encode())
    stem = stem.lstrip(".~$ ").encode()[:room].decode(errors="ignore").rstrip()
    return f"{stem or 'upload'}.{suffix}"


def store_upload(folder: Path, name: str, content: BinaryIO) -> Path:
    """Write an upload into a folder, beside earlier ones of the same name.

    Args:
        folder: Made if it is missing.
        name: The name the browser sent.
        content: The file.

    Returns:
        Where it was stored.

    Raises:
        UploadError: If files of this kind are not read, or the folder cannot be written to.
    """
    plain = safe_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _new_file(folder, plain) as file:
            path = Path(file.name)
            try:
                shutil.copyfileobj(content, file)
            except OSError:
                path.unlink()  # half a file must not be taken for a document
                raise
    except OSError as error:
        msg = f"{name!r} cannot be stored in {folder} ({error.strerror}); check its rights and the space on its disk"
        raise UploadError(msg) from error
    return path


def _new_file(folder: Path, name: str) -> BufferedWriter:
    """Create a file that does not exist yet: `name`, or else `name (2)` and so on."""
    path, number = folder / name, 1
    while True:
        try:
            return path.open("xb")
        except FileExistsError:
            number += 1
            path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
