"""Looks at everything polyseek depends on, and says what to do about what is missing."""

import json
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from app.options import load_chosen
from app.settings import Settings, settings_file
from embedder import EmbedderError, prepared_models, user_cache_dir
from indexer import Collection, IndexerError, find_faults
from indexer.readers.ocr.check import check_tesseract
from indexer.views.files import ViewManifest

OLDEST_PYTHON = (3, 11)
NEEDED_DISK_MB = 1024


class Status(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: What was looked at.
        status: How much it matters.
        message: What was found.
        advice: What to do, "" if nothing.
    """

    subject: str
    status: Status
    message: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at Python, engines, Tesseract, GPU, encoder, disk and collection, one or more findings each."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _settings_file,
        _engines,
        _tesseract,
        _gpu,
        _model_cache,
        _encoder,
        _disk,
        _collection,
    )
    for check in checks:
        yield from check(settings)


def _python(_: Settings) -> Iterator[Finding]:
    system = f"{platform.system()} {platform.machine()}"
    message = f"Python {platform.python_version()} on {system}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding(subject="python", status=Status.BROKEN, message=message, advice="install Python 3.11 or newer")
    else:
        yield Finding(subject="python", status=Status.OK, message=message)


def _settings_file(_: Settings) -> Iterator[Finding]:
    path = settings_file()
    message = f"read from {path}" if path.exists() else f"no file at {path}; defaults, flags and POLYSEEK_* hold"
    yield Finding(subject="settings", status=Status.OK, message=message)


def _engines(_: Settings) -> Iterator[Finding]:
    for package, use in (
        ("openvino", "runs the encoder"),
        ("onnxruntime", "runs the encoder where OpenVINO is missing"),
    ):
        try:
            yield Finding(subject=package, status=Status.OK, message=f"{version(package)}, {use}")
        except PackageNotFoundError:
            advice = f"pip install {package}"
            yield Finding(subject=package, status=Status.NOTE, message=f"not installed; it {use}", advice=advice)
    names = [name for name in ("faiss-cpu", "faiss-gpu", "faiss-gpu-cuvs") if _installed(name)]
    if len(names) == 1:
        yield Finding(subject="faiss", status=Status.OK, message=f"{names[0]} {version(names[0])}")
    elif names:
        advice = f"pip uninstall {' '.join(names)}, then install one of them again"
        message = f"{' and '.join(names)} are installed over one another"
        yield Finding(subject="faiss", status=Status.BROKEN, message=message, advice=advice)
    else:
        yield Finding(subject="faiss", status=Status.BROKEN, message="not installed", advice="pip install faiss-cpu")


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _tesseract(_: Settings) -> Iterator[Finding]:
    """Look for what reads scans; without it everything else works, so it is never more than a note."""
    try:
        found = check_tesseract()
    except IndexerError as error:
        yield Finding(subject="tesseract", status=Status.NOTE, message=str(error), advice="install Tesseract again")
        return
    if found.version is None:
        message = "not installed; it reads scans (polyseek ingest --ocr)"
    elif found.missing:
        message = f"{found.version}, reads scans; not installed: {', '.join(found.missing)}"
    else:
        yield Finding(
            subject="tesseract", status=Status.OK, message=f"{found.version}, reads scans in all our languages"
        )
        return
    yield Finding(subject="tesseract", status=Status.NOTE, message=message, advice=found.install)


def _gpu(_: Settings) -> Iterator[Finding]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        yield Finding(
            subject="gpu", status=Status.OK, message="no NVIDIA driver found; everything runs on the processor"
        )
        return
    command = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  fixed
    except subprocess.TimeoutExpired:
        advice = "restart the machine, or reinstall the NVIDIA driver"
        yield Finding(subject="gpu", status=Status.NOTE, message="nvidia-smi does not answer", advice=advice)
        return
    if answer.returncode:
        message = f"nvidia-smi fails: {(answer.stderr or answer.stdout).strip()}"
        yield Finding(subject="gpu", status=Status.NOTE, message=message, advice="check the NVIDIA driver")
        return
    for line in answer.stdout.strip().splitlines():
        yield Finding(
            subject="gpu",
            status=Status.NOTE,
            message=f"{line}: used where TensorRT is installed",
            advice="see docs/gpu.md",
        )


def _model_cache(settings: Settings) -> Iterator[Finding]:
    cache_dir = settings.cache_dir or user_cache_dir()
    folder = cache_dir / "models"
    if not folder.is_dir():
        message = f"nothing yet in {folder}; the encoder is prepared there when it is first used"
    else:
        message = f"{_size_bytes(folder) / 2**20:,.0f} MB in {folder}; it may be deleted, and is then prepared again"
    yield Finding(subject="model cache", status=Status.OK, message=message)
    prepared = prepared_models(cache_dir)
    if prepared:
        size_mb = sum(model.size_bytes for model in prepared) / 1e6
        message = f"prepared from model directories: {len(prepared)}, {size_mb:,.0f} MB; see: polyseek models list"
        yield Finding(subject="models", status=Status.OK, message=message)


def _encoder(settings: Settings) -> Iterator[Finding]:
    try:
        embedder = load_chosen(settings)
        vectors = embedder.embed_queries(["Does the encoder work?"])
    except (EmbedderError, IndexerError) as error:  # a collection that cannot be opened does not say which it is
        yield Finding(subject="encoder", status=Status.BROKEN, message=str(error), advice="see the message")
        return
    message = f"{embedder.card.id} works: {vectors.shape[1]} dimensions, {embedder.card.max_tokens} tokens, {embedder}"
    yield Finding(subject="encoder", status=Status.OK, message=message)


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.collection
    while not place.exists():
        place = place.parent
    free_mb = shutil.disk_usage(place).free // 2**20
    if free_mb < NEEDED_DISK_MB:
        advice = "make room, or name another place with --collection"
        yield Finding(subject="disk", status=Status.NOTE, message=f"{free_mb:,} MB free at {place}", advice=advice)
    else:
        yield Finding(subject="disk", status=Status.OK, message=f"{free_mb:,} MB free at {place}")


def _collection(settings: Settings) -> Iterator[Finding]:
    if not Collection.exists(settings.collection):
        advice = "polyseek ingest FOLDER"
        yield Finding(subject="collection", status=Status.NOTE, message=f"none at {settings.collection}", advice=advice)
        return
    try:
        with Collection.open(settings.collection) as collection:
            faults = find_faults(collection)
            facts = describe(collection)
    except IndexerError as error:
        yield Finding(subject="collection", status=Status.BROKEN, message=str(error), advice="see the message")
        return
    if faults:
        message = f"{settings.collection}: {len(faults)} faults, first: {faults[0].message}"
        yield Finding(subject="collection", status=Status.BROKEN, message=message, advice="polyseek verify --repair")
        return
    message = f"{settings.collection}: {facts['documents']} documents, {facts['passages']} passages, all agree"
    yield Finding(subject="collection", status=Status.OK, message=message)


def describe(collection: Collection) -> dict[str, Any]:
    """What a collection holds, as `polyseek info` shows it."""
    with collection.session() as session:
        files = session.files()
        snapshot = session.snapshot
        languages = session.language_counts()
        run = session.last_run()
    manifest = snapshot.manifest
    return {
        "collection": str(collection.path),
        "files": len(files),
        "failed": sum(file.failure is not None for file in files),
        "documents": len(set(snapshot.document_ids.tolist())),
        "passages": len(snapshot.rows),
        "sentences": int(snapshot.sentence_counts.sum()),
        "languages": languages,
        "encoder": collection.identity.encoder,
        "passage_tokens": collection.identity.passages.max_tokens,
        "view": "none" if manifest is None else describe_view(manifest),
        "covered_by_view": 0 if manifest is None else int((snapshot.rows < manifest.coverage).sum()),
        "removed_rows": snapshot.vectors.rows - len(snapshot.rows),
        "size_mb": round(_size_bytes(collection.path) / 2**20, 1),
        "last_sync": None if run is None else {**run, **{key: json.loads(run[key]) for key in ("folders", "counts")}},
    }


def describe_view(manifest: ViewManifest) -> str:
    """What a dense view is, in a few words."""
    return f"{manifest.kind}, {manifest.dimension} dimensions, neutral strength {manifest.strength:g}"


def _size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
