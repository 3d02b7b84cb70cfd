import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, OutlineItem, Pdf
from pypdfium2 import PdfDocument

from indexer.readers.pdf.opening import open_pdf
from indexer.readers.pdf.outline import OutlineEntry, headings_in, labels, outline_entries

LOCK = Encryption(owner="owner", user="harbour", R=6)
SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def entries(*titles: str) -> list[OutlineEntry]:
    return [OutlineEntry(level=level, title=title, page=0) for level, title in enumerate(titles, start=1)]


def found(text: str, *titles: str) -> list[str]:
    return [text[heading.start : heading.end] for heading in headings_in(text, entries(*titles))]


def blank(pages: int) -> Pdf:
    pdf = Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return pdf


def saved(pdf: Pdf, **how: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **how)
    return target.getvalue()


def labelled(pages: int, *ranges: tuple[int, dict[str, object]]) -> bytes:
    pdf = blank(pages)
    numbers = [item for start, style in ranges for item in (start, Dictionary(style))]
    pdf.Root.PageLabels = Dictionary(Nums=Array(numbers))
    return saved(pdf)


def labels_of(data: bytes) -> list[str]:
    opened = open_pdf(data, ["harbour"])
    with opened.document:
        return labels(opened)


def outline_of(data: bytes) -> list[tuple[int, str, int]]:
    with PdfDocument(data) as document:
        return [(entry.level, entry.title, entry.page) for entry in outline_entries(document)]


STYLED = [
    (0, {"/S": Name.r}),
    (3, {"/S": Name.D}),
    (6, {"/S": Name.D, "/P": "A-", "/St": 3}),
    (8, {"/S": Name.R}),
    (10, {"/S": Name.a}),
    (12, {"/P": "Cover"}),
]


def test_pages_are_called_as_the_document_calls_them() -> None:
    assert labels_of(labelled(13, *STYLED)) == [
        "i", "ii", "iii", "1", "2", "3", "A-3", "A-4", "I", "II", "a", "b", "Cover",
    ]  # fmt: skip


def test_the_labels_are_those_that_pypdf_finds() -> None:
    data = labelled(13, *STYLED)
    assert labels_of(data) == pypdf.PdfReader(io.BytesIO(data)).page_labels


def test_a_label_that_is_just_the_number_is_none() -> None:
    assert labels_of(labelled(3, (0, {"/S": Name.D}))) == ["", "", ""]
    assert labels_of(saved(blank(2))) == ["", ""]


@pytest.mark.parametrize(
    "style",
    [
        {"/S": Name.A, "/St": 900_000},
        {"/P": "x" * 500},
        {"/P": pikepdf.String(b"\xfe\xff\xd8\x00")},
        {"/P": pikepdf.String(b"\xfe\xff\xd8\x00\x00A")},
        {"/S": 7, "/St": "x"},
        {"/P": " \n\x00"},
    ],
    ids=[
        "letters by the thousand",
        "long",
        "half a character",
        "half a character and a letter",
        "wrong types",
        "blank",
    ],
)
def test_a_label_that_is_nonsense_is_none(style: dict[str, object]) -> None:
    assert labels_of(labelled(1, (0, style))) == [""]


def tree_of_labels(pdf: Pdf, depth: int) -> Dictionary:
    node = pdf.make_indirect(Dictionary(Limits=[0, 1], Nums=Array([0, Dictionary(P="A")])))
    for _ in range(depth):
        node = pdf.make_indirect(Dictionary(Limits=[0, 1], Kids=[node]))
    return node


@pytest.mark.parametrize("how", [{}, {"object_stream_mode": ObjectStreamMode.generate}, {"encryption": LOCK}])
def test_labels_in_a_tree_are_found_in_plain_packed_and_encrypted_documents(how: dict[str, object]) -> None:
    pdf = blank(1)
    pdf.Root.PageLabels = tree_of_labels(pdf, 3)
    assert labels_of(saved(pdf, **how)) == ["A"]


def circle(pdf: Pdf) -> Dictionary:
    tree = tree_of_labels(pdf, 1)
    tree.Kids = Array([tree])
    return tree


def fan(pdf: Pdf) -> Dictionary:
    """Sixteen nodes deep, each of which lists the next one nine times: 9¹⁶ ways down."""
    node = tree_of_labels(pdf, 0)
    for _ in range(16):
        node = pdf.make_indirect(Dictionary(Limits=[0, 1], Kids=[node] * 9))
    return node


@pytest.mark.parametrize("tree", [circle, fan, lambda pdf: tree_of_labels(pdf, 5000)], ids=["circle", "fan", "shaft"])
def test_labels_in_a_tree_without_end_are_none(tree: Callable[[Pdf], Dictionary]) -> None:
    pdf = blank(2)
    pdf.Root.PageLabels = tree(pdf)
    assert labels_of(saved(pdf)) == ["", ""]


