"""Read the documents in a ZIP archive, without unpacking it to the disk."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Final
from zipfile import ZipFile, ZipInfo

from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.legacy import legacy_encoding
from indexer.readers.members import Room, can_be_read, member_pages, reason_of, refuse_deep, room_of
from indexer.readers.signatures import kind_of
from indexer.readers.zip_safety import DAMAGE, ENCRYPTED, METHODS

MAX_MEMBERS: Final = 10_000
"""An archive of more files is not read."""

MAX_RATIO: Final = 200
"""A large file packed tighter than this is a bomb: text takes a third to a twentieth."""

_LARGE: Final = 10_000_000  # bytes; below, the ratio says nothing
_UTF_8: Final = 0x800
_AES: Final = 99
_SHOWN_ENDINGS: Final = 10


def extract(source: Source) -> Extracted:
    """Read the members that have a known format, each as pages labelled with its path in the archive.

    What a member breaks, a crash apart, costs nothing but its own text: a page without text stands in for it.

    Raises:
        ReadError: `DAMAGED` or `WRONG_TYPE` if it is no archive, `TOO_LARGE` if it holds too many files or lies in
            too many archives, `NO_TEXT` if it holds nothing that can be read. While its pages are taken: why most
            of its members cannot be read, if none can.
    """
    refuse_deep(source)
    archive = _open(source.data)
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        message = f"the archive holds {len(members):,} files, more than {MAX_MEMBERS:,}; unpack it into the folder"
        raise ReadError(FailureReason.TOO_LARGE, message)
    named = [(name, info) for name, info in zip(_names(members), members, strict=True) if not _is_hidden(name)]
    readable = [(name, info) for name, info in named if can_be_read(name)]
    if not readable:
        raise ReadError(FailureReason.NO_TEXT, _nothing_readable([name for name, _ in named]))
    return Extracted(title=source.path.stem, pages=_pages(source, archive, readable))


def _open(data: bytes) -> ZipFile:
    try:
        return ZipFile(io.BytesIO(data))
    except DAMAGE as error:
        kind = kind_of(data)
        if kind is not None and "ZIP" not in kind:
            message = f"the file is {kind}, not a ZIP archive; give it the right file name"
            raise ReadError(FailureReason.WRONG_TYPE, message) from error
        message = f"the archive cannot be opened ({error}); try a new copy of it"
        raise ReadError(FailureReason.DAMAGED, message) from error


def _names(members: Sequence[ZipInfo]) -> list[str]:
    """Decode the names; old programs write them in the encoding of their system and do not say which."""
    unmarked = [info.orig_filename.encode("cp437") for info in members if not info.flag_bits & _UTF_8]
    encoding = _encoding_of(b"\n".join(name for name in unmarked if not name.isascii()))
    names = [
        info.filename
        if info.flag_bits & _UTF_8
        else info.orig_filename.encode("cp437").decode(encoding, errors="replace")
        for info in members
    ]
    return [name.replace("\\", "/") for name in names]


def _encoding_of(names: bytes) -> str:
    try:
        names.decode("utf-8")
    except UnicodeDecodeError:
        return legacy_encoding(names) or "cp437"
    return "utf-8"


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "~$")) or part == "__MACOSX" for part in PurePosixPath(name).parts if part != "..")


def _nothing_readable(names: Sequence[str]) -> str:
    if not names:
        return "the archive holds no files; remove it"
    endings = Counter(PurePosixPath(name).suffix.lower() or "no suffix" for name in names)
    shown = ", ".join(f"{count} × {ending}" for ending, count in endings.most_common(_SHOWN_ENDINGS))
    more = ", …" if len(endings) > _SHOWN_ENDINGS else ""
    return f"none of the {len(names):,} files in the archive has a format that can be read ({shown}{more})"


def _pages(source: Source, archive: ZipFile, members: Sequence[tuple[str, ZipInfo]]) -> Iterator[ExtractedPage]:
    room = room_of(source)
    reasons: Counter[FailureReason] = Counter()
    any_text = False
    with archive:
        for name, info in members:
            for page in member_pages(source, name, partial(_load, source, archive, info, room), room):
                any_text = any_text or bool(page.text)
                reason = reason_of(page)
                if reason is not None:
                    reasons[reason] += 1
                yield page
    if not any_text:
        raise _no_text(len(members), reasons)


def _no_text(members: int, reasons: Counter[FailureReason]) -> ReadError:
    if not reasons:
        message = f"the archive's {members:,} files hold no text"
        return ReadError(FailureReason.NO_TEXT, message)
    ((reason, count),) = reasons.most_common(1)
    hint = "; give its password with --password-file" if reason is FailureReason.ENCRYPTED else ""
    message = f"none of the archive's {members:,} files could be read ({count:,} of them: {reason.value}){hint}"
    return ReadError(reason, message)


def _load(source: Source, archive: ZipFile, info: ZipInfo, room: Room) -> bytes:
    """Unpack one member.

    Raises:
        ReadError: `TOO_LARGE`, `ENCRYPTED`, `UNREADABLE` or `DAMAGED`.
    """
    if info.file_size > room.bytes_left:
        message = f"the archive unpacks to more than the limit of {source.limits.file_mb} MB; unpack it into the folder"
        raise ReadError(FailureReason.TOO_LARGE, message)
    if info.file_size > max(_LARGE, MAX_RATIO * info.compress_size):
        message = f"{info.filename} is packed {info.file_size // max(1, info.compress_size):,} times: a bomb, not text"
        raise ReadError(FailureReason.TOO_LARGE, message)
    data = _unlock(source, archive, info) if info.flag_bits & ENCRYPTED else _unpack(archive, info, None)
    room.bytes_left -= len(data)
    return data


def _unlock(source: Source, archive: ZipFile, info: ZipInfo) -> bytes:
    passwords = () if info.compress_type == _AES else source.options.passwords
    for password in passwords:
        try:
            return _unpack(archive, info, password.encode())
        except ReadError:  # one wrong password in 256 looks right at first
            continue
    raise ReadError(FailureReason.ENCRYPTED, f"{info.filename} asks for a password")


def _unpack(archive: ZipFile, info: ZipInfo, password: bytes | None) -> bytes:
    if info.compress_type not in METHODS:
        message = f"{info.filename} is packed in a way that cannot be read safely; pack it as an ordinary ZIP archive"
        raise ReadError(FailureReason.UNREADABLE, message)
    try:
        with archive.open(info, pwd=password) as file:
            return file.read(info.file_size + 1)  # with the one beyond, its end and checksum are looked at
    except RuntimeError as error:
        raise ReadError(FailureReason.ENCRYPTED, f"{info.filename} asks for a password") from error
    except DAMAGE as error:
        raise ReadError(FailureReason.DAMAGED, f"{info.filename} cannot be unpacked ({error})") from error
