"""Open documents that are ZIP archives, without believing what they say about themselves."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.signatures import kind_of
from indexer.readers.zip_safety import DAMAGE, ENCRYPTED, METHODS

MAX_MEMBERS: Final = 20_000
"""A presentation of a thousand slides has less than half of it."""

MEGABYTE: Final = 1_000_000

_LISTED: Final = b"PK\x01\x02"  # stands before each entry of the list of members
_BEGINS: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DRIVE: Final = re.compile(r"[A-Za-z]:")

_OLD_OFFICE: Final = (
    ("WordDocument", "an old Word document (.doc)", ".docx"),
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt)", ".pptx"),
    ("Workbook", "an old Excel workbook (.xls)", ".xlsx"),
    ("Book", "an old Excel workbook (.xls)", ".xlsx"),
)
_KINDS_BY_MEMBER: Final = (
    ("word/document.xml", "a Word document (.docx)"),
    ("ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
    ("xl/workbook.xml", "an Excel workbook (.xlsx)"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("meta-inf/container.xml", "an EPUB book (.epub)"),
)
_KINDS_BY_MIMETYPE: Final = {
    "application/epub+zip": "an EPUB book (.epub)",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text (.odt)",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods)",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation (.odp)",
    "application/vnd.oasis.opendocument.graphics": "an OpenDocument drawing (.odg)",
}


class Container:
    """The members of a document's archive, by name; nothing is ever written to disk.

    Names are found whatever their case and slashes, as Office finds them; those that lead out of the archive
    (`../x`) are left out. All members that are opened may together unpack to as many bytes as a file may have.
    """

    def __init__(self, archive: zipfile.ZipFile, limits: ReadLimits) -> None:
        self._archive = archive
        self._limits = limits
        self._room = limits.file_mb * MEGABYTE
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            name = _plain_name(member.filename)
            if name:
                self._members[name] = member

    def __contains__(self, name: str) -> bool:
        return _plain_name(name) in self._members

    def read(self, name: str) -> bytes:
        """Unpack a member.

        Raises:
            ReadError: See `open`.
        """
        with self.open(name) as file, errors_named(name):
            return file.read()

    def open(self, name: str) -> IO[bytes]:
        """Open a member; it gives no more bytes than were checked against the limit.

        Raises:
            ReadError: `DAMAGED` if it is missing or broken, `ENCRYPTED`, or `TOO_LARGE`. Wrap what reads from the
                file in `errors_named`: damage may show only then.
        """
        member = self._members.get(_plain_name(name))
        if member is None:
            message = f"the file lacks its part {name!r}; save the document again or get a new copy"
            raise ReadError(FailureReason.DAMAGED, message)
        if member.flag_bits & ENCRYPTED:
            raise encrypted()
        if member.compress_type not in METHODS:
            message = f"the part {name!r} is packed in a way documents may not use; save the document again"
            raise ReadError(FailureReason.DAMAGED, message)
        self._room -= member.file_size  # zipfile gives no more than this, whatever is packed
        if self._room < 0:
            message = (
                f"the file unpacks to more than {self._limits.file_mb} MB (seen at its part {name!r}); "
                "split the document or raise the limit of file size"
            )
            raise ReadError(FailureReason.TOO_LARGE, message)
        with errors_named(name):
            return self._archive.open(member)

    def kind(self) -> str:
        """Name what the archive is by its members: "an EPUB book (.epub)"."""
        if "mimetype" in self:
            declared = self.read("mimetype").decode("ascii", errors="replace").strip()
            for mimetype, kind in _KINDS_BY_MIMETYPE.items():
                if declared.startswith(mimetype):
                    return kind
        return next((kind for name, kind in _KINDS_BY_MEMBER if name in self), "a ZIP archive")


def open_container(source: Source, kind: str) -> Container:
    """Open a document that has to be a ZIP archive.

    Args:
        source: The file.
        kind: What its name says it is, with an article, such as `"a Word document (.docx)"`.

    Returns:
        Its members.

    Raises:
        ReadError: `ENCRYPTED`, `WRONG_TYPE` for what is no archive, `DAMAGED`, or `TOO_LARGE` for too many members.
    """
    data = source.data
    if data.startswith(_OLE):
        raise _old_office(data, kind)
    listed = data.count(_LISTED)
    if listed > MAX_MEMBERS:
        message = f"the file has {listed} parts, more than the limit of {MAX_MEMBERS}; split the document"
        raise ReadError(FailureReason.TOO_LARGE, message)
    try:
        with errors_named("list of members"):
            return Container(zipfile.ZipFile(io.BytesIO(data)), source.limits)
    except ReadError:
        if not data.startswith(_BEGINS):
            raise wrong_type(kind_of(data) or "of another kind", kind) from None
        raise


def wrong_type(found: str, kind: str) -> ReadError:
    """Say that a file is not what its name says.

    Args:
        found: What it is, with an article.
        kind: What its name says.
    """
    return ReadError(FailureReason.WRONG_TYPE, f"the file is {found}, not {kind}; give it the right file name")


def encrypted() -> ReadError:
    """Say that a document asks for a password."""
    message = "the document asks for a password; open it in the program that wrote it and save it without a password"
    return ReadError(FailureReason.ENCRYPTED, message)


@contextmanager
def errors_named(part: str) -> Iterator[None]:
    """Say in our words that an archive is broken.

    Raises:
        ReadError: `DAMAGED`.
    """
    try:
        yield
    except DAMAGE as error:
        message = f"the file is damaged in its {part!r} ({error or 'it ends too early'}); get a new copy of it"
        raise ReadError(FailureReason.DAMAGED, message) from error


def _old_office(data: bytes, kind: str) -> ReadError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return encrypted()
    for stream, found, suffix in _OLD_OFFICE:
        if stream.encode("utf-16-le") in data:
            message = f"the file is {found}, not {kind}; open it in Office or LibreOffice and save it as {suffix}"
            return ReadError(FailureReason.WRONG_TYPE, message)
    return wrong_type("an old Office document", kind)


def _plain_name(name: str) -> str:
    """Write a member's name in one way; nothing for one that leads out of the archive."""
    path = posixpath.normpath(name.replace("\\", "/").lstrip("/"))
    return "" if path.startswith("..") or path == "." or _DRIVE.match(path) else path.lower()
