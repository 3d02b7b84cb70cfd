"""The lexical index on disk: opening it, and telling whether it can be believed."""

import json
import os
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from indexer.analyzer import ANALYZER_VERSION
from indexer.errors import IndexerError
from indexer.lexical.fields import MARKER_PLACE, make_schema

if TYPE_CHECKING:
    from tantivy import Index, Searcher

META: Final = "meta.json"
_FOOTER: Final = struct.Struct("<II")  # length of the JSON before it, magic number
_MAGIC: Final = 1337
_CHUNK_BYTES: Final = 1 << 20
_ATTEMPTS: Final = 5
_ID_CHUNK: Final = 1 << 17


class LexicalIndexError(IndexerError):
    """The lexical index is missing, damaged, or of another collection; it can be built anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the index knows of itself.

    Attributes:
        owner: The collection it belongs to.
        analyzer: Version of the analyser that made its terms.
        watermark: The collection's generation it agrees with; None while it is being filled.
    """

    owner: str
    analyzer: int
    watermark: int | None

    def to_json(self) -> str:
        """As it is stored in the marker."""
        return json.dumps({"owner": self.owner, "analyzer": self.analyzer, "watermark": self.watermark})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIndex:
    """One committed state of the index, open for reading; later commits do not change it.

    Attributes:
        index: The tantivy index.
        searcher: Sees the segments of this commit.
        state: What the marker says.
        highest: The highest passage id, -1 in an empty index.
        links: Stands in for a folder that cannot be written to.
    """

    index: "Index"
    searcher: "Searcher"
    state: State
    highest: int
    links: "tempfile.TemporaryDirectory[str] | None"


def open_index(folder: Path) -> OpenIndex:
    """Open what was committed last, without checking its bytes.

    Raises:
        LexicalIndexError: If there is no index, or tantivy cannot open it.
    """
    from tantivy import Index

    links = None if os.access(folder, os.W_OK) or not folder.is_dir() else _link(folder)
    try:
        index = Index.open(links.name if links else str(folder))
        if index.schema != make_schema():
            msg = f"the lexical index in {folder} has other fields; build it anew: polyseek reindex"
            raise LexicalIndexError(msg)
        index.config_reader("manual")
        searcher = index.searcher()
        return OpenIndex(
            index=index, searcher=searcher, state=_read_state(index, searcher), highest=_highest(searcher), links=links
        )
    except (ValueError, OSError, LookupError) as error:
        msg = f"the lexical index in {folder} cannot be opened ({error}); build it anew: polyseek reindex"
        raise LexicalIndexError(msg) from error


def check_index(folder: Path, *, owner: str) -> OpenIndex:
    """Open the index after comparing every file with its checksum.

    Raises:
        LexicalIndexError: If it is missing, damaged, of another collection, or made by another analyser.
    """
    opened = open_index(folder)
    expected = State(owner=owner, analyzer=ANALYZER_VERSION, watermark=opened.state.watermark)
    if opened.state != expected:
        msg = f"the lexical index in {folder} is {opened.state}, expected {expected}; run: polyseek reindex"
        raise LexicalIndexError(msg)
    for _ in range(_ATTEMPTS):
        meta = _read_meta(folder)
        fault = _find_fault(folder, meta)
        if fault is None:
            return opened
        if _read_meta(folder) == meta:  # otherwise a writer replaced files meanwhile
            break
    msg = f"{fault}; build the lexical index anew: polyseek reindex"
    raise LexicalIndexError(msg)


def list_ids(index: "Index", highest: int) -> npt.NDArray[np.int64]:
    """The ids of all committed passages up to the highest, (n,) int64, ascending."""
    from tantivy import FieldType, Query

    schema, searcher = index.schema, index.searcher()
    found: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    for start in range(0, highest + 1, _ID_CHUNK):
        query = Query.range_query(schema, "id", FieldType.Unsigned, start, start + _ID_CHUNK, include_upper=False)
        hits = searcher.search(query, _ID_CHUNK, count=False).hits
        found.append(np.array(searcher.fast_field_values("id", [address for _, address in hits]), dtype=np.int64))
    return np.sort(np.concatenate(found))


def commit_stamp(folder: Path) -> tuple[int, int] | None:
    """What changes with every commit; None while there is no index."""
    try:
        status = (folder / META).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _read_state(index: "Index", searcher: "Searcher") -> State:
    from tantivy import Query

    query = Query.term_query(index.schema, "place", MARKER_PLACE, index_option="basic")
    [(_, address)] = searcher.search(query, 1, count=False).hits
    fields = json.loads(searcher.doc(address)["state"][0])
    return State(owner=fields["owner"], analyzer=fields["analyzer"], watermark=fields["watermark"])


def _highest(searcher: "Searcher") -> int:
    from tantivy import Query

    found = searcher.aggregate(Query.all_query(), {"highest": {"max": {"field": "id"}}})["highest"]["value"]
    return -1 if found is None else int(found)


def _link(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    """Links to the files of a folder that cannot be written to: tantivy wants to put a lock file beside them."""
    links = tempfile.TemporaryDirectory(prefix="polyseek-")
    for path in folder.resolve().iterdir():
        if not path.name.endswith(".lock"):
            (Path(links.name) / path.name).symlink_to(path)
    return links


def _read_meta(folder: Path) -> str:
    try:
        return (folder / META).read_text()
    except OSError as error:
        msg = f"the lexical index in {folder} cannot be read ({error}); build it anew: polyseek reindex"
        raise LexicalIndexError(msg) from error


def _find_fault(folder: Path, meta: str) -> str | None:
    segments = {segment["segment_id"].replace("-", ""): segment["deletes"] for segment in json.loads(meta)["segments"]}
    for path in sorted(folder.iterdir()):
        segment = path.name.split(".")[0]
        if segment not in segments:
            continue  # of a commit that was replaced, or never completed
        deletes = segments[segment]
        if path.suffix == ".del" and not (deletes and path.name == f"{segment}.{deletes['opstamp']}.del"):
            continue
        try:
            if not _matches_checksum(path):
                return f"{path} does not match its checksum"
        except OSError as error:
            return f"{path} cannot be read ({error.strerror})"
    return None


def _matches_checksum(path: Path) -> bool:
    """Compare a file with the checksum that tantivy wrote behind its content."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < _FOOTER.size:
            return False
        file.seek(size - _FOOTER.size)
        length, magic = _FOOTER.unpack(file.read(_FOOTER.size))
        content = size - _FOOTER.size - length
        if magic != _MAGIC or content < 0:
            return False
        file.seek(content)
        try:
            expected = json.loads(file.read(length))["crc"]
        except (ValueError, LookupError):
            return False
        file.seek(0)
        checksum = 0
        while content > 0:
            chunk = file.read(min(content, _CHUNK_BYTES))
            if not chunk:
                return False
            checksum = zlib.crc32(chunk, checksum)
            content -= len(chunk)
    return bool(checksum == expected)
