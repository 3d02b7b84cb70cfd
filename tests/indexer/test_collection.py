import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer import (
    ChangeKind,
    Collection,
    CollectionDamagedError,
    CollectionExistsError,
    CollectionLockedError,
    CollectionMissingError,
    FaultKind,
    IdentityError,
    PassageFilter,
    PassageSettings,
    Phase,
    SettingsError,
    SyncProgress,
    TextDocument,
    find_faults,
    repair,
)
from indexer import snapshot as snapshot_module
from indexer.boilerplate import MANY_DOCUMENTS
from indexer.database import open_for_reading
from indexer.lexical import LexicalWriter
from indexer.lock import writer_lock
from indexer.neutral import Space, drift, move_query
from indexer.store import Store
from indexer.vectors import VectorKind
from indexer.views import DenseView
from indexer.views.files import ViewManifest

WITHOUT_ROOT_RIGHTS = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


def search(collection: Collection, words: str, wanted: PassageFilter | None = None, k: int = 3) -> list[str]:
    with collection.session() as session:
        snapshot = session.snapshot
        query = move_query(collection.embedder.embed_queries([words]), {"en": 1.0}, snapshot.means, snapshot.space)
        rows, _ = snapshot.search(query, k, session.allowed_rows(wanted or PassageFilter()), snapshot.space)
        found = snapshot.passages_of(rows[0][rows[0] >= 0])
        return [passage.text for passage in session.passages(found.tolist())]


def other_encoder(embedder, **changes):
    other = type(embedder)()
    other.card = replace(embedder.card, **changes)
    return other


