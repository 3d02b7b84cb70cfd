import io
import json
import zipfile
from html import escape
from pathlib import Path

import pytest

from indexer.readers.clean import one_line
from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office import docx

SAMPLES = json.loads((Path(__file__).parents[2] / "samples.json").read_text("utf-8"))
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    f'xmlns:wps="wps" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:r="{OFFICE}"'
)


def relations(*pairs: tuple[str, str], office: str = OFFICE) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def word(body: str, parts: dict[str, str] | None = None, namespaces: str = NAMESPACES) -> bytes:
    """A Word document with this body; `parts` are its further parts by their kinds."""
    members = {
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {namespaces}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(*((kind, f"{kind}.xml") for kind in parts or {})),
    }
    for kind, content in (parts or {}).items():
        members[f"word/{kind}.xml"] = f"<w:part {namespaces}>{content}</w:part>"
    return zipped(members)


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(data: bytes, limits: ReadLimits | None = None) -> Extracted:
    return docx.extract(Source(path=Path("a.docx"), data=data, limits=limits or ReadLimits()))


def page_of(data: bytes) -> ExtractedPage:
    (page,) = read(data).pages
    return page


def text_of(body: str, **parts: str) -> str:
    return page_of(word(body, parts)).text


def p(content: str, properties: str = "") -> str:
    runs = content if content.startswith("<") else f"<w:r><w:t>{escape(content)}</w:t></w:r>"
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize("language", SAMPLES)
def test_paragraphs_rows_items_and_notes_are_whole_in_every_language(language: str) -> None:
    first, second, third, *_ = map(one_line, SAMPLES[language])
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = (
        p(first, '<w:bidi/><w:outlineLvl w:val="1"/>')
        + p("".join(r(letter) for letter in second) + note)
        + f"<w:tbl><w:tr><w:tc>{p(third)}</w:tc><w:tc>{p(first)}</w:tc></w:tr></w:tbl>"
    )
    page = page_of(word(body, {"footnotes": f'<w:footnote w:id="2">{p(third)}</w:footnote>'}))
    assert page.text == f"{first}\n\n{second}\n\n{third}\n\n{third}  {first}"
    ((heading),) = page.headings
    assert (page.text[heading.start : heading.end], heading.level) == (first, 2)


def test_both_namespaces_of_the_format_are_read() -> None:
    strict = NAMESPACES.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/")
    data = word(p("Harbour"), namespaces=strict)
    moved = zipped({
        "_rels/.rels": relations(("officeDocument", "/word/other.xml"), office=STRICT),
        "word/other.xml": zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode(),
    })  # fmt: skip
    assert page_of(moved).text == "Harbour"


STYLES = (
    '<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="a2"><w:name w:val="Kapitel"/><w:basedOn w:val="a1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="a4"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="a5"><w:name w:val="TOC Heading"/><w:basedOn w:val="a1"/>'
    '<w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="a6"><w:name w:val="y"/><w:basedOn w:val="a6"/></w:style>'
)


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ('<w:pStyle w:val="a1"/>', 2),
        ('<w:pStyle w:val="a2"/>', 2),
        ('<w:pStyle w:val="a3"/>', 1),
        ('<w:pStyle w:val="a4"/>', 3),
        ('<w:pStyle w:val="a5"/>', 0),
        ('<w:pStyle w:val="a6"/>', 0),
        ('<w:pStyle w:val="gone"/>', 0),
        ('<w:outlineLvl w:val="0"/>', 1),
        ('<w:pStyle w:val="a1"/><w:outlineLvl w:val="9"/>', 0),
        ("", 0),
    ],
)
def test_a_heading_is_told_by_outline_level_and_built_in_style_whatever_the_style_is_called(
    properties: str, level: int
) -> None:
    page = page_of(word(p("Hafen", properties), {"styles": STYLES}))
    assert [heading.level for heading in page.headings] == ([level] if level else [])


def level(index: int, style: str, text: str, more: str = "") -> str:
    start = f'<w:start w:val="1"/><w:numFmt w:val="{style}"/>'
    return f'<w:lvl w:ilvl="{index}">{start}<w:lvlText w:val="{text}"/>{more}</w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.")
    + level(1, "lowerLetter", "%1.%2)")
    + level(2, "upperRoman", "%1.%3", "<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf0b7")
    + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
)


