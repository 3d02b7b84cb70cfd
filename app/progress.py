"""Shows how far a sync or an evaluation has come: a bar on a terminal, JSON lines for programs."""

import time
from collections.abc import Callable
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.terminal import write_json
from indexer import Phase, SyncProgress

SECONDS_BETWEEN_LINES = 0.2


class SyncBar:
    """A progress bar on a terminal; silent elsewhere."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks = {phase: self._bar.add_task(phase.value, total=None, visible=False, detail="") for phase in Phase}

    def __enter__(self) -> Callable[[SyncProgress], None]:
        self._bar.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, progress: SyncProgress) -> None:
        failed = f", {progress.failed} failed" if progress.failed else ""
        detail = f"{progress.passages:,} passages{failed}" if progress.phase is Phase.READING else ""
        task = self._tasks[progress.phase]
        self._bar.update(task, visible=True, completed=progress.done, total=progress.total, detail=detail)


class FetchBar:
    """A bar for a download on a terminal; silent elsewhere."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("fetching"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)


class JsonProgress:
    """JSON lines, a few each second, and always the last of a phase."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0

    def __enter__(self) -> Callable[[SyncProgress], None]:
        return self._write

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    def _write(self, progress: SyncProgress) -> None:
        now = time.monotonic()
        if now < self._next and progress.done < progress.total:
            return
        self._next = now + SECONDS_BETWEEN_LINES
        write_json(self._console, {"event": "progress", **asdict(progress)})


class EvaluationBar:
    """A progress bar on a terminal for what an evaluation is doing; silent elsewhere."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._bar.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, doing: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=escape(doing), completed=done, total=total or None)
