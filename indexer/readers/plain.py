"""Read plain text."""

from indexer.readers.clean import clean
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.lines import TEXT_LINE_WIDTH, join_lines


def extract(source: Source) -> Extracted:
    """Read a text file; lines broken at a width are put together again.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    text = decode(source.data)
    return Extracted(title=None, pages=[ExtractedPage(text=clean(join_lines(text, max_width=TEXT_LINE_WIDTH)))])
