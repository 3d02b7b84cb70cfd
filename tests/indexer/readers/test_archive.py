import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from indexer.readers.archive import MAX_MEMBERS, extract
from indexer.readers.document import ReadLimits, ReadOptions, Verdict
from indexer.readers.extracted import ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError

ENCRYPTED = 0x1


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def pages_of(data: bytes, **settings: object) -> list[ExtractedPage]:
    return list(extract(Source(path=Path("box.zip"), data=data, **settings)).pages)


def shown(data: bytes, **settings: object) -> dict[str, str]:
    return {page.label: page.text for page in pages_of(data, **settings)}


def why_unread(data: bytes, **settings: object) -> dict[str, str]:
    """Reasons by label; such a page has no text."""
    return {
        page.label: sign
        for page in pages_of(data, **settings)
        if page.check is not None and page.check.verdict is Verdict.NO_TEXT and not page.text
        for sign in page.check.signs
    }


def failure(data: bytes, **settings: object) -> FailureReason:
    with pytest.raises(ReadError) as caught:
        pages_of(data, **settings)
    return caught.value.failure.reason


class _Cipher:
    """The old encryption of ZIP archives (PKWARE's application note, 6.1)."""

    def __init__(self, password: bytes) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    def _update(self, byte: int) -> None:
        first, second, third = self._keys
        first = _crc(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._keys = [first, second, _crc(third, second >> 24)]

    def encrypt(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            mask = (self._keys[2] | 2) & 0xFFFF
            out.append(byte ^ ((mask * (mask ^ 1) >> 8) & 0xFF))
            self._update(byte)
        return bytes(out)


def _crc(crc: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def encrypted(name: str, text: bytes, password: bytes) -> bytes:
    """An archive of one stored member: pack the encrypted bytes, then mark them as such."""
    crc = zlib.crc32(text)
    body = _Cipher(password).encrypt(bytes(11) + bytes([crc >> 24]) + text)
    data = bytearray(zipped({name: body}, zipfile.ZIP_STORED))
    for signature, flags, checksum, size in ((b"PK\x03\x04", 6, 14, 22), (b"PK\x01\x02", 8, 16, 24)):
        start = data.index(signature)
        data[start + flags] |= ENCRYPTED
        data[start + checksum : start + checksum + 4] = crc.to_bytes(4, "little")
        data[start + size : start + size + 4] = len(text).to_bytes(4, "little")
    return bytes(data)


def test_members_are_pages_labelled_with_their_path(pdf) -> None:
    members = {
        "docs/notes.md": "# Notes\n\ntext",
        "docs/report.pdf": pdf.pages(["One", "Two"]),
        "table.csv": "name,city\nAnna,Bonn\n",
        "photo.jpg": b"\xff\xd8\xff",
        "__MACOSX/docs/._notes.md": "junk",
        ".hidden.txt": "junk",
    }
    found = pages_of(zipped(members))
    assert {page.label: page.text for page in found} == {
        "docs/notes.md": "Notes\n\ntext",
        "docs/report.pdf, page 1": "One",
        "docs/report.pdf, page 2": "Two",
        "table.csv, rows 1–2": "name · city\nname: Anna · city: Bonn",
    }
    assert [(heading.start, heading.level) for heading in found[0].headings] == [(0, 1)]


def test_a_member_that_cannot_be_read_costs_only_itself() -> None:
    data = zipped({"good.txt": "text", "bad.json": "{", "empty.md": "", "image.txt": b"\x89PNG\r\n\x1a\n"})
    assert shown(data)["good.txt"] == "text"
    assert why_unread(data) == {"bad.json": "damaged", "empty.md": "empty", "image.txt": "wrong_type"}


def test_a_member_whose_bytes_are_damaged_is_named() -> None:
    data = zipped({"a.txt": "text of a", "b.txt": "text of b"}, zipfile.ZIP_STORED).replace(
        b"text of a", b"text of c", 1
    )
    assert shown(data) == {"a.txt": "", "b.txt": "text of b"}
    assert why_unread(data) == {"a.txt": "damaged"}


def test_if_no_member_can_be_read_the_most_frequent_reason_is_told() -> None:
    with pytest.raises(
        ReadError, match=r"none of the archive's 3 files could be read \(2 of them: damaged\)"
    ) as caught:
        pages_of(zipped({"a.json": "{", "b.json": "[", "c.txt": ""}))
    assert caught.value.failure.reason is FailureReason.DAMAGED
    assert failure(zipped({"blank.txt": " \n"})) is FailureReason.NO_TEXT


def test_an_archive_without_a_known_format_names_the_endings_in_it() -> None:
    with pytest.raises(ReadError, match=r"none of the 3 files .* \(2 × \.exe, 1 × no suffix\)") as caught:
        pages_of(zipped({"a.exe": "x", "b.EXE": "y", "README": "z"}))
    assert caught.value.failure.reason is FailureReason.NO_TEXT
    with pytest.raises(ReadError, match="holds no files"):
        pages_of(zipped({}))


def test_archives_in_archives_are_read_to_a_depth() -> None:
    data = zipped({"deep.txt": "deep"})
    for name in ("three.zip", "two.zip"):
        data = zipped({name: data, "beside.txt": name})
    assert shown(data)["two.zip, three.zip, deep.txt"] == "deep"
    deeper = zipped({"one.zip": data})
    assert "deep" not in shown(deeper).values()
    assert why_unread(deeper) == {"one.zip, two.zip, three.zip": "too_large"}


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a\n\u202eb.txt"])
def test_no_name_does_harm(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (label,) = shown(zipped({name: "text"}))
    assert label.endswith(".txt")
    assert label.isprintable()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("東京の報告書.txt", "cp932"),
        ("北京报告.txt", "gb18030"),
        ("отчёт за июнь.txt", "cp866"),
        ("보고서 요약.txt", "cp949"),
        ("Übergröße.txt", "cp850"),
        ("Übergröße.txt", "utf-8"),
    ],
)
def test_names_in_the_encoding_of_old_systems_are_shown_right(name: str, encoding: str) -> None:
    raw = name.encode(encoding)
    data = zipped({"x" * len(raw): "text"}).replace(b"x" * len(raw), raw)
    assert list(shown(data)) == [name]


def test_a_password_opens_what_asks_for_one() -> None:
    data = encrypted("secret.txt", b"text of the secret", b"tower")
    assert failure(data) is FailureReason.ENCRYPTED
    assert failure(data, options=ReadOptions(passwords=("wrong",))) is FailureReason.ENCRYPTED
    wrong = tuple(f"wrong {number}" for number in range(600))  # some of which pass the first check
    assert shown(data, options=ReadOptions(passwords=(*wrong, "tower"))) == {"secret.txt": "text of the secret"}


def test_what_unpacks_to_more_than_a_file_may_have_is_left_out() -> None:
    data = zipped({"a.txt": "a" * 600_000, "b.txt": "b" * 600_000, "c.txt": "c"}, zipfile.ZIP_STORED)
    limits = ReadLimits(file_mb=1)
    assert why_unread(data, limits=limits) == {"b.txt": "too_large"}
    assert shown(data, limits=limits)["c.txt"] == "c"
    inner = zipped({"in.zip": data, "after.txt": "d" * 600_000}, zipfile.ZIP_STORED)
    assert why_unread(inner, limits=ReadLimits(file_mb=2)) == {"in.zip, b.txt": "too_large", "after.txt": "too_large"}


def test_bombs_are_refused() -> None:
    assert failure(zipped({"bomb.txt": bytes(20_000_000)})) is FailureReason.TOO_LARGE
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(MAX_MEMBERS + 1):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(ReadError, match="10,001 files, more than 10,000"):
        pages_of(stream.getvalue())


def test_a_member_that_is_larger_than_it_says_is_damaged() -> None:
    data = bytearray(zipped({"bomb.txt": bytes(5_000_000)}))
    start = data.index(b"PK\x01\x02") + 24
    data[start : start + 4] = (100).to_bytes(4, "little")
    assert failure(bytes(data)) is FailureReason.DAMAGED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_cannot_be_bounded_is_not_unpacked(method: int) -> None:
    assert failure(zipped({"a.txt": "text"}, method)) is FailureReason.UNREADABLE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and no more", FailureReason.DAMAGED),
        (zipped({"a.txt": "text"})[:-30], FailureReason.DAMAGED),
        (b"%PDF-1.7\n", FailureReason.WRONG_TYPE),
        (b"Rar!\x1a\x07\x00", FailureReason.WRONG_TYPE),
        (b"some text", FailureReason.DAMAGED),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes, reason: FailureReason) -> None:
    assert failure(data) is reason


def test_an_archive_is_named_by_its_file_and_read_as_any_other(read_here: Callable) -> None:
    document = read_here("papers of 1803.zip", zipped({"a.txt": "text"}))
    assert document.title == "papers of 1803"
    assert [(page.label, page.text) for page in document.pages] == [("a.txt", "text")]
