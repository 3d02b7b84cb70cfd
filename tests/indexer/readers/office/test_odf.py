import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.readers.clean import one_line
from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office import odf

SAMPLES = json.loads((Path(__file__).parents[2] / "samples.json").read_text("utf-8"))
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "svg": "svg-compatible",
        "manifest": "manifest",
    }.items()
)
MIMETYPE = "application/vnd.oasis.opendocument"
STYLES = """
<text:list-style style:name="N">
 <text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
 <text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/>
 <text:list-level-style-number text:level="3" style:num-format="" style:num-suffix="*"/>
</text:list-style>
<text:list-style style:name="B"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph" style:parent-style-name="P2"/>
"""
OUTLINE = """
<text:outline-style style:name="Outline">
 <text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>
 <text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>
</text:outline-style>
"""


def document(place: str, body: str, *, outline: str = "", extra: dict[str, str] | None = None) -> bytes:
    """An OpenDocument file; `place` is what its body is: text, spreadsheet or presentation."""
    content = f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body><office:{place}>{body}"
    meta = '<office:meta><dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">The title</dc:title></office:meta>'
    members = {
        "mimetype": f"{MIMETYPE}.{place}",
        "content.xml": f"<office:c {NAMESPACES}>{content}</office:{place}></office:body></office:c>",
        "styles.xml": f"<office:s {NAMESPACES}><office:styles>{outline}</office:styles></office:s>",
        "meta.xml": f"<office:document-meta {NAMESPACES}>{meta}</office:document-meta>",
        "META-INF/manifest.xml": f"<manifest:manifest {NAMESPACES}/>",
        **(extra or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def pages_of(
    data: bytes, extract: Callable[[Source], Extracted] = odf.extract, limits: ReadLimits | None = None
) -> list[ExtractedPage]:
    return list(extract(Source(path=Path("a.odt"), data=data, limits=limits or ReadLimits())).pages)


def text_of(body: str, **more: str) -> str:
    (page,) = pages_of(document("text", body, **more))
    return page.text


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def items(*texts: str) -> str:
    return "".join(f"<text:list-item>{text if text.startswith('<') else p(text)}</text:list-item>" for text in texts)


@pytest.mark.parametrize("language", SAMPLES)
def test_headings_rows_and_notes_are_whole_in_every_language(language: str) -> None:
    first, second, third, *_ = map(one_line, SAMPLES[language])
    spans = "".join(f"<text:span>{letter}</text:span>" for letter in second)
    note = (
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p(third)}</text:note-body></text:note>"
    )
    row = f"<table:table-cell>{p(third)}</table:table-cell><table:table-cell>{p(first)}</table:table-cell>"
    body = (
        f'<text:h text:outline-level="2">{first}</text:h>{p(spans + note)}'
        f"<table:table><table:table-row>{row}</table:table-row></table:table>"
    )
    (page,) = pages_of(document("text", body))
    assert page.text == f"{first}\n\n{second}\n\n{third}\n\n{third}  {first}"
    ((heading),) = page.headings
    assert (page.text[heading.start : heading.end], heading.level) == (first, 2)


def test_lists_keep_their_numbers_and_dashes() -> None:
    deeper = f"<text:list>{items('deeper')}</text:list>"
    deep = f"<text:list>{items('deep', 'deep too', deeper)}</text:list>"
    numbered = f'<text:list text:style-name="N">{items("one", p("two") + p("goes on") + deep, "three")}</text:list>'
    on = f'<text:list text:style-name="N" text:continue-numbering="true">{items("four")}</text:list>'
    anew = f'<text:list text:style-name="N">{items("one")}</text:list>'
    dashes = f'<text:list text:style-name="B">{items("dash")}</text:list>'
    header = f'<text:list text:style-name="N"><text:list-header>{p("no number")}</text:list-header></text:list>'
    started = (
        f'<text:list text:style-name="N"><text:list-item text:start-value="7">{p("seven")}</text:list-item></text:list>'
    )
    assert text_of(numbered + p("Between.") + on + dashes + anew + header + started) == (
        "1. one\n2. two\n\ngoes on\n\n2.a) deep\n2.b) deep too\n* deeper\n3. three\n\nBetween.\n\n"
        "4. four\n- dash\n1. one\n\nno number\n\n7. seven"
    )


def test_a_list_goes_on_with_the_one_it_names() -> None:
    first = f'<text:list xml:id="list1" text:style-name="N">{items("one")}</text:list>'
    other = f'<text:list text:style-name="N">{items("one of another")}</text:list>'
    on = f'<text:list text:continue-list="list1" text:style-name="N">{items("two")}</text:list>'
    assert text_of(first + other + on) == "1. one\n1. one of another\n2. two"


def test_numbered_headings_keep_their_numbers() -> None:
    body = "".join(
        f'<text:h text:outline-level="{level}"{more}>{text}</text:h>'
        for level, text, more in (
            (1, "Sea", ""), (2, "Tides", ""), (2, "Winds", ""), (1, "Land", ""), (2, "Hills", ""),
            (1, "Index", ' text:is-list-header="true"'),
        )
    )  # fmt: skip
    text = text_of(body, outline=OUTLINE)
    assert text.split("\n\n") == ["I. Sea", "I.1 Tides", "I.2 Winds", "II. Land", "II.1 Hills", "Index"]


def test_the_title_is_told_by_the_style_it_is_based_on() -> None:
    (page,) = pages_of(document("text", p("The harbour", "P1") + p("Text", "P2") + p("Text", "unknown")))
    assert [(heading.start, heading.end, heading.level) for heading in page.headings] == [(0, 11, 1)]
    assert odf.extract(Source(path=Path("a.odt"), data=document("text", ""))).title == "The title"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a  \n b", "a b"),
        ('a<text:s text:c="3"/>b', "a   b"),
        ('a<text:s text:c="999999999"/>b', "a" + " " * 100 + "b"),
        ("a<text:tab/>b", "a\tb"),
        ("Annual<text:line-break/>report", "Annual report"),
        ("<text:a>a <text:span>link</text:span></text:a> here", "a link here"),
        (
            "<text:ruby><text:ruby-base>灯台</text:ruby-base><text:ruby-text>とうだい</text:ruby-text></text:ruby>",
            "灯台",
        ),
        ("Text<office:annotation><text:p>A comment.</text:p></office:annotation> goes on", "Text goes on"),
        ("<text:number>1.</text:number>Text", "Text"),
        ("Page <text:page-number>7</text:page-number>", "Page 7"),
    ],
)
def test_a_paragraph_reads_as_it_is_shown(content: str, text: str) -> None:
    assert text_of(p(content)) == text


