"""The files of a collection as the Library page shows them, read once for each generation."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import streamlit as st

from app.ui.workspace import Workspace
from indexer import Collection, FileStatus, StoredFile, Verdict, count_verdicts, file_statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The files of one generation of a collection.

    Attributes:
        files: All of them, by path.
        statuses: How well each could be read, by path.
        languages: Passages in each language, most first.
        verdicts: Checked pages by verdict, most first.
        last_sync: When the last sync ended, as ISO 8601; None if there was none.
        folders: What it was asked to read.
    """

    files: tuple[StoredFile, ...]
    statuses: dict[str, FileStatus]
    languages: dict[str, int]
    verdicts: dict[Verdict, int]
    last_sync: str | None
    folders: tuple[Path, ...]

    def find(self, words: str, statuses: Sequence[FileStatus]) -> list[StoredFile]:
        """The files whose path or title has all of these words and whose status is one of these; none asks for all."""
        wanted = words.casefold().split()
        return [
            file
            for file in self.files
            if (not statuses or self.statuses[file.path] in statuses)
            and all(word in f"{file.path}\n{file.title or ''}".casefold() for word in wanted)
        ]

    def types(self) -> dict[str, int]:
        """Files of each format, most first."""
        return dict(Counter(file.document_type for file in self.files if file.document_type).most_common())

    def by_folder(self) -> dict[str, list[StoredFile]]:
        """The files of each folder, by its path."""
        folders: dict[str, list[StoredFile]] = {}
        for file in self.files:
            folders.setdefault(str(PurePath(file.path).parent), []).append(file)
        return folders


def read_shelf(workspace: Workspace, collection: Collection) -> Shelf:
    """The files of a collection as it is now."""
    with collection.session() as session:
        generation = session.snapshot.generation
    return _read(str(workspace.path), collection.identity.collection_id, generation, collection)


@st.cache_resource(show_spinner=False, max_entries=4)
def _read(path: str, collection_id: str, generation: int, _collection: Collection) -> Shelf:
    with _collection.session() as session:
        run = session.last_run()
        return Shelf(
            files=tuple(session.files()),
            statuses=file_statuses(session),
            languages=session.language_counts(),
            verdicts=count_verdicts(session),
            last_sync=None if run is None else run["finished_at"],
            folders=() if run is None else tuple(Path(folder) for folder in json.loads(run["folders"])),
        )
