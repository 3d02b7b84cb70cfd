"""How many passages of a collection each choice of a filter leaves: by language, format, folder and day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.readers import Verdict
from indexer.session import PassageFilter, Session
from indexer.snapshot import Snapshot

MOST_FOLDERS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Passages by what a filter can ask for, each counted with all other conditions of the filter, most first.

    Attributes:
        languages: Language code → passages.
        document_types: Short name of a format → passages.
        folders: Path of a folder right below the one that holds everything → passages, at most `MOST_FOLDERS`.
        days: The first and the last day on which a file was modified; None without files.
        passages: Passages that pass the whole filter.
    """

    languages: Mapping[str, int]
    document_types: Mapping[str, int]
    folders: Mapping[str, int]
    days: tuple[date, date] | None
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FacetTable:
    """The files of one generation of a collection, and how many passages their documents have in each language.

    Attributes:
        documents: (n,) int64, row of `passages` of each file.
        document_types: Format of each file's document.
        folders: The folder of each file that `Facets.folders` counts, "" for files that lie above all of them.
        paths: Where each file is.
        days: (n,) datetime64[D], when each file was modified.
        languages: The languages of the columns of `passages`.
        passages: (documents, languages) int64, how many passages each document has.
    """

    documents: npt.NDArray[np.int64]
    document_types: tuple[str, ...]
    folders: tuple[str, ...]
    paths: tuple[str, ...]
    days: npt.NDArray[np.datetime64]
    languages: tuple[str, ...]
    passages: npt.NDArray[np.int64]

    @classmethod
    def read(cls, session: Session) -> "FacetTable":
        """Read the files of a collection."""
        sql = """SELECT path, document_id, document_type, substr(modified_at, 1, 10) FROM files
                 JOIN documents ON documents.id = document_id ORDER BY path"""
        rows = session.database.execute(sql).fetchall()
        ids, passages = _passages_by_document(session.snapshot)
        known = np.isin([row[1] for row in rows], ids)  # a document may have no passage
        rows = [row for row, has_passages in zip(rows, known.tolist(), strict=True) if has_passages]
        paths = tuple(row[0] for row in rows)
        return cls(
            documents=np.searchsorted(ids, np.array([row[1] for row in rows], dtype=np.int64)),
            document_types=tuple(row[2] for row in rows),
            folders=top_folders(paths),
            paths=paths,
            days=np.array([row[3] for row in rows], dtype="datetime64[D]"),
            languages=session.snapshot.language_codes,
            passages=passages,
        )

    def count(self, wanted: PassageFilter) -> Facets:
        """Count what a filter lets through, and what it would with another choice.

        Args:
            wanted: The filter.
        """
        columns = self._columns(wanted)
        by_file = self.passages[:, columns].sum(axis=1)
        languages = self.passages[self._documents(wanted)].sum(axis=0)
        return Facets(
            languages=_ordered(dict(zip(self.languages, languages.tolist(), strict=True))),
            document_types=self._by(self.document_types, by_file, replace(wanted, document_types=None)),
            folders=self._by(self.folders, by_file, replace(wanted, folders=None)),
            days=None if not len(self.days) else (self.days.min().item(), self.days.max().item()),
            passages=int(languages[columns].sum()),
        )

    def _columns(self, wanted: PassageFilter) -> npt.NDArray[np.int64]:
        return np.flatnonzero([wanted.languages is None or code in wanted.languages for code in self.languages])

    def _files(self, wanted: PassageFilter) -> npt.NDArray[np.bool_]:
        """Flags of the files that pass every condition but that of the languages."""
        chosen = np.ones(len(self.paths), dtype=np.bool_)
        if wanted.document_types is not None:
            chosen &= np.array([name in wanted.document_types for name in self.document_types], dtype=np.bool_)
        if wanted.folders is not None:
            chosen &= np.array([_is_inside(path, wanted.folders) for path in self.paths], dtype=np.bool_)
        if wanted.after is not None:
            chosen &= self.days >= np.datetime64(wanted.after)
        if wanted.before is not None:
            chosen &= self.days < np.datetime64(wanted.before)
        return chosen

    def _documents(self, wanted: PassageFilter) -> npt.NDArray[np.int64]:
        return np.unique(self.documents[self._files(wanted)])

    def _by(self, names: Sequence[str], passages: npt.NDArray[np.int64], wanted: PassageFilter) -> dict[str, int]:
        """Passages of the files with each name; a document that several files of a name hold counts once."""
        chosen = self._files(wanted).tolist()
        pairs = {
            (name, document)
            for name, document, is_chosen in zip(names, self.documents.tolist(), chosen, strict=True)
            if is_chosen and name
        }
        counts = dict.fromkeys([name for name in names if name], 0)
        for name, document in pairs:
            counts[name] += int(passages[document])
        return dict(list(_ordered(counts).items())[:MOST_FOLDERS])


def top_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """For each file the folder right below the deepest one that holds all files; "" for files that lie in that one.

    Args:
        paths: Absolute paths.
    """
    parents = [PurePath(path).parent.parts for path in paths]
    shared = _shared_beginning(parents)
    return tuple(str(PurePath(*parts[: shared + 1])) if len(parts) > shared else "" for parts in parents)


def count_doubts(session: Session) -> tuple[int, int]:
    """How many files could not be read, and how many have pages whose text is doubtful or missing."""
    failed = session.database.execute("SELECT count(*) FROM files WHERE failure IS NOT NULL").fetchone()[0]
    sql = """SELECT count(DISTINCT files.path) FROM files JOIN pages ON pages.document_id = files.document_id
             WHERE verdict IN (?, ?, ?)"""
    doubtful = session.database.execute(sql, [Verdict.SUSPECT, Verdict.UNDECODABLE, Verdict.NEEDS_OCR]).fetchone()[0]
    return int(failed), int(doubtful)


def _passages_by_document(snapshot: Snapshot) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The documents that have passages, ascending, and how many in each language: (documents, languages)."""
    ids, places = np.unique(snapshot.document_ids, return_inverse=True)
    counts = np.zeros((len(ids), len(snapshot.language_codes)), dtype=np.int64)
    np.add.at(counts, (places, snapshot.languages), 1)
    return ids, counts


def _shared_beginning(paths: Iterable[tuple[str, ...]]) -> int:
    """How many parts at their beginning all paths have in common."""
    ordered = sorted(paths)
    if not ordered:
        return 0
    first, last = ordered[0], ordered[-1]
    return next(
        (number for number, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        min(len(first), len(last)),
    )


def _is_inside(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith((f"{folder}/", f"{folder}\\")) for folder in folders)


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
