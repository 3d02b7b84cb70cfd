"""Read documents: from files of many formats to clean pages of text.

>>> from indexer.readers import ReaderPool
>>> with ReaderPool() as pool:                              # doctest: +SKIP
...     for path, outcome in pool.read(paths):
...         ...
"""

from indexer.readers.document import (
    Heading,
    Page,
    PageCheck,
    PageKind,
    ReadDocument,
    ReadLimits,
    ReadOptions,
    Verdict,
)
from indexer.readers.failure import FailureReason, ReadFailure
from indexer.readers.formats import READERS, Reader, current_reader, supported_suffixes
from indexer.readers.ocr.check import require_ocr
from indexer.readers.page_image import Box, ImageRequest, PageImage
from indexer.readers.pool import ReaderPool

__all__ = [
    "READERS",
    "Box",
    "FailureReason",
    "Heading",
    "ImageRequest",
    "Page",
    "PageCheck",
    "PageImage",
    "PageKind",
    "ReadDocument",
    "ReadFailure",
    "ReadLimits",
    "ReadOptions",
    "Reader",
    "ReaderPool",
    "Verdict",
    "current_reader",
    "require_ocr",
    "supported_suffixes",
]
