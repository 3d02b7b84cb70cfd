"""Reads rendered, tilted and noisy scans with the real Tesseract."""

import re
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.ocr.check import check_tesseract
from indexer.readers.ocr.packs import OcrMissingError, install_line, needed_packs, packs_for
from indexer.readers.ocr.recognise import Recognised, recognise
from indexer.readers.ocr.text import as_written

MISSING = check_tesseract().install
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"Tesseract or packs are not installed: {MISSING}")

HERE = Path(__file__).parent
UNSPACED = "\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uff00-\uffef"

SCANS = {
    "ar": ("ar-suq", 0.97),
    "bn": ("bn-jele-samabay", 0.95),
    "de": ("de-bergbahn", 0.99),
    "fa": ("fa-rasadkhane", 0.95),
    "he": ("he-bet-dfus", 0.98),
    "hi": ("hi-jila-aspatal", 0.97),
    "ja": ("ja-todai", 0.95),
    "ko": ("ko-dasima-yangsik", 0.95),
    "pl": ("pl-kopalnia-soli", 0.99),
    "ru": ("ru-meteostanciya", 0.99),
    "th": ("th-ruea-kham-fak", 0.95),
    "zh": ("zh-chayuan", 0.95),
}
"""Document of the sample, and the least accuracy."""

Scan = Callable[..., np.ndarray]


@pytest.fixture
def scan(sample_folder: Path) -> Scan:
    """Render a part of the first page of a document, tilted and with the grain of a scanner."""

    def scan(name: str, *, dpi: int = 150, skew: float = 0.6, top: float = 0.07, bottom: float = 0.3) -> np.ndarray:
        file = HERE / name if name.endswith(".pdf") else sample_folder / f"{name}.pdf"
        with pypdfium2.PdfDocument(file) as document:
            page = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
        white = np.flatnonzero(np.asarray(page.convert("L")).min(axis=1) == 255)
        rows = [int(white[np.abs(white - page.height * share).argmin()]) for share in (top, bottom)]
        page = page.crop((0, rows[0], page.width, rows[1]))
        pixels = np.asarray(page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255), dtype=np.float32)
        grain = np.random.default_rng(5).normal(0, 10, pixels.shape)
        return np.clip(pixels * 0.85 + 25 + grain, 0, 255).astype(np.uint8)

    return scan


def source_of(name: str) -> str:
    return (HERE.parents[2] / "data" / "sources" / f"{name}.md").read_text(encoding="utf-8")


def comparable(text: str) -> str:
    """Drop what is no letter of the text: markup, direction marks, and the breaks of lines."""
    text = unicodedata.normalize("NFKC", re.sub(r"[#*|_]", "", text))
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return re.sub(rf"(?<=[{UNSPACED}]) (?=[{UNSPACED}])", "", " ".join(text.split()))


def accuracy(read: str, source: str) -> float:
    """One minus the edits that make a part of the source of what was read, per character read; a lost line counts."""
    letters, text = (np.array([ord(letter) for letter in comparable(part)]) for part in (read, source))
    if not len(letters):
        return 0.0
    steps = np.arange(len(text) + 1)
    edits = np.zeros(len(text) + 1, dtype=np.int64)
    for number, letter in enumerate(letters, start=1):
        changed = np.minimum(edits[1:] + 1, edits[:-1] + (text != letter))
        edits = np.minimum.accumulate(np.concatenate(([number], changed)) - steps) + steps
    return 1 - float(edits.min()) / len(letters)


@pytest.mark.parametrize("language", SCANS)
def test_a_scan_is_read_without_being_told_its_script_or_language(scan: Scan, language: str) -> None:
    name, least = SCANS[language]
    recognised = recognise(scan(name), timeout_s=60)
    assert recognised.languages == (language,)
    assert recognised.packs == packs_for(language, needed_packs()).packs
    assert recognised.missing_packs == ()
    assert len(recognised.text) > 150
    assert accuracy(recognised.text, source_of(name)) >= least
    assert 0.8 <= recognised.confidence <= 1


