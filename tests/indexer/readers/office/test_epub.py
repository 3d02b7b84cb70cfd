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
from indexer.readers.office import epub

SAMPLES = json.loads((Path(__file__).parents[2] / "samples.json").read_text("utf-8"))
XHTML = "application/xhtml+xml"


def book(
    chapters: dict[str, str | bytes],
    *,
    nav: str = "",
    ncx: str = "",
    spine: list[str] | None = None,
    extra: dict[str, str] | None = None,
) -> bytes:
    """A book of these chapter files; `spine` names them in reading order."""
    files = {**dict.fromkeys(chapters, XHTML), "cover.svg": "image/svg+xml", "toc.ncx": "application/x-dtbncx+xml"}
    items = "".join(f'<item id="{name}" href="{name}" media-type="{kind}"/>' for name, kind in files.items())
    order = "".join(f'<itemref idref="{name}"/>' for name in (spine or chapters))
    metadata = '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The book</dc:title></metadata>'
    contents = f'<item id="nav" href="nav.xhtml" media-type="{XHTML}" properties="nav"/>' if nav else ""
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>',
        "OEBPS/a.opf": f"<package>{metadata}<manifest>{items}{contents}</manifest><spine>{order}</spine></package>",
        "OEBPS/nav.xhtml": nav,
        **({"OEBPS/toc.ncx": ncx} if ncx else {}),
        **{f"OEBPS/{name}": content for name, content in chapters.items()},
        **(extra or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(data: bytes, limits: ReadLimits | None = None) -> Extracted:
    return epub.extract(Source(path=Path("a.epub"), data=data, limits=limits or ReadLimits()))


def pages_of(data: bytes) -> list[ExtractedPage]:
    return list(read(data).pages)


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>not shown</title><style>p {}</style></head>'
        f"<body>{body}</body></html>"
    )


def text_of(body: str) -> str:
    (page,) = pages_of(book({"a.xhtml": chapter(body)}))
    return page.text


@pytest.mark.parametrize("language", SAMPLES)
def test_labels_headings_and_rows_are_whole_in_every_language(language: str) -> None:
    title, second, third, *_ = map(one_line, SAMPLES[language])
    letters = "".join(f"<b>{escape(letter)}</b>" for letter in second)
    body = f"<h2>{title}</h2><p>{letters}</p><table><tr><th>{third}</th><td>{title}</td></tr></table>"
    nav = chapter(f'<nav epub:type="toc"><ol><li><a href="a%20b.xhtml#x">{title}</a></li></ol></nav>')
    (page,) = pages_of(book({"a b.xhtml": chapter(body)}, nav=nav))
    assert page.label == title
    assert page.text == f"{title}\n\n{second}\n\n{third}  {title}"
    ((heading),) = page.headings
    assert (page.text[heading.start : heading.end], heading.level) == (title, 2)


def test_chapters_come_in_reading_order_each_once() -> None:
    files = {f"{name}.xhtml": chapter(f"<p>{name}</p>") for name in ("one", "two", "three")}
    pages = pages_of(book(files, spine=["cover.svg", "two.xhtml", "one.xhtml", "two.xhtml", "gone", "three.xhtml"]))
    assert [page.text for page in pages] == ["", "two", "one", "three"]


def test_an_older_book_is_labelled_by_its_ncx() -> None:
    def point(label: str, target: str, inner: str = "") -> str:
        return f'<navPoint><navLabel><text>{label}</text></navLabel><content src="{target}"/>{inner}</navPoint>'

    inner = point("Chapter 1", "b.xhtml#top") + point("x", "b.xhtml#y")
    ncx = f"<ncx><navMap>{point('Part 1', 'a.xhtml', inner)}</navMap></ncx>"
    files = {f"{name}.xhtml": chapter("<p>text</p>") for name in "abc"}
    assert [page.label for page in pages_of(book(files, ncx=ncx))] == ["Part 1", "Chapter 1", ""]


