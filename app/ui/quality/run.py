"""A measurement of the session: the process that measures, and what it has said."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ui.command_job import CommandJob, CommandStatus
from retriever.evaluation import EvaluationReport
from retriever.own_questions import Step, StepTime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """What was measured.

    Attributes:
        report: How well questions find their documents.
        times: How long the steps of a question take.
        passages: Passages of the collection.
    """

    report: EvaluationReport
    times: tuple[StepTime, ...]
    passages: int

    def to_json(self) -> str:
        """All of it as one JSON object; "report" is what `polyseek eval --json` writes."""
        times = [{name: getattr(one, name) for name in StepTime.__slots__} for one in self.times]
        fields = {"report": json.loads(self.report.to_json()), "times": times, "passages": self.passages}
        return json.dumps(fields, ensure_ascii=False)


class Measurement:
    """A running or finished measurement.

    Args:
        collection: The collection's directory.
        questions: The content of a file of questions.
    """

    def __init__(self, collection: Path, questions: str) -> None:
        self.collection = collection
        # -P: a file app.py in the working directory must not be taken for our package.
        command = [sys.executable, "-P", "-m", "app.ui.quality.measuring", str(collection)]
        self._job = CommandJob(command, told=questions)
        self._result: Result | None = None

    def status(self) -> CommandStatus:
        """Say how far it is."""
        return self._job.status()

    def stop(self) -> None:
        """End it without a result."""
        self._job.stop()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._job.wait()

    def result(self) -> Result | None:
        """What was measured; None if it has not ended, or could not be measured."""
        if self._result is None and (event := self._event("result")) is not None:
            self._result = Result(
                report=EvaluationReport.from_json(json.dumps(event["report"])),
                times=tuple(StepTime(**{**one, "step": Step(one["step"])}) for one in event["times"]),
                passages=event["passages"],
            )
        return self._result

    def failure(self) -> str:
        """Why it could not be measured, in the library's words; "" if nothing failed."""
        event, status = self._event("failure"), self.status()
        if event is not None:
            return str(event["message"])
        return "" if status.running or status.stopped else status.error

    def _event(self, kind: str) -> dict[str, Any] | None:
        return next((event for event in self.status().results if event["event"] == kind), None)
