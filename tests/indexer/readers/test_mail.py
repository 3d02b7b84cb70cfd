import base64
import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from indexer.readers.document import PageCheck, Verdict
from indexer.readers.extracted import Extracted
from indexer.readers.failure import FailureReason, ReadError


def pages_of(extracted: Extracted) -> dict[str, str]:
    return {page.label: page.text for page in extracted.pages}


def message(subject: str = "Storm", body: str = "The boats are lost.") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = "Anna <anna@example.org>"
    made["To"] = "keeper@example.org"
    made["Date"] = "Mon, 03 Jun 2024 09:12:00 +0200"
    made.set_content(body)
    return made


def raw(headers: str, body: bytes = b"text") -> bytes:
    return headers.encode("latin-1").replace(b"\n", b"\r\n") + b"\r\n\r\n" + body


def test_the_head_is_readable_and_the_subject_is_title_and_heading(extract: Callable[[str, bytes], Extracted]) -> None:
    found = extract("a.eml", bytes(message()))
    (page,) = found.pages
    assert found.title == "Storm"
    assert page.text == (
        "Storm\n\nFrom: Anna <anna@example.org>\nTo: keeper@example.org\nDate: 2024-06-03 09:12\n\nThe boats are lost."
    )
    assert [(page.text[heading.start : heading.end], heading.level) for heading in page.headings] == [("Storm", 1)]


def test_plain_text_is_preferred_and_html_is_read_where_there_is_none(text_of: Callable[[str, bytes], str]) -> None:
    both = message()
    both.add_alternative("<p>in HTML</p>", subtype="html")
    assert text_of("a.eml", bytes(both)).endswith("The boats are lost.")
    only = EmailMessage()
    only["Subject"] = "x"
    only.set_content(
        "<style>p{}</style><p>Besuch in <b>Köln</b></p><p>morgen</p>", subtype="html", charset="iso-8859-1"
    )
    assert text_of("a.eml", bytes(only)) == "x\n\nBesuch in Köln\n\nmorgen"


def test_attachments_of_known_formats_are_pages(extract: Callable[[str, bytes], Extracted], pdf) -> None:
    made = message()
    made.add_attachment(pdf.pages(["One", "Two"]), maintype="application", subtype="pdf", filename="report.pdf")
    made.add_attachment("a,b\n1,2\n", filename="table.csv")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    made.add_attachment(b"no pdf", maintype="application", subtype="pdf", filename="broken.pdf")
    found = list(extract("a.eml", bytes(made)).pages)
    assert {page.label: page.text for page in found[1:]} == {
        "report.pdf, page 1": "One",
        "report.pdf, page 2": "Two",
        "table.csv, rows 1–2": "a · b\na: 1 · b: 2",
        "broken.pdf": "",
    }
    assert found[-1].check == PageCheck(verdict=Verdict.NO_TEXT, extractor="pdf", signs={"wrong_type": 1.0})


def test_an_attachment_in_the_alternative_that_is_not_shown_is_read(extract: Callable[[str, bytes], Extracted]) -> None:
    made = message()
    made.add_alternative("<p>in HTML</p>", subtype="html")
    (_, rich) = made.iter_parts()
    rich.make_mixed()
    rich.add_attachment("notes", filename="notes.txt")
    found = pages_of(extract("a.eml", bytes(made)))
    assert found["notes.txt"] == "notes"
    assert "in HTML" not in found[""]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("отчёт за июнь.txt", "filename*=koi8-r''{koi}"),
        ("отчёт за июнь.txt", "filename*0*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%20;\n filename*1*=%D0%B7%D0%B0%20"
         "%D0%B8%D1%8E%D0%BD%D1%8C;\n filename*2=.txt"),
        ("報告書.txt", 'filename="=?iso-2022-jp?B?{jis}?="'),
        ("تقرير.txt", 'filename="=?windows-1256?Q?{arabic}?=.txt"'),
        ("отчёт за июнь.txt", 'filename="{bytes}"'),
    ],
)  # fmt: skip
def test_names_of_attachments_are_read_in_every_way_of_writing_them(
    name: str, parameter: str, extract: Callable[[str, bytes], Extracted]
) -> None:
    written = parameter.format(
        koi="".join(f"%{byte:02X}" for byte in "отчёт за июнь.txt".encode("koi8-r")),
        jis=base64.b64encode("報告書.txt".encode("iso2022_jp")).decode(),
        arabic="".join(f"={byte:02X}" for byte in "تقرير".encode("cp1256")),
        bytes="отчёт за июнь.txt".encode().decode("latin-1"),
    )
    data = raw(f"Subject: x\nContent-Type: text/plain\nContent-Disposition: attachment; {written}")
    assert pages_of(extract("a.eml", data))[name] == "text"


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?utf-8?B?0JzQsNGP0Lo=?= =?utf-8?B?INC90LA=?= sea", "Маяк на sea"),
        ("=?iso-2022-jp?B?GyRCRXRCZhsoQg==?=", "灯台"),
        ("=?UTF-8?B?4Lin?= =?UTF-8?B?4Li04LiX?=", "วิท"),
        ("=?utf-8?B?0JzQ?= =?utf-8?B?sNGP0Lo=?=", "Маяк"),
        ("Re: C:\\users =?no-such?Q?caf=E9?=", "Re: C:\\users café"),
        ("\xcc\xc1\xd1\xcb \xce\xc1 \xcf\xd3\xd4\xd2\xcf\xd7\xc5", "лаяк на острове"),
        ("=?utf-8?B?!!!?= x", "x"),
        ("two\n lines", "two lines"),
    ],
)
def test_subjects_are_read_in_every_way_of_writing_them(
    header: str, subject: str, extract: Callable[[str, bytes], Extracted]
) -> None:
    assert extract("a.eml", raw(f"Subject: {header}")).title == subject


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "no-such-charset", '"', "us-ascii", "utf-8"])
def test_a_text_survives_a_wrong_charset(charset: str, text_of: Callable[[str, bytes], str]) -> None:
    text = "Маяк на острове построили в тот год, когда буря унесла все лодки деревни."
    encoding = charset if charset.startswith(("koi", "win")) else "koi8-r"
    headers = f"From: a@b.org\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit"
    assert text_of("a.eml", raw(headers, text.encode(encoding))).endswith(text)