def item(text: str, number: int, level: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_lists_keep_their_numbers_and_dashes() -> None:
    body = (
        item("one", 1) + item("deep", 1, 1) + item("deeper", 1, 2) + item("deep again", 1, 1) + item("two", 1)
        + p("Between.") + item("dash", 2) + item("three", 1) + item("deep anew", 1, 1) + item("begun anew", 3)
        + item("plain", 0)
    )  # fmt: skip
    assert text_of(body, numbering=NUMBERING) == (
        "1. one\n1.a) deep\n1.1 deeper\n1.b) deep again\n2. two\n\nBetween.\n\n"
        "- dash\n3. three\n3.a) deep anew\n5. begun anew\n\nplain"
    )


def test_numbered_headings_keep_their_numbers() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = p("Scope", '<w:pStyle w:val="h"/>') + p("Terms", '<w:pStyle w:val="h"/>')
    page = page_of(word(body, {"styles": styles, "numbering": NUMBERING}))
    assert [page.text[heading.start : heading.end] for heading in page.headings] == ["1. Scope", "2. Terms"]


def test_rows_stand_on_lines_and_merged_cells_come_once() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    rows = (
        cell("Month") + cell("Ships"),
        cell("June", '<w:vMerge w:val="restart"/>') + f"<w:tc>{p('12')}{p('of them two lost')}</w:tc>",
        cell("June again", "<w:vMerge/>") + f"<w:sdt><w:sdtContent>{cell('9')}</w:sdtContent></w:sdt>",
        cell("") + cell(""),
    )
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows) + f"<w:tr><w:trPr><w:del/></w:trPr>{cell('gone')}</w:tr>"
    assert text_of(f"{p('Before')}<w:tbl>{table}</w:tbl>") == "Before\n\nMonth  Ships\nJune  12 of them two lost\n9"


def test_a_table_that_only_frames_text_keeps_its_paragraphs() -> None:
    assert text_of(f"<w:tbl><w:tr><w:tc>{p('One.')}{p('Two.')}</w:tc></w:tr></w:tbl>") == "One.\n\nTwo."


def test_inserted_text_is_in_and_deleted_text_is_out() -> None:
    body = (
        p(f"{r('The ')}<w:ins>{r('new ')}</w:ins><w:del><w:r><w:delText>old </w:delText></w:r></w:del>{r('boat')}")
        + p(f"<w:moveFrom>{r('Moved.')}</w:moveFrom>", "<w:rPr><w:moveFrom/></w:rPr>")
        + p(r("One paragraph"), "<w:rPr><w:del/></w:rPr>")
        + p(r(" after all."))
        + p(f"<w:moveTo>{r('Moved.')}</w:moveTo>")
        + p(r("The end"), "<w:rPr><w:del/></w:rPr>")
    )
    assert text_of(body) == "The new boat\n\nOne paragraph after all.\n\nMoved.\n\nThe end"


def test_notes_follow_what_they_belong_to_and_their_marks_are_left_out() -> None:
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = p(r("Oil") + reference + r(" burns.")) + p(r("Wicks") + '<w:r><w:endnoteReference w:id="2"/></w:r>')
    notes = f'<w:footnote w:type="separator" w:id="-1">{p("---")}</w:footnote><w:footnote w:id="2">{p("Rape oil.")}'
    endnotes = f'<w:endnote w:id="2">{p("Of cotton.")}</w:endnote>'
    text = text_of(body + p(reference), footnotes=f"{notes}</w:footnote>", endnotes=endnotes)
    assert text == "Oil burns.\n\nRape oil.\n\nWicks\n\nOf cotton."


def test_text_boxes_come_once_after_their_paragraph() -> None:
    box = f"<w:txbxContent>{p('In the box.')}</w:txbxContent>"
    drawn = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    assert text_of(p(r("Before ") + drawn + r("after."))) == "Before after.\n\nIn the box."
    assert text_of(p(old)) == "In the box."


def test_the_labels_of_a_diagram_are_read() -> None:
    def point(text: str, kind: str) -> str:
        return f'<dgm:pt type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    data = f"<dgm:ptLst>{point('Plan', 'node')}{point('hidden', 'parTrans')}{point('Build', 'node')}</dgm:ptLst>"
    shown = '<w:r><w:drawing><dgm:relIds r:dm="r0"/></w:drawing></w:r>'
    assert text_of(p(shown), diagramData=data) == "Plan\n\nBuild"


