"""MIRACL: `miracl-v1.0-<language>` with topics and judgements, `miracl-corpus-v1.0-<language>` with the passages.

Defined by Zhang et al. 2023, "MIRACL: A Multilingual Retrieval Dataset Covering 18 Diverse Languages", and the cards
of https://huggingface.co/datasets/miracl/miracl and https://huggingface.co/datasets/miracl/miracl-corpus. Both
repositories may be side by side in the folder. Judgements are published for the splits "train" and "dev". Ids become
"<language>/<id>".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from retriever.evaluation.formats.assemble import assemble, at_least_one, judged
from retriever.evaluation.formats.language_folders import by_language, choose_languages
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import Line, read_lines, read_records
from retriever.evaluation.formats.qrels import Qrels, trec_qrels
from retriever.evaluation.formats.records import Record, malformed
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

_TOPICS: Final = re.compile(r"miracl-v1\.0-(\w+)")
_CORPUS: Final = re.compile(r"miracl-corpus-v1\.0-(\w+)")
_TOPICS_SPLIT: Final = re.compile(r"topics\..*-(\w+)\.tsv(\.gz)?")


def matches(path: Path) -> bool:
    """Whether a folder, or one in it, holds topics by these names."""
    return bool(by_language(_folders(path), _TOPICS))


def read(request: SetRequest) -> EvaluationSet:
    """Read the languages that are polyseek's, or the one that is asked for.

    Raises:
        EvaluationSetError: A folder or file is missing or malformed.
    """
    topics = by_language(_folders(request.path), _TOPICS)
    passages = by_language(_folders(request.path), _CORPUS)
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    corpora: dict[str, list[Path]] = {}
    for language in choose_languages(topics, request):
        corpora[language] = _corpus_files(request.path, language, passages)
        judgements = _file_of(topics[language], "qrels", request.split)
        qrels |= qrels_of(read_lines(judgements), str(judgements), language)
        lines = read_lines(_file_of(topics[language], "topics", request.split))
        questions += judged((question_of(line, language) for line in lines), qrels)
    return assemble(request.name, request.path, questions, qrels, lambda: _documents(corpora))


def qrels_of(lines: Iterable[Line], source: str, language: str) -> Qrels:
    """Read the judgements of a language.

    Raises:
        EvaluationSetError: A line is malformed, or there is none.
    """
    return {
        f"{language}/{question}": {f"{language}/{document}": score for document, score in row.items()}
        for question, row in trec_qrels(lines, source).items()
    }


def question_of(line: Line, language: str) -> SetQuestion:
    """Make a question of a line of the topics: id, tab, text.

    Raises:
        EvaluationSetError: The line has no tab, or a part is blank.
    """
    name, _, text = line.text.partition("\t")
    if not name.strip() or not text.strip():
        raise malformed(line.place, "an id, a tab and a question", repr(line.text[:80]))
    return SetQuestion(id=f"{language}/{name}", text=text, language=language)


def document_of(record: Record, language: str) -> SetDocument:
    """Make a document of a line of the corpus.

    Raises:
        EvaluationSetError: A field is missing.
    """
    return SetDocument(
        id=f"{language}/{record.filled('docid')}",
        title=record.optional("title"),
        text=record.text("text"),
        language=language,
    )


def _documents(corpora: Mapping[str, list[Path]]) -> Iterator[SetDocument]:
    return chain.from_iterable(
        at_least_one((document_of(record, language) for file in files for record in read_records(file)), files[0])
        for language, files in corpora.items()
    )


def _folders(path: Path) -> list[Path]:
    return [*path.glob("miracl*-v1.0-*"), *path.glob("*/miracl*-v1.0-*")]


def _corpus_files(path: Path, language: str, passages: Mapping[str, Path]) -> list[Path]:
    name = f"miracl-corpus-v1.0-{language}"
    files = sorted(passages[language].glob("docs-*.jsonl*"), key=_number) if language in passages else []
    if not files:
        msg = (
            f"{path / name} with docs-*.jsonl.gz is missing; download {name} from "
            "https://huggingface.co/datasets/miracl/miracl-corpus"
        )
        raise EvaluationSetError(msg)
    return files


def _number(path: Path) -> tuple[int, str]:
    """Order docs-10 behind docs-9."""
    digits = path.name.removeprefix("docs-").split(".")[0]
    return (int(digits) if digits.isdecimal() else 0, path.name)


def _file_of(folder: Path, kind: str, split: str) -> Path:
    files = sorted(folder.glob(f"{kind}/{kind}.*-{split}.tsv*"))
    if files:
        return files[0]
    splits = {match[1] for file in folder.glob("topics/*") if (match := _TOPICS_SPLIT.fullmatch(file.name))}
    own = f"choose one with judgements: --split {'|'.join(sorted(splits))}" if splits else "download the set again"
    msg = f"{folder / kind} has no {kind} of the split {split!r}; {own}"
    raise EvaluationSetError(msg)
