import os
from pathlib import Path

import pytest

from indexer import FolderError
from indexer.scan import scan_folders


def names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in scan_folders([folder]).files]


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("text")


def test_files_in_all_depths_are_found_with_any_name(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "two words/ß ı.md", "日本/灯台 の記録.html", "עברית/קובץ.PDF")
    assert names(tmp_path) == ["a.txt", "two words/ß ı.md", "עברית/קובץ.PDF", "日本/灯台 の記録.html"]


def test_hidden_files_and_office_locks_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ".hidden.txt", ".git/b.txt", "~$a.txt")
    assert names(tmp_path) == ["a.txt"]


def test_other_formats_are_counted_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.xyz", "c")
    assert sorted(path.name for path in scan_folders([tmp_path]).unsupported) == ["b.xyz", "c"]


def test_a_loop_of_links_ends_and_each_folder_is_entered_once(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    (tmp_path / "real" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "real")
    assert names(tmp_path) == ["real/a.txt"]


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "here/a.txt", "there/b.txt")
    (tmp_path / "here" / "link").symlink_to(tmp_path / "there")
    assert names(tmp_path / "here") == ["a.txt", "link/b.txt"]


def test_a_broken_link_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    scan = scan_folders([tmp_path])
    assert "broken link" in scan.problems[tmp_path / "gone.txt"].message


def test_ignore_files_follow_gitignore_rules(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "drafts/b.txt", "notes/c.txt", "notes/keep.txt", "notes/deep/d.tmp.txt", "x/drafts/e.txt")
    (tmp_path / ".polyseekignore").write_text("# comment\n/drafts/\nnotes/*.txt\n!keep.txt\n*.tmp.txt\n")
    (tmp_path / "x" / ".polyseekignore").write_text("e.txt\n")
    assert names(tmp_path) == ["a.txt", "notes/keep.txt"]


def test_a_nearer_ignore_file_wins(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.txt", "b.txt")
    (tmp_path / ".polyseekignore").write_text("*.txt\n")
    (tmp_path / "sub" / ".polyseekignore").write_text("!a.txt\n")
    assert names(tmp_path) == ["sub/a.txt"]


def test_a_folder_named_like_a_file_is_reported_and_still_searched(tmp_path: Path) -> None:
    write(tmp_path, "x.pdf/inside.txt")
    scan = scan_folders([tmp_path])
    assert [path.name for path in scan.files] == ["inside.txt"]
    assert "folder" in scan.problems[tmp_path / "x.pdf"].message


def test_a_pipe_is_reported_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    scan = scan_folders([tmp_path])
    assert scan.files == []
    assert "not a regular file" in scan.problems[tmp_path / "pipe.txt"].message


def test_a_name_that_is_not_unicode_is_reported(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("text")
    (problem,) = scan_folders([tmp_path]).problems.values()
    assert "not valid Unicode" in problem.message


def test_a_missing_folder_is_an_error_not_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="does not exist; nothing was changed"):
        scan_folders([tmp_path / "unmounted"])


def test_collections_are_not_read_as_documents(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "mine/collection.sqlite", "mine/notes.txt")
    assert names(tmp_path) == ["a.txt"]


def test_a_single_file_can_be_named(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    assert scan_folders([tmp_path / "a.txt"]).files == [tmp_path / "a.txt"]
