"""Damaged and hostile files, all made here, the same bytes every time, and what reading each of them must come to."""

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, Object, ObjectStreamMode, Pdf

from indexer.readers.failure import FailureReason

MEGABYTE = 1_000_000
OPENS_WITH = "Schlüssel 7"
WORDS = "The harbour was built in the year of the great storm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A file of the zoo.

    Attributes:
        name: Of the file.
        make: Gives its bytes.
        texts: What is found in its text, if it is read.
        pages: How many pages it is read as; any number if omitted.
        reason: Why it cannot be read, if it cannot.
    """

    name: str
    make: Callable[[], bytes]
    texts: tuple[str, ...] = ()
    pages: int | None = None
    reason: FailureReason | None = None


# ---------------------------------------------------------------- PDFs


def saved(pdf: Pdf, *, packed: bool = False, encryption: Encryption | None = None) -> bytes:
    """The bytes of a PDF; with `packed`, its objects lie in object streams."""
    target = io.BytesIO()
    pdf.save(
        target,
        object_stream_mode=ObjectStreamMode.generate if packed else ObjectStreamMode.disable,
        encryption=encryption or False,
        static_id=encryption is None,
        compress_streams=False,
        stream_decode_level=None if encryption else pikepdf.StreamDecodeLevel.none,
    )
    return target.getvalue()


def shown(text: str) -> bytes:
    return b"BT /F1 11 Tf 72 720 Td (%b) Tj ET" % text.encode("latin-1")


def with_pages(pdf: Pdf, contents: Iterable[Object]) -> Pdf:
    """A page for each content stream, all with the same font."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    resources = pdf.make_indirect(Dictionary(Font=Dictionary(F1=font)))
    pages = [
        pdf.make_indirect(Dictionary(Type=Name.Page, MediaBox=[0, 0, 612, 792], Resources=resources, Contents=content))
        for content in contents
    ]
    tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(pages), Count=len(pages)))
    for page in pages:
        page.Parent = tree
    pdf.Root.Pages = tree
    return pdf


def paged(count: int) -> Pdf:
    pdf = Pdf.new()
    return with_pages(pdf, [pdf.make_stream(shown(f"{WORDS} {number}")) for number in range(1, count + 1)])


