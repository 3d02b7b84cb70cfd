import io
import struct
import zipfile
from pathlib import Path

import pytest

from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Source
from indexer.readers.failure import FailureReason, ReadError, ReadFailure
from indexer.readers.office.zip_container import MAX_MEMBERS, Container, open_container

KIND = "a Word document (.docx)"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def opened(data: bytes, limits: ReadLimits | None = None) -> Container:
    return open_container(Source(path=Path("a.docx"), data=data, limits=limits or ReadLimits()), KIND)


def failure(data: bytes, member: str = "a.xml", limits: ReadLimits | None = None) -> ReadFailure:
    with pytest.raises(ReadError) as caught:
        opened(data, limits).read(member)
    assert "\n" not in caught.value.failure.message
    return caught.value.failure


@pytest.mark.parametrize("name", ["word/a.xml", "Word/A.XML", "/word/a.xml", "word\\a.xml", "./word/b/../a.xml"])
def test_a_member_is_found_whatever_its_case_and_slashes(name: str) -> None:
    assert opened(zipped({name: b"text"})).read("word/a.xml") == b"text"


@pytest.mark.parametrize("name", ["../a.xml", "x/../../a.xml", "..\\a.xml", "C:/a.xml", "/../../a.xml"])
def test_a_member_that_leads_out_of_the_archive_is_left_out(name: str) -> None:
    container = opened(zipped({name: b"text", "b.xml": b"other"}))
    assert name not in container
    assert "a.xml" not in container
    assert container.read("b.xml") == b"other"


def test_too_many_members_are_refused_before_they_are_listed() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    found = failure(b"PK\x03\x04" + entry * 100_000)
    assert found.reason is FailureReason.TOO_LARGE
    assert f"100000 parts, more than the limit of {MAX_MEMBERS}" in found.message


def test_members_may_together_unpack_to_the_limit_and_no_further() -> None:
    limits = ReadLimits(file_mb=2)
    container = opened(zipped({"a.xml": bytes(1_000_000), "b.xml": bytes(1_000_000), "c.xml": b"x"}), limits)
    assert len(container.read("a.xml")) == len(container.read("b.xml")) == 1_000_000
    with pytest.raises(ReadError, match=r"unpacks to more than 2 MB \(seen at its part 'c\.xml'\)") as caught:
        container.read("c.xml")
    assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_a_member_gives_no_more_than_the_size_it_states() -> None:
    data = zipped({"a.xml": bytes(1_000_000)})
    lying = data.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    assert lying != data
    assert failure(lying, limits=ReadLimits(file_mb=1)).reason is FailureReason.DAMAGED


def test_a_member_with_a_password_is_encrypted() -> None:
    data = bytearray(zipped({"a.xml": b"text"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert failure(bytes(data)).reason is FailureReason.ENCRYPTED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_of_packing_that_documents_never_use_are_refused(method: int) -> None:
    assert failure(zipped({"a.xml": b"text"}, method)).reason is FailureReason.DAMAGED


def test_a_truncated_archive_is_damaged() -> None:
    data = zipped({"a.xml": b"text" * 100})
    for end in (len(data) - 1, len(data) // 2, 10):
        assert failure(data[:end]).reason is FailureReason.DAMAGED


def test_a_changed_byte_is_noticed() -> None:
    data = zipped({"a.xml": b"text" * 100}, zipfile.ZIP_STORED)
    assert failure(data.replace(b"text", b"test", 1)).reason is FailureReason.DAMAGED


def test_places_that_cannot_be_are_damage() -> None:
    data = bytearray(zipped({"a.xml": b"text"}))
    data[-6:-2] = b"\xff\xff\xff\x7f"  # where the list of members begins
    assert failure(bytes(data)).reason is FailureReason.DAMAGED


def test_a_missing_part_is_named() -> None:
    found = failure(zipped({"b.xml": b""}))
    assert found.reason is FailureReason.DAMAGED
    assert "lacks its part 'a.xml'" in found.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n", "the file is a PDF, not a Word document (.docx); give it the right file name"),
        (b"{\\rtf1 }", "an RTF document"),
        (b"<html>", "of another kind, not a Word document (.docx)"),
        (OLE + bytes(600), "an old Office document"),
        (OLE + "WordDocument".encode("utf-16-le"), "an old Word document (.doc)"),
        (OLE + "WordDocument".encode("utf-16-le"), "save it as .docx"),
        (OLE + "Workbook".encode("utf-16-le"), "save it as .xlsx"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "save it as .pptx"),
    ],
)
def test_what_is_no_archive_is_named(data: bytes, message: str) -> None:
    found = failure(data)
    assert found.reason is FailureReason.WRONG_TYPE
    assert message in found.message


def test_an_office_document_with_a_password_is_encrypted() -> None:
    found = failure(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert found.reason is FailureReason.ENCRYPTED
    assert "save it without a password" in found.message


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"word/document.xml": b""}, "a Word document (.docx)"),
        ({"ppt/presentation.xml": b""}, "a PowerPoint presentation (.pptx)"),
        ({"xl/workbook.xml": b""}, "an Excel workbook (.xlsx)"),
        ({"xl/workbook.bin": b""}, "a binary Excel workbook (.xlsb)"),
        ({"META-INF/container.xml": b""}, "an EPUB book (.epub)"),
        ({"mimetype": b"application/epub+zip\n"}, "an EPUB book (.epub)"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text-template"}, "an OpenDocument text (.odt)"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "an OpenDocument spreadsheet (.ods)"),
        ({"photo.jpg": b""}, "a ZIP archive"),
    ],
)
def test_an_archive_is_told_by_its_members(members: dict[str, bytes], kind: str) -> None:
    assert opened(zipped(members)).kind() == kind
