"""What `polyseek doctor` says about Tesseract, which reads scans and may be missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.doctor import Finding, Status, examine
from app.settings import Settings
from indexer.readers.ocr.check import check_tesseract

MISSING = check_tesseract().install
needs_packs = pytest.mark.skipif(bool(MISSING), reason=f"Tesseract or packs are not installed: {MISSING}")


def finding(tmp_path: Path) -> Finding:
    settings = Settings(collection=tmp_path / "collection")
    return next(found for found in examine(settings) if found.subject == "tesseract")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder in which programs are found; empty, on a system like Debian."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("sys.platform", "linux")
    return folder


@needs_packs
def test_tesseract_with_all_packs_is_well(tmp_path: Path) -> None:
    said = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout
    found = finding(tmp_path)
    assert found.status is Status.OK
    assert found.message.split(",")[0] in said.splitlines()[0]
    assert found.advice == ""


def test_no_tesseract_is_a_note_with_the_line_that_installs_it_for_all_languages(
    tmp_path: Path, programs: Path
) -> None:
    found = finding(tmp_path)
    assert found.status is Status.NOTE
    assert "not installed" in found.message
    install, *packs = found.advice.split(" tesseract-ocr-")
    assert install == "apt install tesseract-ocr"
    assert {"osd", "eng", "deu", "tha", "chi-sim", "chi-tra"} <= set(packs)
    assert len(packs) == 28


@needs_packs
def test_packs_that_are_missing_are_named_with_the_line_that_installs_just_them(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout
    folder, program = Path(listed.split('"')[1]), shutil.which("tesseract")
    assert program is not None
    (programs / "tesseract").symlink_to(program)
    for pack in folder.glob("*.traineddata"):
        if pack.stem not in ("chi_tra", "tha"):
            (tmp_path / pack.name).symlink_to(pack)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    found = finding(tmp_path)
    assert found.status is Status.NOTE
    assert "tha, chi_tra" in found.message
    assert found.advice == "apt install tesseract-ocr tesseract-ocr-tha tesseract-ocr-chi-tra"


def test_a_tesseract_that_does_not_run_is_a_note_with_its_own_words(tmp_path: Path, programs: Path) -> None:
    program = programs / "tesseract"
    program.write_text("#!/bin/sh\necho libtesseract.so.5 is not there >&2\nexit 127\n", encoding="utf-8")
    program.chmod(0o755)
    found = finding(tmp_path)
    assert found.status is Status.NOTE
    assert "libtesseract.so.5 is not there" in found.message
    assert found.advice == "install Tesseract again"
