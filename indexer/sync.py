"""Honest sync: makes the collection agree with its folders, one whole document at a time."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embedder import Embedder, Vectors
from indexer.languages import passage_languages
from indexer.passages import CUTTER_VERSION, PassageSettings, cut_passages
from indexer.plan import ContentKey, Plan, failed, modified_at
from indexer.readers import FailureReason, ReadDocument, ReaderPool, ReadFailure, current_reader
from indexer.report import ChangeKind, FileChange, Phase, SyncProgress
from indexer.store import NewDocument, NewPassage, Store
from indexer.vectors import append_vectors

GROUP_PASSAGES = 16
"""Passages embedded together: enough to fill batches of similar length, little enough to lose in a crash."""


def recipe_of(path: Path, settings: PassageSettings) -> str:
    """How a file would be read and cut today: a change of it makes a sync read the file again."""
    return f"{current_reader(path)} cut/{CUTTER_VERSION} {settings.max_tokens}+{settings.overlap_tokens}"


@dataclass(slots=True, kw_only=True)
class Ingestion:
    """Carries out a plan.

    Attributes:
        store: The collection's database, held by this writer.
        vectors_folder: Where the vector segments lie.
        embedder: Embeds the passages; called only when a document has been read.
        settings: How pages are cut into passages.
        progress: Called after each file.
        changes: What was done so far.
        passages: Passages stored so far.
    """

    store: Store
    vectors_folder: Path
    embedder: Callable[[], Embedder]
    settings: PassageSettings
    progress: Callable[[SyncProgress], None]
    changes: list[FileChange] = field(default_factory=list)
    passages: int = 0
    _waiting: list["_Cut"] = field(default_factory=list)
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
            self._waiting.append(self._cut(key, group, outcome))
            if sum(len(cut.document.passages) for cut in self._waiting) >= GROUP_PASSAGES:
                self._flush()
        self._flush()

    def _relink(self, plan: Plan) -> None:
        if not plan.links and not plan.removed:
            return
        with self.store.change():
            for path, (key, change) in plan.links.items():
                document_id = self.store.document_id(key.content_hash, key.recipe)
                if document_id is None:
                    msg = f"document {key} was planned to be linked to {path}, but is not stored"
                    raise AssertionError(msg)
                self.store.link_file(path, modified_at(path), document_id)
                self.changes.append(change)
            self.store.forget_files(plan.removed)
            self.store.drop_orphans()
        moved = {change.origin for change in self.changes if change.kind is ChangeKind.MOVED}
        self.changes += [FileChange(path=path, kind=ChangeKind.REMOVED) for path in plan.removed if path not in moved]

    def _fail(self, paths: Iterable[str], failure: ReadFailure) -> None:
        for path in paths:
            with self.store.change():
                self.store.record_failure(path, modified_at(path), failure.reason.value, failure.message)
            self.changes.append(failed(path, failure))
            self._failed += 1
            self._report(path)

    def _cut(self, key: ContentKey, group: list[FileChange], read: ReadDocument) -> "_Cut":
        spans, texts = [], []
        count_tokens = self.embedder().count_tokens
        for page in read.pages:
            for span in cut_passages(page.text, self.settings, count_tokens):
                spans.append((page.number, span))
                texts.append(page.text[span.start : span.end])
        passages = tuple(
            NewPassage(
                page=number,
                start=span.start,
                end=span.end,
                tokens=span.tokens,
                language=guess.language,
                language_confidence=guess.confidence,
            )
            for (number, span), guess in zip(spans, passage_languages(texts), strict=True)
        )
        document = NewDocument(read=read, recipe=key.recipe, language=_main_language(passages), passages=passages)
        return _Cut(key=key, group=group, document=document, texts=texts)

    def _flush(self) -> None:
        """Embed the waiting documents together and commit them one by one."""
        texts = [text for cut in self._waiting for text in cut.texts]
        if texts:
            vectors = self.embedder().embed_passages(texts)
            end = 0
            for cut in self._waiting:
                start, end = end, end + len(cut.texts)
                self._commit(cut, vectors[start:end])
        self._waiting.clear()

    def _commit(self, cut: "_Cut", vectors: Vectors) -> None:
        read = cut.document.read
        # A file that changed after it was compared holds other content than the files it was grouped with.
        same = read.content_hash == cut.key.content_hash
        linked = cut.group if same else cut.group[:1]
        with self.store.change():
            document_id = self.store.document_id(read.content_hash, cut.document.recipe)
            if document_id is None:
                segment = append_vectors(self.vectors_folder, self.store.segments(), vectors)
                self.store.set_segment(segment)
                first_row = segment.end_row - len(vectors)
                document_id = self.store.add_document(cut.document, first_row, vectors_sha256(vectors))
                self.passages += len(vectors)
            for change in linked:
                self.store.link_file(change.path, modified_at(change.path), document_id)
            self.store.drop_orphans()
        for change in linked:
            self.changes.append(change)
            self._report(change.path)
        if not same:
            message = "it changed while it was read; run ingest again"
            failure = ReadFailure(reason=FailureReason.CHANGED, message=message)
            self._fail([change.path for change in cut.group[1:]], failure)

    def _report(self, path: str) -> None:
        self._done += 1
        self.progress(
            SyncProgress(
                phase=Phase.READING,
                done=self._done,
                total=self._total,
                passages=self.passages,
                failed=self._failed,
                path=path,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A document that has been cut into passages and waits for its vectors."""

    key: ContentKey
    group: list[FileChange]
    document: NewDocument
    texts: list[str]


def vectors_sha256(vectors: Vectors) -> str:
    """Checksum of vectors as they are stored: float16, row after row."""
    return hashlib.sha256(np.ascontiguousarray(vectors, dtype=np.float16).tobytes()).hexdigest()


def _main_language(passages: Sequence[NewPassage]) -> str:
    tokens: Counter[str] = Counter()
    for passage in passages:
        tokens[passage.language] += passage.tokens
    return tokens.most_common(1)[0][0]