def test_chinese_in_traditional_characters_is_told_from_simplified(scan: Scan) -> None:
    name = "test_ocr_traditional.pdf"
    recognised = recognise(scan(name, top=0.1, bottom=0.6), timeout_s=60)
    with pypdfium2.PdfDocument(HERE / name) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert recognised.packs == ("chi_tra",)
    assert recognised.languages == ("zh",)
    assert accuracy(recognised.text, text) >= 0.95


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_head_is_turned(scan: Scan, degrees: int) -> None:
    lying = np.rot90(scan("de-bergbahn", bottom=0.2), degrees // 90)
    recognised = recognise(lying, timeout_s=60)
    assert recognised.turned == degrees
    assert accuracy(recognised.text, source_of("de-bergbahn")) >= 0.99


def test_a_hint_is_followed_and_a_wrong_one_does_no_harm(scan: Scan) -> None:
    page = scan("pl-kopalnia-soli", bottom=0.2)
    assert recognise(page, languages_hint=["pl"], timeout_s=60).languages == ("pl",)
    assert recognise(page, languages_hint=["th"], timeout_s=60).languages == ("pl",)
    assert recognise(page, languages_hint=["de"], timeout_s=60).languages == ("pl",)
    with pytest.raises(ValueError, match="'xx'"):
        recognise(page, languages_hint=["xx"], timeout_s=60)


def test_white_letters_on_black_a_dark_rim_a_shadow_and_few_pixels_do_no_harm(scan: Scan) -> None:
    page = scan("de-bergbahn", skew=0)
    shadow = np.linspace(0.55, 1, page.shape[1])
    rimmed = page.copy()
    rimmed[:14], rimmed[:, -20:] = 5, 10
    for harmed in (255 - page, (page * shadow).astype(np.uint8), rimmed, scan("de-bergbahn", dpi=90)):
        recognised = recognise(harmed, languages_hint=["de"], timeout_s=60)
        assert accuracy(recognised.text, source_of("de-bergbahn")) >= 0.97


@pytest.mark.parametrize(("name", "language"), [("fr-fromagerie", "fr"), ("he-bet-dfus", "he")])
def test_two_columns_are_read_one_after_the_other(scan: Scan, name: str, language: str) -> None:
    parts = [
        scan(name, dpi=120, skew=0, top=top, bottom=bottom)[:, 105:-105] for top, bottom in ((0.1, 0.4), (0.4, 0.7))
    ]
    height = max(len(part) for part in parts)
    columns = [np.pad(part, ((0, height - len(part)), (0, 0)), constant_values=240) for part in parts]
    left, right = reversed(columns) if language == "he" else columns
    gutter = np.full((height, 45), 240, dtype=np.uint8)
    page = np.pad(np.hstack([left, gutter, right]), 40, constant_values=240)
    recognised = recognise(page, languages_hint=[language], timeout_s=60)
    assert accuracy(recognised.text, source_of(name)) >= 0.97


def test_spaces_between_chinese_signs_and_digits_go_and_those_of_other_scripts_stay() -> None:
    assert as_written("高さは 27 メー トル 。 近く") == "高さは27メートル。近く"
    assert as_written("图书馆 , 每周 Python 3.11 版") == "图书馆,每周 Python 3.11版"
    assert as_written("ยายเล่าว่า แต่ก่อน 등 대 it is 5 o'clock") == "ยายเล่าว่า แต่ก่อน 등 대 it is 5 o'clock"
    assert as_written("กําหนด นํ้า") == "กำหนด น้ำ"


def test_the_line_to_type_is_that_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert install_line(["osd", "eng"]) == "brew install tesseract"
    assert install_line(["tha"]) == "brew install tesseract tesseract-lang"
    monkeypatch.setattr("sys.platform", "win32")
    assert install_line([]) == "choco install tesseract"
    assert "then put tha.traineddata from https://" in install_line(["osd", "tha"])
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install_line(["osd", "chi_sim"]) == "apt install tesseract-ocr tesseract-ocr-osd tesseract-ocr-chi-sim"
    (tmp_path / "dnf").touch(mode=0o755)
    assert install_line(["osd", "chi_sim"]) == "dnf install tesseract tesseract-osd tesseract-langpack-chi_sim"


def test_an_empty_page_and_one_with_only_the_grain_of_the_scanner_have_no_text() -> None:
    grain = np.random.default_rng(3).normal(230, 10, (1000, 700)).clip(0, 255).astype(np.uint8)
    for page in (np.full((1000, 700), 255, dtype=np.uint8), np.zeros((1000, 700), dtype=np.uint8), grain):
        assert recognise(page, timeout_s=60) == Recognised()


def test_a_picture_without_text_has_no_text() -> None:
    rough = np.random.default_rng(1).integers(0, 255, (18, 14), dtype=np.uint8)
    picture = Image.fromarray(rough).resize((700, 900), Image.Resampling.BICUBIC)
    assert recognise(np.asarray(picture), timeout_s=60) == Recognised()


def test_a_paragraph_becomes_one_line_and_stands_apart_from_headings(scan: Scan) -> None:
    first = next(part for part in source_of("de-bergbahn").split("\n") if len(part) > 200)
    title, above, paragraph, *_, below, heading = recognise(
        scan("de-bergbahn"), languages_hint=["de"], timeout_s=60
    ).text.split("\n")
    assert (title, above) == ("Die Tessamarer Bergbahn: Ein Porträt", "")
    assert first.startswith(paragraph)
    assert paragraph.endswith("Meer.")
    assert (below, heading) == ("", "Warum die Bahn so schmal ist")


def test_latin_words_among_another_script_are_read(scan: Scan) -> None:
    thai = scan("th-ruea-kham-fak", skew=0, bottom=0.2)
    latin = scan("de-bergbahn", skew=0, top=0.125, bottom=0.15)
    text = recognise(np.vstack([thai, latin]), languages_hint=["th"], timeout_s=60).text
    assert "Wagen, die scheinbar viel zu klein sind" in text
    assert accuracy(re.sub("[A-Za-z]", "", text), source_of("th-ruea-kham-fak")) >= 0.95


def test_time_that_runs_out_ends_tesseract(scan: Scan) -> None:
    with pytest.raises(ReadError, match="too long") as raised:
        recognise(scan("de-bergbahn"), languages_hint=["de"], timeout_s=0.1)
    assert raised.value.failure.reason is FailureReason.TIME


def test_a_missing_program_is_named_with_the_line_that_installs_it(
    scan: Scan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OcrMissingError, match=r"Tesseract.*not on the PATH; install it with: .*tesseract") as raised:
        recognise(scan("de-bergbahn"), timeout_s=60)
    assert raised.value.failure.reason is FailureReason.NO_TEXT
    check = check_tesseract()
    assert check.version is None
    assert {"osd", "eng", "tha", "chi_tra"} <= set(check.missing)
    assert "tesseract" in check.install


@pytest.fixture
def only_packs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Leave Tesseract only these packs."""
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout
    folder = Path(listed.split('"')[1])

    def only_packs(*packs: str) -> None:
        for pack in packs:
            (tmp_path / f"{pack}.traineddata").symlink_to(folder / f"{pack}.traineddata")
        monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))

    return only_packs


def test_a_missing_pack_is_named_with_the_line_that_installs_it(scan: Scan, only_packs: Callable[..., None]) -> None:
    only_packs("osd", "eng")
    with pytest.raises(OcrMissingError, match=r"Thai needs Tesseract's pack tha; install it with: .*tha"):
        recognise(scan("th-ruea-kham-fak"), languages_hint=["th"], timeout_s=60)
    check = check_tesseract()
    assert check.installed == ("eng", "osd")
    assert "tha" in check.missing
    assert "osd" not in check.missing


def test_the_nearest_pack_is_used_for_a_missing_one_and_said(scan: Scan, only_packs: Callable[..., None]) -> None:
    only_packs("osd", "eng")
    recognised = recognise(scan("pl-kopalnia-soli", bottom=0.2), timeout_s=60)
    assert recognised.packs == ("eng",)
    assert recognised.languages == ("pl",)
    assert recognised.missing_packs == ("pol",)


def test_pages_are_read_without_the_pack_for_orientation(scan: Scan, only_packs: Callable[..., None]) -> None:
    only_packs("eng", "rus", "heb")
    assert recognise(scan("ru-meteostanciya", bottom=0.2), timeout_s=60).languages == ("ru",)
