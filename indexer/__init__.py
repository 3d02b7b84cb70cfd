"""Documents in, a crash-safe searchable collection out.

>>> from indexer import Collection
>>> collection = Collection.create("my-collection")          # doctest: +SKIP
>>> report = collection.sync(["documents"])                  # doctest: +SKIP
"""

from indexer.collection import Collection
from indexer.errors import (
    CollectionDamagedError,
    CollectionExistsError,
    CollectionLockedError,
    CollectionMissingError,
    CollectionReadOnlyError,
    FolderError,
    IdentityError,
    IndexerError,
    SettingsError,
)
from indexer.facets import Facets, FacetTable, count_doubts
from indexer.file_status import FileStatus, count_verdicts, file_statuses
from indexer.identity import Identity
from indexer.lexical import LexicalIndex, LexicalIndexError
from indexer.neutral import Space
from indexer.page_images import PageImages
from indexer.passages import PassageSettings
from indexer.readers import (
    FailureReason,
    Page,
    PageCheck,
    PageImage,
    PageKind,
    ReadFailure,
    ReadLimits,
    ReadOptions,
    Verdict,
    require_ocr,
    supported_suffixes,
)
from indexer.report import ChangeKind, FileChange, Phase, SyncProgress, SyncReport
from indexer.scan import require_folders
from indexer.session import PassageFilter, Session, StoredDocument, StoredFile, StoredPassage
from indexer.snapshot import Snapshot
from indexer.texts import TextDocument
from indexer.verify import Fault, FaultKind, find_faults, repair
from indexer.views import RowMask
from indexer.whole_document import WholeDocument, find_document, find_document_of, read_page, spans_on_page

__all__ = [
    "ChangeKind",
    "Collection",
    "CollectionDamagedError",
    "CollectionExistsError",
    "CollectionLockedError",
    "CollectionMissingError",
    "CollectionReadOnlyError",
    "FacetTable",
    "Facets",
    "FailureReason",
    "Fault",
    "FaultKind",
    "FileChange",
    "FileStatus",
    "FolderError",
    "Identity",
    "IdentityError",
    "IndexerError",
    "LexicalIndex",
    "LexicalIndexError",
    "Page",
    "PageCheck",
    "PageImage",
    "PageImages",
    "PageKind",
    "PassageFilter",
    "PassageSettings",
    "Phase",
    "ReadFailure",
    "ReadLimits",
    "ReadOptions",
    "RowMask",
    "Session",
    "SettingsError",
    "Snapshot",
    "Space",
    "StoredDocument",
    "StoredFile",
    "StoredPassage",
    "SyncProgress",
    "SyncReport",
    "TextDocument",
    "Verdict",
    "WholeDocument",
    "count_doubts",
    "count_verdicts",
    "file_statuses",
    "find_document",
    "find_document_of",
    "find_faults",
    "read_page",
    "repair",
    "require_folders",
    "require_ocr",
    "spans_on_page",
    "supported_suffixes",
]
