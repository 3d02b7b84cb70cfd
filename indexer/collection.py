"""A collection: a directory whose SQLite file and vector segments are the truth, and whose views are derived."""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from embedder import Embedder, check_dimension, load_embedder
from indexer.database import DATABASE_FILES, DATABASE_NAME, damage_reported, open_for_reading
from indexer.errors import CollectionExistsError, CollectionMissingError, FolderError, SettingsError
from indexer.identity import FORMAT_VERSION, Identity
from indexer.lexical import LexicalIndex
from indexer.lock import writer_lock
from indexer.neutral import check_strength
from indexer.passages import PassageSettings
from indexer.plan import Plan, make_plan, modified_at
from indexer.readers import ReaderPool, ReadLimits, ReadOptions
from indexer.report import FileChange, Phase, SyncProgress, SyncReport
from indexer.scan import Scan, place, scan_folders
from indexer.session import Session
from indexer.sessions import Sessions
from indexer.store import FileRecord, Store, known_files
from indexer.sync import Ingestion
from indexer.texts import TextDocument
from indexer.upkeep import LEXICAL, VIEWS, Upkeep
from indexer.vectors import VECTORS, VectorKind, cut_back_tails

logger = logging.getLogger(__name__)

OWN_NAMES = {*DATABASE_FILES, "writer.lock", "writer.json", VECTORS, VIEWS}