def test_deleted_and_hidden_text_is_out() -> None:
    region = f"<text:changed-region><text:deletion>{p('old')}</text:deletion></text:changed-region>"
    deleted = f"<text:tracked-changes>{region}</text:tracked-changes>"
    hidden = f'<text:section text:display="none">{p("hidden")}</text:section>'
    inserted = p('<text:change-start text:change-id="1"/>new<text:change-end text:change-id="1"/>')
    assert text_of(f"{deleted}{hidden}<text:section>{inserted}</text:section>") == "new"


def test_boxes_follow_what_they_hang_on() -> None:
    box = f"<draw:frame><draw:text-box>{p('In the box.')}</draw:text-box><svg:title>alt</svg:title></draw:frame>"
    shape = f"<draw:custom-shape>{p('In a shape.')}</draw:custom-shape>"
    assert text_of(p(f"Before {box}and after.") + shape) == "Before and after.\n\nIn the box.\n\nIn a shape."


def test_rows_of_a_table_stand_on_lines_and_merged_cells_come_once() -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text: str) -> str:
        return f"<table:table-cell>{p(text)}</table:table-cell>"

    covered = f"<table:covered-table-cell>{p('June')}</table:covered-table-cell>"
    rows = row(cell("June"), covered, cell("12")) + row(cell(""), cell(""))
    head = f"<table:table-header-rows>{row(cell('Month'), cell('Ships'))}</table:table-header-rows>"
    assert text_of(f"{p('Before')}<table:table>{head}{rows}</table:table>") == "Before\n\nMonth  Ships\nJune  12"


