"""What the verdicts of pages make of a file."""

from pathlib import Path

import pytest

from indexer import Collection, FileStatus, Verdict, count_verdicts, file_statuses
from indexer.file_status import _status


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (set(), FileStatus.OK),
        ({Verdict.OK, Verdict.NO_TEXT}, FileStatus.OK),
        ({Verdict.OK, Verdict.REPAIRED}, FileStatus.REPAIRED),
        ({Verdict.REPAIRED, Verdict.RECOGNISED}, FileStatus.RECOGNISED),
        ({Verdict.RECOGNISED, Verdict.UNDECODABLE}, FileStatus.DOUBTFUL),
        ({Verdict.SUSPECT, Verdict.NEEDS_OCR}, FileStatus.NEEDS_OCR),
    ],
)
def test_the_worst_page_decides(verdicts: set[Verdict], status: FileStatus) -> None:
    assert _status(verdicts) is status


def test_every_file_of_a_collection_has_a_status(collection: Collection, folder: Path, sample_folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    arabic = next(sample_folder.glob("ar-*.pdf"))
    collection.sync([folder, arabic])
    with collection.session() as session:
        statuses = {Path(path).name: status for path, status in file_statuses(session).items()}
        verdicts = count_verdicts(session)
    assert statuses == {
        "broken.pdf": FileStatus.FAILED,
        "ferry.md": FileStatus.OK,
        "lighthouse.txt": FileStatus.OK,
        "mine.txt": FileStatus.OK,
        arabic.name: FileStatus.REPAIRED,
    }
    assert sum(verdicts.values()) == 2
    assert verdicts[Verdict.REPAIRED] >= 1
