import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.readers import FailureReason, ReadDocument, ReaderPool, ReadFailure, ReadLimits
from indexer.readers.document import ReadOptions
from indexer.readers.watch import Watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

READER = """
import os, subprocess, time
program = subprocess.Popen(["sleep", "1000"])
with open({note!r}, "w") as note:
    note.write(str(program.pid))
{then}
"""
"""Stands in for a library, and starts a program as OCR does."""

ENDS = {
    "wall clock": ("time.sleep(1000)", FailureReason.TIME),
    "processor time": ("while True: pass", FailureReason.TIME),
    "memory": ("bytearray(4_000_000_000)", FailureReason.MEMORY),
    "crash": ("os.abort()", FailureReason.CRASHED),
}


def alive(process: int) -> bool:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where the number of the program is noted."""
    return tmp_path / "note"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text("# Title", encoding="utf-8")
    return path


@pytest.fixture
def reader_then(tmp_path: Path, note: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the reader of Markdown start a program and then do something."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def write(then: str) -> None:
        (site / "markdown_it.py").write_text(READER.format(note=str(note), then=then), encoding="utf-8")

    return write


def program_of(note: Path) -> int:
    wait_until(lambda: note.exists() and note.read_text() != "")
    return int(note.read_text())


@pytest.mark.parametrize("end", ENDS)
def test_a_program_that_a_reader_has_started_dies_with_the_file_it_read(
    page: Path, note: Path, reader_then: Callable[[str], None], end: str
) -> None:
    then, reason = ENDS[end]
    reader_then(then)
    with ReaderPool(limits=ReadLimits(cpu_s=1, wall_s=4, memory_mb=256), workers=1) as pool:
        ((_, outcome),) = pool.read([page])
        assert isinstance(outcome, ReadFailure)
        assert outcome.reason is reason
        wait_until(lambda: not alive(program_of(note)), 2)


def test_closing_the_pool_ends_the_program_that_is_just_working_for_it(
    tmp_path: Path, page: Path, note: Path, reader_then: Callable[[str], None]
) -> None:
    reader_then("time.sleep(1000)")
    (tmp_path / "text.txt").write_text("Text", encoding="utf-8")
    with ReaderPool(workers=2) as pool:
        next(pool.read([tmp_path / "text.txt", page]))
        program = program_of(note)
        assert alive(program)
    wait_until(lambda: not alive(program), 2)


POOL = """
import sys
from pathlib import Path
from indexer.readers import ReaderPool
sys.path.insert(0, sys.argv[1])
with ReaderPool(workers=1) as pool:
    list(pool.read([Path(sys.argv[2])]))
"""


def test_when_the_parent_is_killed_the_worker_takes_its_programs_along(
    tmp_path: Path, page: Path, note: Path, reader_then: Callable[[str], None]
) -> None:
    reader_then("time.sleep(1000)")
    parent = subprocess.Popen([sys.executable, "-c", POOL, str(tmp_path / "site"), str(page)])
    with parent:
        program = program_of(note)
        assert alive(program)
        parent.kill()
    wait_until(lambda: not alive(program))


def test_a_worker_does_not_show_the_passwords_it_was_given(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Text", encoding="utf-8")
    with ReaderPool(workers=1, options=ReadOptions(passwords=("open sesame",))) as pool:
        list(pool.read([text]))
        (worker,) = {
            int(child)
            for task in Path("/proc/self/task").iterdir()
            for child in (task / "children").read_text().split()
            if b"indexer.readers.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
        }
        assert b"sesame" not in Path(f"/proc/{worker}/cmdline").read_bytes()
        assert b"sesame" not in Path(f"/proc/{worker}/environ").read_bytes()


def test_passwords_reach_the_worker(tmp_path: Path, pdf: SimpleNamespace) -> None:
    path = tmp_path / "closed.pdf"
    path.write_bytes(pdf.encrypted("Harbour rules", b"sesame"))
    with ReaderPool(workers=1, options=ReadOptions(passwords=("no", "sesame"))) as pool:
        ((_, document),) = pool.read([path])
    assert document.pages[0].text == "Harbour rules"


def test_a_thick_book_may_take_longer_than_a_letter(tmp_path: Path, pdf: SimpleNamespace) -> None:
    words = "The harbour was built in the year of the great storm\n" * 100
    letter, book = tmp_path / "letter.pdf", tmp_path / "book.pdf"
    letter.write_bytes(pdf.pages([words]))
    book.write_bytes(pdf.pages([words] * 600))
    with ReaderPool(workers=1) as pool:
        list(pool.read([letter]))  # the process is running
        started = time.monotonic()
        list(pool.read([book]))
        needed_s = time.monotonic() - started
    with ReaderPool(limits=ReadLimits(wall_s=needed_s / 2), workers=1) as pool:
        list(pool.read([letter]))
        ((_, document),) = pool.read([book])
    assert isinstance(document, ReadDocument), document
    assert len(document.pages) == 600


def test_a_process_that_goes_on_too_long_is_ended_unless_it_may_by_then() -> None:
    for allowed_s in (0.3, 1000):
        process = subprocess.Popen(["sleep", "1"], start_new_session=True)
        with process, Watch(process, 0.3) as watch:
            watch.allow(allowed_s)
            ended = process.wait()
        assert watch.late == (allowed_s < 1)
        assert ended == (-signal.SIGKILL if watch.late else 0)


WORK = """
import io, sys, time
from indexer.readers.document import ReadLimits
from indexer.readers.worker import Progress
progress = Progress(io.BytesIO(), ReadLimits(cpu_s=1), ocr=False)
start = now = time.process_time()
while now < start + 2.5:
    while time.process_time() < now + 0.04:
        pass
    now = time.process_time()
    if sys.argv[1] == "forward":
        progress.count_page()
"""


@pytest.mark.parametrize(("way", "end"), [("forward", 0), ("in a circle", -signal.SIGXCPU)])
def test_processor_time_is_given_for_pages_only(way: str, end: int) -> None:
    assert subprocess.run([sys.executable, "-c", WORK, way], check=False).returncode == end
