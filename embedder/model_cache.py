"""Keeps built encoders, and never hands out a damaged one.

A built encoder is a folder of files and a manifest with the SHA-256 of each. The folder is built under a temporary
name, forced to disk, and renamed, so that it is there completely or not at all. Each load reads every file once and
compares it with the manifest; the files are small enough for that (see docs/embedder.md).
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from embedder.errors import ModelCacheError

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
LOCK_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A built encoder whose files were just read and found undamaged.

    Attributes:
        path: The folder.
        files: Content of its files by name, without the manifest.
    """

    path: Path
    files: Mapping[str, bytes]


def cached_model(folder: Path, build: Callable[[], Mapping[str, bytes]]) -> ModelFolder:
    """Hand out a built encoder; build it first if it is missing or damaged.

    Args:
        folder: Where it is kept; nothing else may lie there.
        build: Makes the content of each file; called by one process at a time.

    Raises:
        ModelCacheError: If it has to be built and the folder cannot be written.
    """
    found = _read(folder)
    if found is not None:
        return found
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock"), timeout=LOCK_TIMEOUT_S):
            found = _read(folder)  # another process may have built it while we waited
            if found is None:
                logger.info("building the encoder %s, once", folder)
                _write(folder, build())
                found = _read(folder)
    except Timeout as error:
        msg = f"another process has been building {folder} for {LOCK_TIMEOUT_S:.0f} s; stop it, then try again"
        raise ModelCacheError(msg) from error
    except OSError as error:
        raise ModelCacheError(_refusal(folder, error.strerror or str(error))) from error
    if found is None:
        raise ModelCacheError(_refusal(folder, "what was written there reads differently"))
    return found


def _refusal(folder: Path, reason: str) -> str:
    return (
        f"the encoder cannot be kept in {folder}: {reason}; it needs about 100 MB in a folder that can be written to. "
        "Make room or name another folder: POLYSEEK_CACHE_DIR=FOLDER, or load_embedder(cache_dir=...)"
    )


def _read(folder: Path) -> ModelFolder | None:
    """Read and check every file; None if anything is missing or differs."""
    try:
        expected = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.warning("%s has no readable manifest (%s)", folder, error)
        return None
    files = {}
    for name, sha256 in expected.items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            logger.warning("%s cannot be read (%s)", folder / name, error)
            return None
        if hashlib.sha256(files[name]).hexdigest() != sha256:
            logger.warning("%s is damaged", folder / name)
            return None
    return ModelFolder(path=folder, files=files)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the folder under a temporary name and rename it; the caller holds the lock."""
    with replaced(folder) as temporary:
        for name, content in files.items():
            write_file(temporary / name, content)
        manifest = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        write_file(temporary / MANIFEST, json.dumps(manifest, indent=1).encode())


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Hand out an empty folder that takes the place of another one when the block ends without an error.

    The caller holds the lock, and has forced what it wrote to the disk.
    """
    temporary = folder.with_name(f".{folder.name}.building")
    if temporary.exists():
        shutil.rmtree(temporary)  # left by a process that died while it held the lock
    temporary.mkdir()
    try:
        yield temporary
        _sync_folder(temporary)
        if folder.exists():
            folder.rename(temporary / "damaged")
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(folder / "damaged", ignore_errors=True)
    _sync_folder(folder.parent)


def sha256_of(path: Path) -> str:
    """Checksum of a file, hexadecimal; it is read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_file(path: Path, content: bytes) -> None:
    """Write a file and force it to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
