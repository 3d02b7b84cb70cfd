"""Fetches model directories from the Hugging Face hub, only the files that are read here and none that can run code.

`hub/OWNER--NAME/COMMIT/` of the cache is a fetched directory. `hub/OWNER--NAME.json` beside it says which revisions
are complete and which licences were accepted. The library asks the hub, and reads the token from the environment; the
files are written here, because the library throws an unfinished file away when its process ends.
"""

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, Final

from filelock import FileLock

from embedder.environment import environment_variable
from embedder.errors import (
    HubAccessError,
    HubError,
    HubLicenceError,
    HubModelError,
    HubSpaceError,
    HubUnreachableError,
    ModelCacheError,
)
from embedder.model_cache import sha256_of, write_file

logger = logging.getLogger(__name__)

OnProgress = Callable[[int, int], None]
"""Told (bytes that are here, bytes of the whole model) as they arrive."""

_PAGE: Final = "https://huggingface.co"
_WANTED: Final = re.compile(
    r"\w[\w.-]*\.(json|safetensors)"  # settings, tokenizer, weights
    r"|tokenizer[\w.-]*\.(model|txt)"
    r"|\w[\w.-]*/config\.json"  # of the modules of sentence-transformers: 1_Pooling/config.json
)
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_OPEN_LICENCES: Final = re.compile(r"apache-2\.0|mit|bsd(-.+)?|cc-by-4\.0|cc0-1\.0")
_NO_LICENCE: Final = "unknown"
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedModel:
    """A model directory from the hub.

    Attributes:
        folder: The directory.
        commit: The version of it, 40 hexadecimal digits.
        licence: Of its weights, as its page names it.
    """

    folder: Path
    commit: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file of a model; its checksum is known if it is a large one."""

    name: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of a model on the hub, and the files of it that are wanted."""

    model_id: str
    commit: str
    licence: str
    files: Sequence[_File]

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in self.files)


def fetch(
    model_id: str,
    *,
    cache_dir: Path,
    revision: str | None = None,
    accept_licence: bool = False,
    on_progress: OnProgress | None = None,
    endpoint: str | None = None,
) -> FetchedModel:
    """Get the directory of a model from the hub; what is here already is not fetched again.

    Call it again after an interruption and it goes on where it was. Without a network, what was fetched before is used.

    Args:
        model_id: Its name on the hub: OWNER/NAME.
        cache_dir: Where models are kept.
        revision: A branch, tag or commit; None takes the newest version.
        accept_licence: True says that the user accepts its licence; remembered for this model and licence.
        on_progress: Told whenever bytes arrived.
        endpoint: Address of the hub; None takes the public one, or HF_ENDPOINT.

    Raises:
        HubError: If it cannot be fetched; see `embedder.errors`.
        ModelCacheError: If the cache cannot be written to.
    """
    revision = revision or "main"
    name, place = _folder_name(model_id), cache_dir / "hub"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / f"{name}.lock"):
            memory = _Memory(place / name)
            if _COMMIT.fullmatch(revision) and (found := memory.fetched(revision)):
                return found
            try:
                version = _look_up(model_id, revision, endpoint)
            except HubUnreachableError as error:
                return _fetched_before(memory, model_id, revision, error)
            _require_licence(version, memory, accepted=accept_licence)
            folder = memory.folder / version.commit
            _require_space(version, folder)
            _Download(version, folder, endpoint, on_progress or (lambda done, total: None)).run()
            return memory.keep(revision, version)
    except OSError as error:
        msg = (
            f"{model_id} cannot be kept in {cache_dir}: {error.strerror or error}; make room, or name another folder: "
            "POLYSEEK_CACHE_DIR=FOLDER"
        )
        raise ModelCacheError(msg) from error


