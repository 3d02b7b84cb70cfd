"""Sets on the Hugging Face hub, through the `datasets` library: `hub:BeIR/nq`, `hub:miracl/miracl`, ….

Reads them as they are published there, over the network, row by row; ids are the same as those of the file layouts.
Since version 4 `datasets` runs no loading scripts: where a repository has one, its data files are named here, or the
hub's own conversion to Parquet is read.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from retriever.evaluation.formats import beir, miracl, mldr, squad
from retriever.evaluation.formats.assemble import assemble, at_least_one, judged
from retriever.evaluation.formats.language_folders import choose_languages
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import Line
from retriever.evaluation.formats.qrels import Qrels, not_empty, relevance
from retriever.evaluation.formats.records import Place, Record
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

PREFIX: Final = "hub:"

MIRACL_LANGUAGES: Final = ("ar", "bn", "de", "en", "es", "fa", "fi", "fr", "hi", "id", "ja", "ko", "ru", "th", "zh")
MLQA_LANGUAGES: Final = ("ar", "de", "en", "es", "hi", "zh")
MLDR_LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "th", "zh")
XQUAD_LANGUAGES: Final = ("ar", "de", "en", "es", "hi", "ru", "th", "tr", "zh")
_PARQUET: Final = "refs/convert/parquet"
_VALIDATION: Final = {"dev": "validation"}
"""What `datasets` calls a split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a data set, in the words of `datasets.load_dataset`.

    Attributes:
        path: The repository, or the kind of the files: "json", "text".
        split: The split; "train" for files.
        name: The configuration.
        data_files: The files.
        revision: The branch.
    """

    path: str
    split: str
    name: str | None = None
    data_files: str | None = None
    revision: str | None = None

    def __str__(self) -> str:
        return self.data_files or f"{PREFIX}{self.path} {self.name or ''} {self.split}".replace("  ", " ")


Loader = Callable[[Table], Iterable[Mapping[str, object]]]
"""Gives the rows of a table, from the first at each call."""


def read(request: SetRequest) -> EvaluationSet:
    """Read a set from the hub; `request.path` is its address.

    Raises:
        EvaluationSetError: The library is missing, the address is not known, or a table cannot be read.
    """
    return read_with(request, load_rows)


def read_with(request: SetRequest, load: Loader) -> EvaluationSet:
    """Read a set whose tables `load` gives.

    Raises:
        EvaluationSetError: The address is not known, or a row is malformed.
    """
    address = str(request.path).removeprefix(PREFIX)
    if address.startswith("BeIR/"):
        return _read_beir(request, address, load)
    if address not in _READERS:
        known = ", ".join(f"{PREFIX}{name}" for name in ("BeIR/<name>", *_READERS))
        msg = f"{request.path} is not a set that polyseek can read from the hub; known are {known}"
        raise EvaluationSetError(msg)
    return _READERS[address](request, load)


def load_rows(table: Table) -> Iterator[Mapping[str, object]]:
    """Load a table from the hub row by row.

    Raises:
        EvaluationSetError: The library is missing, or the table cannot be had.
    """
    try:
        library = importlib.import_module("datasets")
        # The hub's HTTP client has errors of its own, and changed with the library's version.
        http_error = getattr(importlib.import_module("huggingface_hub.errors"), "HTTPError", OSError)
    except ModuleNotFoundError as error:
        msg = "sets on the hub are read with the datasets library, which is missing: pip install 'polyseek[eval]'"
        raise EvaluationSetError(msg) from error
    try:
        yield from library.load_dataset(
            table.path,
            table.name,
            split=table.split,
            data_files=table.data_files,
            revision=table.revision,
            streaming=True,
        )
    except (OSError, RuntimeError, ValueError, http_error) as error:
        msg = f"cannot load {table}: {error}; download its files and name their folder instead"
        raise EvaluationSetError(msg) from error


def _records(table: Table, load: Loader) -> Iterator[Record]:
    return (Record(values=row, place=Place(str(table), number)) for number, row in enumerate(load(table), start=1))


def _lines(table: Table, load: Loader) -> Iterator[Line]:
    return (Line(record.place, record.text("text")) for record in _records(table, load))


def _read_beir(request: SetRequest, address: str, load: Loader) -> EvaluationSet:
    qrels: Qrels = {}
    judgements = Table(path=f"{address}-qrels", split=_VALIDATION.get(request.split, request.split))
    for record in _records(judgements, load):
        row = qrels.setdefault(record.filled("query-id"), {})
        row[record.filled("corpus-id")] = relevance(record.text("score"), record.place)
    queries = Table(path=address, name="queries", split="queries")
    corpus = Table(path=address, name="corpus", split="corpus")
    language = request.language
    questions = (beir.question_of(record, language) for record in _records(queries, load))
    return assemble(
        address,
        request.path,
        judged(questions, not_empty(qrels, str(judgements))),
        qrels,
        lambda: at_least_one((beir.document_of(r, language) for r in _records(corpus, load)), request.path),
    )


def _read_miracl(request: SetRequest, load: Loader) -> EvaluationSet:
    languages = choose_languages(MIRACL_LANGUAGES, request)
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    for code in languages:
        judgements = _miracl_file(code, "qrels", request.split)
        qrels |= miracl.qrels_of(_lines(judgements, load), str(judgements), code)
        topics = _lines(_miracl_file(code, "topics", request.split), load)
        questions += judged((miracl.question_of(line, code) for line in topics), qrels)

    def documents(code: str) -> Iterator[SetDocument]:
        files = f"hf://datasets/miracl/miracl-corpus/miracl-corpus-v1.0-{code}/docs-*.jsonl.gz"
        rows = _records(Table(path="json", split="train", data_files=files), load)
        return (miracl.document_of(row, code) for row in rows)

    return assemble("miracl", request.path, questions, qrels, lambda: chain.from_iterable(map(documents, languages)))


def _miracl_file(code: str, kind: str, split: str) -> Table:
    name = f"miracl-v1.0-{code}"
    file = f"hf://datasets/miracl/miracl/{name}/{kind}/{kind}.{name}-{split}.tsv"
    return Table(path="text", split="train", data_files=file)


def _read_mldr(request: SetRequest, load: Loader) -> EvaluationSet:
    languages = choose_languages(MLDR_LANGUAGES, request)
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    for code in languages:
        for record in _records(_mldr_file(code, request.split), load):
            question, row = mldr.question_of(record, code)
            questions.append(question)
            qrels[question.id] = row

    def documents(code: str) -> Iterator[SetDocument]:
        return (mldr.document_of(row, code) for row in _records(_mldr_file(code, "corpus"), load))

    return assemble("mldr", request.path, questions, qrels, lambda: chain.from_iterable(map(documents, languages)))


def _mldr_file(code: str, name: str) -> Table:
    file = f"hf://datasets/Shitao/MLDR/mldr-v1.0-{code}/{name}.jsonl.gz"
    return Table(path="json", split="train", data_files=file)


def _read_mlqa(request: SetRequest, load: Loader) -> EvaluationSet:
    split = _VALIDATION.get(request.split, request.split)
    tables = {
        Table(path="facebook/mlqa", name=f"mlqa.{context}.{question}", split=split, revision=_PARQUET): squad.Source(
            context=context, question=question, document_prefix=f"{context}/", question_prefix=f"{question}/"
        )
        for context in choose_languages(MLQA_LANGUAGES, request)
        for question in MLQA_LANGUAGES
    }
    return squad.gather(request, lambda: _paragraphs(tables, load))


def _read_xquad(request: SetRequest, load: Loader) -> EvaluationSet:
    tables = {
        Table(path="google/xquad", name=f"xquad.{code}", split="validation"): squad.Source(
            context=code, question=code, document_prefix=f"{code}/", question_prefix=f"{code}/"
        )
        for code in choose_languages(XQUAD_LANGUAGES, request)
    }
    return squad.gather(request, lambda: _paragraphs(tables, load))


def _paragraphs(tables: Mapping[Table, squad.Source], load: Loader) -> Iterator[squad.Paragraph]:
    """Read SQuAD's rows on the hub: one for each question, with its paragraph, answers as lists side by side."""
    for table, source in tables.items():
        for record in _records(table, load):
            answers = record.values.get("answers")
            texts = Record(values=answers, place=record.place).texts("text") if isinstance(answers, dict) else ()
            qa = {
                "id": record.filled("id"),
                "question": record.filled("question"),
                "answers": [{"text": text} for text in texts],
            }
            yield squad.Paragraph(
                source=source,
                title=record.optional("title"),
                text=record.filled("context"),
                qas=(Record(values=qa, place=record.place),),
            )


_READERS: Final[Mapping[str, Callable[[SetRequest, Loader], EvaluationSet]]] = {
    "miracl/miracl": _read_miracl,
    "Shitao/MLDR": _read_mldr,
    "facebook/mlqa": _read_mlqa,
    "google/xquad": _read_xquad,
}
