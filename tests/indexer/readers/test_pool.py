import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from indexer.errors import ReaderPoolError
from indexer.readers import FailureReason, ReadDocument, ReaderPool, ReadFailure, ReadLimits
from indexer.readers.confinement import End, failure_of_end

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def children(of: int) -> set[int]:
    """The processes this one started that still exist, zombies included."""
    found: set[int] = set()
    for task in Path(f"/proc/{of}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has ended meanwhile
            found.update(int(number) for number in (task / "children").read_text().split())
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def texts(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.txt" for number in range(20)]
    for path in paths:
        path.write_text(f"Text of {path.stem}", encoding="utf-8")
    return paths


@pytest.fixture
def bomb(tmp_path: Path, hungry_pdf: bytes) -> Path:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(hungry_pdf)
    return path


def test_every_file_is_answered_once_whatever_the_order(texts: list[Path], limits: ReadLimits) -> None:
    with ReaderPool(limits=limits, workers=2) as pool:
        outcomes = list(pool.read([*texts, texts[0]]))
        backwards = dict(pool.read(reversed(texts)))
    assert sorted(path for path, _ in outcomes) == sorted([*texts, texts[0]])
    assert backwards == dict(outcomes)
    assert all(outcome.pages[0].text == f"Text of {path.stem}" for path, outcome in outcomes)


@linux
def test_a_file_that_eats_memory_costs_nothing_but_itself(texts: list[Path], bomb: Path, limits: ReadLimits) -> None:
    with ReaderPool(limits=limits, workers=2) as pool:
        outcomes = dict(pool.read([*texts[:10], bomb, *texts[10:]]))
    failure = outcomes.pop(bomb)
    assert isinstance(failure, ReadFailure)
    assert failure.reason is FailureReason.MEMORY
    assert "256 MB" in failure.message
    assert len(outcomes) == 20
    assert all(isinstance(outcome, ReadDocument) for outcome in outcomes.values())


@linux
def test_memory_asked_for_by_python_is_limited_too(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"word " * 12_000_000)
    with ReaderPool(limits=ReadLimits(memory_mb=100), workers=1) as pool:
        ((_, outcome),) = pool.read([path])
    assert isinstance(outcome, ReadFailure)
    assert outcome.reason is FailureReason.MEMORY


@linux
def test_a_file_that_eats_processor_time_is_ended_and_the_next_file_has_all_of_its_own(
    texts: list[Path], bomb: Path
) -> None:
    limits = ReadLimits(cpu_s=1, memory_mb=16_000)
    with ReaderPool(limits=limits, workers=1) as pool:
        outcomes = dict(pool.read([texts[0], bomb, texts[1]]))
    failure = outcomes[bomb]
    assert isinstance(failure, ReadFailure)
    assert failure.reason is FailureReason.TIME
    assert "1 s of processor time" in failure.message
    assert isinstance(outcomes[texts[1]], ReadDocument)


def test_a_file_that_takes_too_long_is_ended_by_the_clock(texts: list[Path], bomb: Path) -> None:
    limits = ReadLimits(wall_s=2, memory_mb=16_000)
    with ReaderPool(limits=limits, workers=1) as pool:
        list(pool.read(texts[:1]))  # the process is running, so that the clock measures reading alone
        outcomes = dict(pool.read([bomb, texts[1]]))
    failure = outcomes[bomb]
    assert isinstance(failure, ReadFailure)
    assert failure.reason is FailureReason.TIME
    assert "longer than 2 s" in failure.message
    assert isinstance(outcomes[texts[1]], ReadDocument)


@linux
def test_a_worker_killed_from_outside_is_replaced(texts: list[Path], bomb: Path) -> None:
    with ReaderPool(limits=ReadLimits(memory_mb=16_000), workers=1) as pool:
        reading = pool.read([bomb, *texts])
        before = children(os.getpid())
        first = next(iter_with_kill(reading, before))
        rest = dict(reading)
    path, failure = first
    assert path == bomb
    assert isinstance(failure, ReadFailure)
    assert failure.reason is FailureReason.CRASHED
    assert "SIGTERM" in failure.message
    assert all(isinstance(outcome, ReadDocument) for outcome in rest.values())
    assert len(rest) == len(texts)


def iter_with_kill(reading: Iterator, before: set[int]) -> Iterator:
    """Ends the worker in the middle of its first file."""
    killer = subprocess.Popen([sys.executable, "-c", KILL_CHILD, str(os.getpid()), *map(str, before)])
    try:
        yield next(reading)
    finally:
        killer.wait()


KILL_CHILD = """
import os, signal, sys, time
from pathlib import Path
parent, known = sys.argv[1], {int(number) for number in sys.argv[2:]} | {os.getpid()}
while True:
    for task in Path(f"/proc/{parent}/task").iterdir():
        for child in set(map(int, (task / "children").read_text().split())) - known:
            if "VmRSS" in (status := Path(f"/proc/{child}/status").read_text()):
                if int(status.split("VmRSS:")[1].split()[0]) > 150_000:
                    os.kill(child, signal.SIGTERM)
                    sys.exit()
    time.sleep(0.005)
"""


@linux
def test_no_process_is_left_behind(texts: list[Path], bomb: Path, limits: ReadLimits) -> None:
    before = children(os.getpid())
    with ReaderPool(limits=limits, workers=2) as pool:
        list(pool.read([*texts, bomb]))
        list(pool.read(texts))
        assert len(children(os.getpid()) - before) == 2
    assert children(os.getpid()) == before


@linux
def test_leaving_the_pool_in_the_middle_of_a_file_ends_its_process_at_once(texts: list[Path], bomb: Path) -> None:
    before = children(os.getpid())
    started = time.monotonic()
    with ReaderPool(limits=ReadLimits(memory_mb=16_000), workers=2) as pool:
        for _ in pool.read([texts[0], bomb, *texts[1:]]):
            break
    assert time.monotonic() - started < 10
    assert children(os.getpid()) == before


ORPHAN = """
import sys
from pathlib import Path
from indexer.readers import ReaderPool, ReadLimits
with ReaderPool(limits=ReadLimits(memory_mb=16_000, cpu_s=100), workers=2) as pool:
    for path, outcome in pool.read([Path(name) for name in sys.argv[1:]]):
        sys.stdout.write(f"{path}\\n")
        sys.stdout.flush()
"""


@linux
def test_workers_end_when_their_program_is_killed_even_in_the_middle_of_a_file(texts: list[Path], bomb: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(texts[0]), str(bomb)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with program:
        program.stdout.readline()
        workers = children(program.pid)
        assert len(workers) == 2
        assert any(alive(worker) for worker in workers)
        program.kill()
    wait_until(lambda: not any(alive(worker) for worker in workers))


@linux
def test_an_interrupt_from_the_keyboard_prints_only_what_the_program_prints(texts: list[Path], bomb: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(texts[0]), str(bomb)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with program:
        program.stdout.readline()
        workers = children(program.pid)
        os.killpg(program.pid, signal.SIGINT)
        said = program.stderr.read().decode()
    assert said.count("Traceback") == 1
    assert said.rstrip().endswith("KeyboardInterrupt")
    wait_until(lambda: not any(alive(worker) for worker in workers))


def test_reading_waits_for_the_caller(texts: list[Path], limits: ReadLimits) -> None:
    taken: list[Path] = []

    def paths() -> Iterator[Path]:
        for path in texts:
            taken.append(path)
            yield path

    with ReaderPool(limits=limits, workers=2) as pool:
        reading = pool.read(paths())
        for answered in range(1, 6):
            next(reading)
            time.sleep(0.02)
            assert len(taken) <= answered + 2
        assert len(list(reading)) == len(texts) - 5


def test_a_file_whose_name_is_no_text_and_a_relative_path_are_read(
    tmp_path: Path, limits: ReadLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [Path(os.fsdecode(b"caf\xe9.txt")), Path("line\nend.txt")]
    for path in paths:
        path.write_bytes(b"1803")
    with ReaderPool(limits=limits, workers=1) as pool:
        outcomes = dict(pool.read(paths))
    assert {path: outcome.title for path, outcome in outcomes.items()} == {paths[0]: "caf", paths[1]: "line end"}


def test_what_a_library_prints_does_not_disturb_the_answers(
    tmp_path: Path, texts: list[Path], limits: ReadLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = tmp_path / "site"
    noisy.mkdir()
    (noisy / "markdown_it.py").write_text(
        "import os\nprint('noise')\nos.write(1, b'more noise')\nraise MemoryError\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(noisy)
    page = tmp_path / "page.md"
    page.write_bytes(b"# Title")
    with ReaderPool(limits=limits, workers=1) as pool:
        outcomes = dict(pool.read([page, texts[0]]))
    assert outcomes[page].reason is FailureReason.MEMORY
    assert isinstance(outcomes[texts[0]], ReadDocument)


@linux
def test_a_worker_that_cannot_start_is_not_blamed_on_the_file(
    tmp_path: Path, texts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho noise >&2\necho half an installation >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with ReaderPool(workers=1) as pool, pytest.raises(ReaderPoolError, match=r"exit code 3.*: half an installation\."):
        list(pool.read(texts))


def test_an_error_of_a_library_is_told_and_costs_one_file(
    tmp_path: Path, texts: list[Path], limits: ReadLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "markdown_it.py").write_text("raise LookupError('no such token')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    page = tmp_path / "page.md"
    page.write_bytes(b"# Title")
    with ReaderPool(limits=limits, workers=1) as pool:
        outcomes = dict(pool.read([page, texts[0]]))
    assert outcomes[page].reason is FailureReason.CRASHED
    assert "exit code 1: LookupError: no such token" in outcomes[page].message
    assert isinstance(outcomes[texts[0]], ReadDocument)


def test_a_missing_interpreter_is_named(texts: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with ReaderPool(workers=1) as pool, pytest.raises(ReaderPoolError, match=r"/nowhere/python.*No such file"):
        list(pool.read(texts))


def test_a_pool_that_is_not_open_says_how_to_open_it(texts: list[Path]) -> None:
    with pytest.raises(ReaderPoolError, match="with ReaderPool"):
        next(ReaderPool().read(texts))
    with pytest.raises(ValueError, match="workers is 0"):
        ReaderPool(workers=0)


@pytest.mark.parametrize("name", ["cpu_s", "wall_s", "memory_mb", "file_mb", "text_mb"])
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0"):
        ReadLimits(**{name: 0})


@pytest.mark.parametrize(
    ("code", "peak_mb", "reason", "message"),
    [
        (-signal.SIGXCPU, 10, FailureReason.TIME, "60 s of processor time"),
        (-signal.SIGABRT, 1000, FailureReason.MEMORY, "1024 MB"),
        (-signal.SIGSEGV, 100, FailureReason.CRASHED, "SIGSEGV: out of luck"),
        (3, 100, FailureReason.CRASHED, "exit code 3"),
    ],
)
def test_the_end_of_a_worker_is_explained(code: int, peak_mb: float, reason: FailureReason, message: str) -> None:
    failure = failure_of_end(End(exit_code=code, peak_mb=peak_mb, said="out of luck"), ReadLimits())
    assert failure.reason is reason
    assert message in failure.message
