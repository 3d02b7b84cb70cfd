"""Compares what lies in the folders with what the collection knows, without changing anything."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.readers import FailureReason, ReadFailure, current_reader
from indexer.report import ChangeKind, FileChange
from indexer.scan import Scan
from indexer.store import FileRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentKey:
    """Content, and the way it is read: two files with equal keys share one document."""

    content_hash: str
    reader: str


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a sync has to do.

    Attributes:
        links: Files whose content is stored already, with the change they make (None: a failure is over).
        reads: Files to be read, grouped by content: one is read, the others share its document.
        removed: Known files that are gone.
        failures: Files that could not even be compared.
        unchanged: Number of files that need nothing.
    """

    links: dict[str, tuple[ContentKey, FileChange]] = field(default_factory=dict)
    reads: dict[ContentKey, list[FileChange]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    failures: dict[str, ReadFailure] = field(default_factory=dict)
    unchanged: int = 0

    def changes(self) -> Iterator[FileChange]:
        """Everything the plan would do, as a dry run reports it."""
        yield from (change for _, change in self.links.values())
        for group in self.reads.values():
            yield from group
        moved_from = {change.origin for _, change in self.links.values() if change.kind is ChangeKind.MOVED}
        yield from (FileChange(path=path, kind=ChangeKind.REMOVED) for path in self.removed if path not in moved_from)
        for path, failure in self.failures.items():
            yield failed(path, failure)


def make_plan(
    scan: Scan,
    folders: Sequence[Path],
    known: Mapping[str, FileRecord],
    ocr: bool,
    on_compared: Callable[[int, int, str], None],
) -> Plan:
    """Decide for each file what a sync has to do.

    Args:
        scan: What lies in the folders.
        folders: The folders that were scanned; known files elsewhere are left alone.
        known: The collection's files by path.
        ocr: Whether images of pages are to be read.
        on_compared: Called with (done, total, path) after each file.
    """
    plan = Plan(failures={printable(path): failure for path, failure in scan.problems.items()})
    wanted: dict[str, ContentKey] = {}
    for done, path in enumerate(scan.files, start=1):
        outcome = _hash_file(path)
        if isinstance(outcome, str):
            wanted[str(path)] = ContentKey(content_hash=outcome, reader=current_reader(path))
        elif outcome.reason is not FailureReason.VANISHED:
            plan.failures[str(path)] = outcome
        on_compared(done, len(scan.files), str(path))
    plan.removed = [
        path
        for path in known
        if path not in wanted and path not in plan.failures and _was_looked_at(Path(path), scan, folders)
    ]
    _sort_out(plan, wanted, known, ocr=ocr)
    return plan


def _sort_out(plan: Plan, wanted: Mapping[str, ContentKey], known: Mapping[str, FileRecord], *, ocr: bool) -> None:
    holders: dict[ContentKey, str] = {}
    for path, record in known.items():
        if (held := _key_of(record)) is not None:
            holders.setdefault(held, path)
    gone = {key: path for path in plan.removed if (key := _key_of(known[path])) is not None}
    for path, plain_key in wanted.items():
        key = plain_key
        with_ocr = replace(key, reader=current_reader(Path(path), ocr=True))
        # What was read with OCR stays so; what is read well without needs none.
        if with_ocr in holders or (ocr and (key not in holders or known[holders[key]].needs_ocr)):
            key = with_ocr
        before = known.get(path)
        if before is not None and _key_of(before) == key and before.failure is None:
            plan.unchanged += 1
        elif key in holders:
            plan.links[path] = (key, _link_change(path, before, gone.pop(key, None), holders[key]))
        else:
            group = plan.reads.setdefault(key, [])
            kind = ChangeKind.CHANGED if before else ChangeKind.DUPLICATE if group else ChangeKind.ADDED
            origin = group[0].path if kind is ChangeKind.DUPLICATE else None
            group.append(FileChange(path=path, kind=kind, origin=origin))


def _link_change(path: str, before: FileRecord | None, gone: str | None, holder: str) -> FileChange:
    if before is not None:
        return FileChange(path=path, kind=ChangeKind.CHANGED)
    if gone is not None:
        return FileChange(path=path, kind=ChangeKind.MOVED, origin=gone)
    return FileChange(path=path, kind=ChangeKind.DUPLICATE, origin=holder)


def _key_of(record: FileRecord) -> ContentKey | None:
    if record.content_hash is None or record.reader is None:
        return None
    return ContentKey(content_hash=record.content_hash, reader=record.reader)


def _was_looked_at(path: Path, scan: Scan, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders) and not any(
        path.is_relative_to(folder) for folder in scan.hidden_from_view
    )


def _hash_file(path: Path) -> str | ReadFailure:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ReadFailure(reason=FailureReason.VANISHED, message="it was removed while the folder was compared")
    except PermissionError as error:
        message = f"it cannot be opened ({error.strerror}); check its rights"
        return ReadFailure(reason=FailureReason.PERMISSION, message=message)
    except OSError as error:
        message = f"its bytes cannot be read ({error.strerror}); check the disk"
        return ReadFailure(reason=FailureReason.DAMAGED, message=message)


def failed(path: str, failure: ReadFailure) -> FileChange:
    """The change that reports a failure."""
    return FileChange(path=path, kind=ChangeKind.FAILED, reason=failure.reason.value, message=failure.message)


def modified_at(path: str) -> str:
    """When a file was last modified, as ISO 8601 in UTC; the epoch if that cannot be told."""
    try:
        seconds = Path(path).stat().st_mtime
    except OSError:
        seconds = 0.0
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def printable(path: Path) -> str:
    """The path as text that can be stored and shown, also where its name is not valid Unicode."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")
