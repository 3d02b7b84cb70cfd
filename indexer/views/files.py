"""Views on disk: written under a temporary name, described by a manifest, swapped in by rename.

`views/dense-000007.faiss` is believed only with its `views/dense-000007.json`, which records what the view
covers, what it was built from, and the checksum of its bytes. A view that is not believed is never fatal:
the rows it would have covered are searched exactly.
"""

import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.neutral import Space
from indexer.vectors import sync_folder
from indexer.views import VIEW_KINDS, DenseView
from indexer.views.exact import Rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewManifest:
    """What a dense view is and what it was built from.

    Attributes:
        generation: Counts the views of a collection; the highest valid one is used.
        kind: Row of `VIEW_KINDS`.
        collection_id: The collection it belongs to.
        dimension: Columns of the indexed vectors.
        strength: Neutral strength of the space they are in.
        means_sha256: Checksum of the language means of that space.
        coverage: Rows 0 … coverage - 1 are in it.
        sha256: Checksum of the view file.
    """

    generation: int
    kind: str
    collection_id: str
    dimension: int
    strength: float
    means_sha256: str
    coverage: int
    sha256: str

    @property
    def space(self) -> Space:
        """The space its vectors are in."""
        return Space(dimension=self.dimension, strength=self.strength)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a view has to agree with.

    Attributes:
        collection_id: The collection.
        rows: Its committed rows.
        means_sha256: Checksum of the language means in use.
    """

    collection_id: str
    rows: int
    means_sha256: str

    def objection(self, manifest: ViewManifest) -> str | None:
        """Say what a view does not agree with, or None."""
        if manifest.collection_id != self.collection_id:
            return "belongs to another collection"
        if manifest.coverage > self.rows:
            return f"covers {manifest.coverage:,} rows, the collection has {self.rows:,}"
        if manifest.means_sha256 != self.means_sha256:
            return "was built with other language means"
        return None


def publish_view(folder: Path, rows: Rows, *, kind: str, collection_id: str, means_sha256: str) -> ViewManifest:
    """Build a view of all committed rows in their space and swap it in; older views are removed afterwards."""
    folder.mkdir(exist_ok=True)
    for leftover in folder.glob("*.tmp"):
        leftover.unlink()
    generation = max((_generation(path) for path in folder.glob("dense-*")), default=0) + 1
    view = VIEW_KINDS[kind]().build(rows.blocks(), rows.space.dimension)
    temporary = folder / f"dense-{generation:06d}.faiss.tmp"
    view.save(temporary)
    manifest = ViewManifest(
        generation=generation,
        kind=kind,
        collection_id=collection_id,
        dimension=rows.space.dimension,
        strength=rows.space.strength,
        means_sha256=means_sha256,
        coverage=view.coverage,
        sha256=file_sha256(temporary),
    )
    _swap_in(temporary, _view_path(folder, generation))
    temporary = folder / f"dense-{generation:06d}.json.tmp"
    temporary.write_text(json.dumps(asdict(manifest), indent=1))
    _swap_in(temporary, _manifest_path(folder, generation))
    for path in folder.glob("dense-*"):
        if _generation(path) < generation:
            path.unlink(missing_ok=True)
    return manifest


def read_manifests(folder: Path) -> list[ViewManifest]:
    """Return the manifests that can be read, newest first."""
    manifests = []
    for path in sorted(folder.glob("dense-*.json"), reverse=True):
        try:
            manifests.append(ViewManifest(**json.loads(path.read_text())))
        except FileNotFoundError:
            continue  # a writer has just replaced it
        except (OSError, ValueError, TypeError) as error:
            logger.warning("view manifest %s is unreadable (%s); run: polyseek verify --repair", path, error)
    return manifests


def view_fault(folder: Path, manifest: ViewManifest, owner: Owner) -> str | None:
    """Say why a view cannot be believed, or None."""
    path = _view_path(folder, manifest.generation)
    objection = owner.objection(manifest)
    if objection is not None:
        return f"{path} {objection}"
    if manifest.kind not in VIEW_KINDS:
        return f"{path} is of the unknown kind {manifest.kind!r}"
    try:
        if file_sha256(path) != manifest.sha256:
            return f"{path} does not match its checksum"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    return None


def load_view(folder: Path, manifest: ViewManifest) -> DenseView:
    """Load a view that `view_fault` found nothing wrong with."""
    return VIEW_KINDS[manifest.kind]().load(_view_path(folder, manifest.generation))


def remove_views(folder: Path) -> None:
    """Delete all views; they can be rebuilt."""
    for path in folder.glob("dense-*"):
        path.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap_in(temporary: Path, final: Path) -> None:
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(final)
    sync_folder(final.parent)


def _view_path(folder: Path, generation: int) -> Path:
    return folder / f"dense-{generation:06d}.faiss"


def _manifest_path(folder: Path, generation: int) -> Path:
    return folder / f"dense-{generation:06d}.json"


def _generation(path: Path) -> int:
    return int(path.name.split("-")[1].split(".")[0])
