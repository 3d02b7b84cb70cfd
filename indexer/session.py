"""What readers ask of a collection, each within one consistent read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from sqlite3 import Connection

import numpy as np
import numpy.typing as npt

from indexer.context import in_context
from indexer.page_borders import join_pages
from indexer.readers import Page, PageKind, Verdict
from indexer.snapshot import Snapshot
from indexer.store import SPAN_TYPE, page_of_row
from indexer.views import RowMask


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFilter:
    """Which passages may be found; a condition that is None lets everything through.

    Attributes:
        languages: Language codes of passages.
        folders: Absolute paths of folders or files.
        document_types: Short names of formats, such as "pdf".
        after: Files modified on this day or later.
        before: Files modified before this day.
    """

    languages: tuple[str, ...] | None = None
    folders: tuple[str, ...] | None = None
    document_types: tuple[str, ...] | None = None
    after: date | None = None
    before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with the document it stands in.

    Attributes:
        text: From character `start` of `page` up to character `end` of `end_page`, which is the same page or the next.
        heading: The headings it stands under, "" if none.
        fingerprint: Equal for passages that differ in numbers, case and punctuation only.
        label: What the document calls `page`, "" if only its number; `page_kind` says what its pages are.
        context: What it is told of its document, see `indexer.context`.
        sentences: (start, end) in its text.
    """

    id: int
    document_id: int
    text: str
    page: int
    start: int
    end_page: int
    end: int
    heading: str
    fingerprint: int
    language: str
    title: str
    document_type: str
    page_kind: PageKind
    label: str
    context: str
    sentences: tuple[tuple[int, int], ...]
    paths: tuple[str, ...]

    @property
    def text_in_context(self) -> str:
        """Its text as it is embedded and as its words are indexed."""
        return in_context(self.context, self.heading, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document, its main language and the files (or names of texts) that hold it."""

    id: int
    language: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of the collection as `polyseek documents` shows it.

    `doubtful_pages` are those whose text is suspect, undecodable, or missing for want of OCR.
    """

    path: str
    title: str | None
    document_type: str | None
    language: str | None
    pages: int
    doubtful_pages: int
    passages: int
    size_bytes: int
    modified_at: str
    failure: str | None
    failure_message: str | None


class Session:
    """One consistent read: everything asked through it belongs to the same generation."""

    def __init__(self, database: Connection, snapshot: Snapshot) -> None:
        self.database = database
        self.snapshot = snapshot

    def allowed_rows(self, wanted: PassageFilter) -> RowMask:
        """Flags over all vector rows: live passages that pass the filter."""
        snapshot = self.snapshot
        chosen = np.ones(len(snapshot.rows), dtype=np.bool_)
        if wanted.languages is not None:
            codes = [number for number, code in enumerate(snapshot.language_codes) if code in wanted.languages]
            chosen &= np.isin(snapshot.languages, codes)
        documents = self._documents(wanted)
        if documents is not None:
            chosen &= np.isin(snapshot.document_ids, documents)
        return snapshot.allow(chosen)

    def _documents(self, wanted: PassageFilter) -> npt.NDArray[np.int64] | None:
        conditions: list[str] = []
        values: list[str] = []
        if wanted.document_types is not None:
            conditions.append(f"document_type IN ({_marks(wanted.document_types)})")
            values += wanted.document_types
        if wanted.folders is not None:
            conditions.append(f"path IN ({_INSIDE})")
            values += [json.dumps(wanted.folders)] * 3
        if wanted.after is not None:
            conditions.append("modified_at >= ?")
            values.append(wanted.after.isoformat())
        if wanted.before is not None:
            conditions.append("modified_at < ?")
            values.append(wanted.before.isoformat())
        if not conditions:
            return None
        # Only fixed conditions and question marks are joined; all values are bound.
        sql = f"SELECT documents.id FROM files JOIN documents ON documents.id = document_id WHERE {' AND '.join(conditions)}"  # noqa: S608, E501
        return np.array([row[0] for row in self.database.execute(sql, values)], dtype=np.int64)

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """The passages with these ids, in this order."""
        sql = f"""
            SELECT passages.id, passages.document_id, page, start, end_page, "end", heading, fingerprint,
                   passages.language, title, document_type, page_kind, label, context, sentences,
                   CASE page WHEN end_page THEN substr(pages.text, start + 1, "end" - start)
                             ELSE substr(pages.text, start + 1) END AS text,
                   (SELECT substr(following.text, 1, "end") FROM pages AS following
                    WHERE end_page > page AND following.document_id = passages.document_id
                    AND following.number = end_page) AS continued
            FROM passages
            JOIN documents ON documents.id = passages.document_id
            JOIN pages ON pages.document_id = passages.document_id AND pages.number = page
            WHERE passages.id IN ({_marks(ids)})"""  # noqa: S608  only question marks are joined
        rows = {row["id"]: dict(row) for row in self.database.execute(sql, list(ids))}
        paths = self._paths({row["document_id"] for row in rows.values()})
        for row in rows.values():
            spans = np.frombuffer(row["sentences"], dtype=SPAN_TYPE).reshape(-1, 2)
            continued = row.pop("continued")
            if continued is not None:
                row["text"], _ = join_pages(row["text"], continued)
            row["page_kind"] = PageKind(row["page_kind"])
            row |= {"sentences": tuple(map(tuple, spans.tolist())), "paths": paths[row["document_id"]]}
        return [StoredPassage(**rows[key]) for key in ids]

    def _paths(self, documents: Iterable[int]) -> dict[int, tuple[str, ...]]:
        wanted = list(documents)
        sql = f"SELECT document_id, path FROM files WHERE document_id IN ({_marks(wanted)}) ORDER BY path"  # noqa: S608  likewise
        paths: dict[int, tuple[str, ...]] = dict.fromkeys(wanted, ())
        for document_id, path in self.database.execute(sql, wanted):
            paths[document_id] += (path,)
        return paths

    def files(self) -> list[StoredFile]:
        """Every file of the collection, by path."""
        sql = """
            SELECT path, title, document_type, language, coalesce(size_bytes, 0) AS size_bytes,
                   modified_at, failure, failure_message,
                   (SELECT count(*) FROM pages WHERE pages.document_id = files.document_id) AS pages,
                   (SELECT count(*) FROM pages WHERE pages.document_id = files.document_id
                    AND verdict IN (SELECT value FROM json_each(?))) AS doubtful_pages,
                   (SELECT count(*) FROM passages WHERE passages.document_id = files.document_id) AS passages
            FROM files LEFT JOIN documents ON documents.id = files.document_id ORDER BY path"""
        doubtful = json.dumps([Verdict.SUSPECT, Verdict.UNDECODABLE, Verdict.NEEDS_OCR])
        return [StoredFile(**row) for row in self.database.execute(sql, [doubtful])]

    def pages(self, path: str) -> list[Page]:
        """The pages of one file in order; empty if the collection has no such file, or could never read it."""
        sql = """SELECT pages.* FROM files JOIN pages ON pages.document_id = files.document_id
                 WHERE path = ? ORDER BY number"""
        return [page_of_row(row) for row in self.database.execute(sql, [path])]

    def content_hash(self, document_id: int) -> str:
        """SHA-256, in hexadecimal, of the file a document was read from."""
        sql = "SELECT content_hash FROM documents WHERE id = ?"
        return str(self.database.execute(sql, [document_id]).fetchone()[0])

    def documents(self) -> list[StoredDocument]:
        """Every document of the collection."""
        paths: dict[int, list[str]] = {}
        for document_id, path in self.database.execute("SELECT document_id, path FROM files ORDER BY path"):
            paths.setdefault(document_id, []).append(path)
        rows = self.database.execute("SELECT id, language FROM documents ORDER BY id")
        return [StoredDocument(id=key, language=language, paths=tuple(paths[key])) for key, language in rows]

    def language_counts(self) -> dict[str, int]:
        """Number of passages in each language, most frequent first."""
        sql = "SELECT language, count(*) FROM passages GROUP BY language ORDER BY count(*) DESC, language"
        return {row[0]: row[1] for row in self.database.execute(sql)}

    def last_run(self) -> dict[str, str] | None:
        """When the last sync started and finished, its folders and its counts (JSON)."""
        row = self.database.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return None if row is None else dict(row)


_INSIDE = """
    SELECT inside.path FROM json_each(?) JOIN files AS inside ON inside.path = value
    UNION ALL
    SELECT inside.path FROM json_each(?) JOIN files AS inside
    ON inside.path > value || '/' AND inside.path < value || '0'
    UNION ALL
    SELECT inside.path FROM json_each(?) JOIN files AS inside
    ON inside.path > value || '\\' AND inside.path < value || ']'"""
"""Files in folders, which come as JSON: each a search by the key. 0 and ] stand behind the separators in Unicode."""


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
