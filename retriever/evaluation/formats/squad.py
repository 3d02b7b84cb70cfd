"""SQuAD: JSON with data → paragraphs → qas, the layout of SQuAD 1.1 and 2.0, XQuAD and MLQA.

Defined by Rajpurkar et al. 2016 and 2018 (https://rajpurkar.github.io/SQuAD-explorer). Languages come from the file
names that the publishers chose: `xquad.de.json` (https://github.com/google-deepmind/xquad), and
`test-context-de-question-en.json`, questions in English put to paragraphs in German
(https://github.com/facebookresearch/MLQA). A paragraph is a document, "<title>#<number>"; in a folder, ids begin with
"<language>/", or with the name of the file where that names no language.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from retriever.evaluation.formats.assemble import assemble, at_least_one, known_language
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import read_json
from retriever.evaluation.formats.qrels import Qrels
from retriever.evaluation.formats.records import Record
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

logger = logging.getLogger(__name__)

_LANGUAGES_IN_NAME: Final = re.compile(r"xquad\.(?P<both>\w+)|\w+-context-(?P<context>\w+)-question-(?P<question>\w+)")
_SPLIT_IN_NAME: Final = re.compile(r"(train|dev|test)-")
_JSON: Final = re.compile(r"[^.].*\.json(\.gz)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where paragraphs come from: one file, or one configuration of a data set on the hub.

    Attributes:
        context: Language of the paragraphs.
        question: Language of the questions.
        document_prefix: What document ids begin with.
        question_prefix: What question ids begin with.
    """

    context: str | None
    question: str | None
    document_prefix: str = ""
    question_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph and the questions about it, as the set gives them."""

    source: Source
    title: str
    text: str
    qas: tuple[Record, ...]


ParagraphReader = Callable[[], Iterator[Paragraph]]
"""Reads the paragraphs from the start at each call, always in the same order."""


def matches(path: Path) -> bool:
    """Whether it is a JSON file, or a folder that holds some."""
    return bool(_json_files(path))


def read(request: SetRequest) -> EvaluationSet:
    """Read a file, or those of a folder that belong to the split, or say nothing of splits.

    Raises:
        EvaluationSetError: A file is missing or malformed.
    """
    sources = _sources(request)
    return gather(request, lambda: (p for path, source in sources for p in _paragraphs(path, source)))


def gather(request: SetRequest, paragraphs: ParagraphReader) -> EvaluationSet:
    """Make a set of paragraphs, from files or from the hub.

    A question without an answer (`is_impossible`) stays, without relevant documents. The same question put to
    paragraphs in several languages is one question. If the request says `parallel`, its translations have the same
    relevant documents.

    Raises:
        EvaluationSetError: A field is missing.
    """
    questions: dict[str, SetQuestion] = {}
    originals: dict[str, str] = {}
    qrels: Qrels = {}
    relevant: Qrels = {}
    for document, paragraph, _ in _numbered(paragraphs()):
        for qa in paragraph.qas:
            question = question_of(qa, paragraph.source)
            first = questions.setdefault(question.id, question)
            answers = tuple(dict.fromkeys(first.answers + question.answers))
            questions[question.id] = replace(first, answers=answers)
            originals[question.id] = qa.filled("id")
            if qa.values.get("is_impossible") is not True:
                qrels.setdefault(question.id, {})[document.id] = 1
                relevant.setdefault(originals[question.id], {})[document.id] = 1
    if request.parallel:
        qrels = {question: relevant[originals[question]] for question in qrels}
    return assemble(
        request.name,
        request.path,
        list(questions.values()),
        qrels,
        lambda: at_least_one((document for document, _, is_new in _numbered(paragraphs()) if is_new), request.path),
    )


def question_of(qa: Record, source: Source) -> SetQuestion:
    """Make a question of an entry of `qas`.

    Raises:
        EvaluationSetError: A field is missing or blank.
    """
    answers = (answer.optional("text") for answer in qa.records("answers")) if "answers" in qa.values else ()
    return SetQuestion(
        id=source.question_prefix + qa.filled("id"),
        text=qa.filled("question"),
        language=source.question,
        answers=tuple(dict.fromkeys(answer for answer in answers if answer.strip())),
    )


def _numbered(paragraphs: Iterator[Paragraph]) -> Iterator[tuple[SetDocument, Paragraph, bool]]:
    """Give each paragraph its document; one that repeats within a language has the same, and is not new."""
    ids: dict[tuple[str, str, bytes], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for paragraph in paragraphs:
        prefix = paragraph.source.document_prefix
        digest = hashlib.blake2b(paragraph.text.encode(), digest_size=16).digest()  # the texts would fill the memory
        key = (prefix, paragraph.title, digest)
        if is_new := key not in ids:
            counts[prefix, paragraph.title] += 1
            ids[key] = f"{prefix}{paragraph.title}#{counts[prefix, paragraph.title]}"
        document = SetDocument(
            id=ids[key], title=paragraph.title, text=paragraph.text, language=paragraph.source.context
        )
        yield document, paragraph, is_new


def _paragraphs(path: Path, source: Source) -> Iterator[Paragraph]:
    for article in read_json(path).records("data"):
        title = article.optional("title").replace("_", " ")
        for paragraph in article.records("paragraphs"):
            yield Paragraph(
                source=source, title=title, text=paragraph.filled("context"), qas=tuple(paragraph.records("qas"))
            )


def _sources(request: SetRequest) -> list[tuple[Path, Source]]:
    files = _json_files(request.path)
    if not files:
        msg = f"{request.path} is no JSON file in SQuAD's layout, nor a folder of them; choose another --format"
        raise EvaluationSetError(msg)
    if request.path.is_file():
        context, question = (known_language(code or request.language or "") for code in _languages(request.path))
        return [(request.path, Source(context=context, question=question))]
    sources = [(path, source) for path in _of_split(files, request) if (source := _source_of(path, request))]
    if not sources:
        asked = f"the language {request.language}" if request.language else "one of polyseek's languages"
        msg = f"{request.path} holds no file in {asked}; it holds {', '.join(path.name for path in files[:10])}"
        raise EvaluationSetError(msg)
    return sources


def _of_split(files: list[Path], request: SetRequest) -> list[Path]:
    splits = {path: match[1] for path in files if (match := _SPLIT_IN_NAME.match(path.name))}
    chosen = [path for path in files if splits.get(path, request.split) == request.split]
    if not chosen:
        own = "|".join(sorted(set(splits.values())))
        msg = f"{request.path} has no split {request.split!r}; choose one of its own: --split {own}"
        raise EvaluationSetError(msg)
    return chosen


def _source_of(path: Path, request: SetRequest) -> Source | None:
    """Describe a file of a folder; None if it is in a language that is not to be read."""
    context, question = _languages(path)
    if context is None or question is None:
        prefix = f"{_stem(path)}/"
        return Source(
            context=request.language, question=request.language, document_prefix=prefix, question_prefix=prefix
        )
    if known_language(context) is None or known_language(question) is None:
        logger.warning("%s is left out: it is in a language that polyseek is not made for", path)
        return None
    if request.language not in {None, context}:
        return None
    return Source(context=context, question=question, document_prefix=f"{context}/", question_prefix=f"{question}/")


def _languages(path: Path) -> tuple[str | None, str | None]:
    """Tell the languages of the paragraphs and of the questions from a file's name."""
    match = _LANGUAGES_IN_NAME.fullmatch(_stem(path))
    return (match["both"] or match["context"], match["both"] or match["question"]) if match else (None, None)


def _json_files(path: Path) -> list[Path]:
    candidates = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in candidates if _JSON.fullmatch(file.name) and file.is_file()]


def _stem(path: Path) -> str:
    return path.name.split(".json")[0]
