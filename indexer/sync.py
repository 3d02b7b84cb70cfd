"""Honest sync: makes the collection agree with its folders, one whole document at a time."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embedder import Embedder, Vectors
from indexer.context import context_of, in_context
from indexer.languages import passage_languages
from indexer.passages import CUTTER_VERSION, PassageSettings, cut_passages
from indexer.plan import ContentKey, Plan, failed, modified_at
from indexer.readers import FailureReason, ReadDocument, ReaderPool, ReadFailure, current_reader
from indexer.report import ChangeKind, FileChange, Phase, SyncProgress
from indexer.sentences import sentence_spans
from indexer.store import FileRecord, NewDocument, NewPassage, Store
from indexer.texts import TextDocument, read_text
from indexer.vectors import VectorKind, append_vectors

GROUP_PASSAGES = 16
"""Passages embedded together: enough to fill batches of similar length, little enough to lose in a crash."""
TEXT_GROUP_PASSAGES = 256
"""The same for texts, which come fast and are committed together."""


def recipe_of(path: Path, settings: PassageSettings) -> str:
    """How a file would be read and cut today: a change of it makes a sync read the file again."""
    return _recipe(current_reader(path), settings)


def _recipe(reader: str, settings: PassageSettings) -> str:
    return f"{reader} cut/{CUTTER_VERSION} {settings.max_tokens}+{settings.overlap_tokens}"


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
    """

    store: Store
    vectors_folder: Path
    embedder: Callable[[], Embedder]
    settings: PassageSettings
    progress: Callable[[SyncProgress], None]
    modified: Callable[[str], str] = modified_at
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

    def add_texts(self, documents: Iterable[TextDocument], known: Mapping[str, FileRecord]) -> None:
        """Embed and commit texts; what is stored under its name already, and what is empty, is passed over."""
        for document in documents:
            read = read_text(document)
            if read is None:
                continue
            key = ContentKey(content_hash=read.content_hash, recipe=_recipe(read.reader, self.settings))
            before = known.get(document.name)
            if before is not None and (before.content_hash, before.recipe) == (key.content_hash, key.recipe):
                continue
            kind = ChangeKind.CHANGED if before else ChangeKind.ADDED
            self._waiting.append(self._cut(key, [FileChange(path=document.name, kind=kind)], read))
            if sum(len(cut.document.passages) for cut in self._waiting) >= TEXT_GROUP_PASSAGES:
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
                document_id = self.store.document_id(key.content_hash, key.recipe)
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

    def _cut(self, key: ContentKey, group: list[FileChange], read: ReadDocument) -> "_Cut":
        spans, texts = [], []
        count_tokens = self.embedder().count_tokens
        for page in read.pages:
            for span in cut_passages(page.text, self.settings, count_tokens):
                spans.append((page.number, span))
                texts.append(page.text[span.start : span.end])
        sentences = [tuple(sentence_spans(text)) for text in texts]
        passages = tuple(
            NewPassage(
                page=number,
                start=span.start,
                end=span.end,
                tokens=span.tokens,
                language=guess.language,
                language_confidence=guess.confidence,
                sentences=found,
            )
            for (number, span), guess, found in zip(spans, passage_languages(texts), sentences, strict=True)
        )
        context = context_of(read.title, group[0].path)
        room = self.embedder().card.max_passage_tokens - count_tokens([context])[0]
        if any(passage.tokens > room for passage in passages):
            context = ""  # better no title than a passage whose end is cut off
        document = NewDocument(
            read=read, recipe=key.recipe, language=_main_language(passages), context=context, passages=passages
        )
        parts = [text[start:end] for text, found in zip(texts, sentences, strict=True) for start, end in found]
        embedded = [in_context(context, text) for text in texts]
        return _Cut(key=key, group=group, document=document, texts=embedded, sentences=parts)

    def _flush(self) -> None:
        """Embed the waiting documents together and commit them one by one."""
        # A sentence that stands in two overlapping passages, or in many documents, is embedded once.
        places: dict[str, int] = {}
        for cut in self._waiting:
            for text in (*cut.texts, *cut.sentences):
                places.setdefault(text, len(places))
        if places:
            embedded = self.embedder().embed_passages(list(places))
            for cut in self._waiting:
                vectors = embedded[[places[text] for text in cut.texts]]
                self._commit(cut, vectors, embedded[[places[text] for text in cut.sentences]])
        self._waiting.clear()

    def _commit(self, cut: "_Cut", passages: Vectors, sentences: Vectors) -> None:
        read = cut.document.read
        # A file that changed after it was compared holds other content than the files it was grouped with.
        same = read.content_hash == cut.key.content_hash
        linked = cut.group if same else cut.group[:1]
        with self.store.change():
            document_id = self.store.document_id(read.content_hash, cut.document.recipe)
            if document_id is None:
                first_row = self._append(VectorKind.PASSAGES, passages)
                first_sentence = self._append(VectorKind.SENTENCES, sentences)
                checksum = vectors_sha256(passages, sentences)
                document_id = self.store.add_document(cut.document, first_row, first_sentence, checksum)
                self.passages += len(passages)
            before = self.store.documents_of(change.path for change in linked)
            for change in linked:
                self.store.link_file(change.path, self.modified(change.path), document_id)
            self.store.drop_orphans_among(before)
        for change in linked:
            self.changes.append(change)
            self._report(change.path)
        if not same:
            message = "it changed while it was read; run ingest again"
            failure = ReadFailure(reason=FailureReason.CHANGED, message=message)
            self._fail([change.path for change in cut.group[1:]], failure)

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
                failed=self._failed,
                path=path,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A document that has been cut into passages and waits for the vectors of these texts and sentences."""

    key: ContentKey
    group: list[FileChange]
    document: NewDocument
    texts: list[str]
    sentences: list[str]


def vectors_sha256(passages: Vectors, sentences: Vectors) -> str:
    """Checksum of a document's vectors as they are stored: float16, row after row, passages before sentences."""
    stored = [np.ascontiguousarray(vectors, dtype=np.float16).tobytes() for vectors in (passages, sentences)]
    return hashlib.sha256(b"".join(stored)).hexdigest()


def _main_language(passages: Sequence[NewPassage]) -> str:
    tokens: Counter[str] = Counter()
    for passage in passages:
        tokens[passage.language] += passage.tokens
    return tokens.most_common(1)[0][0]