def sheet(name: str, rows: str) -> str:
    return f'<table:table table:name="{name}">{rows}</table:table>'


def test_each_sheet_is_a_page_with_its_cells_as_shown() -> None:
    rows = (
        f'<table:table-row><table:table-cell office:value="0.5">{p("50%")}</table:table-cell>'
        f'<table:table-cell table:number-columns-repeated="2">{p("x")}</table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        f'<table:table-row table:number-rows-repeated="2"><table:table-cell>{p("again")}'
        f"<office:annotation>{p('a comment')}</office:annotation></table:table-cell></table:table-row>"
    )
    data = document(
        "spreadsheet", sheet("Лист", f"<table:table-row-group>{rows}</table:table-row-group>") + sheet("2", "")
    )
    pages = pages_of(data, odf.extract_sheets)
    assert [(page.label, page.text) for page in pages] == [("Лист", "50%  x  x\nagain\nagain"), ("2", "")]


def test_a_row_that_says_it_is_repeated_a_billion_times_is_refused() -> None:
    for rows, cells in ((999_999_999, 1), (1, 999_999_999), (99_999, 99_999)):
        row = (
            f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell '
            f'table:number-columns-repeated="{cells}">{p("text")}</table:table-cell></table:table-row>'
        )
        with pytest.raises(ReadError, match="more than 64 MB of text") as caught:
            pages_of(document("spreadsheet", sheet("Bomb", row)), odf.extract_sheets)
        assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_each_slide_is_a_page_with_its_title_first_and_its_notes_last() -> None:
    def frame(role: str, text: str) -> str:
        return f'<draw:frame presentation:class="{role}"><draw:text-box>{text}</draw:text-box></draw:frame>'

    opening = f"<draw:page>{frame('subtitle', p('A subtitle'))}{frame('title', p('Harbours'))}</draw:page>"
    outline = f'<text:list text:style-name="B">{items("bread", "oil")}</text:list>'
    notes = f"<presentation:notes>{frame('notes', p('Say it aloud.'))}{frame('header', p('Head'))}</presentation:notes>"
    group = f"<draw:g><draw:custom-shape>{p('In a group')}</draw:custom-shape></draw:g>"
    slide = f"<draw:page>{frame('title', p('Food'))}{frame('outline', outline)}{group}{notes}</draw:page>"
    pages = pages_of(document("presentation", f"{opening}{slide}<draw:page/>"), odf.extract_slides)
    assert [page.text for page in pages] == [
        "Harbours\n\nA subtitle", "Food\n\n- bread\n- oil\n\nIn a group\n\nSay it aloud.", "",
    ]  # fmt: skip
    assert [[heading.level for heading in page.headings] for page in pages] == [[1], [2], []]


@pytest.mark.parametrize(
    "extra",
    [
        {"META-INF/manifest.xml": f"<manifest:manifest {NAMESPACES}><manifest:encryption-data/></manifest:manifest>"},
        {"encrypted-package": "x"},
    ],
)
def test_a_document_with_a_password_is_encrypted(extra: dict[str, str]) -> None:
    with pytest.raises(ReadError) as caught:
        pages_of(document("text", p("x"), extra=extra))
    assert caught.value.failure.reason is FailureReason.ENCRYPTED


def test_another_kind_of_document_under_the_name_is_refused() -> None:
    with pytest.raises(
        ReadError, match=r"is an OpenDocument spreadsheet \(\.ods\), not an OpenDocument text"
    ) as caught:
        pages_of(document("spreadsheet", ""))
    assert caught.value.failure.reason is FailureReason.WRONG_TYPE


def test_more_text_than_the_limit_is_refused() -> None:
    with pytest.raises(ReadError, match="more than 1 MB of text"):
        pages_of(document("text", p("x" * 1000) * 1100), limits=ReadLimits(text_mb=1))
