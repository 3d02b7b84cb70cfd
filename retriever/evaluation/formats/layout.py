"""What a reader of evaluation sets is asked for, and how it is registered."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retriever.evaluation.sets import EvaluationSet


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequest:
    """Which set to read, and how.

    Attributes:
        path: Its file or folder.
        split: The part of it that is asked: "test", "dev", "train" ….
        parallel: The same id in two languages means a translation.
        language: Language of a set that does not say; of a set in several languages, the only one to read.
        folder: The documents of a set that is about files.
    """

    path: Path
    split: str
    parallel: bool
    language: str | None
    folder: Path | None

    @property
    def name(self) -> str:
        """What reports call the set: the name of its folder, or of its file without the endings."""
        path = self.path.resolve()
        return path.name if path.is_dir() else path.name.split(".json")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way in which evaluation sets are laid out on the disk.

    Attributes:
        description: How the files are called, for error messages.
        matches: Whether a file or folder looks like it; reads names, not contents.
        read: Reads it.
        has_translations: It may hold the same questions and documents in several languages.
        is_about_files: Its documents are files in a folder of their own.
    """

    description: str
    matches: Callable[[Path], bool]
    read: Callable[[SetRequest], EvaluationSet]
    has_translations: bool = False
    is_about_files: bool = False
