"""What a sync tells: progress while it runs, a report when it is done."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class ChangeKind(StrEnum):
    """What a sync found, or did, about one file."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    REMOVED = "removed"
    FAILED = "failed"


class Phase(StrEnum):
    """What a sync is busy with."""

    COMPARING = "comparing"
    READING = "reading"
    CUTTING = "cutting again"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """How far a sync has come.

    Attributes:
        phase: What it is busy with.
        done: Files finished in this phase.
        total: Files in this phase.
        passages: Passages stored so far.
        pages: Pages read so far.
        failed: Files that could not be read so far.
        path: The file finished last, "" if none.
    """

    phase: Phase
    done: int
    total: int
    passages: int
    pages: int
    failed: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What happened to one file.

    Attributes:
        path: Absolute path.
        kind: What happened.
        origin: For a moved file where it was, for a duplicate the file it equals.
        reason: For a failed file the kind of failure.
        message: For a failed file what is wrong and what to do.
        verdicts: Number of pages by what checking their text found, those without complaint left out.
    """

    path: str
    kind: ChangeKind
    origin: str | None = None
    reason: str | None = None
    message: str | None = None
    verdicts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did, or with `dry_run` would do.

    Attributes:
        changes: One entry for each file that is not unchanged.
        unchanged: Number of files that were as the collection knows them.
        unsupported: Number of files left out because polyseek does not read their format.
        passages: Passages stored.
        elapsed_s: Seconds it took.
        dry_run: True if nothing was changed.
    """

    changes: tuple[FileChange, ...]
    unchanged: int
    unsupported: int
    passages: int
    elapsed_s: float
    dry_run: bool

    def of(self, kind: ChangeKind) -> tuple[FileChange, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    def counts(self) -> dict[str, int]:
        """Number of files by what happened to them."""
        counted = {kind.value: len(self.of(kind)) for kind in ChangeKind}
        return {**counted, "unchanged": self.unchanged, "unsupported": self.unsupported}

    def to_json(self) -> str:
        """The report as one line of JSON."""
        return json.dumps({**self.counts(), **asdict(self)}, ensure_ascii=False)
