"""Sets in SQuAD's layout: SQuAD 1.1 and 2.0, XQuAD, MLQA."""

import gzip
import json
import logging
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

Json = dict[str, object]


def qa(name: str, question: str, *answers: str, impossible: bool | None = None) -> Json:
    entry: Json = {"id": name, "question": question, "answers": [{"text": a, "answer_start": 0} for a in answers]}
    return entry if impossible is None else entry | {"is_impossible": impossible, "plausible_answers": []}


def article(title: str, *paragraphs: tuple[str, list[Json]]) -> Json:
    return {"title": title, "paragraphs": [{"context": text, "qas": qas} for text, qas in paragraphs]}


def write(path: Path, *articles: Json) -> Path:
    data = json.dumps({"version": "1.1", "data": articles}).encode("utf-8-sig")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_paragraphs_are_documents_and_keep_answers(tmp_path: Path) -> None:
    path = write(
        tmp_path / "dev-v1.1.json",
        article(
            "Salt_mine",
            ("The shaft is 90 m deep.", [qa("a", "How deep?", "90 m", "90 m", "")]),
            ("It closed in 1951.", [qa("b", "When did it close?", "1951", "in 1951")]),
        ),
        article("Ferry", ("It sails at dawn.", [qa("c", "When does it sail?", "at dawn")])),
    )
    found = read_set(path, language="en")
    assert found.name == "dev-v1.1"
    assert found.questions == (
        SetQuestion(id="a", text="How deep?", language="en", answers=("90 m",)),
        SetQuestion(id="b", text="When did it close?", language="en", answers=("1951", "in 1951")),
        SetQuestion(id="c", text="When does it sail?", language="en", answers=("at dawn",)),
    )
    assert found.qrels == {"a": {"Salt mine#1": 1}, "b": {"Salt mine#2": 1}, "c": {"Ferry#1": 1}}
    assert list(found.documents()) == [
        SetDocument(id="Salt mine#1", title="Salt mine", text="The shaft is 90 m deep.", language="en"),
        SetDocument(id="Salt mine#2", title="Salt mine", text="It closed in 1951.", language="en"),
        SetDocument(id="Ferry#1", title="Ferry", text="It sails at dawn.", language="en"),
    ]


def test_a_question_without_an_answer_stays_without_relevant_documents(tmp_path: Path) -> None:
    qas = [qa("a", "How deep?", "90 m", impossible=False), qa("b", "How wide?", impossible=True)]
    found = read_set(write(tmp_path / "dev-v2.0.json.gz", article("Mine", ("It is 90 m deep.", qas))))
    assert [(question.id, question.answers) for question in found.questions] == [("a", ("90 m",)), ("b", ())]
    assert set(found.qrels) == {"a"}


def write_xquad(folder: Path) -> Path:
    for language, text in {"de": "Neunzig Meter tief.", "th": "ลึกเก้าสิบเมตร", "el": "Βάθος ενενήντα μέτρα."}.items():
        write(folder / f"xquad.{language}.json", article("Mine", (text, [qa("a", f"{text}?", text)])))
    return folder


def test_xquads_languages_come_from_its_file_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = read_set(write_xquad(tmp_path))
    assert [(question.id, question.language) for question in found.questions] == [("de/a", "de"), ("th/a", "th")]
    assert [(document.id, document.language) for document in found.documents()] == [
        ("de/Mine#1", "de"),
        ("th/Mine#1", "th"),
    ]
    assert found.qrels == {"de/a": {"de/Mine#1": 1}, "th/a": {"th/Mine#1": 1}}
    assert "xquad.el.json is left out" in caplog.text


def test_a_question_of_a_parallel_set_is_relevant_in_every_language(tmp_path: Path) -> None:
    both = {"de/Mine#1": 1, "th/Mine#1": 1}
    assert read_set(write_xquad(tmp_path), parallel=True).qrels == {"de/a": both, "th/a": both}


def test_a_single_file_of_xquad_knows_its_language(tmp_path: Path) -> None:
    found = read_set(write_xquad(tmp_path) / "xquad.th.json")
    assert (found.questions[0].id, found.questions[0].language) == ("a", "th")