class _Memory:
    """What is known of a model without asking the hub; `folder` is where its versions lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder.with_name(f"{folder.name}.json")
        self._known: dict[str, Any] = {"accepted": [], "revisions": {}}
        with suppress(FileNotFoundError, ValueError):  # a damaged one is as good as none: the hub is asked again
            self._known |= json.loads(self._path.read_bytes())

    def fetched(self, revision: str) -> FetchedModel | None:
        """The model as it was fetched when this revision was last asked for; None if it was not."""
        known = self._known["revisions"].get(revision)
        folder = self.folder / known["commit"] if known else None
        return FetchedModel(folder=folder, **known) if folder and folder.is_dir() else None

    def keep(self, revision: str, version: _Version) -> FetchedModel:
        """Remember that a version is complete."""
        known = {"commit": version.commit, "licence": version.licence}
        self._known["revisions"] |= {revision: known, version.commit: known}
        self._write()
        return FetchedModel(folder=self.folder / version.commit, **known)

    def accepts(self, licence: str, *, now: bool) -> bool:
        """True if this licence was accepted before, or is now."""
        if now and licence not in self._known["accepted"]:
            self._known["accepted"].append(licence)
            self._write()
        return licence in self._known["accepted"]

    def _write(self) -> None:
        new = self._path.with_suffix(".new")
        write_file(new, json.dumps(self._known, indent=1).encode())
        new.replace(self._path)


class _Download:
    """Gets the files of a version that are missing into a folder."""

    def __init__(self, version: _Version, folder: Path, endpoint: str | None, on_progress: OnProgress) -> None:
        self._version = version
        self._folder = folder
        self._endpoint = endpoint
        self._on_progress = on_progress
        self._done = 0  # bytes of the files before the one that is being fetched
        headers = _library().utils.build_hf_headers(library_name="polyseek")
        self._headers = {**headers, "Accept-Encoding": "identity"}  # so that byte ranges are those of the file

    def run(self) -> None:
        """Get them, the smallest first, so that most mistakes show at once."""
        for file in sorted(self._version.files, key=lambda file: file.size):
            path = self._folder / file.name
            if not _is_complete(path, file):
                self._get(file, path)
            self._done += file.size
            self._on_progress(self._done, self._version.size)

    def _get(self, file: _File, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _part(path)
        with part.open("ab") as written:
            while (start := written.tell()) < file.size:
                try:
                    self._append(file, written)
                    break  # whether this is all of it is checked below
                except HubUnreachableError as error:
                    if written.tell() > start:
                        continue  # it broke off, but something came: go on from there
                    msg = (
                        f"{error}: {self._version.model_id} broke off in {file.name} at {start:,} of {file.size:,} "
                        "bytes. What arrived is kept; type the same command again to go on"
                    )
                    raise HubUnreachableError(msg) from error
            written.flush()
            os.fsync(written.fileno())
        if part.stat().st_size != file.size or (file.sha256 and sha256_of(part) != file.sha256):
            part.unlink()
            msg = f"{file.name} of {self._version.model_id} arrived damaged and is deleted; type the same command again"
            raise HubError(msg)
        part.replace(path)

    def _append(self, file: _File, written: BinaryIO) -> None:
        """Get a file from where it ends so far."""
        hub, model_id, commit = _library(), self._version.model_id, self._version.commit
        start = written.tell()
        url = hub.hf_hub_url(model_id, file.name, revision=commit, endpoint=self._endpoint)
        headers = {**self._headers, "Range": f"bytes={start}-"} if start else self._headers
        stream = partial(hub.utils.http_stream_backoff, timeout=_TIMEOUT_S, retry_on_exceptions=())
        with _explained(model_id, commit), stream("GET", url, headers=headers) as answer:
            hub.utils.hf_raise_for_status(answer)
            if start and answer.status_code != HTTPStatus.PARTIAL_CONTENT:  # the whole file comes after all
                written.seek(0)
                written.truncate()
            for chunk in answer.iter_bytes():
                written.write(chunk)
                self._on_progress(self._done + written.tell(), self._version.size)


def _look_up(model_id: str, revision: str, endpoint: str | None) -> _Version:
    """Ask the hub which commit a revision is, and what is in it."""
    hub = _library()
    api = hub.HfApi(endpoint=endpoint, library_name="polyseek")
    with _explained(model_id, revision):
        try:
            about = api.model_info(model_id, revision=revision, files_metadata=True, timeout=_TIMEOUT_S)
            files = tuple(
                _File(name=file.rfilename, size=int(file.size), sha256=file.lfs.sha256 if file.lfs else None)
                for file in about.siblings or ()
                if _WANTED.fullmatch(file.rfilename)
            )
            commit, *_ = _COMMIT.findall(about.sha)
        except (ValueError, TypeError, KeyError) as error:  # the log-in page of a hotel, for example
            msg = f"what answers at {api.endpoint} is not a model hub ({error})"
            raise HubUnreachableError(msg) from error
    names = {file.name for file in files}
    if "config.json" not in names or not any(name.endswith(".safetensors") for name in names):
        msg = (
            f"{model_id} has no config.json with *.safetensors beside it; weights in other formats may run code: "
            "choose another encoder"
        )
        raise HubModelError(msg)
    return _Version(model_id=model_id, commit=commit, licence=_licence(about.card_data or {}), files=files)


def _licence(card: Mapping[str, Any]) -> str:
    """The licence, by its own name if it is none of the hub's list."""
    licence = card.get("license_name") if card.get("license") == "other" else card.get("license")
    return ", ".join(licence) if isinstance(licence, list) else str(licence or _NO_LICENCE)


