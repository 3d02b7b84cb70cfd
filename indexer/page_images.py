"""Shows pages as they look, and where on them words stand."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final, Self

from indexer.collection import Collection
from indexer.readers import FailureReason, ImageRequest, PageImage, ReadFailure, ReadLimits, ReadOptions
from indexer.readers.process import WorkerProcess
from indexer.whole_document import find_document, read_page

WIDTH_PX: Final = 1200


class PageImages:
    """Draws pages of a collection's documents in a process of its own: a file can end the process that draws it.

    The process starts with the first page; use it as a context manager, or close it. Safe to use from several threads.

    Args:
        collection: The collection.
        options: Passwords of files that ask for one.
    """

    def __init__(self, collection: Collection, *, options: ReadOptions | None = None) -> None:
        self._collection = collection
        self._worker = WorkerProcess(ReadLimits(), options or ReadOptions())
        self._drawing = Lock()

    def draw(
        self, document_id: int, number: int, spans: Sequence[tuple[int, int]] = (), *, width_px: int = WIDTH_PX
    ) -> PageImage | ReadFailure:
        """Draw a page of a document.

        Args:
            document_id: The document.
            number: Number of the page, from 1.
            spans: (start, end) of stretches of the page's text whose places are wanted; see `spans_on_page`.
            width_px: Width of the image.

        Returns:
            The page with a tuple of boxes for each stretch, or the reason why it cannot be drawn.
        """
        with self._collection.session() as session:
            document, page = find_document(session, document_id), read_page(session, document_id, number)
            if document is None or page is None or not document.paths:
                return ReadFailure(reason=FailureReason.VANISHED, message="the collection has no such page any more")
            content_hash = session.content_hash(document_id)
        request = ImageRequest(
            page=number, text=page.text, content_hash=content_hash, spans=tuple(spans), width_px=width_px
        )
        with self._drawing:
            return self._worker.draw(Path(document.paths[0]), request)

    def close(self) -> None:
        """End the process."""
        with self._drawing:
            self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
