import socket
from collections.abc import Callable

import pytest

from indexer.readers.extracted import Extracted
from indexer.readers.failure import ReadError

STORY = {
    "en": "The lighthouse was built in the year of the great storm, when every boat of the village was lost. "
    "Its keeper lived alone for thirty years and wrote down the weather every morning.",
    "zh": "灯塔建于大风暴的那一年，村里所有的船都在一夜之间沉没。守塔人独自在那里生活了三十年，每天早晨记录天气。",
    "ja": "灯台は大嵐の年に建てられた。村の船は一晩ですべて沈み、灯台守は三十年のあいだ一人で暮らした。",
    "th": "ประภาคารสร้างขึ้นในปีที่เกิดพายุใหญ่ เรือทุกลำในหมู่บ้านจมลงในคืนเดียว",
    "fa": "فانوس دریایی در سالی ساخته شد که توفان همهٔ قایق‌های روستا را غرق کرد. نگهبان سی سال تنها آنجا می‌زیست.",
    "hi": "लाइटहाउस उस वर्ष बनाया गया जब तूफ़ान ने गाँव की सभी नावें डुबो दीं। रखवाला तीस वर्ष तक अकेला वहीं रहा।".replace(
        "ड़", "ड़"
    ),
}


def page(body: str) -> str:
    return (
        "<html><head><title>The &amp; title</title><style>.x{color:red}</style><script>alert('run')</script></head>"
        '<body><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>'
        f"<main><h1>Heading</h1>{body}</main><footer><p>Imprint</p></footer></body></html>"
    )


@pytest.mark.parametrize("language", STORY)
def test_the_main_text_is_whole_in_every_script(language: str, text_of: Callable[[str, bytes], str]) -> None:
    paragraphs = [STORY[language]] + [f"{STORY[language]} {number}" for number in range(12)]
    text = text_of("page.html", page("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)).encode())
    assert [line for line in text.split("\n") if line in paragraphs] == paragraphs
    assert "Heading" in text
    assert not any(word in text for word in ("alert", "color", "About us", "Imprint"))


def test_of_a_short_page_everything_visible_is_kept(text_of: Callable[[str, bytes], str]) -> None:
    text = text_of("page.htm", b"<nav>One<br>two<script>no()</script><ul><li>three<li>four</ul></nav>")
    assert [line for line in text.split("\n") if line] == ["One", "two", "three", "four"]


TABLE = """<table><tr><th>Firing</th><th>Heat</th></tr>
<tr><td>First, <b>plain</b></td><td>930 °C</td></tr><tr><td>Glazed</td><td>890&nbsp;°C</td></tr></table>"""


@pytest.mark.parametrize("paragraphs", [0, 12])
def test_a_row_of_a_table_is_a_line(paragraphs: int, text_of: Callable[[str, bytes], str]) -> None:
    text = text_of("page.html", page(f"<p>{STORY['en']}</p>" * paragraphs + TABLE).encode())
    rows = [[cell.strip() for cell in line.split("  ")] for line in text.split("\n") if "°C" in line]
    assert rows == [["First, plain", "930 °C"], ["Glazed", "890 °C"]]
    assert "|" not in text


def test_a_long_page_without_main_text_is_kept_whole(text_of: Callable[[str, bytes], str]) -> None:
    links = [f"Link number {number} of the harbour" for number in range(40)]
    body = "".join(f'<li><a href="/{link}">{link}</a></li>' for link in links)
    assert text_of("page.html", f"<nav><ul>{body}</ul></nav>".encode()).split("\n")[::2] == links


def test_the_title_is_the_pages_own(extract: Callable[[str, bytes], Extracted]) -> None:
    svg = "<svg><title>icon</title></svg>"
    assert extract("page.html", page(svg).encode()).title == "The & title"


@pytest.mark.parametrize(
    "head", ['<meta charset="windows-1251">', '<meta http-equiv="Content-Type" content="text/html; charset=cp1251">']
)
def test_the_declared_encoding_is_used(head: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.html", f"<html><head>{head}</head><body><p>Маяк</p>".encode("cp1251")) == "Маяк"


def test_an_xhtml_page_with_an_xml_declaration_is_read(text_of: Callable[[str, bytes], str]) -> None:
    head = '<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>'
    assert text_of("page.xhtml", f"{head}Café</p></body></html>".encode("latin-1")) == "Café"


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, text_of: Callable[[str, bytes], str]) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    body = '<img src="http://example.org/a.png"><iframe src="http://example.org/"></iframe><p>Text</p>'
    assert "Text" in text_of("page.html", page(body).encode())


def test_deep_nesting_ends_without_an_error(text_of: Callable[[str, bytes], str]) -> None:
    assert "deep" in text_of("page.html", b"<div>" * 20_000 + b"deep")


def test_an_image_named_html_is_refused(extract: Callable[[str, bytes], Extracted]) -> None:
    with pytest.raises(ReadError, match="a GIF image"):
        extract("page.html", b"GIF89a\x01\x00")
