"""Make a sound PDF of a damaged one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pikepdf import Dictionary, Pdf

_OBJECT_NUMBER: Final = re.compile(rb"\b(\d{1,7})\s+\d{1,5}\s+obj\b")
_ENCRYPTION: Final = re.compile(rb"/Filter\s*/Standard\b")
_PAIR: Final = 2  # an object stream begins with pairs of an object's number and its place
_PACKED_BYTES: Final = 256_000_000  # of packed objects; a bomb holds more

_END: Final = b"\nendstream\nendobj\n"  # of whatever was cut
_TREE: Final = b"""\
%(root)d 0 obj
<< /Type /Catalog /Pages %(pages)d 0 R >>
endobj
%(pages)d 0 obj
<< /Type /Pages /Count 1 /Kids [%(page)d 0 R] >>
endobj
%(page)d 0 obj
<< /Type /Page /Parent %(pages)d 0 R /MediaBox [0 0 1 1] >>
endobj
trailer
<< /Root %(root)d 0 R /Size %(size)d >>
startxref
0
%%%%EOF
"""


class UnrescuableError(Exception):
    """Nothing of the PDF can be made out."""


class PasswordNeededError(Exception):
    """The PDF is encrypted, and with another password."""


def resaved(data: bytes, password: str) -> bytes:
    """Write a PDF anew, so that its table of objects is right again.

    Args:
        data: The damaged PDF.
        password: It was encrypted with; may be empty.

    Returns:
        A PDF with the same objects, not encrypted.

    Raises:
        PasswordNeededError: It asks for another password.
        UnrescuableError: Its catalog is lost, or the key it was encrypted with.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), password=password) as pdf:
            if not pdf.is_encrypted:
                _refuse_lost_key(data)
            return _saved(pdf)
    except pikepdf.PasswordError as error:
        raise PasswordNeededError from error
    except (pikepdf.PikepdfError, RuntimeError, ValueError) as error:
        raise UnrescuableError from error


def rebuilt(data: bytes) -> bytes:
    """Gather the pages of a PDF whose end is lost, and with it the catalog that lists them.

    Pages come in the order of what is left of the page tree, else in that of their numbers. Objects packed in
    streams are unpacked first.

    Args:
        data: The damaged PDF.

    Returns:
        A PDF of the pages that were found.

    Raises:
        UnrescuableError: There are none with content, or what they hold is encrypted and the key lost.
    """
    import pikepdf

    _refuse_lost_key(data)
    try:
        with pikepdf.open(io.BytesIO(_with_tree(data))) as pdf:
            packed = b"".join(_unpacked(pdf))
        with pikepdf.open(io.BytesIO(_with_tree(data + _END + packed))) as pdf:
            _gather_pages(pdf)
            return _saved(pdf)
    except (pikepdf.PikepdfError, RuntimeError, ValueError) as error:
        raise UnrescuableError from error


def _refuse_lost_key(data: bytes) -> None:
    """Refuse encrypted objects whose key went with the end of the file: they would be taken for text."""
    if _ENCRYPTION.search(data):
        raise UnrescuableError


def _saved(pdf: Pdf) -> bytes:
    target = io.BytesIO()
    pdf.save(target, encryption=False)
    return target.getvalue()


def _with_tree(data: bytes) -> bytes:
    """Add a catalog and a tree of one page: without them no library opens what is left."""
    top = max((int(number) for number in _OBJECT_NUMBER.findall(data)), default=0)
    return data + _END + _TREE % {b"root": top + 1, b"pages": top + 2, b"page": top + 3, b"size": top + 4}


def _unpacked(pdf: Pdf) -> Iterator[bytes]:
    """Write out the objects inside object streams, one after another."""
    from pikepdf import Name, PikepdfError, Stream

    room = _PACKED_BYTES
    for item in pdf.objects:
        if not isinstance(item, Stream) or item.get("/Type") != Name.ObjStm:
            continue
        try:
            content = item.read_bytes()
            head = [int(word) for word in content[: int(item.get("/First", 0))].split()]
        except (PikepdfError, TypeError, ValueError):  # it was cut in the middle
            continue
        room -= len(content)
        if room < 0:
            raise UnrescuableError
        starts = [*(len(content) if place < 0 else int(item.First) + place for place in head[1::_PAIR]), len(content)]
        for number, start, end in zip(head[::_PAIR], starts, starts[1:], strict=False):
            yield b"%d 0 obj\n%b\nendobj\n" % (number, content[start:end])


def _gather_pages(pdf: Pdf) -> None:
    """Make a page tree of every page that still has content."""
    from pikepdf import Array, Dictionary, Name

    dictionaries = [item for item in pdf.objects if isinstance(item, Dictionary)]
    listed = _places(item for item in dictionaries if item.get("/Type") == Name.Pages)
    pages = [item for item in dictionaries if item.get("/Type") == Name.Page and item.get("/Contents") is not None]
    if not pages:
        raise UnrescuableError
    pages.sort(key=lambda page: listed.get(page.objgen, len(listed)))
    tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(pages), Count=len(pages)))
    for page in pages:
        if page.get("/Parent") is None:  # the old one is kept for what the page inherits from it
            page.Parent = tree
    pdf.Root.Pages = tree


def _places(nodes: Iterable[Dictionary]) -> dict[tuple[int, int], int]:
    """Number what the nodes of a page tree list."""
    from pikepdf import Array, Dictionary

    lists = [kids for node in nodes if isinstance(kids := node.get("/Kids"), Array)]
    listed = [kid for kids in lists for kid in kids if isinstance(kid, Dictionary)]
    return {kid.objgen: place for place, kid in enumerate(listed)}
