import io
import os
from pathlib import Path

import pytest

from app.ui.library.uploads import UploadError, is_upload, safe_name, store_upload, uploads_folder


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/report.pdf", "report.pdf"),
        ("/etc/report.pdf", "report.pdf"),
        ("..\\..\\windows\\report.pdf", "report.pdf"),
        ("C:report.pdf", "C_report.pdf"),
        ("...hidden.txt", "hidden.txt"),
        ("~$open.md", "open.md"),
        (".txt", "upload.txt"),
        ("re\x00po\nrt.txt", "report.txt"),
        ("\u202efdp.txt", "fdp.txt"),
        ("<img src=x onerror=alert(1)>.html", "_img src=x onerror=alert(1)_.html"),
        ("Re\u0301sume\u0301.TXT", "Résumé.TXT"),
        ("نامه\u200cها.txt", "نامه\u200cها.txt"),
        ("รายงาน.pdf", "รายงาน.pdf"),
    ],
)
def test_an_upload_gets_a_plain_file_name(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@pytest.mark.parametrize("name", ["", "..", "report", "report.exe", "report.pdf/..", "report.pdf/", "pdf"])
def test_a_name_that_is_not_a_documents_is_refused_with_the_kinds_that_are_read(name: str) -> None:
    with pytest.raises(UploadError, match=r"\.pdf"):
        safe_name(name)


def test_a_long_name_is_cut_between_characters_and_keeps_its_ending() -> None:
    name = safe_name("文" * 300 + ".pdf")
    assert name.endswith("文.pdf")
    assert len(name.encode()) < 200


def test_an_upload_never_replaces_another_of_the_same_name(tmp_path: Path) -> None:
    places = [store_upload(tmp_path / "new", "a.txt", io.BytesIO(content)) for content in (b"one", b"two", b"three")]
    assert [place.name for place in places] == ["a.txt", "a (2).txt", "a (3).txt"]
    assert [place.read_bytes() for place in places] == [b"one", b"two", b"three"]


def test_an_upload_does_not_follow_a_link_that_has_its_name(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "a.txt").symlink_to(outside)
    assert store_upload(folder, "a.txt", io.BytesIO(b"text")) == folder / "a (2).txt"
    assert not outside.exists()


class BrokenUpload(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(28, os.strerror(28))


def test_an_upload_that_breaks_off_leaves_no_file_behind(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="No space left on device"):
        store_upload(tmp_path, "a.txt", BrokenUpload())
    assert list(tmp_path.iterdir()) == []


def test_uploads_lie_beside_the_collection_and_are_told_from_other_files(tmp_path: Path) -> None:
    collection = tmp_path / "mine"
    folder = uploads_folder(collection)
    assert folder.parent == tmp_path
    assert not folder.is_relative_to(collection)
    assert is_upload(str(folder / "a.txt"), collection)
    assert not is_upload(str(tmp_path / "a.txt"), collection)
    assert not is_upload(str(uploads_folder(tmp_path / "other") / "a.txt"), collection)
