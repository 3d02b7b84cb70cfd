"""Small PDFs, written byte by byte."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Extracted, Source
from indexer.readers.formats import reader_for
from indexer.readers.reading import read_file

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
FILE_ID = b"0123456789abcdef"
PERMISSIONS = b"\xfc\xff\xff\xff"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def assemble(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Number the objects from 1 (the catalog) and write them with their table."""
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer << /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(data))
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def text_objects(
    pages: Sequence[str], encrypt: Callable[[int, bytes], bytes] = lambda _, content: content
) -> list[bytes]:
    """Catalog, page tree, font, then a page and its content for each text; lines are set one below the other."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages)),
        FONT,
    ]
    for index, text in enumerate(pages):
        content = 5 + 2 * index
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        lines = b" ".join(b"(%b) Tj T*" % line.encode("latin-1") for line in text.split("\n"))
        shown = b"BT /F1 11 Tf 14 TL 72 720 Td %b ET" % lines if text else b""
        objects.append(stream(encrypt(content, shown)))
    return objects


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def encrypted(text: str, password: bytes) -> bytes:
    """A PDF under the standard security handler, 40 bits; an empty password opens in every viewer."""
    padded = (password + PADDING)[:32]
    owner = rc4(md5((b"owner" + PADDING)[:32])[:5], padded)
    key = md5(padded + owner + PERMISSIONS + FILE_ID)[:5]

    def encrypt(number: int, content: bytes) -> bytes:
        return rc4(md5(key + number.to_bytes(3, "little") + b"\x00\x00")[:10], content)

    objects = text_objects([text], encrypt)
    objects.append(
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >>"
        % (owner.hex().encode(), rc4(key, PADDING).hex().encode())
    )
    ids = FILE_ID.hex().encode()
    return assemble(objects, b"/Encrypt %d 0 R /ID [<%b> <%b>]" % (len(objects), ids, ids))


def forms(draws: Sequence[bytes]) -> bytes:
    """A page that draws form /X0; form /Xi is what `draws[i]` says, and knows all the others."""
    names = b" ".join(b"/X%d %d 0 R" % (index, index + 5) for index in range(len(draws)))
    resources = b"/Resources << /Font << /F1 3 0 R >> /XObject << %b >> >>" % names
    objects = text_objects([""])[:3]
    objects[1] = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    objects.append(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R %b >>" % (len(draws) + 5, resources)
    )
    objects += [stream(draw, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + resources) for draw in draws]
    objects.append(stream(b"/X0 Do"))
    return assemble(objects)


@pytest.fixture(scope="session")
def pdf() -> SimpleNamespace:
    """Makers of PDFs: `pages(texts)`, `encrypted(text, password)`, `forms(draws)`."""

    def pages(texts: Sequence[str], trailer: bytes = b"") -> bytes:
        return assemble(text_objects(texts), trailer)

    def titled(title: str, texts: Sequence[str]) -> bytes:
        objects = [*text_objects(texts), b"<< /Title (%b) >>" % title.encode("latin-1")]
        return assemble(objects, b"/Info %d 0 R" % len(objects))

    return SimpleNamespace(pages=pages, titled=titled, encrypted=encrypted, forms=forms)


@pytest.fixture(scope="session")
def hungry_pdf() -> bytes:
    """A small form that draws itself: pdfium takes gigabytes for it."""
    return forms([b"BT /F1 11 Tf 72 720 Td (x) Tj ET /X0 Do /X0 Do"])


@pytest.fixture
def extract() -> Callable[[str, bytes], Extracted]:
    """Extract from bytes under a file name, in this process."""

    def extract(name: str, data: bytes) -> Extracted:
        path = Path(name)
        return reader_for(path).extract(Source(path=path, data=data))

    return extract


@pytest.fixture
def text_of(extract: Callable[[str, bytes], Extracted]) -> Callable[[str, bytes], str]:
    """The only page's text of bytes under a file name."""

    def text_of(name: str, data: bytes) -> str:
        (page,) = extract(name, data).pages
        return page.text

    return text_of


@pytest.fixture
def limits() -> ReadLimits:
    return ReadLimits(cpu_s=10, wall_s=30, memory_mb=256, file_mb=2, text_mb=1)


@pytest.fixture
def read_here(tmp_path: Path, limits: ReadLimits) -> Callable:
    """Save bytes under a name and read the file in this process."""

    def read_here(name: str, data: bytes):
        path = tmp_path / name
        path.write_bytes(data)
        return read_file(path, limits)

    return read_here