def test_the_outline_gives_level_title_and_page() -> None:
    pdf = blank(3)
    with pdf.open_outline() as outline:
        chapter = OutlineItem("The\r\nharbour  ", 0)
        chapter.children.append(OutlineItem("Schiffe und Möwen 港", 2))
        outline.root.extend([chapter, OutlineItem("Rules", 1)])
    assert outline_of(saved(pdf)) == [(1, "The harbour", 0), (2, "Schiffe und Möwen 港", 2), (1, "Rules", 1)]


def test_named_destinations_and_actions_are_followed() -> None:
    pdf = blank(2)
    place = Array([pdf.pages[1].obj, Name.Fit])
    pdf.Root.Dests = Dictionary(rules=place)
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("Named", Name.rules))
        outline.root.append(OutlineItem("Action", action=Dictionary(S=Name.GoTo, D=place)))
    assert outline_of(saved(pdf)) == [(1, "Named", 1), (1, "Action", 1)]


def test_entries_without_title_or_page_are_left_out() -> None:
    pdf = blank(1)
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("A web page", action=Dictionary(S=Name.URI, URI="https://example.org")))
        outline.root.append(OutlineItem(" \n", 0))
        outline.root.append(OutlineItem("Rules", 0))
    assert outline_of(saved(pdf)) == [(1, "Rules", 0)]


def test_an_outline_that_goes_in_a_circle_ends() -> None:
    pdf = blank(1)
    with pdf.open_outline() as outline:
        outline.root.extend([OutlineItem("One", 0), OutlineItem("Two", 0)])
    first = pdf.Root.Outlines.First
    first.Next.Next = first
    first.First = first
    titles = [title for _, title, _ in outline_of(saved(pdf))]
    assert set(titles) == {"One", "Two"}
    assert len(titles) < 10


def test_a_document_without_outline_has_none() -> None:
    assert outline_of(saved(blank(1))) == []


@pytest.mark.parametrize("name", ["de-bergbahn", "ar-suq", "hi-jila-aspatal", "zh-chayuan", "ru-meteostanciya"])
def test_the_outline_is_the_one_that_pypdf_finds(name: str) -> None:
    data = (SAMPLE / f"{name}.pdf").read_bytes()
    reader = pypdf.PdfReader(io.BytesIO(data))

    def walk(items: list, level: int = 1):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, " ".join(item.title.split()), reader.get_destination_page_number(item)

    assert outline_of(data) == list(walk(reader.outline))
    assert len(outline_of(data)) >= 4


TEXT = "HARBOUR RULES\nThe harbour was built in the year.\n\n1.2 Ships\nShips are large.\nNets and\nropes"


def test_the_titles_of_the_outline_are_found_as_lines_whatever_their_case_and_spaces() -> None:
    headings = headings_in(TEXT, entries("Harbour  rules", "Ships", "Nets and ropes"))
    assert [(TEXT[heading.start : heading.end], heading.level) for heading in headings] == [
        ("HARBOUR RULES", 1),
        ("1.2 Ships", 2),
        ("Nets and\nropes", 3),
    ]


def test_a_title_inside_a_line_is_no_heading() -> None:
    assert found(TEXT, "The harbour", "year.", "large") == []
    assert found("Ships\nare large", "Ships are") == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1.2 Ships", "Ships"),
        ("Ships", "1.2 Ships"),
        ("1 Ships", "I. Ships"),
        ("A.1 Ships", "Ships"),
        ("(3) Ships", "(3) Ships"),
        ("٢ السفن", "السفن"),
        ("२. जहाज़", "जहाज़"),
        ("O\ufb03ce", "Office"),
    ],
)
def test_a_number_on_one_side_only_and_the_forms_of_letters_do_not_matter(line: str, title: str) -> None:
    assert found(f"before\n{line}\nafter", title) == [line]


def test_a_word_before_the_title_is_not_taken_for_a_number() -> None:
    assert found("A house\nIn winter", "house", "winter") == []


def test_of_a_title_that_occurs_twice_the_one_after_the_heading_before_is_taken() -> None:
    text = "Ropes\nin the table\nHarbour\ntext\nRopes\ntext"
    headings = headings_in(text, entries("Harbour", "Ropes"))
    assert [heading.start for heading in headings] == [text.index("Harbour"), text.rindex("Ropes")]
    assert [heading.start for heading in headings_in(text, entries("Ropes", "Ropes"))] == [0, text.rindex("Ropes")]


def test_an_empty_line_ends_a_title() -> None:
    assert found("Nets and\n\nropes", "Nets and ropes") == []


lines = st.lists(st.sampled_from(["Ropes", "1 Ropes", "", "ropes", "Nets and", "words of the harbour"]), max_size=12)


@given(lines, st.lists(st.sampled_from(["Ropes", "Nets and ropes", "Nets and", "7. words of the harbour"]), max_size=6))
def test_headings_are_whole_lines_in_order_that_do_not_overlap(page: list[str], titles: list[str]) -> None:
    text = "\n".join(page)
    headings = headings_in(text, entries(*titles))
    end = -1
    for heading in headings:
        assert end < heading.start < heading.end
        assert heading.start == 0 or text[heading.start - 1] == "\n"
        assert text[heading.end :][:1] in ("", "\n")
        end = heading.end