class Collection:
    """Documents, their passages and vectors, in one directory.

    Make one with `Collection.create`, open one with `Collection.open`. It may be used from several
    threads; any number of processes may read while one writes.

    Args:
        path: The directory.
        identity: What it was made with.
        embedder: The encoder to use; None loads the one the collection was made with when it is first needed.
    """

    def __init__(self, path: Path, identity: Identity, embedder: Embedder | None) -> None:
        self.path = path
        self.identity = identity
        self._embedder = embedder
        self._sessions = Sessions(path, identity)
        self._lexical: LexicalIndex | None = None
        self._loading = threading.Lock()
        self._upkeep = Upkeep(folder=path / VIEWS, owner=identity.collection_id, session=self.session)

    @classmethod
    def create(
        cls, path: Path | str, *, embedder: Embedder | None = None, passages: PassageSettings | None = None
    ) -> "Collection":
        """Make an empty collection.

        Args:
            path: A directory that does not exist yet, or is empty.
            embedder: The encoder whose vectors it will hold; None takes the default encoder.
            passages: How pages are cut; None takes the defaults.

        Raises:
            CollectionExistsError: If something is there already.
            SettingsError: If passages would be longer than the encoder reads.
        """
        folder = Path(path).absolute()
        if Collection.exists(folder):
            msg = f"there is a collection at {folder} already; add to it with: polyseek ingest FOLDER"
            raise CollectionExistsError(msg)
        foreign = (
            sorted(entry.name for entry in folder.iterdir() if entry.name not in OWN_NAMES) if folder.is_dir() else []
        )
        if foreign:
            msg = f"{folder} holds other things ({foreign[0]} …); name an empty or new directory with --collection"
            raise CollectionExistsError(msg)
        embedder = embedder or load_embedder()
        settings = passages or PassageSettings()
        _check_size(settings, embedder)
        identity = Identity(
            format_version=FORMAT_VERSION,
            collection_id=uuid.uuid4().hex,
            encoder=embedder.card.identity(),
            passages=settings,
        )
        means = embedder.language_means()
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder), Store.writing(folder) as store:
            for name in (*(f"{VECTORS}/{kind}" for kind in VectorKind), VIEWS):
                (folder / name).mkdir(parents=True, exist_ok=True)
            store.create_tables(identity.to_json(), means.to_bytes())
        return cls(folder, identity, embedder)

    @classmethod
    def open(cls, path: Path | str, *, embedder: Embedder | None = None) -> "Collection":
        """Open a collection for searching and for `sync`.

        Args:
            path: The directory.
            embedder: The encoder to use; None loads the one the collection was made with when it is first needed.

        Raises:
            CollectionMissingError: If there is none.
            IdentityError: If the collection was made with another encoder or by a newer polyseek.
        """
        folder = Path(path).absolute()
        if not Collection.exists(folder):
            msg = f"there is no collection at {folder}; make one with: polyseek ingest FOLDER --collection {folder}"
            raise CollectionMissingError(msg)
        database = open_for_reading(folder)
        try:
            with damage_reported(folder):
                text = database.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()[0]
        finally:
            database.close()
        identity = Identity.from_json(text)
        if embedder is not None:
            identity.require_encoder(embedder.card)
        return cls(folder, identity, embedder)

    @staticmethod
    def exists(path: Path | str) -> bool:
        """True if there is a complete collection; one whose making was interrupted does not count."""
        if not (Path(path) / DATABASE_NAME).is_file():
            return False
        database = open_for_reading(Path(path))
        try:
            return database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone() is not None
        finally:
            database.close()

    @property
    def embedder(self) -> Embedder:
        """The encoder of this collection, loaded when first asked for.

        Raises:
            IdentityError: If the encoder at hand is not the one the collection was made with.
        """
        with self._loading:
            if self._embedder is None:
                encoder = self.identity.encoder
                embedder = load_embedder(str(encoder["id"]), revision=str(encoder["revision"]))
                self.identity.require_encoder(embedder.card)
                self._embedder = embedder
            return self._embedder

    def session(self) -> AbstractContextManager[Session]:
        """Read consistently: all that is asked in the block belongs to one generation.

        Raises:
            CollectionDamagedError: If vectors are missing.
        """
        return self._sessions.session()

    def sync(
        self,
        folders: Sequence[Path | str],
        *,
        dry_run: bool = False,
        progress: Callable[[SyncProgress], None] | None = None,
        limits: ReadLimits | None = None,
        options: ReadOptions | None = None,
        workers: int | None = None,
    ) -> SyncReport:
        """Make the collection agree with folders: new, changed, moved and removed files.

        Files elsewhere stay as they are. Each document is committed whole, so a sync that is
        interrupted, even by `kill -9`, keeps what it finished, and the next one goes on.

        Args:
            folders: Folders, or single files.
            dry_run: Only report what would be done.
            progress: Called often with how far the sync has come.
            limits: Time and memory for reading one file.
            options: Whether images of pages are read, and passwords. With images, documents that have some which
                were not read are read again.
            workers: Processes that read files; None takes one for each core, at most four.

        Raises:
            FolderError: If a folder does not exist, or none was named.
            CollectionLockedError: If another process is writing.
            CollectionReadOnlyError: If the collection cannot be written to.
        """
        if not folders:
            msg = "no folder was named; say what to read: polyseek ingest FOLDER"
            raise FolderError(msg)
        clock, started = time.monotonic(), datetime.now(UTC)
        places = [place(folder) for folder in folders]
        tell, options = progress or (lambda _: None), options or ReadOptions()
        scan = scan_folders(places)

        def compared(done: int, total: int, path: str) -> None:
            phase = Phase.COMPARING
            tell(SyncProgress(phase=phase, done=done, total=total, passages=0, pages=0, failed=0, path=path))

        def plan_over(known: Mapping[str, FileRecord]) -> Plan:
            return make_plan(scan, places, known, on_compared=compared, ocr=options.ocr)

        if dry_run:
            with self.session() as session:
                plan = plan_over(known_files(session.database))
            return _report(plan.changes(), plan, scan, passages=0, clock=clock, dry_run=True)
        with (
            self._writing() as store,
            ReaderPool(limits=limits, options=options, workers=workers) as pool,
        ):
            ingestion = self._ingestion(store, tell)
            ingestion.recut()
            plan = plan_over(known_files(store.connection))
            ingestion.carry_out(plan, pool)
            self._upkeep.refresh(store)
            report = _report(ingestion.changes, plan, scan, passages=ingestion.passages, clock=clock, dry_run=False)
            store.record_run(
                started_at=started.isoformat(timespec="seconds"),
                finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
                folders=json.dumps(list(map(str, places)), ensure_ascii=False),
                counts=json.dumps(report.counts()),
            )
        return report

    def add(self, documents: Iterable[TextDocument]) -> int:
        """Add texts that are not files; a text under a known name replaces the one before.

        They stay until they are removed: a sync looks at files only. What is committed when it is interrupted is kept.

        Args:
            documents: The texts, read as they are needed; empty ones are passed over.

        Returns:
            Number of passages stored.

        Raises:
            CollectionLockedError: If another process is writing.
            CollectionReadOnlyError: If the collection cannot be written to.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as store:
            ingestion = self._ingestion(store, modified=lambda _: now)
            ingestion.add_texts(documents, known_files(store.connection))
            self._upkeep.refresh(store)
        return ingestion.passages

    def remove(self, paths: Sequence[Path | str]) -> list[str]:
        """Take files, all files of folders, or texts out of the collection; the files themselves are not touched.

        Returns:
            The paths and names that were removed, sorted; those not in the collection are not among them.
        """
        names = {str(path) for path in paths}
        places = [place(path) for path in paths]
        with self._writing() as store:
            gone = sorted(
                path
                for path in known_files(store.connection)
                if path in names or any(Path(path).is_relative_to(gone_from) for gone_from in places)
            )
            if gone:
                with store.change():
                    store.forget_files(gone)
                    store.drop_orphans()
                self._upkeep.refresh(store)
        return gone

    def recut(self, passages: PassageSettings, *, progress: Callable[[SyncProgress], None] = lambda _: None) -> None:
        """Cut all documents into passages of another size and embed these; no file is read.

        Each document is replaced whole. What is left when it is interrupted is cut by the next call, or sync.

        Args:
            passages: How long passages are from now on.
            progress: Called after each document.

        Raises:
            SettingsError: If the encoder does not take passages of this size.
            CollectionLockedError: If another process is writing.
            CollectionReadOnlyError: If the collection cannot be written to.
        """
        _check_size(passages, self.embedder)
        with self._writing() as store:
            self.identity = replace(self.identity, passages=passages)
            with store.change():
                store.set_identity(self.identity.to_json())
            self._ingestion(store, progress).recut()
            self._upkeep.refresh(store)

    def rebuild_view(self, *, neutral: float | None = None, dimension: int | None = None) -> None:
        """Build the dense view anew from the stored vectors; nothing is embedded.

        Args:
            neutral: Share of the language mean that is taken away, 0 (my language first) … 1 (any language alike);
                None keeps what the view has.
            dimension: Numbers of each vector that the view holds; it proposes passages, which are then compared by the
                whole stored vectors. None keeps what it has.

        Raises:
            SettingsError: If `neutral` is not between 0 and 1.
            DimensionError: If the encoder was not trained for this dimension.
        """
        strength = None if neutral is None else check_strength(neutral)
        if dimension is not None:
            check_dimension(dimension, self.embedder.card)
        with self._writing() as store:
            self._upkeep.rebuild(store, strength=strength, dimension=dimension)

    def lexical_index(self) -> LexicalIndex:
        """The word search over this collection's passages, opened when first asked for.

        Raises:
            LexicalIndexError: If it is missing or damaged; the next sync, or `rebuild_view`, builds it anew.
        """
        with self._loading:
            if self._lexical is None:
                self._lexical = LexicalIndex.open(self.path / VIEWS / LEXICAL, owner=self.identity.collection_id)
            return self._lexical

    def close(self) -> None:
        """Close the idle database connections; the collection can still be used afterwards."""
        self._sessions.close()

    def __enter__(self) -> "Collection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[Store]:
        with writer_lock(self.path), Store.writing(self.path) as store:
            self.identity = Identity.from_json(store.identity())  # another process may have changed the passage sizes
            for kind in VectorKind:
                place = self.path / VECTORS / kind
                removed = cut_back_tails(place, store.segments(kind), self.identity.dimension)
                if removed:
                    logger.info("removed %d bytes that an interrupted run had left in %s", removed, place)
            yield store

    def _ingestion(
        self,
        store: Store,
        progress: Callable[[SyncProgress], None] = lambda _: None,
        modified: Callable[[str], str] = modified_at,
    ) -> Ingestion:
        return Ingestion(
            store=store,
            vectors_folder=self.path / VECTORS,
            embedder=lambda: self.embedder,
            settings=self.identity.passages,
            progress=progress,
            modified=modified,
        )


def _check_size(passages: PassageSettings, embedder: Embedder) -> None:
    if passages.max_tokens > embedder.card.max_passage_tokens:
        msg = (
            f"passages of {passages.max_tokens} tokens do not fit: {embedder.card.id} reads "
            f"{embedder.card.max_passage_tokens} tokens of a passage; choose a smaller max_tokens"
        )
        raise SettingsError(msg)


def _report(
    changes: Iterable[FileChange], plan: Plan, scan: Scan, *, passages: int, clock: float, dry_run: bool
) -> SyncReport:
    return SyncReport(
        changes=tuple(changes),
        unchanged=plan.unchanged,
        unsupported=len(scan.unsupported),
        passages=passages,
        elapsed_s=round(time.monotonic() - clock, 3),
        dry_run=dry_run,
    )
