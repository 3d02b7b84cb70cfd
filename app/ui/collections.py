"""Several collections: the one that polyseek was started with, and those that lie beside it."""

import re
from pathlib import Path
from typing import Final

import streamlit as st

from app.settings import Settings
from app.ui.language import _
from indexer import Collection

KEY: Final = "c"
"""Key of the chosen collection's name in the session, and its name in the address."""
_NAME: Final = re.compile(r"[\w](?:[\w .-]{0,78}[\w])?")


def is_collection_name(text: str) -> bool:
    """True if a collection beside the others may be called so: letters, digits, spaces, and - . _ between them."""
    return _NAME.fullmatch(text) is not None


def collection_names(home: Path) -> list[str]:
    """The collections in a directory, by name."""
    if not home.is_dir():
        return []
    return sorted(path.name for path in home.iterdir() if is_collection_name(path.name) and Collection.exists(path))


def with_chosen_collection(settings: Settings) -> Settings:
    """The settings with the collection that the reader chose, or that the address names."""
    started = settings.collection.absolute()
    if KEY not in st.session_state:
        asked = st.query_params.get(KEY, "")
        st.session_state[KEY] = asked if is_collection_name(asked) else started.name
    name = st.session_state[KEY]
    _keep(name, started.name)
    return settings if name == started.name else settings.model_copy(update={"collection": started.parent / name})


def offer_collections(settings: Settings) -> None:
    """Let the reader choose among the collections, where there are several."""
    place = settings.collection.absolute()
    names = sorted({place.name, *collection_names(place.parent)})
    if len(names) > 1:
        st.selectbox(_("Collection"), options=names, key=KEY, label_visibility="collapsed", width=170)


def choose_collection(name: str) -> None:
    """Choose a collection, which the first documents make if there is none; for use as a widget's callback."""
    st.session_state[KEY] = name


def _keep(name: str, default: str) -> None:
    if name != default:
        st.query_params[KEY] = name
    elif KEY in st.query_params:
        del st.query_params[KEY]