def test_only_the_table_of_contents_gives_labels() -> None:
    nav = chapter(
        '<nav epub:type="page-list"><ol><li><a href="a.xhtml">7</a></li></ol></nav>'
        '<nav epub:type="toc"><ol><li><a href="a.xhtml">The <i>first</i> chapter</a></li></ol></nav>'
    )
    (page,) = pages_of(book({"a.xhtml": chapter("<p>text</p>")}, nav=nav))
    assert page.label == "The first chapter"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<p>Two</p>Three</div>", "One\n\nTwo\n\nThree"),
        ("<p>white\n   space   <b> and </b> more</p>", "white space and more"),
        ("<p>灯塔建于\n那一年</p>", "灯塔建于那一年"),
        ("<p>Annual<br/>report</p>", "Annual report"),
        ("<pre>kept\n  as it is</pre>", "kept\n  as it is"),
        ("<ul><li>bread</li><li>oil<ol><li>lamp</li><li>fish</li></ol></li></ul>", "- bread\n- oil\n1. lamp\n2. fish"),
        ('<ol start="3" type="i"><li>c</li><li value="9"><p>i</p><p>more</p></li></ol>', "iii. c\nix. i\n\nmore"),
        ("<dl><dt>Oil</dt><dd>burns</dd></dl>", "Oil\n\nburns"),
        ("<table><tbody><tr><td>June</td><td><p>12</p><p>ships</p></td></tr></tbody></table>", "June  12 ships"),
        ("<p><ruby>灯台<rp>(</rp><rt>とうだい</rt><rp>)</rp></ruby></p>", "灯台"),
        ('<p>Oil<a epub:type="noteref" href="#n">1</a> burns.</p><aside epub:type="footnote">Rape oil.</aside>',
         "Oil burns.\n\nRape oil."),
        ("<p>caf&eacute;&nbsp;&amp; &lt;tea&gt;</p>", "café\u00a0& <tea>"),
        ("<p>One<script>two()</script><svg><title>three</title></svg></p><p hidden=''>four</p>", "One"),
        ("<p>One <a id='x'/>line</p>", "One line"),
    ],
)  # fmt: skip
def test_a_chapter_reads_as_it_is_shown(body: str, text: str) -> None:
    assert text_of(body) == text


@pytest.mark.parametrize("body", ["<p>One<p>Two &unknown; <br>", "<P>One</P><P>Two"])
def test_a_chapter_that_is_not_well_formed_is_read_as_browsers_do(body: str) -> None:
    assert text_of(body).startswith("One\n\nTwo")


def test_a_chapter_says_its_encoding() -> None:
    data = '<?xml version="1.0" encoding="windows-1251"?><html><body><p>Маяк</p></body></html>'.encode("cp1251")
    (page,) = pages_of(book({"a.xhtml": data}))
    assert page.text == "Маяк"


def test_a_bomb_of_entities_is_refused() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    data = f'<!DOCTYPE html [<!ENTITY a0 "ha">{entities}]><html><body>&a9;</body></html>'
    with pytest.raises(ReadError) as caught:
        pages_of(book({"a.xhtml": data}))
    assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_a_protected_book_is_encrypted_but_protected_fonts_do_not_matter() -> None:
    def protection(name: str) -> dict[str, str]:
        reference = f'<CipherData><CipherReference URI="OEBPS/{name}"/></CipherData>'
        return {"META-INF/encryption.xml": f"<encryption><EncryptedData>{reference}</EncryptedData></encryption>"}

    files: dict[str, str | bytes] = {"a.xhtml": chapter("<p>text</p>")}
    assert pages_of(book(files, extra=protection("font.otf")))[0].text == "text"
    with pytest.raises(ReadError, match="DRM") as caught:
        pages_of(book(files, extra=protection("a.xhtml")))
    assert caught.value.failure.reason is FailureReason.ENCRYPTED


def test_the_title_is_the_books_own() -> None:
    assert read(book({"a.xhtml": chapter("")})).title == "The book"


def test_a_chapter_that_is_no_text_is_damage() -> None:
    with pytest.raises(ReadError, match=r"chapter 'OEBPS/a\.xhtml'") as caught:
        pages_of(book({"a.xhtml": b"\x89PNG\r\n\x1a\n" + bytes(20)}))
    assert caught.value.failure.reason is FailureReason.DAMAGED


def test_a_chapter_outside_of_the_book_is_not_followed() -> None:
    pages = pages_of(book({"a.xhtml": chapter("<p>text</p>"), "../../../etc/hostname": "x"}))
    assert [page.text for page in pages] == ["text", ""]


def test_more_text_than_the_limit_is_refused() -> None:
    data = book({"a.xhtml": chapter(f"<p>{'x' * 1_100_000}</p>")})
    with pytest.raises(ReadError, match="more than 1 MB of text"):
        list(read(data, ReadLimits(text_mb=1)).pages)


def test_another_kind_of_document_under_the_name_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "")
    with pytest.raises(ReadError, match="is a Word document") as caught:
        read(file.getvalue())
    assert caught.value.failure.reason is FailureReason.WRONG_TYPE
