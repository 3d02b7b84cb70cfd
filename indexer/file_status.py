"""How well each file of a collection could be read, and how many pages are of which kind."""

from enum import StrEnum
from typing import Final

from indexer.readers import Verdict
from indexer.session import Session


class FileStatus(StrEnum):
    """The worst that is known of a file."""

    FAILED = "failed"
    """It could not be read; an earlier version of it may still be searched."""
    NEEDS_OCR = "needs OCR"
    """Some of its pages are images whose text was not read."""
    DOUBTFUL = "doubtful"
    """The text of some of its pages may be wrong."""
    RECOGNISED = "recognised"
    """Some of its text was read from images."""
    REPAIRED = "repaired"
    """Some of its text was wrong in the file and was put right."""
    OK = "ok"


_VERDICTS: Final = (
    (FileStatus.NEEDS_OCR, {Verdict.NEEDS_OCR}),
    (FileStatus.DOUBTFUL, {Verdict.SUSPECT, Verdict.UNDECODABLE}),
    (FileStatus.RECOGNISED, {Verdict.RECOGNISED}),
    (FileStatus.REPAIRED, {Verdict.REPAIRED}),
)
"""What the verdicts of its pages make of a file, worst first."""


def file_statuses(session: Session) -> dict[str, FileStatus]:
    """The status of every file, by path."""
    sql = "SELECT document_id, group_concat(DISTINCT verdict) FROM pages WHERE verdict IS NOT NULL GROUP BY document_id"
    verdicts = {row[0]: {Verdict(name) for name in row[1].split(",")} for row in session.database.execute(sql)}
    sql = "SELECT path, document_id, failure IS NOT NULL FROM files ORDER BY path"
    return {
        path: FileStatus.FAILED if has_failed else _status(verdicts.get(document_id, set()))
        for path, document_id, has_failed in session.database.execute(sql)
    }


def count_verdicts(session: Session) -> dict[Verdict, int]:
    """How many pages that were checked have each verdict, most frequent first."""
    sql = """SELECT verdict, count(*) FROM pages WHERE verdict IS NOT NULL
             GROUP BY verdict ORDER BY count(*) DESC, verdict"""
    return {Verdict(name): count for name, count in session.database.execute(sql)}


def _status(verdicts: set[Verdict]) -> FileStatus:
    return next((status for status, signs in _VERDICTS if verdicts & signs), FileStatus.OK)
