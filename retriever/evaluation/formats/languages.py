"""A set in several languages: one BEIR folder for each, named by its language code (`xquad/en`, `xquad/ar`, …).

polyseek's own arrangement of sets such as XQuAD and TyDi QA; each folder is as `beir.py` says. Ids become
"<language>/<id>".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from embedder import LANGUAGES
from retriever.evaluation.formats import beir
from retriever.evaluation.formats.assemble import assemble
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import find_file, require_file
from retriever.evaluation.formats.qrels import Qrels
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion


def matches(path: Path) -> bool:
    """Whether a folder holds one that is named by a language code and looks like BEIR."""
    return any(beir.matches(path / language) for language in LANGUAGES)


def read(request: SetRequest) -> EvaluationSet:
    """Read a folder in this layout.

    A question is relevant to the documents its own folder's judgements name; if the request says `parallel`, also to
    the documents with the same ids in every other language.

    Raises:
        EvaluationSetError: A folder is not named by a language code, or a file is missing or malformed.
    """
    corpora = _corpora(request)
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    for language in corpora:
        own_questions, own_qrels = beir.read_questions(request.path / language, request.split, language)
        questions += (replace(question, id=f"{language}/{question.id}") for question in own_questions)
        qrels |= {f"{language}/{question}": row for question, row in own_qrels.items()}
    holders = _holders(corpora, qrels) if request.parallel else None
    spread = {question: _in_languages(question, row, holders) for question, row in qrels.items()}
    return assemble(request.name, request.path, questions, spread, lambda: _documents(corpora))


def _corpora(request: SetRequest) -> dict[str, Path]:
    """Find the corpus of each language, in the order of polyseek's languages."""
    if not request.path.is_dir():
        msg = f"{request.path} is no folder; give one that holds a folder for each language"
        raise EvaluationSetError(msg)
    names = {folder.name for folder in request.path.iterdir() if find_file(folder, beir.CORPUS)}
    if strangers := sorted(names - {*LANGUAGES}):
        msg = (
            f"{request.path / strangers[0]} holds a corpus, but {strangers[0]!r} is not one of polyseek's languages; "
            f"rename it to one of {' '.join(LANGUAGES)}, or move it away"
        )
        raise EvaluationSetError(msg)
    wanted = [language for language in LANGUAGES if language in names and request.language in {None, language}]
    if not wanted:
        asked = f"the language {request.language}" if request.language else "a folder named by a language code"
        msg = f"{request.path} does not hold {asked}; it has {' '.join(sorted(names)) or 'none'}"
        raise EvaluationSetError(msg)
    return {language: require_file(request.path / language, beir.CORPUS) for language in wanted}


def _holders(corpora: Mapping[str, Path], qrels: Qrels) -> dict[str, list[str]]:
    """List for each document that is judged the languages that have it: reads each corpus once, keeps ids only."""
    holders: dict[str, list[str]] = {document: [] for row in qrels.values() for document in row}
    for language, corpus in corpora.items():
        for document in beir.read_documents(corpus, language):
            if document.id in holders:
                holders[document.id].append(language)
    return holders


def _in_languages(question: str, row: Mapping[str, int], holders: Mapping[str, list[str]] | None) -> dict[str, int]:
    own = question.partition("/")[0]
    return {
        f"{language}/{document}": relevance
        for document, relevance in row.items()
        for language in (holders[document] if holders is not None else [own])
    }


def _documents(corpora: Mapping[str, Path]) -> Iterator[SetDocument]:
    return chain.from_iterable(
        (replace(document, id=f"{language}/{document.id}") for document in beir.read_documents(corpus, language))
        for language, corpus in corpora.items()
    )
