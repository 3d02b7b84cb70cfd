import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from embedder import ModelCacheError
from embedder.model_cache import MANIFEST, cached_model

FILES = {"model.onnx": b"graph" * 1000, "tokenizer.json": b"{}"}


class Builder:
    """Makes the files, and counts how often it had to."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Mapping[str, bytes]:
        self.calls += 1
        return FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models" / "small-123"


@pytest.fixture
def builder(folder: Path) -> Builder:
    """A builder that has built once."""
    made = Builder()
    assert cached_model(folder, made).files == FILES
    return made


def run(program: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_built_model_is_not_built_again(folder: Path, builder: Builder) -> None:
    found = cached_model(folder, builder)
    assert (found.path, dict(found.files), builder.calls) == (folder, FILES, 1)


def test_nothing_else_is_left_beside_a_built_model(folder: Path, builder: Builder) -> None:
    assert builder.calls == 1
    assert {path.name for path in folder.parent.iterdir()} <= {folder.name, f"{folder.name}.lock"}
    assert {path.name for path in folder.iterdir()} == {*FILES, MANIFEST}


def truncate(folder: Path) -> None:
    os.truncate(folder / "model.onnx", 4999)


def flip_a_byte(folder: Path) -> None:
    """As a failing disk does: neither size nor time of the file change."""
    path = folder / "model.onnx"
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[2500] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def lose_a_file(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def truncate_the_manifest(folder: Path) -> None:
    os.truncate(folder / MANIFEST, 20)


def replace_a_file_by_a_folder(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").mkdir()


@pytest.mark.parametrize(
    "damage",
    [truncate, flip_a_byte, lose_a_file, lose_the_manifest, truncate_the_manifest, replace_a_file_by_a_folder],
)
def test_a_damaged_model_is_built_again(folder: Path, builder: Builder, damage) -> None:  # type: ignore[no-untyped-def]
    damage(folder)
    assert cached_model(folder, builder).files == FILES
    assert builder.calls == 2
    assert {path.name for path in folder.iterdir()} == {*FILES, MANIFEST}
    cached_model(folder, builder)
    assert builder.calls == 2


def test_a_half_written_model_is_cleared_away(folder: Path) -> None:
    half = folder.with_name(f".{folder.name}.building")
    half.mkdir(parents=True)
    (half / "model.onnx").write_bytes(b"gra")
    assert cached_model(folder, Builder()).files == FILES
    assert not half.exists()


def test_a_process_killed_while_it_builds_leaves_the_way_free(folder: Path) -> None:
    program = """
        import os, signal, sys
        from pathlib import Path
        from embedder.model_cache import cached_model
        cached_model(Path(sys.argv[1]), lambda: os.kill(os.getpid(), signal.SIGKILL))
    """
    killed = run(program, str(folder))
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert not folder.exists()
    assert cached_model(folder, Builder()).files == FILES


def test_of_two_processes_that_need_it_one_builds(folder: Path, tmp_path: Path) -> None:
    program = """
        import sys, time
        from pathlib import Path
        from embedder.model_cache import cached_model
        def build():
            with open(sys.argv[2], "a") as log:
                log.write("built\\n")
            time.sleep(0.5)
            return {"model.onnx": b"graph"}
        print(cached_model(Path(sys.argv[1]), build).files["model.onnx"])
    """
    log = tmp_path / "log"
    processes = [run(program, str(folder), str(log)) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [answer for answer, _ in answers] == ["b'graph'\n"] * 2, answers
    assert log.read_text() == "built\n"


def test_a_built_model_is_read_where_nothing_can_be_written(folder: Path, builder: Builder) -> None:
    folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)
    before = {path.name for path in folder.parent.iterdir()}
    cached_model(folder, builder)
    assert {path.name for path in folder.parent.iterdir()} == before  # not even a lock


def test_a_place_that_is_no_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelCacheError, match=r"cannot be kept in .*Not a directory.*POLYSEEK_CACHE_DIR=FOLDER"):
        cached_model(tmp_path / "file" / "models" / "small-123", Builder())


def test_a_full_disk_is_reported_and_leaves_nothing_half_written(folder: Path) -> None:
    # A limit on the size of files fails a real write in the middle, as a full disk does.
    program = """
        import resource, sys
        from pathlib import Path
        from embedder import ModelCacheError
        from embedder.model_cache import cached_model
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            cached_model(Path(sys.argv[1]), lambda: {"model.onnx": bytes(5000)})
        except ModelCacheError as error:
            print(error)
    """
    answer, errors = run(program, str(folder)).communicate(timeout=60)
    assert "cannot be kept in" in answer, errors
    assert "File too large" in answer
    assert "Make room or name another folder" in answer
    assert not [path for path in folder.parent.iterdir() if path.is_dir()]


def test_the_manifest_names_the_checksum_of_every_file(folder: Path, builder: Builder) -> None:
    assert builder.calls == 1
    manifest = json.loads((folder / MANIFEST).read_text())
    assert set(manifest) == set(FILES)
    assert all(len(checksum) == 64 for checksum in manifest.values())