def compressed(block: bytes, times: int, *, head: bytes = b"") -> bytes:
    """What zlib makes of a head and a block repeated so often, without ever holding it.

    A block that was flushed stands for itself wherever it is put. The checksum at the end is left out.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + first + repeated * times + b"\x03\x00"


def gigabyte(filler: bytes = b"\x00", *, head: bytes = b"") -> bytes:
    return compressed(filler * MEGABYTE, 1000, head=head)


def junk_before() -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" * 100 + saved(paged(3))


def cut(percent: int, *, packed: bool = False) -> bytes:
    data = saved(paged(12), packed=packed)
    return data[: len(data) * percent // 100]


def garbage_table() -> bytes:
    return re.sub(rb"\d{10} 00000 n", b"0123456789 00000 n", saved(paged(3)))


def without_endobj() -> bytes:
    return saved(paged(3)).replace(b"endobj\n", b"")


def encrypted(revision: int, user: str, *, aes: bool = True) -> bytes:
    """Encrypted with RC4 or AES of 128 bits (revision 4), or with AES of 256 (revision 6)."""
    return saved(paged(1), encryption=Encryption(owner="owner", user=user, R=revision, aes=aes, metadata=aes))


def bomb_in_contents() -> bytes:
    pdf = Pdf.new()
    return saved(with_pages(pdf, [pdf.make_stream(gigabyte(), Filter=Name.FlateDecode)]))


def bomb_in_object_stream() -> bytes:
    """Everything lies in one object stream, which goes on for a gigabyte of spaces."""
    objects = [b"<< /Type /Catalog /Pages 3 0 R >>", b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"]
    objects.append(b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 612 792] >>")
    starts = [sum(len(item) + 1 for item in objects[:index]) for index in range(len(objects))]
    head = b" ".join(b"%d %d" % (number, start) for number, start in enumerate(starts, start=2)) + b"\n"
    content = gigabyte(b" ", head=head + b"\n".join(objects) + b"\n")
    data = b"%PDF-1.5\n"
    packed = len(data)
    data += (
        b"1 0 obj\n<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream\nendobj\n"
        % (
            len(objects),
            len(head),
            len(content),
            content,
        )
    )
    table = len(data)
    rows = [(0, 0, 255), (1, packed, 0), *((2, 1, index) for index in range(len(objects))), (1, table, 0)]
    entries = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([index]) for kind, place, index in rows)
    return data + (
        b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 2 0 R /Length %d >>\nstream\n%b\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(entries), entries, table)
    )


def bomb_in_image() -> bytes:
    pdf = Pdf.new()
    image = pdf.make_stream(
        gigabyte(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=40_000,
        Height=25_000,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        Filter=Name.FlateDecode,
    )
    with_pages(pdf, [pdf.make_stream(b"q 600 0 0 700 0 0 cm /Im1 Do Q " + shown(WORDS))])
    pdf.pages[0].Resources.XObject = Dictionary(Im1=image)
    return saved(pdf)


def with_character_map(content: bytes) -> bytes:
    """A page whose font says in this compressed stream which characters it draws."""
    pdf = Pdf.new()
    with_pages(pdf, [pdf.make_stream(shown(WORDS))])
    pdf.pages[0].Resources.Font.F1.ToUnicode = pdf.make_stream(content, Filter=Name.FlateDecode)
    return saved(pdf)


def bomb_in_character_map() -> bytes:
    return with_character_map(gigabyte(b" "))


def endless_character_map() -> bytes:
    """A few kilobytes that map every character, a million times."""
    ranges = b"100 beginbfrange\n" + b"<0000> <FFFF> <0041>\n" * 100 + b"endbfrange\n"
    return with_character_map(
        compressed(ranges * 10, 10_000, head=b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
    )


def much_text() -> bytes:
    """100 MB of text: a thousand pages that show the same 100 kB."""
    pdf = Pdf.new()
    lines = b"T* (%b) Tj\n" % WORDS.encode() * (100_000 // len(WORDS))
    content = pdf.make_stream(b"BT /F1 1 Tf 1 TL 0 790 Td\n" + lines + b"ET")
    return saved(with_pages(pdf, [content] * 1000))


def with_forms(drawn: list[bytes]) -> bytes:
    """A page that draws the form /X0; the form /Xi draws `drawn[i]`, and each of them knows all the others."""
    pdf = Pdf.new()
    with_pages(pdf, [pdf.make_stream(shown(WORDS) + b" /X0 Do")])
    resources = pdf.pages[0].Resources
    forms = [
        pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 612, 792], Resources=resources)
        for content in drawn
    ]
    resources.XObject = Dictionary({f"/X{index}": form for index, form in enumerate(forms)})
    return saved(pdf)


def self_drawing() -> bytes:
    return with_forms([shown("x") + b" /X0 Do /X0 Do"])


def nested_forms() -> bytes:
    """Each of twelve forms draws the next one ten times."""
    return with_forms([b"/X%d Do " % level * 10 for level in range(1, 12)] + [shown("x")])


def cyclic_tree() -> bytes:
    """The page tree lists itself in place of its first page."""
    return saved(paged(2)).replace(b"/Kids [ 3 0 R ", b"/Kids [ 2 0 R ")


def deep_tree() -> bytes:
    """20,000 nodes of the page tree lead to one page."""
    pdf = paged(1)
    node = pdf.Root.Pages
    for _ in range(20_000):
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=[node], Count=1))
    pdf.Root.Deep_ = node  # pikepdf would not write it as the page tree
    return saved(pdf).replace(b"/Pages 3 0 R", b"/Plain 3 0 R").replace(b"/Deep_", b"/Pages")


def labels_in_a_circle() -> bytes:
    pdf = paged(2)
    tree = pdf.make_indirect(Dictionary(Limits=[0, 9]))
    tree.Kids = Array([tree])
    pdf.Root.PageLabels = tree
    return saved(pdf)


def outline_in_a_circle() -> bytes:
    pdf = paged(2)
    entry = pdf.make_indirect(Dictionary(Title="Rules", Dest=Array([pdf.pages[0].obj, Name.Fit])))
    entry.First = entry.Last = entry.Next = entry.Parent = entry
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, First=entry, Last=entry, Count=1))
    return saved(pdf)


def million_pages() -> bytes:
    """A page tree that lists its one page a million times."""
    pages = b"/Count 1000000 /Kids [ %b]" % (b"3 0 R " * MEGABYTE)
    return saved(paged(1)).replace(b"/Count 1 /Kids [ 3 0 R ]", pages)


def control_characters() -> bytes:
    pdf = Pdf.new()
    return saved(with_pages(pdf, [pdf.make_stream(shown(r"The\000 harbour\007 was\001 built\033"))]))


# ---------------------------------------------------------------- other formats


def long_line() -> bytes:
    return f"{WORDS} ".encode() * (10 * MEGABYTE // (len(WORDS) + 1))


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def word_bomb(*, claimed_bytes: int) -> bytes:
    """A Word document whose text goes on for a gigabyte, and what it claims of it."""
    package = b"http://schemas.openxmlformats.org/package/2006/"
    types = (
        b'<Types xmlns="%bcontent-types"><Override PartName="/word/document.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    ) % package
    relations = (
        b'<Relationships xmlns="%brelationships"><Relationship Id="r1" Target="word/document.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ) % package
    text = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>'
    members = [
        (b"[Content_Types].xml", deflated(types), len(types), zlib.crc32(types)),
        (b"_rels/.rels", deflated(relations), len(relations), zlib.crc32(relations)),
        (b"word/document.xml", gigabyte(b"x", head=text)[2:], claimed_bytes, 0),
    ]
    data = directory = b""
    for name, content, size, checksum in members:
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(content), size, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(data)) + name
        data += b"PK\x03\x04" + fields + name + content
    count = len(members)
    return data + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(data), 0)


def cut_files() -> Iterator[Exhibit]:
    """A document cut at ten places: every page whose content is whole must be read."""
    for packed in (False, True):
        for percent in range(5, 100, 10):
            data = cut(percent, packed=packed)
            whole = tuple(f"{WORDS} {number}" for number in range(1, 13) if shown(f"{WORDS} {number}") in data)
            yield Exhibit(
                name=f"cut at {percent:02} %{', packed' if packed else ''}.pdf",
                make=partial(cut, percent, packed=packed),
                texts=whole,
                reason=None if whole else FailureReason.DAMAGED,
            )


ZOO = (
    Exhibit(name="junk before it.pdf", make=junk_before, texts=(f"{WORDS} 3",), pages=3),
    *cut_files(),
    Exhibit(name="garbage table.pdf", make=garbage_table, texts=(f"{WORDS} 3",), pages=3),
    Exhibit(name="no endobj.pdf", make=without_endobj, texts=(f"{WORDS} 3",), pages=3),
    Exhibit(name="empty password.pdf", make=partial(encrypted, 6, ""), texts=(WORDS,), pages=1),
    Exhibit(name="password, RC4.pdf", make=partial(encrypted, 4, OPENS_WITH, aes=False), texts=(WORDS,), pages=1),
    Exhibit(name="password, AES-128.pdf", make=partial(encrypted, 4, OPENS_WITH), texts=(WORDS,), pages=1),
    Exhibit(name="password, AES-256.pdf", make=partial(encrypted, 6, OPENS_WITH), texts=(WORDS,), pages=1),
    Exhibit(name="unknown password.pdf", make=partial(encrypted, 6, "unknown"), reason=FailureReason.ENCRYPTED),
    Exhibit(name="bomb in contents.pdf", make=bomb_in_contents, reason=FailureReason.MEMORY),
    Exhibit(name="bomb in object stream.pdf", make=bomb_in_object_stream, reason=FailureReason.MEMORY),
    Exhibit(name="bomb in image.pdf", make=bomb_in_image, texts=(WORDS,), pages=1),
    Exhibit(name="bomb in character map.pdf", make=bomb_in_character_map, reason=FailureReason.MEMORY),
    Exhibit(name="endless character map.pdf", make=endless_character_map, reason=FailureReason.MEMORY),
    Exhibit(name="100 MB of text.pdf", make=much_text, reason=FailureReason.TOO_LARGE),
    Exhibit(name="self-drawing form.pdf", make=self_drawing, reason=FailureReason.MEMORY),
    Exhibit(name="nested forms.pdf", make=nested_forms, reason=FailureReason.MEMORY),
    Exhibit(name="cyclic page tree.pdf", make=cyclic_tree, texts=(f"{WORDS} 2",)),
    Exhibit(name="deep page tree.pdf", make=deep_tree, texts=(f"{WORDS} 1",), pages=1),
    Exhibit(name="labels in a circle.pdf", make=labels_in_a_circle, texts=(f"{WORDS} 2",), pages=2),
    Exhibit(name="outline in a circle.pdf", make=outline_in_a_circle, texts=(f"{WORDS} 2",), pages=2),
    Exhibit(name="a million pages.pdf", make=million_pages, reason=FailureReason.TOO_LARGE),
    Exhibit(name="control characters.pdf", make=control_characters, texts=("The harbour was built",), pages=1),
    Exhibit(
        name="control characters.txt",
        make=lambda: b"The\x07 harbour\x1b was\x01 built\x7f",
        texts=("The harbour was built",),
    ),
    Exhibit(name="zero byte.txt", make=lambda: b"The\x00harbour was built", reason=FailureReason.WRONG_TYPE),
    Exhibit(name="100 MB of text.txt", make=lambda: b"x " * 50 * MEGABYTE, reason=FailureReason.TOO_LARGE),
    Exhibit(name="nested blocks.html", make=lambda: b"<div>" * 100_000 + WORDS.encode(), texts=(WORDS,)),
    Exhibit(name="nested letters.html", make=lambda: b"<p><b>" * 50_000 + WORDS.encode(), texts=(WORDS,)),
    Exhibit(name="nested quotes.md", make=lambda: WORDS.encode() + b"\n\n" + b">" * 100_000 + b"x", texts=(WORDS,)),
    Exhibit(name="nested lists.md", make=lambda: WORDS.encode() + b"\n\n" + b"- " * 50_000 + b"x", texts=(WORDS,)),
    Exhibit(name="nested brackets.md", make=lambda: b"[" * 500_000 + WORDS.encode(), reason=FailureReason.TIME),
    Exhibit(name="nested emphasis.md", make=lambda: b"*a **b " * 10_000 + WORDS.encode(), texts=(WORDS,)),
    Exhibit(name="bomb.docx", make=partial(word_bomb, claimed_bytes=1000 * MEGABYTE), reason=FailureReason.TOO_LARGE),
    Exhibit(name="lying bomb.docx", make=partial(word_bomb, claimed_bytes=1000), reason=FailureReason.DAMAGED),
)
"""To be read with narrow limits, with `OPENS_WITH` given."""

BIG = (
    Exhibit(name="5,000 pages.pdf", make=lambda: saved(paged(5000)), texts=(f"{WORDS} 5000",), pages=5000),
    Exhibit(name="one line of 10 MB.txt", make=long_line, texts=(WORDS,), pages=1),
)
"""To be read with the limits everybody has."""
