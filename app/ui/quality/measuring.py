"""Measures a collection with questions, as a process of its own: `python -m app.ui.quality.measuring COLLECTION`.

It reads the questions from standard input and writes JSON lines to standard output: "progress" while it measures, at
last "result", or "failure" with what is wrong and what to do.
"""

import json
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.log_setup import set_up_logging
from app.options import chosen_embedder
from app.settings import SettingsFileError, load_settings
from embedder import EmbedderError
from indexer import Collection, IndexerError
from retriever import Retriever, RetrieverError
from retriever.own_questions import measure_quality, measure_speed, questions_about

FILE: Final = "questions.jsonl"
SECONDS_BETWEEN_LINES: Final = 0.2


def measure(collection: Path, questions: bytes) -> dict[str, Any]:
    """Measure a collection.

    Args:
        collection: Its directory.
        questions: The content of a file of questions, see docs/evaluation.md.

    Returns:
        The event that says what was measured, or what is wrong.
    """
    with TemporaryDirectory(prefix="polyseek-questions-") as folder:
        path = Path(folder) / FILE
        path.write_bytes(questions)
        try:
            with Retriever(Collection.open(collection, embedder=chosen_embedder(load_settings()))) as retriever:
                with retriever.collection.session() as session:
                    asked = questions_about(session, path)
                report = measure_quality(retriever.collection, asked, progress=_Teller().tell)
                times = measure_speed(retriever, asked, progress=_Teller().tell)
                with retriever.collection.session() as session:
                    passages = len(session.snapshot.rows)
        except (EmbedderError, IndexerError, RetrieverError, SettingsFileError) as error:
            # The reader knows the file by another name, and not this folder.
            return {"event": "failure", "message": str(error).replace(str(path), FILE)}
    return {
        "event": "result",
        "report": json.loads(report.to_json()),
        "times": [asdict(one) for one in times],
        "passages": passages,
    }


class _Teller:
    """Writes how far it is, a few times a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def tell(self, doing: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + SECONDS_BETWEEN_LINES
            _write({"event": "progress", "doing": doing, "done": done, "total": total})


def _write(event: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(event)}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure the collection that the command line names."""
    set_up_logging(verbose=False)
    with suppress(BrokenPipeError):  # the server has ended
        _write(measure(Path(sys.argv[1]), sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
