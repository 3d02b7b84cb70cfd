"""Shows the page a passage stands on, with its words marked."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final, Self

from indexer.collection import Collection
from indexer.page_borders import join_pages
from indexer.readers import ImageRequest, PageImage, ReadFailure, ReadLimits, ReadOptions
from indexer.readers.process import WorkerProcess
from indexer.session import StoredPassage

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
        self, passage_id: int, marks: Sequence[tuple[int, int]], *, width_px: int = WIDTH_PX, last_page: bool = False
    ) -> PageImage | ReadFailure:
        """Draw the page a passage stands on.

        Args:
            passage_id: The passage, such as `Hit.passage_id`.
            marks: (start, end) of stretches of the passage's text whose places are wanted.
            width_px: Width of the image.
            last_page: Take the page it ends on, where that is another one than it begins on.

        Returns:
            The page with a tuple of boxes for each mark, or the reason why it cannot be drawn.

        Raises:
            KeyError: If there is no such passage.
        """
        with self._collection.session() as session:
            (passage,) = session.passages([passage_id])
            pages = {page.number: page.text for page in session.pages(passage.paths[0])}
            content_hash = session.content_hash(passage.document_id)
        page = passage.end_page if last_page else passage.page
        request = ImageRequest(
            page=page,
            text=pages[page],
            content_hash=content_hash,
            spans=tuple(_on_page(passage, pages, mark, page) for mark in marks),
            width_px=width_px,
        )
        with self._drawing:
            return self._worker.draw(Path(passage.paths[0]), request)

    def close(self) -> None:
        """End the process."""
        with self._drawing:
            self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _on_page(passage: StoredPassage, pages: dict[int, str], mark: tuple[int, int], page: int) -> tuple[int, int]:
    """Turn a stretch of the passage into one of a page's text; empty if it is all on the other page."""
    if passage.page == passage.end_page:
        return passage.start + mark[0], passage.start + mark[1]
    beginning = pages[passage.page][passage.start :]
    _, border = join_pages(beginning, pages[passage.end_page][: passage.end])
    if page == passage.page:
        length = len(beginning)
        return passage.start + min(mark[0], length), passage.start + min(mark[1], length)
    return max(0, mark[0] - border), max(0, mark[1] - border)
