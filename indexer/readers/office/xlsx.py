"""Read Excel workbooks."""

import math
import re
from collections.abc import Iterator
from typing import Final

from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.office.number_format import BUILT_IN, GENERAL, NumberFormat
from indexer.readers.office.opc import Package, open_package
from indexer.readers.office.text_limit import TextLimit
from indexer.readers.office.xml_tree import (
    Element,
    attribute,
    children_of,
    first,
    local,
    named,
    parse,
    relation_id,
    whole,
)
from indexer.readers.table_rows import row_text

KIND: Final = "an Excel workbook (.xlsx)"

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS: Final = re.compile(r"[\r\n]+")
_SHOWN: Final = (None, "visible")
_MAX_CODE: Final = 255
"""Characters of a format code that Excel allows."""


def extract(source: Source) -> Extracted:
    """Read a workbook sheet by sheet, hidden sheets last: each row on a line, its cells as they are shown.

    Formulas give the values they had when the workbook was saved.

    Raises:
        ReadError: See `open_package` and `parse`; `TOO_LARGE` for too much text.
    """
    package = open_package(source, KIND, "xl/workbook.xml")
    return Extracted(title=package.title(), pages=_Workbook(package, TextLimit(source.limits)).pages())


class _Workbook:
    """What the sheets share: texts, formats and the day dates count from."""

    def __init__(self, package: Package, limit: TextLimit) -> None:
        self._package = package
        self._limit = limit
        self._root = parse(package.container, package.main)
        self._texts = _shared_texts(package)
        self._formats = _formats(package.parse_related("styles"))
        self._from_1904 = attribute(first(self._root, "workbookPr"), "date1904") in ("1", "true")

    def pages(self) -> Iterator[ExtractedPage]:
        sheets = first(self._root, "sheets")
        in_order = sorted(() if sheets is None else sheets, key=lambda sheet: sheet.get("state") not in _SHOWN)
        relations = self._package.relations(self._package.main)
        for sheet in in_order:
            relation = relations.get(relation_id(sheet) or "")
            if relation is not None and relation.kind == "worksheet":
                rows = self._rows(relation.target)
                yield page_of([Block(text="\n".join(rows))], label=sheet.get("name") or "")

    def _rows(self, part: str) -> Iterator[str]:
        for row in children_of(("sheetData",), self._package.container, part):
            texts = (self._limit.take(self._shown(cell)) for cell in named(row, "c"))
            line = row_text(texts)
            if line:
                yield line

    def _shown(self, cell: Element) -> str:
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            content = first(cell, "is")
            return self._text("" if content is None else _rich_text(content), cell)
        value = first(cell, "v")
        if value is None or not value.text:
            return ""
        if kind == "s":
            index = whole(value.text)
            return self._text(self._texts[index], cell) if index < len(self._texts) else ""
        if kind == "n":
            return self._number(value.text, cell)
        if kind == "b":
            return "TRUE" if value.text == "1" else "FALSE"
        return self._text(_unescaped(value.text), cell)  # a formula's text, an error such as #N/A, an ISO date

    def _text(self, text: str, cell: Element) -> str:
        return _LINE_ENDS.sub(" ", self._format(cell).show_text(text)).strip()

    def _number(self, text: str, cell: Element) -> str:
        try:
            value = float(text)
        except ValueError:
            return text
        return self._format(cell).show_number(value, from_1904=self._from_1904) if math.isfinite(value) else text

    def _format(self, cell: Element) -> NumberFormat:
        index = whole(cell.get("s"))
        return self._formats[index if index < len(self._formats) else 0]


def _shared_texts(package: Package) -> list[str]:
    """Read the texts that cells refer to by number."""
    part = package.related(package.main, "sharedStrings")
    if part is None:
        return []
    return [_rich_text(item) for item in children_of(("sst",), package.container, part)]


def _rich_text(item: Element) -> str:
    """Give a text without its formatting and without the reading aid above Chinese characters (`rPh`)."""
    parts: list[str] = []
    for child in item:
        name = local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [text.text or "" for text in named(child, "t")]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Undo how Excel writes characters that XML does not allow: `_x000D_`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _formats(styles: Element | None) -> list[NumberFormat]:
    """List the formats by the numbers cells call them by."""
    if styles is None:
        return [NumberFormat(GENERAL)]
    codes = {str(number): code for number, code in BUILT_IN.items()}
    own = first(styles, "numFmts")
    for number_format in () if own is None else own:
        codes[number_format.get("numFmtId") or ""] = number_format.get("formatCode") or GENERAL
    used = first(styles, "cellXfs")
    known: dict[str, NumberFormat] = {}
    formats: list[NumberFormat] = []
    for use in () if used is None else used:
        code = codes.get(use.get("numFmtId") or "0", GENERAL)
        if code not in known:
            known[code] = NumberFormat(code[:_MAX_CODE])
        formats.append(known[code])
    return formats or [NumberFormat(GENERAL)]
