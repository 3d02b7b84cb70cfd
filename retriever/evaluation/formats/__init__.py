"""Readers of evaluation sets: one module for each layout, one row in `LAYOUTS`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from embedder import LANGUAGES
from retriever.evaluation.formats import beir, hub, languages, miracl, mldr, questions, squad, techqa, trec
from retriever.evaluation.formats.layout import Layout, SetRequest
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError

LAYOUTS: Final[Mapping[str, Layout]] = {
    "beir": Layout(
        description="a folder with corpus.jsonl, queries.jsonl and qrels/<split>.tsv",
        matches=beir.matches,
        read=beir.read,
    ),
    "languages": Layout(
        description="a folder of such folders, named by language code",
        matches=languages.matches,
        read=languages.read,
        has_translations=True,
    ),
    "squad": Layout(
        description="SQuAD, XQuAD or MLQA: a .json file or a folder of them",
        matches=lambda path: squad.matches(path) and not techqa.matches(path),
        read=squad.read,
        has_translations=True,
    ),
    "trec": Layout(
        description="a folder with topics…, qrels… and a file or folder corpus…",
        matches=trec.matches,
        read=trec.read,
    ),
    "techqa": Layout(
        description="a folder with dev_Q_A.json or training_Q_A.json and training_dev_technotes.json",
        matches=techqa.matches,
        read=techqa.read,
    ),
    "miracl": Layout(
        description="a folder with miracl-v1.0-<language> and miracl-corpus-v1.0-<language>",
        matches=miracl.matches,
        read=miracl.read,
    ),
    "mldr": Layout(
        description="a folder with mldr-v1.0-<language>/<split>.jsonl.gz and corpus.jsonl.gz",
        matches=mldr.matches,
        read=mldr.read,
    ),
    "questions": Layout(
        description="your own questions.jsonl, beside the folder of documents or with --documents FOLDER",
        matches=questions.matches,
        read=questions.read,
        is_about_files=True,
    ),
}
"""How sets are laid out on the disk, by the name that --format takes."""

_HUB: Final = Layout(description="a data set on the hub", matches=lambda _: False, read=hub.read, has_translations=True)


def read_set(
    path: Path,
    *,
    layout: str | None = None,
    split: str = "test",
    parallel: bool = False,
    language: str | None = None,
    folder: Path | None = None,
) -> EvaluationSet:
    """Read a set of questions with the documents that answer them.

    Args:
        path: Its file or folder; "hub:" and an address for one on the Hugging Face hub.
        layout: One of `LAYOUTS`; None: told from the files' names.
        split: The part that is asked, as the set names it.
        parallel: The same id in two languages means a translation, and a question is relevant to all of them.
        language: Language of a set that does not say; of a set in several languages, the only one to read (for MLQA
            the documents' language).
        folder: The folder of documents of a `questions` set; None: the one beside the file that holds them all.

    Raises:
        EvaluationSetError: The set is missing or malformed, its layout cannot be told, or an option does not fit it.
    """
    if language is not None and language not in LANGUAGES:
        msg = f"unknown language {language!r}; use one of: {' '.join(LANGUAGES)}"
        raise EvaluationSetError(msg)
    chosen = _layout_of(path, layout)
    if parallel and not chosen.has_translations:
        names = ", ".join(name for name, row in LAYOUTS.items() if row.has_translations)
        msg = f"{path} is not in a layout that has translations ({names}); read it without --parallel"
        raise EvaluationSetError(msg)
    if parallel and language is not None:
        msg = f"{path}: --parallel needs all languages; leave --language {language} out"
        raise EvaluationSetError(msg)
    if folder is not None and not chosen.is_about_files:
        msg = f"{path} holds its documents itself; leave --documents {folder} out"
        raise EvaluationSetError(msg)
    request = SetRequest(path=path, split=split, parallel=parallel, language=language, folder=folder)
    return chosen.read(request)


def _layout_of(path: Path, name: str | None) -> Layout:
    if str(path).startswith(hub.PREFIX):
        return _HUB
    if name is not None and name not in LAYOUTS:
        msg = f"unknown layout {name!r}; choose one with --format:\n{_listing()}"
        raise EvaluationSetError(msg)
    if not path.exists():
        msg = f"{path} does not exist; give the file or folder of a set, or {hub.PREFIX}ADDRESS for one on the hub"
        raise EvaluationSetError(msg)
    if name is not None:
        return LAYOUTS[name]
    names = [name for name, row in LAYOUTS.items() if row.matches(path)]
    if len(names) != 1:
        looks = f"looks like {' and '.join(names)}" if names else "is in no layout that polyseek knows"
        msg = f"{path} {looks}; choose one with --format:\n{_listing()}"
        raise EvaluationSetError(msg)
    return LAYOUTS[names[0]]


def _listing() -> str:
    return "\n".join(f"  {name:<10} {row.description}" for name, row in LAYOUTS.items())
