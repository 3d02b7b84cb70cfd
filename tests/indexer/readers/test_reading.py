import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.readers import reading
from indexer.readers.document import ReadLimits
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.reading import ATTEMPTS, read_file

ReadHere = Callable[..., object]


def failure_of(path: Path, limits: ReadLimits) -> tuple[FailureReason, str]:
    with pytest.raises(ReadError) as caught:
        read_file(path, limits)
    assert "\n" not in caught.value.failure.message
    return caught.value.failure.reason, caught.value.failure.message


def test_a_document_carries_the_hash_of_what_was_read(read_here: ReadHere) -> None:
    document = read_here("Notes.TXT", b"Harbour rules\r\n\r\nText  \r\n")
    assert document.title == "Harbour rules"
    assert document.document_type == "txt"
    assert [(page.number, page.text) for page in document.pages] == [(1, "Harbour rules\n\nText")]
    assert document.content_hash == hashlib.sha256(b"Harbour rules\r\n\r\nText  \r\n").hexdigest()
    assert document.size_bytes == 25
    assert document.reader == "txt/3"


@pytest.mark.parametrize(
    ("name", "data", "reason", "message"),
    [
        ("a.txt", b"", FailureReason.EMPTY, "0 bytes"),
        ("a.pdf", b"", FailureReason.EMPTY, "0 bytes"),
        ("a.md", b" \n\t\n", FailureReason.EMPTY, "only white space"),
        ("a.html", b"<script>document.write('x')</script>", FailureReason.NO_TEXT, "shows no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00", FailureReason.WRONG_TYPE, "a PNG image"),
        ("a.xyz", b"text", FailureReason.WRONG_TYPE, r"\.xyz"),
        ("a.txt", "üüüüüü".encode() + b"\xc3", FailureReason.ENCODING, "byte 12"),
        ("a.txt", b"x" * 2_000_001, FailureReason.TOO_LARGE, "2 MB, more than the limit of 2 MB"),
        ("a.txt", b"x" * 1_000_001, FailureReason.TOO_LARGE, "more than 1 MB of text"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(
    tmp_path: Path, limits: ReadLimits, name: str, data: bytes, reason: FailureReason, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    found, said = failure_of(tmp_path / name, limits)
    assert found is reason
    assert message.replace("\\", "") in said


def test_a_pdf_without_text_is_told_from_an_empty_file(
    tmp_path: Path, limits: ReadLimits, pdf: SimpleNamespace
) -> None:
    (tmp_path / "scan.pdf").write_bytes(pdf.pages(["", ""]))
    reason, message = failure_of(tmp_path / "scan.pdf", limits)
    assert reason is FailureReason.NO_TEXT
    assert "2 pages" in message


def test_a_file_of_200_megabytes_is_refused_without_reading_it(tmp_path: Path, limits: ReadLimits) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    assert failure_of(path, limits)[0] is FailureReason.TOO_LARGE


@pytest.mark.timeout(20)
def test_what_is_no_file_is_never_opened(tmp_path: Path, limits: ReadLimits) -> None:
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            server.bind("socket.txt")
        finally:
            os.chdir(here)
        for name, kind in (
            ("folder.pdf", "folder"), ("pipe.txt", "pipe"), ("device.txt", "device"), ("socket.txt", "socket"),
        ):  # fmt: skip
            reason, message = failure_of(tmp_path / name, limits)
            assert reason is FailureReason.WRONG_TYPE
            assert kind in message


def test_a_file_that_is_gone_has_vanished(tmp_path: Path, limits: ReadLimits) -> None:
    assert failure_of(tmp_path / "gone.txt", limits)[0] is FailureReason.VANISHED
    (tmp_path / "file").write_bytes(b"x")
    assert failure_of(tmp_path / "file" / "gone.txt", limits)[0] is FailureReason.VANISHED


def test_another_fault_of_the_system_is_named(tmp_path: Path, limits: ReadLimits) -> None:
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    reason, message = failure_of(tmp_path / "loop.txt", limits)
    assert reason is FailureReason.UNREADABLE
    assert "symbolic links" in message


READ_AND_REPORT = """
import sys
from pathlib import Path
from indexer.readers.document import ReadLimits
from indexer.readers.failure import ReadError
from indexer.readers.reading import read_file
try:
    read_file(Path(sys.argv[1]), ReadLimits())
except ReadError as error:
    sys.exit(error.failure.reason.value)
"""


def test_a_file_one_may_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_bytes(b"text")
    path.chmod(0)
    command = [sys.executable, "-c", READ_AND_REPORT, str(path)]
    if os.access(path, os.R_OK):  # root reads everything, unless it gives that right up
        if shutil.which("setpriv") is None:
            pytest.skip("this is root, and there is no setpriv to give up its rights")
        rights = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", *command]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stderr.strip() == "permission"


def grow(path: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Append to the file while each of the first `times` attempts reads it."""
    attempts: list[int] = []
    original = reading._document

    def document_of_a_growing_file(*arguments: object) -> object:
        attempts.append(path.stat().st_size)
        if len(attempts) <= times:
            with path.open("ab") as file:
                file.write(b"more\n")
        return original(*arguments)

    monkeypatch.setattr(reading, "_document", document_of_a_growing_file)
    monkeypatch.setattr(reading, "PAUSE_S", 0.01)
    return attempts


def test_a_file_that_grows_is_read_again_when_it_is_finished(
    tmp_path: Path, limits: ReadLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"first\n")
    attempts = grow(path, ATTEMPTS - 1, monkeypatch)
    assert read_file(path, limits).pages[0].text == "first\nmore\nmore"
    assert len(attempts) == ATTEMPTS


@pytest.mark.parametrize("content", [b"first\n", b"%PDF-1.4 half of it"])
def test_a_file_that_keeps_growing_is_given_up(
    tmp_path: Path, limits: ReadLimits, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / ("log.pdf" if content.startswith(b"%PDF") else "log.txt")
    path.write_bytes(content)
    attempts = grow(path, ATTEMPTS, monkeypatch)
    reason, message = failure_of(path, limits)
    assert reason is FailureReason.CHANGED
    assert "run ingest again" in message
    assert len(attempts) == ATTEMPTS
