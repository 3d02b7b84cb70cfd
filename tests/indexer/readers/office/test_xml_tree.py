import io
import socket
import zipfile
from pathlib import Path

import pytest

from indexer.readers.extracted import Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office.xml_tree import attribute, children_of, first, local, parse, parse_bytes, relation_id, whole
from indexer.readers.office.zip_container import Container, open_container


def container_of(data: bytes) -> Container:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", data)
    return open_container(Source(path=Path("a.docx"), data=file.getvalue()), "a Word document (.docx)")


def laughs() -> bytes:
    entities = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    return f"<!DOCTYPE a [{''.join(entities)}]><a>&a9;</a>".encode()


BOMBS = {
    "a billion laughs": (laughs(), FailureReason.TOO_LARGE),
    "one long entity a hundred thousand times": (
        b'<!DOCTYPE a [<!ENTITY x "' + b"y" * 10_000 + b'">]><a>' + b"&x;" * 100_000 + b"</a>",
        FailureReason.TOO_LARGE,
    ),
    "an entity that holds itself": (
        b'<!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "&x;">]><a>&x;</a>',
        FailureReason.DAMAGED,
    ),
    "elements 20,000 deep": (b"<a>" * 20_000 + b"</a>" * 20_000, FailureReason.TOO_LARGE),
    "a text of 11 million letters": (b"<a>" + b"x" * 11_000_000 + b"</a>", FailureReason.TOO_LARGE),
    "a file of this computer": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        FailureReason.DAMAGED,
    ),
    "an end too early": (b"<a><b>text</b>", FailureReason.DAMAGED),
    "nothing": (b"", FailureReason.DAMAGED),
    "no XML": (b"PK", FailureReason.DAMAGED),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_with_its_reason_by_both_ways_of_reading(bomb: str) -> None:
    data, reason = BOMBS[bomb]
    with pytest.raises(ReadError, match=r"'a\.xml'") as whole_file:
        parse(container_of(data), "a.xml")
    with pytest.raises(ReadError, match=r"'a\.xml'") as streamed:
        list(children_of(("a",), container_of(data), "a.xml"))
    assert whole_file.value.failure.reason is streamed.value.failure.reason is reason


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    root = parse_bytes(b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a>text</a>', "a.xml")
    assert root.text == "text"


def test_children_are_given_whole_and_once_from_a_long_member() -> None:
    data = "".join(f"<p><t>{number}</t><p>nested</p></p>" for number in range(20_000))
    children = children_of(("body",), container_of(f"<doc><body>{data}</body><p/></doc>".encode()), "a.xml")
    assert [next(iter(child)).text for child in children] == [str(number) for number in range(20_000)]


def test_a_damaged_member_is_damage_while_it_is_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.xml", b"<a>" + b"<b/>" * 1000 + b"</a>")
    data = file.getvalue().replace(b"<b/>", b"<c/>", 1)
    container = open_container(Source(path=Path("a.docx"), data=data), "a Word document (.docx)")
    with pytest.raises(ReadError) as caught:
        list(children_of(("a",), container, "a.xml"))
    assert caught.value.failure.reason is FailureReason.DAMAGED


def test_names_are_found_in_any_namespace() -> None:
    relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    root = parse_bytes(
        f'<a xmlns:r="{relationships}" xmlns:w="w"><w:b r:id="r1" w:id="2" w:val="3"/></a>'.encode(), "a"
    )
    (child,) = root
    assert local(child) == "b"
    assert (attribute(child, "id"), attribute(child, "val"), relation_id(child)) == ("2", "3", "r1")
    assert attribute(child, "other") is attribute(None, "id") is first(root, "b", "c") is None


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("-1", 7), ("", 7), (None, 7), ("9" * 5000, 7), ("1e3", 7)])
def test_a_whole_number_is_read_or_replaced(text: str | None, number: int) -> None:
    assert whole(text, 7) == number
