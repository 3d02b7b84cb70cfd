"""Telling the layout of a set, and options that do not fit it."""

from pathlib import Path

import pytest

from retriever import RetrieverError
from retriever.evaluation import LAYOUTS, EvaluationSetError, read_set

BEIR = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
NAMES = {
    "beir": BEIR,
    "languages": tuple(f"de/{name}" for name in BEIR),
    "squad": ("dev-v2.0.json",),
    "trec": ("topics.txt", "qrels.txt", "corpus.txt"),
    "techqa": ("dev_Q_A.json", "training_dev_technotes.json"),
    "miracl": ("miracl-v1.0-ar/topics/topics.miracl-v1.0-ar-dev.tsv", "miracl-corpus-v1.0-ar/docs-0.jsonl.gz"),
    "mldr": ("mldr-v1.0-de/test.jsonl.gz", "mldr-v1.0-de/corpus.jsonl.gz"),
    "questions": ("questions.jsonl", "files/a.md"),
}
"""Files as they are published, by layout."""


def make(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_each_layout_has_an_example_here() -> None:
    assert set(NAMES) == set(LAYOUTS)


@pytest.mark.parametrize("name", NAMES)
def test_just_one_layout_recognises_its_files(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path, NAMES[name])
    assert [other for other, layout in LAYOUTS.items() if layout.matches(folder)] == [name]


@pytest.mark.parametrize("names", [(), ("notes.txt", "sub/photo.jpg")])
def test_a_folder_in_no_layout_lists_them_all(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(
        EvaluationSetError, match="is in no layout that polyseek knows; choose one with --format"
    ) as info:
        read_set(make(tmp_path, names))
    assert all(f"  {name} " in str(info.value) for name in LAYOUTS)


def test_a_folder_in_two_layouts_asks_which(tmp_path: Path) -> None:
    folder = make(tmp_path, NAMES["beir"] + NAMES["questions"])
    with pytest.raises(EvaluationSetError, match="looks like beir and questions; choose one with --format"):
        read_set(folder)


def test_a_layout_that_is_named_is_used(tmp_path: Path) -> None:
    folder = make(tmp_path, NAMES["beir"] + NAMES["questions"])
    with pytest.raises(EvaluationSetError, match=r"test\.tsv holds no judgement"):
        read_set(folder, layout="beir")


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_reader_refuses_an_empty_folder_with_its_own_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvaluationSetError, match=str(tmp_path)):
        read_set(tmp_path, layout=name)


@pytest.mark.parametrize("name", sorted(LAYOUTS.keys() - {"squad", "questions"}))
def test_readers_of_folders_refuse_a_file_with_their_own_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.bin").touch()
    with pytest.raises(EvaluationSetError, match=str(tmp_path)):
        read_set(tmp_path / "a.bin", layout=name)


def test_an_unknown_layout_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="unknown layout 'beer'; choose one with --format"):
        read_set(tmp_path, layout="beer")


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="nowhere does not exist"):
        read_set(tmp_path / "nowhere")


def test_an_unknown_language_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="unknown language 'xx'; use one of: en ar"):
        read_set(tmp_path, language="xx")


def test_translations_are_refused_where_a_layout_has_none(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"\(languages, squad\); read it without --parallel"):
        read_set(make(tmp_path, NAMES["beir"]), parallel=True)


def test_a_folder_of_documents_is_refused_where_the_set_has_its_own(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="holds its documents itself; leave --documents"):
        read_set(make(tmp_path, NAMES["beir"]), folder=tmp_path)


def test_errors_of_sets_are_errors_of_the_retriever() -> None:
    assert issubclass(EvaluationSetError, RetrieverError)
