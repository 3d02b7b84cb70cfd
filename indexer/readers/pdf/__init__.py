"""Read PDF files: text from pdfium, checked page by page."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

from indexer.readers.document import Verdict
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.pdf.checking import PageChecker
from indexer.readers.pdf.opening import OpenedPdf, open_pdf
from indexer.readers.pdf.outline import OutlineEntry, headings_in, labels, outline_entries
from indexer.readers.pdf.page_text import clean_page
from indexer.readers.pdf.running_heads import running_lines


def extract(source: Source) -> Extracted:
    """Read a PDF page by page: its text without running heads and page numbers, and how far it can be trusted.

    Raises:
        ReadError: See `open_pdf`; taking the pages may raise `DAMAGED`, too.
        OcrMissingError: Images of pages are to be read, and what that needs is not installed.
    """
    opened = open_pdf(source.data, source.options.passwords)
    return Extracted(title=opened.document.get_metadata_value("Title"), pages=_pages(opened, source))


def _pages(opened: OpenedPdf, source: Source) -> Iterator[ExtractedPage]:
    names = labels(opened)
    entries: defaultdict[int, list[OutlineEntry]] = defaultdict(list)
    for entry in outline_entries(opened.document):
        entries[entry.page].append(entry)
    checker = PageChecker(opened, source.options)
    found_any = False
    with opened.document:
        pages, ahead = itertools.tee(checker.taken())
        running = running_lines((page.lines for page in ahead), names)
        for index, (page, dropped) in enumerate(zip(pages, running, strict=True)):
            raw, check = checker.checked(index, page, dropped)
            text = raw if check.verdict is Verdict.RECOGNISED else clean_page(raw)
            found_any = found_any or bool(text)
            headings = headings_in(text, entries[index])
            yield ExtractedPage(text=text, label=names[index], headings=headings, check=check)
    if opened.repaired and not found_any:
        message = f"the PDF of {len(opened.data)} bytes is damaged, and no text of it is left; get a new copy of it"
        raise ReadError(FailureReason.DAMAGED, message)
