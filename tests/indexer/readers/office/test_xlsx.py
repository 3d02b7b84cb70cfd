import io
import json
import zipfile
from html import escape
from pathlib import Path

import pytest

from indexer.readers.clean import one_line
from indexer.readers.document import ReadLimits
from indexer.readers.extracted import ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office import xlsx

SAMPLES = json.loads((Path(__file__).parents[2] / "samples.json").read_text("utf-8"))
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{OFFICE}"'
FORMATS = ("General", "dd/mm/yyyy", "#,##0.00", '"Nr. "@')


def relations(*pairs: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs)
    )
    return f"<Relationships>{listed}</Relationships>"


def book(
    sheets: dict[str, str], shared: tuple[str, ...] = (), states: tuple[str, ...] = (), properties: str = ""
) -> bytes:
    """A workbook of these sheets' rows; `shared` are its shared texts, `states` hide sheets."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number + 1}" r:id="r{number}"'
        f"{f' state={states[number]!r}' if states else ''}/>"
        for number, name in enumerate(sheets)
    )
    own = "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code)}"/>' for n, code in enumerate(FORMATS))
    used = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 165, 166, 167, 14, 31))
    parts = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(len(sheets))]
    members = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {MAIN}><workbookPr {properties}/><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *parts, ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(f'<si>{text}</si>' for text in shared)}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}><numFmts>{own}</numFmts><cellXfs>{used}</cellXfs></styleSheet>",
    }
    for number, rows in enumerate(sheets.values()):
        members[f"xl/worksheets/sheet{number}.xml"] = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def row(*cells: str) -> str:
    return f"<row>{''.join(cells)}</row>"


def cell(value: str, kind: str = "n", style: int = 0) -> str:
    return f'<c t="{kind}" s="{style}"><v>{escape(value)}</v></c>'


def inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def pages_of(data: bytes, limits: ReadLimits | None = None) -> list[ExtractedPage]:
    return list(xlsx.extract(Source(path=Path("a.xlsx"), data=data, limits=limits or ReadLimits())).pages)


def text_of(*rows: str, shared: tuple[str, ...] = (), properties: str = "") -> str:
    (page,) = pages_of(book({"Sheet1": "".join(rows)}, shared, properties=properties))
    return page.text


@pytest.mark.parametrize("language", SAMPLES)
def test_sheets_and_cells_are_whole_in_every_language(language: str) -> None:
    name, shared, text, *_ = map(one_line, SAMPLES[language])
    runs = "".join(f"<r><rPr/><t>{escape(letter)}</t></r>" for letter in shared)
    (page,) = pages_of(book({name: row(cell("0", "s"), inline(text))}, (runs,)))
    assert (page.label, page.text) == (name, f"{shared}  {text}")


def test_each_sheet_is_a_page_and_hidden_ones_come_last() -> None:
    sheets = {name: row(inline(f"text of {name}")) for name in ("first", "secret", "last")}
    pages = pages_of(book(sheets, states=("visible", "hidden", "visible")))
    assert [page.label for page in pages] == ["first", "last", "secret"]
    assert [page.text for page in pages] == ["text of first", "text of last", "text of secret"]


def test_rows_are_lines_and_empty_rows_are_left_out() -> None:
    rows = (row(inline("Month"), inline(""), inline("Ships")), row(), row(inline("")), row(inline("June"), cell("12")))
    assert text_of(*rows) == "Month  Ships\nJune  12"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (cell("45365.5", style=1), "14/03/2024"),
        (cell("45365", style=4), "2024-03-14"),
        (cell("45365", style=5), "2024-03-14"),
        (cell("-1234.5", style=2), "-1,234.50"),
        (cell("0.1"), "0.1"),
        (cell("0.30000000000000004"), "0.3"),
        (cell("4006381333931"), "4006381333931"),
        (cell("nonsense"), "nonsense"),
        (cell("1e999"), "1e999"),
        (cell("7", style=99), "7"),
        (cell("1", "b"), "TRUE"),
        (cell("0", "b"), "FALSE"),
        (cell("#N/A", "e"), "#N/A"),
        (cell("2024-03-14", "d"), "2024-03-14"),
        (cell("joined", "str", 3), "Nr. joined"),
        ("<c><f>1+2</f><v>3</v></c>", "3"),
        ("<c><f>1+2</f></c>", ""),
        (cell("99", "s"), ""),
        (inline("two\nlines_x000D_\nand_x0020_more"), "two lines and more"),
        ('<c t="inlineStr"><is><t>灯台</t><rPh><t>トウダイ</t></rPh></is></c>', "灯台"),
    ],
)
def test_a_cell_reads_as_it_is_shown(content: str, text: str) -> None:
    assert text_of(row(content)) == text


def test_dates_of_old_macs_count_from_1904() -> None:
    assert text_of(row(cell("43903", style=1)), properties='date1904="1"') == "14/03/2024"


def test_one_long_text_in_a_million_cells_is_refused_before_it_is_put_together() -> None:
    data = book({"Bomb": row(cell("0", "s") * 5000) * 200}, (f"<t>{'x' * 1_000_000}</t>",))
    assert len(data) < 100_000
    with pytest.raises(ReadError, match="more than 64 MB of text") as caught:
        pages_of(data)
    assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_sheets_are_read_one_at_a_time() -> None:
    extracted = xlsx.extract(Source(path=Path("a.xlsx"), data=book({"a": row(inline("sound")), "b": "<row>"})))
    pages = iter(extracted.pages)
    assert next(pages).text == "sound"
    with pytest.raises(ReadError, match=r"sheet1\.xml"):
        next(pages)
