"""Finding the folders of a set that is published with one folder for each language."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from embedder import LANGUAGES
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.sets import EvaluationSetError

logger = logging.getLogger(__name__)


def by_language(folders: Iterable[Path], name: re.Pattern[str]) -> dict[str, Path]:
    """Order folders by the language in their name.

    Args:
        folders: Candidates.
        name: Matches the whole name of a right one; its first group is the language code.
    """
    return {
        match[1]: folder for folder in sorted(folders) if folder.is_dir() and (match := name.fullmatch(folder.name))
    }


def choose_languages(found: Iterable[str], request: SetRequest) -> list[str]:
    """Choose the languages to read: the one asked for, else all that are polyseek's, in its order.

    Raises:
        EvaluationSetError: None is left.
    """
    codes = sorted(found)
    if request.language is None and (others := [code for code in codes if code not in LANGUAGES]):
        logger.warning("%s: %s left out: polyseek is not made for these languages", request.path, " ".join(others))
    chosen = [code for code in LANGUAGES if code in codes and request.language in {None, code}]
    if not chosen:
        asked = f"the language {request.language}" if request.language else "any of polyseek's languages"
        msg = f"{request.path} does not hold {asked}; it holds {' '.join(codes) or 'none'}"
        raise EvaluationSetError(msg)
    return chosen
