"""TREC: topics, judgements in four columns, and documents, in a folder.

Topics and documents are SGML as in the collections of https://trec.nist.gov/data.html (`<top> <num> … <title>`,
`<DOC> <DOCNO>…`), or tables with tabs (id, text; for documents also id, title, text), or, for documents, JSON lines
(`docno` or `id`, `text`, perhaps `title`). The files are found by their names: `topics…` or `queries…`, `qrels…`, and
a file or folder `corpus…`, `collection…`, `docs…` or `documents…`; of several topics or judgements, those with the
split in their name. Only judged questions are read, as trec_eval does.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from retriever.evaluation.formats import trec_sgml
from retriever.evaluation.formats.assemble import assemble, at_least_one, judged
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import columns_of, parse_record, read_lines
from retriever.evaluation.formats.qrels import trec_qrels
from retriever.evaluation.formats.records import Record, malformed
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

_TOPICS: Final = ("topics", "queries")
_QRELS: Final = ("qrels",)
_CORPUS: Final = ("corpus", "collection", "docs", "documents")


def matches(path: Path) -> bool:
    """Whether a folder holds a file of judgements and one of topics by these names."""
    return bool(_files(path, _TOPICS)) and bool(_files(path, _QRELS))


def read(request: SetRequest) -> EvaluationSet:
    """Read a folder in this layout.

    Raises:
        EvaluationSetError: A file is missing, cannot be told from others, or is malformed.
    """
    judgements = _one_file(request, _QRELS)
    qrels = trec_qrels(read_lines(judgements), str(judgements))
    questions = judged(_questions(_one_file(request, _TOPICS), request.language), qrels)
    corpus = _corpus(request.path)
    return assemble(
        request.name,
        request.path,
        questions,
        qrels,
        lambda: at_least_one((d for file in corpus for d in _documents(file, request.language)), corpus[0]),
    )


def document_of(record: Record, language: str | None) -> SetDocument:
    """Make a document of a JSON line.

    Raises:
        EvaluationSetError: A field is missing.
    """
    return SetDocument(
        id=record.filled("docno", "id"), title=record.optional("title"), text=record.text("text"), language=language
    )


def _questions(path: Path, language: str | None) -> Iterator[SetQuestion]:
    if _first_character(path) == "<":
        yield from trec_sgml.read_topics(path, language)
        return
    for place, (name, text) in columns_of(read_lines(path), (2,)):
        if not text.strip():
            raise malformed(place, "an id, a tab and a question", repr(name))
        yield SetQuestion(id=name.strip(), text=text, language=language)


def _documents(path: Path, language: str | None) -> Iterator[SetDocument]:
    first = _first_character(path)
    if first == "<":
        yield from trec_sgml.read_documents(path, language)
    elif first == "{":
        yield from (document_of(parse_record(line), language) for line in read_lines(path))
    else:
        for _, (name, *title, text) in columns_of(read_lines(path), (2, 3)):
            yield SetDocument(id=name, title="".join(title), text=text, language=language)


def _first_character(path: Path) -> str:
    return next((text[0] for line in read_lines(path) if (text := line.text.strip())), "")


def _files(path: Path, names: tuple[str, ...]) -> list[Path]:
    return sorted(file for file in path.glob("*") if file.is_file() and file.name.startswith(names))


def _one_file(request: SetRequest, names: tuple[str, ...]) -> Path:
    files = _files(request.path, names)
    if len(files) > 1:
        files = [file for file in files if request.split in file.name]
    if len(files) == 1:
        return files[0]
    found = [file.name for file in _files(request.path, names)]
    msg = (
        f"{request.path} must hold one file {' or '.join(f'{name}…' for name in names)}, or one of them with the split "
        f"{request.split!r} in its name, but holds {', '.join(found) or 'none'}; choose with --split"
    )
    raise EvaluationSetError(msg)


def _corpus(path: Path) -> list[Path]:
    """Find the documents' files, in the order of their names."""
    roots = sorted(entry for entry in path.iterdir() if entry.name.startswith(_CORPUS))
    files = [file for root in roots for file in ([root] if root.is_file() else sorted(root.rglob("[!.]*")))]
    if corpus := [file for file in files if file.is_file()]:
        return corpus
    msg = f"{path} holds no documents: a file or folder {', '.join(f'{name}…' for name in _CORPUS)} is missing"
    raise EvaluationSetError(msg)
