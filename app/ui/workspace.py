"""What all pages work on: the settings, the open collection, and the ingest that may be running."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import options
from app.settings import Settings
from app.ui.library.ingest_job import IngestDesk
from embedder import Embedder
from indexer import Collection, PageImages
from retriever import Retriever


class PageName(StrEnum):
    """The pages, by their names in the address."""

    ASK = "ask"
    READ = "read"
    LIBRARY = "library"
    MAP = "map"
    QUALITY = "quality"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What every page is given.

    Attributes:
        settings: The user's settings.
        embedder: The encoder the user chose; None leaves it to the collection, which loads its own when needed.
        pages: Where links between pages lead: `st.page_link(workspace.pages[PageName.READ], query_params=…)`.
    """

    settings: Settings
    embedder: Embedder | None = None
    pages: dict[PageName, StreamlitPage] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The collection's directory."""
        return self.settings.collection.absolute()

    def retriever(self) -> Retriever | None:
        """The open collection, shared by all sessions; None if there is none yet.

        Raises:
            IndexerError: If the collection cannot be opened.
        """
        if not Collection.exists(self.path):
            return None
        collection_id = Collection.open(self.path).identity.collection_id
        return _open_retriever(str(self.path), collection_id, self.embedder, self.settings)

    def images(self, collection: Collection) -> PageImages:
        """What draws the pages of the open collection, shared by all sessions."""
        return _open_images(str(self.path), collection.identity.collection_id, collection)

    def desk(self) -> IngestDesk:
        """Where ingests of the collection are started, shared by all sessions."""
        return _open_desk(str(self.path))


def chosen_embedder(settings: Settings) -> Embedder | None:
    """The encoder the settings name, loaded once for all sessions; None if they leave everything open.

    Raises:
        EmbedderError: If there is no such encoder, or it cannot run here.
    """
    return _load_embedder(repr(settings), settings)


@st.cache_resource(show_spinner=False, max_entries=1)
def _load_embedder(key: str, _settings: Settings) -> Embedder | None:
    return options.chosen_embedder(_settings)


# Keyed by the collection's own id as well: one that was deleted and made anew at the same place is another.
@st.cache_resource(show_spinner=False, max_entries=4, on_release=Retriever.close)
def _open_retriever(path: str, collection_id: str, _embedder: Embedder | None, _settings: Settings) -> Retriever:
    return Retriever.open(path, embedder=_embedder, reranker=options.chosen_reranker(_settings))


@st.cache_resource(show_spinner=False, max_entries=4, on_release=PageImages.close)
def _open_images(path: str, collection_id: str, _collection: Collection) -> PageImages:
    return PageImages(_collection)


@st.cache_resource(show_spinner=False)
def _open_desk(path: str) -> IngestDesk:
    return IngestDesk(Path(path))