def test_of_a_field_the_result_is_shown_and_never_its_formula() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    nested = f"{mark('begin')}{r('PAGE 7')}{mark('separate')}{r('7')}{mark('end')}"
    formula = f"{mark('begin')}<w:r><w:instrText>IF </w:instrText></w:r>{nested}"
    body = f"{formula}{mark('separate')}{r('Page seven')}{mark('end')}<w:fldSimple>{r(' of nine')}</w:fldSimple>"
    assert text_of(p(body) + p(f"{mark('begin')}{r('lost')}") + p("Next.")) == "Page seven of nine\n\nNext."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"{r('Annual')}<w:r><w:br/></w:r>{r('report')}", "Annual report"),
        (f"{r('灯塔建于')}<w:r><w:br/></w:r>{r('那一年。')}", "灯塔建于那一年。"),
        (f"{r('A sentence.')}<w:r><w:br/></w:r>{r('Another')}", "A sentence.\nAnother"),
        (f'{r("One")}<w:r><w:br w:type="page"/></w:r>{r("Two")}', "One\nTwo"),
        (f"{r('a')}<w:r><w:tab/></w:r>{r('b')}", "a\tb"),
        (f"{r('E')}<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>{r('mail')}", "E\u2011mail"),
        (f"<w:hyperlink>{r('a link')}</w:hyperlink>", "a link"),
        (f"<w:sdt><w:sdtContent>{r('filled in')}</w:sdtContent></w:sdt>", "filled in"),
        (
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('Click!')}</w:sdtContent></w:sdt>{r('x')}",
            "x",
        ),
        (f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>{r('x')}", "x"),
        ('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r>', "shown"),
        (f"<w:r><w:ruby><w:rt>{r('とうだい')}</w:rt><w:rubyBase>{r('灯台')}</w:rubyBase></w:ruby></w:r>", "灯台"),
        ("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:t>2</m:t></m:den></m:f></m:oMath>", "1/2"),
        ("<w:r><w:t>two\nlines</w:t></w:r>", "two lines"),
        (f"<w:commentRangeStart/>{r('x')}<w:r><w:commentReference w:id='1'/></w:r>", "x"),
    ],
)
def test_a_paragraph_reads_as_it_is_shown(content: str, text: str) -> None:
    assert text_of(p(content)) == text


def test_heads_feet_and_comments_are_left_out() -> None:
    parts = {kind: p(f"The {kind}.") for kind in ("header1", "footer1", "comments")}
    section = '<w:sectPr><w:headerReference r:id="r0"/><w:footerReference r:id="r1"/></w:sectPr>'
    assert text_of(p("Text.") + section, **parts) == "Text."


def test_the_title_is_in_the_documents_properties() -> None:
    properties = f'<Relationship Id="c" Type="{PACKAGE}/relationships/metadata/core-properties" Target="c.xml"/>'
    office = relations(("officeDocument", "word/document.xml"))
    members = {
        "_rels/.rels": office.replace("</Relationships>", f"{properties}</Relationships>"),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{p('Text')}</w:body></w:document>",
        "c.xml": '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>دفتر النجوم</dc:title></p>',
    }
    assert read(zipped(members)).title == "دفتر النجوم"
    assert read(word(p("Text"))).title is None


def test_another_kind_of_document_under_the_name_is_refused() -> None:
    data = zipped({
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": "<workbook/>",
    })  # fmt: skip
    for wrong, found in ((data, "an Excel workbook"), (zipped({"a.txt": "text"}), "a ZIP archive")):
        with pytest.raises(ReadError, match=f"is {found}.*, not a Word document") as caught:
            read(wrong)
        assert caught.value.failure.reason is FailureReason.WRONG_TYPE


def test_broken_xml_is_damage() -> None:
    with pytest.raises(ReadError, match=r"'word/document\.xml' is broken") as caught:
        page_of(word("<w:p>"))
    assert caught.value.failure.reason is FailureReason.DAMAGED


def test_a_part_that_points_out_of_the_document_is_not_followed() -> None:
    members = {
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{p('Text')}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(("styles", "../../../etc/passwd"), ("numbering", "file:///etc/x")),
    }
    assert page_of(zipped(members)).text == "Text"


def test_more_text_than_the_limit_is_refused_while_it_is_read() -> None:
    data = word(p("x" * 1000) * 1100)
    with pytest.raises(ReadError, match="more than 1 MB of text") as caught:
        list(read(data, ReadLimits(text_mb=1)).pages)
    assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_a_bomb_is_refused_without_unpacking_it() -> None:
    bomb = word(" " * 5_100_000)
    assert len(bomb) < 10_000
    with pytest.raises(ReadError, match="unpacks to more than 5 MB") as caught:
        list(read(bomb, ReadLimits(file_mb=5)).pages)
    assert caught.value.failure.reason is FailureReason.TOO_LARGE
