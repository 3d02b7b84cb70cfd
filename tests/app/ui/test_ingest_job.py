"""Ingests as processes: small scripts that speak the protocol of `polyseek ingest --json`, and the real command."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.library.ingest_job import STOPPED, IngestDesk, IngestJob, JobRunningError, JobStatus, Order, ingest_command
from embedder import Embedder
from indexer import ChangeKind, Collection, Phase

PROGRESS = {
    "event": "progress",
    "phase": "reading",
    "done": 1,
    "total": 4,
    "passages": 9,
    "pages": 3,
    "failed": 0,
    "path": "/a",
}
ORDER = Order(folders=(Path("/folder"),))
REPORT = {
    "event": "report",
    "added": 1,
    "changes": [{"path": "/a", "kind": "added", "origin": None, "reason": None, "message": None}],
    "unchanged": 2,
    "unsupported": 0,
    "passages": 9,
    "elapsed_s": 0.5,
    "dry_run": False,
}


def job(*lines: object, then: str = "") -> IngestJob:
    """A process that writes these lines, and then does something else."""
    script = "".join(f"print({line if isinstance(line, str) else json.dumps(line)!r}, flush=True)\n" for line in lines)
    return IngestJob([sys.executable, "-c", f"import sys, time\n{script}{then}"], ORDER)


def until_progress(running: IngestJob) -> JobStatus:
    deadline = time.monotonic() + 30
    while running.status().progress is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return running.status()


@pytest.fixture
def long_job() -> Iterator[IngestJob]:
    running = job(PROGRESS, then="time.sleep(600)")
    yield running
    running.stop()
    running.wait()


def test_progress_is_known_while_the_process_runs(long_job: IngestJob) -> None:
    status = until_progress(long_job)
    assert status.running
    assert status.progress is not None
    assert status.progress.phase is Phase.READING
    assert (status.progress.done, status.progress.total, status.progress.passages) == (1, 4, 9)
    assert status.report is None
    assert status.error == ""


def test_the_report_is_known_when_the_process_has_ended() -> None:
    status = job(PROGRESS, REPORT).wait()
    assert not status.running
    assert status.report is not None
    assert status.report.counts()["unchanged"] == 2
    assert [change.path for change in status.report.of(ChangeKind.ADDED)] == ["/a"]
    assert status.error == ""


def test_a_report_with_failures_is_no_error_though_the_exit_code_is_1() -> None:
    status = job(REPORT, then="sys.exit(1)").wait()
    assert status.report is not None
    assert status.error == ""


def test_a_process_that_fails_is_quoted() -> None:
    status = job(PROGRESS, then="sys.exit('Error: the disk is full')").wait()
    assert status.report is None
    assert status.error == "Error: the disk is full"


def test_a_process_that_fails_without_a_word_gives_its_code() -> None:
    assert "code 3" in job(then="sys.exit(3)").wait().error


def test_of_endless_complaints_only_the_last_lines_are_kept() -> None:
    status = job(then="sys.stderr.write('noise\\n' * 200_000)\nsys.exit('Error: last')").wait()
    assert status.error.endswith("Error: last")
    assert len(status.error) < 1000


def test_a_line_that_is_not_json_is_passed_over() -> None:
    assert job("'a stray print'", REPORT).wait().report is not None


def test_a_stopped_ingest_says_that_finished_work_is_kept(long_job: IngestJob) -> None:
    until_progress(long_job)
    long_job.stop()
    status = long_job.wait()
    assert not status.running
    assert status.error == STOPPED


def test_the_time_of_a_finished_ingest_stands_still() -> None:
    finished = job(REPORT)
    first = finished.wait().elapsed_s
    time.sleep(0.05)
    assert finished.status().elapsed_s == first


def test_the_command_keeps_folders_apart_from_options(tmp_path: Path) -> None:
    command = ingest_command(tmp_path / "collection", Order(folders=(Path("/--help me"),)))
    assert command[command.index("--") :] == ["--", "/--help me"]


def test_the_real_command_fills_a_collection_once_at_a_time(tmp_path: Path, folder: Path, encoder: Embedder) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    desk = IngestDesk(tmp_path / "new")
    running = desk.start(Order(folders=(folder,)))
    with pytest.raises(JobRunningError):
        desk.start(Order(folders=(folder,)))
    status = running.wait()
    assert status.error == ""
    assert status.report is not None
    assert len(status.report.of(ChangeKind.ADDED)) == 3
    assert [Path(change.path).name for change in status.report.of(ChangeKind.FAILED)] == ["broken.pdf"]
    assert status.progress is not None
    assert not desk.busy
    with Collection.open(tmp_path / "new") as made, made.session() as session:
        assert len(session.files()) == 4


def test_the_real_command_explains_a_folder_that_is_gone(tmp_path: Path, encoder: Embedder) -> None:
    status = IngestDesk(tmp_path / "new").start(Order(folders=(tmp_path / "gone",))).wait()
    assert f"{tmp_path / 'gone'} does not exist" in status.error


def test_a_password_is_told_and_stands_in_no_command_line(tmp_path: Path) -> None:
    order = Order(folders=(tmp_path,), password="open sesame", ocr=True, dry_run=True)  # noqa: S106  of no file
    command = ingest_command(tmp_path, order)
    assert {"--ocr", "--dry-run", "--password-file=-"} < set(command)
    assert "open sesame" not in repr(command) + repr(order)
    script = f"import sys, json; print(json.dumps({REPORT!r} | {{'passages': len(sys.stdin.read())}}))"
    status = IngestJob([sys.executable, "-c", script], order).wait()
    assert status.report is not None
    assert status.report.passages == len("open sesame")


def test_a_paused_ingest_can_be_told_from_a_stopped_one(long_job: IngestJob) -> None:
    until_progress(long_job)
    long_job.pause()
    assert long_job.wait().error == STOPPED
    assert long_job.paused
