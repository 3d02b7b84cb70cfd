"""Which files a sync looks at: walks folders, honours `.polyseekignore`, never loops."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from indexer.database import DATABASE_NAME
from indexer.errors import FolderError
from indexer.readers import FailureReason, ReadFailure, supported_suffixes

IGNORE_FILE = ".polyseekignore"
OFFICE_LOCK_PREFIX = "~$"


def place(path: Path | str) -> Path:
    """The one name of a place in a collection: absolute, without `..`, links left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.absolute would keep `..`, Path.resolve would follow links


@dataclass(slots=True, kw_only=True)
class Scan:
    """What lies in the folders.

    Attributes:
        files: Regular files with a suffix that can be read, sorted.
        problems: What could not be looked at, and why.
        unsupported: Files with other suffixes.
        hidden_from_view: Folders that could not be listed: what is known to lie in them is left as it is.
    """

    files: list[Path] = field(default_factory=list)
    problems: dict[Path, ReadFailure] = field(default_factory=dict)
    unsupported: list[Path] = field(default_factory=list)
    hidden_from_view: list[Path] = field(default_factory=list)


def require_folders(folders: Sequence[Path]) -> None:
    """Refuse to go on without one of the folders.

    Raises:
        FolderError: If one of them does not exist: an unmounted disk must not look like an empty one.
    """
    for folder in folders:
        if not folder.exists():
            msg = f"{folder} does not exist; nothing was changed. Check the path, or whether its disk is mounted"
            raise FolderError(msg)


def scan_folders(folders: Sequence[Path]) -> Scan:
    """List the files of folders (or single files) that a sync has to look at.

    Symbolic links are followed; each real folder is entered once, so that loops end. Hidden files and
    folders, collections, and what `.polyseekignore` files exclude (gitignore syntax, each for its own
    folder and below) are left out.

    Raises:
        FolderError: If one of the folders does not exist.
    """
    scan = Scan()
    seen: set[tuple[int, int]] = set()
    linked: list[tuple[Path, _Ignores]] = []
    require_folders(folders)
    for folder in folders:
        if folder.is_dir():
            _walk(folder, (), scan, seen, linked)
        else:
            _take_file(folder, scan)
    while linked:  # real folders first, so that a file is shown under its own path rather than a link's
        target, ignores = linked.pop(0)
        _walk(target, ignores, scan, seen, linked)
    scan.files = sorted(set(scan.files))
    return scan


_Ignores = tuple[tuple[Path, GitIgnoreSpec], ...]


def _walk(
    folder: Path, ignores: _Ignores, scan: Scan, seen: set[tuple[int, int]], linked: list[tuple[Path, _Ignores]]
) -> None:
    todo = [(folder, ignores)]
    while todo:
        current, inherited = todo.pop()
        try:
            status = current.stat()
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            rules = inherited + _read_rules(current)
        except OSError as error:
            message = f"this folder cannot be listed ({error.strerror}); check its rights"
            scan.problems[current] = ReadFailure(reason=FailureReason.PERMISSION, message=message)
            scan.hidden_from_view.append(current)
            continue
        if any(entry.name == DATABASE_NAME for entry in entries):
            continue  # a collection of ours
        for path, entry in _visible(current, entries, rules):
            if not entry.is_dir():
                _take_file(path, scan)
                continue
            if path.suffix.lower() in supported_suffixes():
                message = f"this is a folder named like a {path.suffix} file; what it holds is read all the same"
                scan.problems[path] = ReadFailure(reason=FailureReason.WRONG_TYPE, message=message)
            if entry.is_symlink():
                linked.append((path, rules))
            else:
                todo.append((path, rules))


def _visible(
    folder: Path, entries: list["os.DirEntry[str]"], rules: _Ignores
) -> Iterator[tuple[Path, "os.DirEntry[str]"]]:
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith((".", OFFICE_LOCK_PREFIX)) or _ignored(path, entry.is_dir(), rules):
            continue
        yield path, entry


def _read_rules(folder: Path) -> _Ignores:
    path = folder / IGNORE_FILE
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return ((folder, GitIgnoreSpec.from_lines(lines)),)


def _ignored(path: Path, is_folder: bool, rules: _Ignores) -> bool:
    for base, spec in reversed(rules):  # the nearest file that says anything decides, as in git
        name = path.relative_to(base).as_posix() + ("/" if is_folder else "")
        verdict = spec.check_file(name).include
        if verdict is not None:
            return bool(verdict)
    return False


def _take_file(path: Path, scan: Scan) -> None:
    if path.suffix.lower() not in supported_suffixes():
        scan.unsupported.append(path)
    elif not _is_text(str(path)):
        message = "its name is not valid Unicode; rename the file"
        scan.problems[path] = ReadFailure(reason=FailureReason.WRONG_TYPE, message=message)
    elif path.is_file():
        scan.files.append(path)
    else:
        what = "a broken link" if path.is_symlink() else "not a regular file"
        scan.problems[path] = ReadFailure(reason=FailureReason.WRONG_TYPE, message=f"this is {what}; it was not opened")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