def test_a_synced_collection_answers_after_reopening(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    with Collection.open(collection.path, embedder=hashing_embedder) as again:
        assert "underground lake" in search(again, "salt mine levels")[0]
        assert again.identity == collection.identity


def test_filters_hold_inside_the_search(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    only = PassageFilter(document_types=("md",))
    assert search(collection, "salt mine levels", only) == search(collection, "ferry", only)
    assert all("ferry" in text for text in search(collection, "salt mine levels", only))
    assert search(collection, "salt", PassageFilter(folders=(str(folder / "mine.txt"),)))[0].startswith("The salt mine")
    assert search(collection, "salt", PassageFilter(folders=(str(folder)[:-1],))) == []
    assert search(collection, "salt", PassageFilter(languages=("th",))) == []
    assert search(collection, "salt", PassageFilter(document_types=())) == []


def test_opening_nothing_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CollectionMissingError, match="polyseek ingest FOLDER"):
        Collection.open(tmp_path / "nowhere")


def test_a_collection_is_never_overwritten(collection: Collection, hashing_embedder, tmp_path: Path) -> None:
    with pytest.raises(CollectionExistsError, match="polyseek ingest"):
        Collection.create(collection.path, embedder=hashing_embedder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(CollectionExistsError, match=r"thesis\.txt"):
        Collection.create(tmp_path / "mine", embedder=hashing_embedder)


def test_an_interrupted_creation_can_be_repeated(tmp_path: Path, hashing_embedder) -> None:
    place = tmp_path / "half"
    (place / "vectors" / "passages").mkdir(parents=True)
    sqlite3.connect(place / "collection.sqlite").close()
    (place / "writer.lock").touch()
    assert not Collection.exists(place)
    with Collection.create(place, embedder=hashing_embedder):
        assert Collection.exists(place)


@pytest.mark.parametrize(
    "changes",
    [{"id": "other"}, {"revision": "2"}, {"passage_prefix": "doc: "}, {"pooling": "cls"}, {"dimension": 32}],
)
def test_another_encoder_is_refused_with_both_names(collection: Collection, hashing_embedder, changes) -> None:
    with pytest.raises(IdentityError, match="cannot be compared") as caught:
        Collection.open(collection.path, embedder=other_encoder(hashing_embedder, **changes))
    for value in changes.values():
        assert str(value) in str(caught.value)
    assert "hashing" in str(caught.value)
    assert "polyseek ingest FOLDER --collection NEW_PATH" in str(caught.value)


def test_passages_longer_than_the_encoder_reads_are_refused(tmp_path: Path, hashing_embedder) -> None:
    settings = PassageSettings(max_tokens=4000)
    with pytest.raises(SettingsError, match="510"):
        Collection.create(tmp_path / "c", embedder=hashing_embedder, passages=settings)
    assert not (tmp_path / "c").exists()


def test_a_second_writer_is_told_who_writes(collection: Collection, folder: Path) -> None:
    with writer_lock(collection.path), pytest.raises(CollectionLockedError, match=r"process \d+ on .+ since 2"):
        collection.sync([folder])
    collection.sync([folder])


def test_the_directory_can_be_moved(collection: Collection, folder: Path, tmp_path: Path, hashing_embedder) -> None:
    collection.sync([folder])
    collection.close()
    moved = tmp_path / "elsewhere" / "дом и сад"
    moved.parent.mkdir()
    shutil.move(collection.path, moved)
    with Collection.open(moved, embedder=hashing_embedder) as again:
        assert "underground lake" in search(again, "salt mine")[0]
        assert again.sync([folder]).unchanged == 3


def test_new_documents_are_seen_without_reopening(collection: Collection, folder: Path, hashing_embedder) -> None:
    with Collection.open(collection.path, embedder=hashing_embedder) as reader:
        assert search(reader, "ferry") == []
        collection.sync([folder])
        assert "ferry" in search(reader, "ferry")[0]
        (folder / "ferry.md").unlink()
        collection.sync([folder])
        assert all("ferry" not in text for text in search(reader, "ferry"))


def test_a_session_keeps_its_state_while_others_write(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    with Collection.open(collection.path, embedder=hashing_embedder) as reader, reader.session() as session:
        ids = session.snapshot.passage_ids.tolist()
        (folder / "mine.txt").unlink()
        collection.sync([folder])
        assert len(session.passages(ids)) == len(ids)


def test_rows_that_no_view_covers_are_found(collection: Collection, folder: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        (many / f"{number}.txt").write_text(f"Filler text number {number} about nothing.")
    collection.sync([many])
    with collection.session() as session:
        before = session.snapshot.manifest
    collection.sync([folder / "mine.txt"])  # one of 31 passages: too few to rebuild the view
    with collection.session() as session:
        assert session.snapshot.manifest == before
    assert "salt mine" in search(collection, "salt mine levels")[0]


def test_a_view_full_of_removed_rows_is_rebuilt(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    with collection.session() as session:
        before = session.snapshot.manifest
    (folder / "mine.txt").unlink()
    (folder / "ferry.md").unlink()
    collection.sync([folder])
    with collection.session() as session:
        assert session.snapshot.manifest != before


def test_a_missing_or_damaged_view_is_never_fatal(
    collection: Collection, folder: Path, hashing_embedder, caplog: pytest.LogCaptureFixture
) -> None:
    collection.sync([folder])
    expected = search(collection, "salt mine levels")
    (view,) = (collection.path / "views").glob("*.faiss")
    view.write_bytes(view.read_bytes()[:-7])
    with Collection.open(collection.path, embedder=hashing_embedder) as again:
        assert search(again, "salt mine levels") == expected
        assert "searched exactly" in caplog.text
        assert [fault.kind for fault in find_faults(again)] == ["view"]
        repair(again)
        assert find_faults(again) == []
    view.with_suffix(".json").unlink(missing_ok=True)
    shutil.rmtree(collection.path / "views")
    with Collection.open(collection.path, embedder=hashing_embedder) as again:
        assert search(again, "salt mine levels") == expected


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[1] ^= 0x40
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("kind", list(VectorKind))
@pytest.mark.parametrize("damage", ["flipped", "truncated", "missing"])
def test_damaged_vectors_are_found_and_their_documents_read_again(
    collection: Collection, folder: Path, hashing_embedder, damage: str, kind: VectorKind
) -> None:
    collection.sync([folder])
    expected = sorted(search(collection, "the", k=10))
    (segment,) = (collection.path / "vectors" / kind).glob("*.f16")
    if damage == "flipped":
        flip_a_byte(segment)
    elif damage == "truncated":
        segment.write_bytes(segment.read_bytes()[:-1])
    else:
        segment.unlink()
    with Collection.open(collection.path, embedder=hashing_embedder) as again:
        assert any(fault.kind == "document" for fault in find_faults(again))
        if damage != "flipped":
            with pytest.raises(CollectionDamagedError, match="verify --repair"):
                search(again, "the")
        repair(again)
        assert find_faults(again) == []
        assert again.sync([folder]).passages > 0
        assert find_faults(again) == []
        assert sorted(search(again, "the", k=10)) == expected


def test_a_damaged_database_is_said_to_be_beyond_repair(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    collection.close()
    path = collection.path / "collection.sqlite"
    content = bytearray(path.read_bytes())
    page = content.index(b"underground lake") // 4096 * 4096
    content[page : page + 4096] = bytes(4096)  # the texts; the identity can still be read
    path.write_bytes(bytes(content))
    with Collection.open(collection.path, embedder=hashing_embedder) as again:
        assert {fault.kind for fault in find_faults(again)} == {"database"}
        with pytest.raises(CollectionDamagedError, match="backup"):
            repair(again)


def test_a_file_that_is_no_database_is_an_error_of_ours(collection: Collection) -> None:
    collection.close()
    (collection.path / "collection.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(CollectionDamagedError, match="backup"):
        Collection.open(collection.path)


READ_ONLY_SEARCH = """
import sys
from indexer import Collection, CollectionReadOnlyError
with Collection.open(sys.argv[1]) as collection:
    with collection.session() as session:
        print(len(session.passages(session.snapshot.passage_ids.tolist())))
    try:
        collection.remove(["/nothing"])
    except CollectionReadOnlyError as error:
        print(error)
"""


@pytest.mark.parametrize("left_behind", ["clean", "log", "log without its index"])
def test_a_read_only_disk_can_be_searched(
    collection: Collection, folder: Path, tmp_path: Path, left_behind: str
) -> None:
    collection.sync([folder])
    place = tmp_path / "disk"
    if left_behind == "clean":
        collection.close()
        shutil.copytree(collection.path, place)
    else:  # a copy made while a connection is open holds a log that was not merged
        with collection.session():
            collection.remove([folder / "ferry.md"])
            shutil.copytree(collection.path, place)
        if left_behind == "log without its index":
            (place / "collection.sqlite-shm").unlink()
    with collection.session() as session:
        expected = len(session.snapshot.passage_ids)
    for path in (place, *place.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [*WITHOUT_ROOT_RIGHTS, sys.executable, "-c", READ_ONLY_SEARCH, str(place)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755)
    lines = answer.stdout.splitlines()
    assert answer.stderr == ""
    assert lines[0] == str(expected)
    assert "cannot be written to" in lines[1]


def test_stored_vectors_are_the_encoders_rounded_to_float16(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    with collection.session() as session:
        snapshot = session.snapshot
        passages = session.passages(snapshot.passage_ids.tolist())
        stored = snapshot.vectors.take(snapshot.rows)
    embedded = collection.embedder.embed_passages([passage.text for passage in passages])
    np.testing.assert_array_equal(stored, embedded.astype(np.float16).astype(np.float32))


def test_an_immutable_read_connection_cannot_write(collection: Collection) -> None:
    database = open_for_reading(collection.path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("DELETE FROM files")
    database.close()


def test_the_neutral_strength_is_changed_without_embedding(
    collection: Collection, folder: Path, hashing_embedder
) -> None:
    collection.sync([folder])
    embedded = hashing_embedder.embedded_passages
    with Collection.open(collection.path, embedder=hashing_embedder) as reader:
        for strength in (0.0, 1.0):
            collection.rebuild_view(neutral=strength)
            with reader.session() as session:
                assert session.snapshot.space == Space(dimension=64, strength=strength)
        with pytest.raises(SettingsError, match="my language first"):
            collection.rebuild_view(neutral=1.5)
    assert hashing_embedder.embedded_passages == embedded
    (folder / "new.txt").write_text("Something new about the mine. " * 30)
    collection.sync([folder])
    with collection.session() as session:
        assert session.snapshot.space.strength == 1.0, "a rebuilt view keeps the strength the user chose"
    assert find_faults(collection) == []


def test_a_space_other_than_the_views_gives_what_a_view_of_it_gives(collection: Collection, folder: Path) -> None:
    collection.sync([folder])

    def scores(strength: float) -> list[float]:
        with collection.session() as session:
            space = Space(dimension=64, strength=strength)
            query = move_query(
                collection.embedder.embed_queries(["salt mine"]), {"en": 1.0}, session.snapshot.means, space
            )
            return session.snapshot.search(query, 3, session.allowed_rows(PassageFilter()), space)[1][0].tolist()

    scanned = scores(0.3)
    collection.rebuild_view(neutral=0.3)
    assert scores(0.3) == pytest.approx(scanned, abs=2e-3)
    assert scores(0.3) != pytest.approx(scores(0.9), abs=2e-3)


def test_similarities_of_sentences_are_those_of_a_plain_comparison(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    embedder = collection.embedder
    question = embedder.embed_queries(["cabbages behind it"])
    with collection.session() as session:
        snapshot = session.snapshot
        space = Space(dimension=64, strength=0.0)
        found, begins = snapshot.sentence_similarities(question, snapshot.rows[::-1], space)
        passages = session.passages(snapshot.passage_ids[::-1].tolist())
    sentences = [passage.text[start:end] for passage in passages for start, end in passage.sentences]
    np.testing.assert_allclose(found, embedder.embed_passages(sentences) @ question[0], atol=2e-3)
    counts = [len(passage.sentences) for passage in passages]
    assert begins.tolist() == [sum(counts[:number]) for number in range(len(counts))]
    assert max(counts) > 1


def test_texts_are_added_replaced_and_removed_by_name(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    texts = [
        TextDocument(name="note-1", title="Tide", text="High tide is at noon.\r\nLow tide follows."),
        TextDocument(name="note-2", text="The orchard has forty pear trees."),
        TextDocument(name="empty", text=" \n "),
    ]
    assert collection.add(texts) == 2
    embedded = hashing_embedder.embedded_passages
    assert collection.add(texts) == 0
    assert hashing_embedder.embedded_passages == embedded, "what is there already is not embedded again"
    with collection.session() as session:
        files = {file.path: file for file in session.files()}
    assert (files["note-1"].title, files["note-2"].title, "empty" in files) == ("Tide", "note-2", False)
    assert search(collection, "pear trees")[0] == "The orchard has forty pear trees."

    assert collection.add([TextDocument(name="note-2", text="The orchard has fifty plum trees.")]) == 1
    assert "plum" in search(collection, "orchard trees")[0]
    assert all("pear" not in text for text in search(collection, "pear trees", k=20))
    assert collection.sync([folder]).of(ChangeKind.REMOVED) == (), "a sync leaves texts alone"
    assert collection.remove(["note-2"]) == ["note-2"]
    assert all("plum" not in text for text in search(collection, "plum trees", k=20))
    assert find_faults(collection) == []


def test_a_lexical_index_that_disagrees_is_a_fault_and_repaired(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    place = collection.path / "views" / "lexical"
    with collection.session() as session:
        generation = session.snapshot.generation
        lost = session.snapshot.passage_ids[:1].tolist()
    with LexicalWriter.open(place, owner=collection.identity.collection_id) as writer:
        writer.remove(lost)
        writer.commit(generation)
    (fault,) = find_faults(collection)
    assert (fault.kind, "1 passages" in fault.message) == (FaultKind.VIEW, True)
    repair(collection)
    assert find_faults(collection) == []
    next(place.glob("*.term")).write_bytes(b"")
    assert [fault.kind for fault in find_faults(collection)] == [FaultKind.VIEW]
    repair(collection)
    assert find_faults(collection) == []


def test_a_view_is_built_anew_when_the_means_of_a_language_have_moved(
    collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.add(TextDocument(name=f"filler-{n}", text=f"Filler number {n} about nothing.") for n in range(40))

    def state() -> tuple[ViewManifest | None, str, float]:
        with collection.session() as session:
            snapshot = session.snapshot
            assert snapshot.manifest is None or snapshot.manifest.means_sha256 == snapshot.means.sha256()
            return snapshot.manifest, snapshot.means.sha256(), drift(snapshot.calibration, snapshot.means)

    before = state()
    assert before[2] > 0, "a built view has means moved towards the collection"
    collection.add([TextDocument(name="one-more", text="The salt mine has seven levels.")])
    assert state() == before, "one passage is too little"
    monkeypatch.setattr("indexer.upkeep.MAX_DRIFT", 1e-4)
    collection.add([TextDocument(name="another", text="The ferry crosses the river.")])
    after = state()
    assert (after[0] != before[0], after[1] != before[1]) == (True, True)
    assert find_faults(collection) == []


def test_a_view_that_a_writer_replaces_while_it_is_loaded_is_not_missed(
    collection: Collection, folder: Path, hashing_embedder, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    collection.sync([folder])
    load = snapshot_module.load_view
    replaced = []

    def load_late(views: Path, manifest: ViewManifest) -> DenseView:
        if not replaced:
            replaced.append(manifest)
            collection.rebuild_view(neutral=0.3)  # the file that is about to be loaded is gone now
        return load(views, manifest)

    with Collection.open(collection.path, embedder=hashing_embedder) as reader:
        monkeypatch.setattr(snapshot_module, "load_view", load_late)
        assert "underground lake" in search(reader, "salt mine levels")[0]
        with reader.session() as session:
            assert session.snapshot.manifest is not None
            assert session.snapshot.space.strength == 0.3
    assert caplog.text == ""


def test_a_view_built_with_other_means_is_not_believed(collection: Collection, folder: Path, hashing_embedder) -> None:
    collection.sync([folder])
    expected = search(collection, "salt mine levels")
    with Store.writing(collection.path) as store, store.change():
        store.set_means(hashing_embedder.language_means().to_bytes())
    with collection.session() as session:
        assert session.snapshot.view is None, "its vectors are in another space than the question's"
    assert search(collection, "salt mine levels") == expected
    assert [fault.kind for fault in find_faults(collection)] == [FaultKind.VIEW]
    repair(collection)
    assert find_faults(collection) == []


def test_a_filter_may_name_very_many_files(collection: Collection) -> None:
    collection.add(TextDocument(name=f"/shelf/{n}/note", text=f"Note number {n} about salt.") for n in range(30))
    collection.add([TextDocument(name="/shelf/7/note.old/x", text="An older note about salt.")])
    collection.add([TextDocument(name="/shelf/70", text="Not in folder 7.")])
    names = tuple(f"/shelf/{n}" for n in range(3, 5_000))

    def count(*folders: str) -> int:
        with collection.session() as session:
            return int(session.allowed_rows(PassageFilter(folders=folders)).sum())

    assert count(*names) == 29
    assert count("/shelf/7/note") == 1, "a name is not the beginning of a longer one"
    assert (count("/shelf"), count("/she"), count()) == (32, 0, 0)
    assert count("/shelf/7") == 2


def test_passages_of_another_size_are_cut_without_reading_the_files(collection: Collection, folder: Path) -> None:
    (folder / "long.txt").write_text("The keeper counts the boats. " * 100)
    collection.sync([folder])
    before = passages_of(collection)
    for path in folder.iterdir():
        path.unlink()
    collection.recut(PassageSettings(max_tokens=32, overlap_tokens=0))
    after = passages_of(collection)
    assert after["long.txt"] > 4 * before["long.txt"]
    assert {name: count for name, count in after.items() if name != "long.txt"} == {
        name: count for name, count in before.items() if name != "long.txt"
    }
    assert find_faults(collection) == []
    with Collection.open(collection.path, embedder=collection.embedder) as again:
        assert again.identity.passages.max_tokens == 32


def test_a_recut_that_was_interrupted_is_finished_by_the_next_sync(collection: Collection, folder: Path) -> None:
    (folder / "long.txt").write_text("The keeper counts the boats. " * 100)
    collection.sync([folder])

    def interrupt(progress: SyncProgress) -> None:
        assert progress.phase is Phase.CUTTING
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collection.recut(PassageSettings(max_tokens=32, overlap_tokens=0), progress=interrupt)
    report = collection.sync([folder])
    assert report.changes == ()
    assert passages_of(collection)["long.txt"] > 10
    assert find_faults(collection) == []


def test_passages_longer_than_the_encoder_takes_are_refused(collection: Collection) -> None:
    with pytest.raises(SettingsError, match="choose a smaller max_tokens"):
        collection.recut(PassageSettings(max_tokens=4096))


def test_a_passage_that_many_documents_hold_is_embedded_a_few_times_only(
    collection: Collection, tmp_path: Path, hashing_embedder
) -> None:
    notice = "This message is confidential. Delete it if it was not meant for you."
    collection.add(TextDocument(name=str(n), text=notice, title=f"Letter {chr(65 + n)}") for n in range(MANY_DOCUMENTS))
    before = hashing_embedder.embedded_passages
    collection.add([TextDocument(name="late", text=notice, title="A late letter")])
    assert hashing_embedder.embedded_passages == before
    collection.add([TextDocument(name="other", text="This message is about boats.", title="A letter")])
    assert hashing_embedder.embedded_passages > before
    assert find_faults(collection) == []


def passages_of(collection: Collection) -> dict[str, int]:
    with collection.session() as session:
        return {Path(file.path).name: file.passages for file in session.files()}
