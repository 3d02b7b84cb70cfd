"""Honest sync: makes the collection agree with its folders, one whole document at a time."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from embedder import Embedder, Vectors
from indexer.cutting import CutDocument, cut_document, cut_name
from indexer.embedding import DocumentVectors, StoredVectors, embed_documents
from indexer.passages import PassageSettings
from indexer.plan import ContentKey, Plan, failed, modified_at
from indexer.readers import FailureReason, ReadDocument, ReaderPool, ReadFailure, Verdict
from indexer.report import ChangeKind, FileChange, Phase, SyncProgress
from indexer.store import FileRecord, Store
from indexer.texts import TextDocument, read_text
from indexer.vectors import VectorKind, append_vectors

GROUP_PASSAGES = 16
"""Passages embedded together: enough to fill batches of similar length, little enough to lose in a crash."""
TEXT_GROUP_PASSAGES = 256
"""The same for texts, which come fast and are committed together."""


@dataclass(slots=True, kw_only=True)
class Ingestion:
    """Carries out a plan.

    Attributes:
        store: The collection's database, held by this writer.
        vectors_folder: Where the vector segments lie.
        embedder: Embeds the passages; called only when a document has been read.
        settings: How pages are cut into passages.
        progress: Called after each file.
        modified: When a file was last modified, as ISO 8601.
        changes: What was done so far.
        passages: Passages stored so far.
        pages: Pages read so far.
    """

    store: Store
    vectors_folder: Path
    embedder: Callable[[], Embedder]
    settings: PassageSettings
    progress: Callable[[SyncProgress], None]
    modified: Callable[[str], str] = modified_at
    changes: list[FileChange] = field(default_factory=list)
    passages: int = 0
    pages: int = 0
    _waiting: list["_Waiting"] = field(default_factory=list)
    _total: int = 0
    _done: int = 0
    _failed: int = 0

    def carry_out(self, plan: Plan, pool: ReaderPool) -> None:
        """Do what the plan says: links and removals first, then read, embed and commit file by file."""
        self._total = len(plan.failures) + sum(len(group) for group in plan.reads.values())
        self._relink(plan)
        for unreadable, failure in plan.failures.items():
            self._fail([unreadable], failure)
        leaders = {Path(group[0].path): key for key, group in plan.reads.items()}
        for path, outcome in pool.read(list(leaders)):
            key = leaders[path]
            group = plan.reads[key]
            if isinstance(outcome, ReadFailure):
                self._fail([change.path for change in group], outcome)
                continue
            self._waiting.append(_Waiting(key=key, group=group, cut=self._cut(outcome, group[0].path)))
            if sum(len(waiting.cut.passages) for waiting in self._waiting) >= GROUP_PASSAGES:
                self._flush()
        self._flush()

    def add_texts(self, documents: Iterable[TextDocument], known: Mapping[str, FileRecord]) -> None:
        """Embed and commit texts; what is stored under its name already, and what is empty, is passed over."""
        for document in documents:
            read = read_text(document)
            if read is None:
                continue
            key = ContentKey(content_hash=read.content_hash, reader=read.reader)
            before = known.get(document.name)
            if before is not None and (before.content_hash, before.reader) == (key.content_hash, key.reader):
                continue
            group = [FileChange(path=document.name, kind=ChangeKind.CHANGED if before else ChangeKind.ADDED)]
            self._waiting.append(_Waiting(key=key, group=group, cut=self._cut(read, document.name)))
            if sum(len(waiting.cut.passages) for waiting in self._waiting) >= TEXT_GROUP_PASSAGES:
                with self.store.change():
                    self._flush()
        if self._waiting:
            with self.store.change():
                self._flush()

    def _relink(self, plan: Plan) -> None:
        if not plan.links and not plan.removed:
            return
        with self.store.change():
            for path, (key, change) in plan.links.items():
                document_id = self.store.document_id(key.content_hash, key.reader)
                if document_id is None:
                    msg = f"document {key} was planned to be linked to {path}, but is not stored"
                    raise AssertionError(msg)
                self.store.link_file(path, self.modified(path), document_id)
                self.changes.append(change)
            self.store.forget_files(plan.removed)
            self.store.drop_orphans()
        moved = {change.origin for change in self.changes if change.kind is ChangeKind.MOVED}
        self.changes += [FileChange(path=path, kind=ChangeKind.REMOVED) for path in plan.removed if path not in moved]

    def _fail(self, paths: Iterable[str], failure: ReadFailure) -> None:
        for path in paths:
            with self.store.change():
                self.store.record_failure(path, self.modified(path), failure.reason.value, failure.message)
            self.changes.append(failed(path, failure))
            self._failed += 1
            self._report(path)

    def recut(self) -> None:
        """Cut documents that were cut in another way again, from their stored pages: no file is read."""
        outdated = self.store.other_cuts(cut_name(self.settings))
        for done, document_id in enumerate(outdated, start=1):
            path = self.store.a_file_of(document_id)
            cut = self._cut(self.store.read_document(document_id), path)
            [vectors] = self._embed([cut])
            with self.store.change():
                self.store.replace_document(document_id, self._add(cut, vectors))
            self.progress(
                SyncProgress(
                    phase=Phase.CUTTING,
                    done=done,
                    total=len(outdated),
                    passages=self.passages,
                    pages=self.pages,
                    failed=0,
                    path=path,
                )
            )

    def _cut(self, read: ReadDocument, name: str) -> CutDocument:
        embedder = self.embedder()
        return cut_document(read, name, self.settings, embedder.count_tokens, embedder.card.max_passage_tokens)

    def _flush(self) -> None:
        """Embed the waiting documents together and commit them one by one."""
        embedded = self._embed([waiting.cut for waiting in self._waiting])
        for waiting, vectors in zip(self._waiting, embedded, strict=True):
            self._commit(waiting, vectors)
        self._waiting.clear()

    def _embed(self, cuts: Sequence[CutDocument]) -> list[DocumentVectors]:
        copies = StoredVectors(store=self.store, folder=self.vectors_folder, dimension=self.embedder().card.dimension)
        return embed_documents(cuts, self.embedder(), copies)

    def _commit(self, waiting: "_Waiting", vectors: DocumentVectors) -> None:
        read = waiting.cut.document.read
        # A file that changed after it was compared holds other content than the files it was grouped with.
        same = read.content_hash == waiting.key.content_hash
        linked = waiting.group if same else waiting.group[:1]
        with self.store.change():
            document_id = self.store.document_id(read.content_hash, read.reader)
            if document_id is None:
                document_id = self._add(waiting.cut, vectors)
            before = self.store.documents_of(change.path for change in linked)
            for change in linked:
                self.store.link_file(change.path, self.modified(change.path), document_id)
            self.store.drop_orphans_among(before)
        for change in linked:
            self.changes.append(replace(change, verdicts=_verdicts(read)))
            self._report(change.path)
        if not same:
            message = "it changed while it was read; run ingest again"
            failure = ReadFailure(reason=FailureReason.CHANGED, message=message)
            self._fail([change.path for change in waiting.group[1:]], failure)

    def _add(self, cut: CutDocument, vectors: DocumentVectors) -> int:
        """Store a document and its vectors, and return its id."""
        first_row = self._append(VectorKind.PASSAGES, vectors.passages)
        first_sentence = self._append(VectorKind.SENTENCES, vectors.sentences)
        self.passages += len(vectors.passages)
        self.pages += len(cut.document.read.pages)
        checksum = vectors_sha256(vectors.passages, vectors.sentences)
        return self.store.add_document(cut.document, first_row, first_sentence, checksum)

    def _append(self, kind: VectorKind, vectors: Vectors) -> int:
        """Write vectors and return the row of the first one."""
        segment = append_vectors(self.vectors_folder / kind, self.store.segments(kind), vectors)
        self.store.set_segment(kind, segment)
        return segment.end_row - len(vectors)

    def _report(self, path: str) -> None:
        self._done += 1
        self.progress(
            SyncProgress(
                phase=Phase.READING,
                done=self._done,
                total=self._total,
                passages=self.passages,
                pages=self.pages,
                failed=self._failed,
                path=path,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A document that has been cut and waits for its vectors, and the files that hold it."""

    key: ContentKey
    group: list[FileChange]
    cut: CutDocument


def vectors_sha256(passages: Vectors, sentences: Vectors) -> str:
    """Checksum of a document's vectors as they are stored: float16, row after row, passages before sentences."""
    stored = [np.ascontiguousarray(vectors, dtype=np.float16).tobytes() for vectors in (passages, sentences)]
    return hashlib.sha256(b"".join(stored)).hexdigest()


def _verdicts(read: ReadDocument) -> dict[str, int]:
    """Count the pages by what checking found, those without complaint left out."""
    found = Counter(page.check.verdict for page in read.pages if page.check is not None)
    return {verdict.value: found[verdict] for verdict in Verdict if verdict is not Verdict.OK and found[verdict]}