def test_a_language_that_no_file_is_in_names_the_files(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"no file in the language fr; it holds xquad\.de\.json, "):
        read_set(write_xquad(tmp_path), language="fr")


def write_mlqa(folder: Path) -> Path:
    contexts = {"de": "Neunzig Meter tief.", "en": "Ninety metres deep.", "vi": "Sâu chín mươi mét."}
    questions = {"de": "Wie tief?", "en": "How deep?", "vi": "Sâu bao nhiêu?"}
    for context, text in contexts.items():
        for language, question in questions.items():
            name = f"test-context-{context}-question-{language}.json"
            write(folder / name, article("Mine", (text, [qa("a", question, text.split(" ")[0])])))
    write(folder / "dev-context-de-question-en.json", article("Mine", ("Anderer Text.", [qa("z", "Why?", "Text")])))
    return folder


def test_mlqas_question_is_one_question_however_many_languages_it_is_put_to(tmp_path: Path) -> None:
    found = read_set(write_mlqa(tmp_path))
    assert [(q.id, q.language, q.answers) for q in found.questions] == [
        ("de/a", "de", ("Neunzig", "Ninety")),
        ("en/a", "en", ("Neunzig", "Ninety")),
    ]
    both = {"de/Mine#1": 1, "en/Mine#1": 1}
    assert found.qrels == {"de/a": both, "en/a": both}


def test_a_paragraph_that_repeats_across_mlqas_files_is_one_document(tmp_path: Path) -> None:
    documents = list(read_set(write_mlqa(tmp_path)).documents())
    assert [(document.id, document.text) for document in documents] == [
        ("de/Mine#1", "Neunzig Meter tief."),
        ("en/Mine#1", "Ninety metres deep."),
    ]


def test_mlqa_read_in_one_language_has_the_documents_of_that_language(tmp_path: Path) -> None:
    found = read_set(write_mlqa(tmp_path), language="de")
    assert {document.language for document in found.documents()} == {"de"}
    assert [question.id for question in found.questions] == ["de/a", "en/a"]


def test_the_files_of_the_split_are_read(tmp_path: Path) -> None:
    found = read_set(write_mlqa(tmp_path), split="dev")
    assert [question.id for question in found.questions] == ["en/z"]


def test_a_split_that_no_file_belongs_to_names_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"no split 'train'; choose one of its own: --split dev\|test"):
        read_set(write_mlqa(tmp_path), split="train")


def test_ids_of_files_without_languages_do_not_clash_in_a_folder(tmp_path: Path) -> None:
    for name, text in {"one": "Deep.", "two": "Wide."}.items():
        write(tmp_path / f"{name}.json", article("Mine", (text, [qa("a", "How?", text)])))
    found = read_set(tmp_path, language="en")
    assert found.qrels == {"one/a": {"one/Mine#1": 1}, "two/a": {"two/Mine#1": 1}}


def test_documents_of_a_later_broken_file_do_not_keep_the_first_from_being_read(tmp_path: Path) -> None:
    found = read_set(write_xquad(tmp_path))
    (tmp_path / "xquad.th.json").write_text("{broken", encoding="utf-8")
    documents = found.documents()
    assert next(documents).id == "de/Mine#1"
    with pytest.raises(EvaluationSetError, match=r"xquad\.th\.json: expected a JSON file"):
        next(documents)


def test_a_missing_field_names_the_paragraph(tmp_path: Path) -> None:
    path = write(tmp_path / "dev.json", article("Mine", ("Deep.", [{"id": "a"}])))
    with pytest.raises(EvaluationSetError, match="data 1, paragraphs 1, qas 1: expected a field 'question'"):
        read_set(path)


def test_a_json_file_in_another_layout_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"rows": []}', encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=r"a\.json: expected a list 'data', found the fields \['rows'\]"):
        read_set(tmp_path / "a.json")


def test_a_set_without_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="holds no question"):
        read_set(write(tmp_path / "a.json"))