@pytest.mark.parametrize(
    "headers",
    [
        "From: a@b.org\nDate: some day\nSubject: x",
        "From: <<,;@\nTo: \x01\nDate: Mon, 99 Foo 2024 99:99:99\nSubject: x",
        "Subject: x\nContent-Type: multipart/mixed",
        "Subject: x\nContent-Type: ;;;=",
        "Subject: x\nContent-Transfer-Encoding: nonsense",
        "From nobody Mon Jun  3 09:12:00 2024\nSubject: x",
    ],
)
def test_broken_headers_do_not_hide_the_text(headers: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("a.eml", raw(headers)).endswith("\n\ntext")


def test_quoted_lines_stay_apart_and_broken_lines_are_joined(text_of: Callable[[str, bytes], str]) -> None:
    body = (
        "The harbour was built in the year of the great storm, when\nevery boat of the village was lost.\n\n"
        "> Its keeper lived alone for thirty years and wrote down\n> the weather every morning.\nYes."
    )
    assert text_of("a.eml", bytes(message(body=body))).split("\n\n", 2)[2] == (
        "The harbour was built in the year of the great storm, when every boat of the village was lost.\n\n"
        "> Its keeper lived alone for thirty years and wrote down the weather every morning.\nYes."
    )


def test_messages_in_messages_are_read_to_a_depth(extract: Callable[[str, bytes], Extracted]) -> None:
    inner = message("four", "deep")
    for subject in ("three", "two", "one"):
        outer = message(subject, f"text of {subject}")
        outer.add_attachment(inner)
        inner = outer
    found = pages_of(extract("a.eml", bytes(inner)))
    assert list(found) == ["", "two.eml", "two.eml, three.eml", "two.eml, three.eml, four.eml"]
    assert found["two.eml, three.eml"].endswith("text of three")
    assert found["two.eml, three.eml, four.eml"] == ""


def test_archives_in_messages_are_read(extract: Callable[[str, bytes], Extracted]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("in/notes.txt", "notes")
    made = message()
    made.add_attachment(stream.getvalue(), maintype="application", subtype="zip", filename="box.zip")
    assert pages_of(extract("a.eml", bytes(made)))["box.zip, in/notes.txt"] == "notes"


def test_a_text_that_is_none_is_told(extract: Callable[[str, bytes], Extracted]) -> None:
    headers = "Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64"
    (head, unread) = extract("a.eml", raw(headers, base64.b64encode(b"\x89PNG\r\n\x1a\n\x00"))).pages
    assert head.text == "x"
    assert unread.label == "text/plain"
    assert unread.check == PageCheck(verdict=Verdict.NO_TEXT, extractor="eml", signs={"wrong_type": 1.0})


@pytest.mark.parametrize("data", [b"only some text", b"\xff\xd8\xff\xe0", b"key: value\n\ntext"])
def test_what_is_no_message_is_refused(data: bytes, extract: Callable[[str, bytes], Extracted]) -> None:
    with pytest.raises(ReadError) as caught:
        extract("a.eml", data)
    assert caught.value.failure.reason is FailureReason.WRONG_TYPE


def test_parts_nested_without_end_are_refused(extract: Callable[[str, bytes], Extracted]) -> None:
    data = b"Subject: x\r\n"
    for number in range(3000):
        data += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    with pytest.raises(ReadError, match="nested too deep") as caught:
        extract("a.eml", data + b"\r\ntext")
    assert caught.value.failure.reason is FailureReason.TOO_LARGE
