"""How many passages each choice of a filter leaves, counted from real collections."""

import os
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from indexer import Collection, FacetTable, PassageFilter, count_doubts
from indexer.facets import top_folders

GERMAN = "Der Leuchtturm wurde im Herbst angezündet, und der Wärter pflanzt hinter dem Haus Kohl und Rüben."


@pytest.fixture
def table(collection: Collection, folder: Path) -> FacetTable:
    """Three English files and a German one, two of them in folders, one of them old, and one of them twice."""
    for name, text in {
        "north/turm.txt": GERMAN,
        "south/rope.md": "Rope is stored in the loft of the old harbour house.",
    }.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    (folder / "south" / "copy.txt").write_bytes((folder / "mine.txt").read_bytes())
    day = 1_000_000_000  # 2001-09-09
    os.utime(folder / "ferry.md", (day, day))
    collection.sync([folder])
    with collection.session() as session:
        return FacetTable.read(session)


def test_everything_is_counted_by_passages(table: FacetTable, folder: Path) -> None:
    facets = table.count(PassageFilter())
    assert facets.languages == {"en": 4, "de": 1}
    assert facets.document_types == {"txt": 3, "md": 2}
    assert facets.folders == {str(folder / "south"): 2, str(folder / "north"): 1}
    assert facets.passages == 5
    assert facets.days is not None
    assert facets.days[0] == date(2001, 9, 9)


def test_each_facet_is_counted_under_the_other_conditions_only(table: FacetTable, folder: Path) -> None:
    facets = table.count(PassageFilter(languages=("de",), document_types=("md",)))
    assert facets.languages == {"en": 2, "de": 0}
    assert facets.document_types == {"txt": 1, "md": 0}
    assert facets.folders == {str(folder / "north"): 0, str(folder / "south"): 0}
    assert facets.passages == 0


def test_folders_and_days_count_as_the_search_filters(collection: Collection, table: FacetTable, folder: Path) -> None:
    for wanted in (
        PassageFilter(folders=(str(folder / "south"),)),
        PassageFilter(folders=(str(folder / "mine.txt"),)),
        PassageFilter(folders=(str(folder / "sou"),)),
        PassageFilter(after=date(2002, 1, 1)),
        PassageFilter(before=date(2002, 1, 1)),
        PassageFilter(before=date(2001, 9, 9)),
        PassageFilter(languages=("en",), folders=(str(folder),), document_types=("txt", "md")),
    ):
        with collection.session() as session:
            assert table.count(wanted).passages == int(session.allowed_rows(wanted).sum())


def test_an_empty_collection_has_nothing_to_choose(collection: Collection) -> None:
    with collection.session() as session:
        facets = FacetTable.read(session).count(PassageFilter())
    assert (facets.languages, facets.folders, facets.days, facets.passages) == ({}, {}, None, 0)


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        ((), ()),
        (("/a/b/x.txt",), ("",)),
        (("/a/b/x.txt", "/a/b/c/y.txt", "/a/b/c/d/z.txt"), ("", "/a/b/c", "/a/b/c")),
        (("/a/x.txt", "/b/y.txt"), ("/a", "/b")),
        (("/a/bc/x.txt", "/a/b/y.txt"), ("/a/bc", "/a/b")),
    ],
)
def test_folders_are_those_below_the_one_that_holds_all(paths: tuple[str, ...], folders: tuple[str, ...]) -> None:
    assert top_folders(paths) == folders


def test_files_that_failed_and_files_with_doubtful_pages_are_counted(collection: Collection, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    collection.sync([folder])
    with collection.session() as session:
        assert count_doubts(session) == (1, 0)
    with closing(sqlite3.connect(collection.path / "collection.sqlite")) as database, database:
        database.execute("UPDATE pages SET verdict = 'suspect' WHERE document_id = 1")
    with collection.session() as session:
        assert count_doubts(session) == (1, 1)
