import json
import shutil
from pathlib import Path

import pytest

from indexer import ChangeKind, Collection, SyncProgress, find_faults


def kinds(report) -> dict[str, str]:
    return {Path(change.path).name: change.kind.value for change in report.changes}


def texts(collection: Collection) -> dict[str, list[str]]:
    """Each file's passages as they can be found."""
    with collection.session() as session:
        stored = session.passages(session.snapshot.passage_ids.tolist())
        found: dict[str, list[str]] = {}
        for passage in stored:
            for path in passage.paths:
                found.setdefault(Path(path).name, []).append(passage.text)
    return found


def test_new_files_are_added_and_then_unchanged(collection: Collection, folder: Path) -> None:
    report = collection.sync([folder])
    assert kinds(report) == dict.fromkeys(["lighthouse.txt", "ferry.md", "mine.txt"], "added")
    assert report.passages == sum(map(len, texts(collection).values())) > 0
    again = collection.sync([folder])
    assert again.changes == ()
    assert again.unchanged == 3
    assert find_faults(collection) == []


def test_nothing_is_embedded_twice(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    before = hashing_embedder.embedded_passages
    collection.sync([folder])
    shutil.move(folder / "mine.txt", folder / "salt mine.txt")
    shutil.copy(folder / "ferry.md", folder / "copy of ferry.md")
    collection.sync([folder])
    assert hashing_embedder.embedded_passages == before


def test_a_changed_file_replaces_its_passages(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    (folder / "mine.txt").write_text("The mine was closed last winter.\n")
    report = collection.sync([folder])
    assert kinds(report) == {"mine.txt": "changed"}
    assert texts(collection)["mine.txt"] == ["The mine was closed last winter."]
    assert find_faults(collection) == []


def test_a_moved_file_keeps_its_passages(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    before = texts(collection)["mine.txt"]
    (folder / "deep").mkdir()
    shutil.move(folder / "mine.txt", folder / "deep" / "salt.txt")
    (change,) = collection.sync([folder]).changes
    assert (change.kind, Path(str(change.origin)).name) == (ChangeKind.MOVED, "mine.txt")
    assert texts(collection)["salt.txt"] == before
    assert "mine.txt" not in texts(collection)


def test_a_removed_file_is_found_no_more(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    (folder / "mine.txt").unlink()
    assert kinds(collection.sync([folder])) == {"mine.txt": "removed"}
    assert sorted(texts(collection)) == ["ferry.md", "lighthouse.txt"]
    assert find_faults(collection) == []


def test_files_of_other_folders_stay(collection: Collection, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "note.txt").write_text("A note about cabbages.")
    collection.sync([folder])
    assert kinds(collection.sync([other])) == {"note.txt": "added"}
    assert len(texts(collection)) == 4


def test_the_same_content_twice_is_stored_once_and_shown_twice(
    collection: Collection, folder: Path, hashing_embedder
) -> None:
    shutil.copy(folder / "mine.txt", folder / "zcopy.txt")
    report = collection.sync([folder])
    assert kinds(report)["zcopy.txt"] == "duplicate"
    with collection.session() as session:
        passages = session.passages(session.snapshot.passage_ids.tolist())
    (mine,) = [passage for passage in passages if "salt" in passage.text]
    assert [Path(path).name for path in mine.paths] == ["mine.txt", "zcopy.txt"]
    sentences = {passage.text[start:end] for passage in passages for start, end in passage.sentences}
    assert hashing_embedder.embedded_passages == len(sentences | {passage.text for passage in passages})
    (folder / "mine.txt").unlink()
    collection.sync([folder])
    assert texts(collection)["zcopy.txt"] == [mine.text]


def test_files_that_swap_their_contents_are_followed(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    before = texts(collection)
    mine, lighthouse = (folder / "mine.txt").read_text(), (folder / "lighthouse.txt").read_text()
    (folder / "mine.txt").write_text(lighthouse)
    (folder / "lighthouse.txt").write_text(mine)
    assert set(kinds(collection.sync([folder])).values()) == {"changed"}
    after = texts(collection)
    assert after["mine.txt"] == before["lighthouse.txt"]
    assert after["lighthouse.txt"] == before["mine.txt"]


def test_content_that_moves_while_its_old_place_changes_is_kept(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    before = texts(collection)["mine.txt"]
    shutil.copy(folder / "mine.txt", folder / "archive.txt")
    (folder / "mine.txt").write_text("Something else entirely.")
    collection.sync([folder])
    assert texts(collection)["archive.txt"] == before
    assert texts(collection)["mine.txt"] == ["Something else entirely."]


def test_a_dry_run_tells_all_and_changes_nothing(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    before = texts(collection)
    shutil.move(folder / "mine.txt", folder / "salt.txt")
    (folder / "ferry.md").unlink()
    (folder / "new.txt").write_text("New.")
    (folder / "lighthouse.txt").write_text("Changed.")
    shutil.copy(folder / "new.txt", folder / "twin.txt")
    report = collection.sync([folder], dry_run=True)
    expected = {
        "salt.txt": "moved",
        "ferry.md": "removed",
        "new.txt": "added",
        "lighthouse.txt": "changed",
        "twin.txt": "duplicate",
    }
    assert kinds(report) == expected
    assert texts(collection) == before
    assert kinds(collection.sync([folder])) == expected


def test_a_bad_file_costs_one_file_and_keeps_its_earlier_version(collection: Collection, folder: Path) -> None:
    (folder / "empty.txt").touch()
    report = collection.sync([folder])
    (failure,) = report.of(ChangeKind.FAILED)
    assert (Path(failure.path).name, failure.reason) == ("empty.txt", "empty")
    assert len(report.of(ChangeKind.ADDED)) == 3
    before = texts(collection)["mine.txt"]
    (folder / "mine.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert kinds(collection.sync([folder]))["mine.txt"] == "failed"
    assert texts(collection)["mine.txt"] == before
    with collection.session() as session:
        stored = {Path(file.path).name: file for file in session.files()}
    assert stored["mine.txt"].failure == "wrong_type"
    assert stored["empty.txt"].passages == 0
    assert find_faults(collection) == []


def test_a_failure_is_over_when_the_file_is_mended(collection: Collection, folder: Path) -> None:
    good = (folder / "mine.txt").read_text()
    collection.sync([folder])
    (folder / "mine.txt").write_bytes(b"")
    collection.sync([folder])
    (folder / "mine.txt").write_text(good)
    assert kinds(collection.sync([folder])) == {"mine.txt": "changed"}
    with collection.session() as session:
        assert all(file.failure is None for file in session.files())
    assert collection.sync([folder]).unchanged == 3


def test_a_folder_that_cannot_be_listed_does_not_lose_its_documents(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "inner.txt").write_text("An inner document.")
    collection.sync([folder])
    real = __import__("os").scandir

    def refuse(path: Path):
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("indexer.scan.os.scandir", refuse)
    report = collection.sync([folder])
    assert kinds(report) == {"sub": "failed"}
    assert "inner.txt" in texts(collection)


def test_an_interrupted_sync_keeps_what_it_finished(collection: Collection, tmp_path: Path) -> None:
    place = tmp_path / "many"
    place.mkdir()
    for number in range(30):
        (place / f"{number}.txt").write_text(f"Document number {number}. " + "It goes on and on. " * 400)
    seen: list[SyncProgress] = []

    def stop_early(progress: SyncProgress) -> None:
        seen.append(progress)
        if progress.phase == "reading" and progress.done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collection.sync([place], progress=stop_early)
    assert len(texts(collection)) == 12
    assert find_faults(collection) == []
    report = collection.sync([place])
    assert (report.unchanged, len(report.of(ChangeKind.ADDED))) == (12, 18)
    assert find_faults(collection) == []


def test_progress_counts_up_to_the_end(collection: Collection, folder: Path) -> None:
    seen: list[SyncProgress] = []
    (folder / "empty.txt").touch()
    collection.sync([folder], progress=seen.append)
    for phase in ("comparing", "reading"):
        steps = [progress for progress in seen if progress.phase == phase]
        assert [step.done for step in steps] == list(range(1, 5))
        assert {step.total for step in steps} == {4}
    assert seen[-1].failed == 1


def test_files_with_names_in_all_scripts_are_read(collection: Collection, tmp_path: Path) -> None:
    place = tmp_path / "dokumente und mehr"
    names = ["ملف عربي.txt", "文件.md", "ไฟล์.txt", "ফাইল.txt", "קובץ.html", "naïve ß.txt", "emoji 🗂.txt"]
    place.mkdir()
    for name in names:
        (place / name).write_text(
            f"<p>The text of {name} is here.</p>" if name.endswith("html") else f"Text of {name}."
        )
    report = collection.sync([place])
    assert sorted(kinds(report)) == sorted(names)
    assert not report.of(ChangeKind.FAILED)


def test_a_folder_has_one_name_however_it_is_written(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.sync([folder])
    monkeypatch.chdir(folder)
    for spelling in (".", "../documents", f"{folder}/", f"{folder}/../documents/."):
        assert collection.sync([spelling]).unchanged == 3
    assert len(texts(collection)) == 3
    assert len(collection.remove(["../documents/mine.txt"])) == 1


def test_a_report_is_json(collection: Collection, folder: Path) -> None:
    report = json.loads(collection.sync([folder]).to_json())
    assert report["added"] == 3
    assert {change["kind"] for change in report["changes"]} == {"added"}


def test_removed_by_hand_is_gone_until_the_next_sync(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    assert [Path(path).name for path in collection.remove([folder / "mine.txt"])] == ["mine.txt"]
    assert "mine.txt" not in texts(collection)
    assert kinds(collection.sync([folder])) == {"mine.txt": "added"}
