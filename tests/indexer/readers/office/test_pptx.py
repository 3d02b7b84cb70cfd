import io
import json
import zipfile
from pathlib import Path

import pytest

from indexer.readers.clean import one_line
from indexer.readers.document import ReadLimits
from indexer.readers.extracted import ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office import pptx

SAMPLES = json.loads((Path(__file__).parents[2] / "samples.json").read_text("utf-8"))
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:r="{OFFICE}"'
)


def relations(*pairs: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs)
    )
    return f"<Relationships>{listed}</Relationships>"


def deck(
    *slides: str, notes: str = "", diagram: str = "", layout: str = "obj", order: list[int] | None = None
) -> bytes:
    """A presentation of these slides' shapes; notes, diagram and layout hang on each slide."""
    ids = "".join(f'<p:sldId id="{256 + number}" r:id="r{number}"/>' for number in (order or range(len(slides))))
    members = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {NAMESPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *(("slide", f"slides/slide{number}.xml") for number in range(len(slides)))
        ),
        "ppt/slideLayouts/layout.xml": f'<p:sldLayout {NAMESPACES} type="{layout}"/>',
        "ppt/notes.xml": tree(notes),
        "ppt/data.xml": f"<dgm:dataModel {NAMESPACES}><dgm:ptLst>{diagram}</dgm:ptLst></dgm:dataModel>",
    }
    for number, shapes in enumerate(slides):
        members[f"ppt/slides/slide{number}.xml"] = tree(shapes)
        hanging = [("slideLayout", "../slideLayouts/layout.xml"), ("diagramData", "../data.xml")]
        members[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
            *hanging, *([("notesSlide", "../notes.xml")] if notes else [])
        )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tree(shapes: str) -> str:
    return f"<p:sld {NAMESPACES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def shape(*paragraphs: str, place: str | None = None) -> str:
    """A shape; `place` is a placeholder's type, empty for one without a type."""
    kind = f' type="{place}"' if place else ""
    placeholder = "" if place is None else f"<p:ph{kind}/>"
    body = "".join(text if text.startswith("<a:p>") else para(text) for text in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>"


def para(text: str, properties: str = "") -> str:
    runs = text if text.startswith("<") else f"<a:r><a:t>{text}</a:t></a:r>"
    return f"<a:p>{properties}{runs}</a:p>"


def pages_of(data: bytes) -> list[ExtractedPage]:
    return list(pptx.extract(Source(path=Path("a.pptx"), data=data)).pages)


def text_of(shapes: str, **more: str) -> str:
    (page,) = pages_of(deck(shapes, **more))
    return page.text


@pytest.mark.parametrize("language", SAMPLES)
def test_titles_items_and_notes_are_whole_in_every_language(language: str) -> None:
    title, text, note, *_ = map(one_line, SAMPLES[language])
    runs = "".join(f"<a:r><a:t>{letter}</a:t></a:r>" for letter in text)
    shapes = shape(para(runs)) + shape(title, place="title")
    (page,) = pages_of(deck(shapes, notes=shape(note, place="body")))
    assert page.text == f"{title}\n\n{text}\n\n{note}"
    ((heading),) = page.headings
    assert (page.text[heading.start : heading.end], heading.level) == (title, 2)


def test_each_slide_is_a_page_in_the_order_of_the_show_even_without_text() -> None:
    pages = pages_of(deck(shape("one"), "", shape("three"), order=[2, 1, 0, 2]))
    assert [(page.text, page.label) for page in pages] == [("three", ""), ("", ""), ("one", "")]


@pytest.mark.parametrize(
    ("place", "layout", "level"),
    [("ctrTitle", "obj", 1), ("title", "secHead", 1), ("title", "title", 1), ("title", "obj", 2)],
)
def test_titles_that_open_a_part_stand_above_the_others(place: str, layout: str, level: int) -> None:
    (page,) = pages_of(deck(shape("Harbour", place=place), layout=layout))
    assert [heading.level for heading in page.headings] == [level]


def test_items_keep_their_numbers_and_dashes() -> None:
    def numbered(text: str, scheme: str, level: int = 0, start: str = "") -> str:
        return para(text, f'<a:pPr lvl="{level}"><a:buAutoNum type="{scheme}"{start}/></a:pPr>')

    items = (
        numbered("one", "arabicPeriod"),
        numbered("a", "alphaLcParenR", 1),
        numbered("b", "alphaLcParenR", 1),
        numbered("two", "arabicPeriod"),
        numbered("a again", "alphaLcParenR", 1),
        numbered("nine", "romanUcParenBoth", 2, ' startAt="9"'),
        para("no mark", "<a:pPr><a:buNone/></a:pPr>"),
        para("dash", '<a:pPr><a:buChar char="•"/></a:pPr>'),
    )
    assert text_of(shape(*items)) == ("1. one\na) a\nb) b\n2. two\na) a again\n(IX) nine\n\nno mark\n\n- dash")
    assert text_of(shape("one", "two", place="")) == "- one\n- two"
    assert text_of(shape("one", "two", place="body")) == "one\n\ntwo"


def test_rows_of_a_table_stand_on_lines_and_merged_cells_come_once() -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<a:tc{merge}><a:txBody>{para(text)}</a:txBody></a:tc>"

    rows = (
        cell("Month") + cell("Ships"),
        cell("June") + cell("June", ' hMerge="1"'),
        cell("") + cell("", ' vMerge="1"'),
    )
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{table}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    assert text_of(shape("Before") + frame) == "Before\n\nMonth  Ships\nJune"


def test_shapes_in_groups_and_newer_shapes_are_read_once() -> None:
    choices = f"<mc:Choice>{shape('new')}</mc:Choice><mc:Fallback>{shape('old')}</mc:Fallback>"
    newer = f"<mc:AlternateContent>{choices}</mc:AlternateContent>"
    assert text_of(f"<p:grpSp><p:grpSp>{shape('in a group')}</p:grpSp></p:grpSp>{newer}") == "in a group\n\nnew"


def test_the_labels_of_a_diagram_are_read() -> None:
    points = "".join(f"<dgm:pt><dgm:t>{para(text)}</dgm:t></dgm:pt>" for text in ("Plan", "Build"))
    frame = (
        '<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="r1"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    assert text_of(frame, diagram=points) == "Plan\n\nBuild"


@pytest.mark.parametrize("place", ["sldNum", "dt", "ftr", "hdr"])
def test_what_stands_on_every_slide_is_left_out(place: str) -> None:
    assert text_of(shape("7", place=place) + shape("Text"), notes=shape("7", place=place)) == "Text"


def test_soft_breaks_and_fields_are_part_of_a_paragraph() -> None:
    assert (
        text_of(shape(para("<a:r><a:t>Annual</a:t></a:r><a:br/><a:fld><a:t>report</a:t></a:fld>"))) == "Annual report"
    )


def test_more_text_than_the_limit_is_refused() -> None:
    source = Source(
        path=Path("a.pptx"), data=deck(shape("x" * 600_000), shape("x" * 600_000)), limits=ReadLimits(text_mb=1)
    )
    with pytest.raises(ReadError, match="more than 1 MB of text") as caught:
        list(pptx.extract(source).pages)
    assert caught.value.failure.reason is FailureReason.TOO_LARGE