def _require_licence(version: _Version, memory: _Memory, *, accepted: bool) -> None:
    if _OPEN_LICENCES.fullmatch(version.licence) or memory.accepts(version.licence, now=accepted):
        return
    named = "names no licence" if version.licence == _NO_LICENCE else f"is under the licence {version.licence!r}"
    msg = (
        f"{version.model_id} {named}; read its terms at {_PAGE}/{version.model_id} and, if you accept them, type: "
        f"polyseek models prepare {version.model_id} --accept-licence"
    )
    raise HubLicenceError(msg)


def _require_space(version: _Version, folder: Path) -> None:
    """Check that there is room for what is missing and, if anything is, for the prepared encoder, about as large."""
    missing = sum(_missing(folder / file.name, file) for file in version.files)
    free = shutil.disk_usage(folder.parent.parent).free
    if missing and missing + version.size > free:
        msg = (
            f"{version.model_id} needs {(missing + version.size) / 1e9:,.2f} GB: {missing / 1e9:,.2f} GB to fetch and "
            f"{version.size / 1e9:,.2f} GB for the prepared encoder; {folder.parent.parent} has {free / 1e9:,.2f} GB "
            "free. Make room, or name another folder: POLYSEEK_CACHE_DIR=FOLDER"
        )
        raise HubSpaceError(msg)


def _fetched_before(memory: _Memory, model_id: str, revision: str, error: HubUnreachableError) -> FetchedModel:
    found = memory.fetched(revision)
    if found is None:
        msg = (
            f"{error}, and {model_id} ({revision}) was not fetched before. Try again with a network, or copy the "
            "model's directory to this machine and name it: polyseek models prepare FOLDER"
        )
        raise HubUnreachableError(msg) from error
    logger.warning("%s; %s is used as it was fetched before, commit %s", error, model_id, found.commit)
    return found


@contextmanager
def _explained(model_id: str, revision: str) -> Iterator[None]:
    """Turn the library's errors into ours; those of the connection say only what was wrong with it."""
    errors = _library().errors
    page = f"{_PAGE}/{model_id}"
    try:
        yield
    except errors.RevisionNotFoundError as error:
        msg = f"{model_id} has no revision {revision!r}; see the branches and tags at {page}/tree/main"
        raise HubModelError(msg) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if isinstance(error, errors.RepositoryNotFoundError) and not isinstance(error, errors.GatedRepoError):
            msg = f"the hub shows no model {model_id}; check the name at {page}, or set HF_TOKEN if it is private"
            raise HubModelError(msg) from error
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            msg = (
                f"{model_id} is only for accounts that agreed to its terms: agree to them at {page}, make a token at "
                f"{_PAGE}/settings/tokens, set HF_TOKEN to it and type the same command again"
            )
            raise HubAccessError(msg) from error
        msg = f"the hub failed with status {status}"
        raise HubUnreachableError(msg) from error
    except errors.OfflineModeIsEnabled as error:
        msg = "the hub is not asked, because HF_HUB_OFFLINE is set"
        raise HubUnreachableError(msg) from error
    except errors.HTTPError as error:
        msg = f"the hub cannot be reached ({error})"
        raise HubUnreachableError(msg) from error


def _library() -> ModuleType:
    """Import the hub's library without its telemetry, which it decides on while it is imported."""
    with environment_variable("HF_HUB_DISABLE_TELEMETRY", "1"):
        import huggingface_hub.constants  # reads the variable
        import huggingface_hub.errors
        import huggingface_hub.utils
    return huggingface_hub


def _folder_name(model_id: str) -> str:
    try:
        _library().utils.validate_repo_id(model_id)
    except _library().errors.HFValidationError as error:
        msg = f"{model_id!r} is not the name of a model on the hub; write OWNER/NAME, as its page does"
        raise HubModelError(msg) from error
    return model_id.replace("/", "--")


def _is_complete(path: Path, file: _File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _missing(path: Path, file: _File) -> int:
    """Bytes of a file that are not here yet."""
    part = _part(path)
    return 0 if _is_complete(path, file) else file.size - (part.stat().st_size if part.is_file() else 0)
