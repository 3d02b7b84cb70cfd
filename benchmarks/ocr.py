"""How well and how fast scanned pages are read: by language, by layout, with other packs, and in bad shape.

The pages are rendered from PDFs whose text is known, tilted by 0.7 degrees, greyed and given the grain of a scanner.
Accuracy is one minus the edits per character that was read, against the best fitting part of the text; after NFKC,
white space collapsed, without spaces between Chinese, Japanese and Thai signs. Text that is lost whole lowers
`found`: the characters read, as a share of those the PDF itself gives for that page. Time is processor time of this
process and of Tesseract.

    python benchmarks/ocr.py                                # everything, about 25 minutes
    python benchmarks/ocr.py --only languages layouts       # or packs, shapes, resolutions

Needs Tesseract with the packs of languages, and for "packs" those of scripts; Pillow (streamlit brings it).
Chinese in traditional characters is a page of the tests.
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import time
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from embedder.languages import LANGUAGES
from indexer.readers.ocr.image import prepared
from indexer.readers.ocr.languages import RIGHT_TO_LEFT
from indexer.readers.ocr.layout import sheets
from indexer.readers.ocr.packs import ENGLISH, PACKS, TRADITIONAL, script_of
from indexer.readers.ocr.page import MOST_ROWS, make_ready
from indexer.readers.ocr.read_lines import text_of
from indexer.readers.ocr.recognise import recognise
from indexer.readers.ocr.tesseract import Tesseract
from indexer.scripts import Script

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", ROOT.parent / "shared" / "eval"))
RESULT = Path(__file__).parent / "results" / "ocr.json"
TRADITIONAL_PAGE = ROOT / "tests" / "indexer" / "readers" / "test_ocr_traditional.pdf"
TIMEOUT_S = 300
PAGES = (("chromium", 150), ("typst2col", 300))
"""Producer of the PDF ("2col" has two columns) and pixels per inch; always its second page."""
LAYOUT_PAGES = (("libreoffice", 200), ("chromium2col", 200))
"""At the resolution at which pages of PDFs are read."""

WITHOUT_SPACES = "\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u0e00-\u0e7f"
SPACE = re.compile(rf"(?<=[{WITHOUT_SPACES}]) (?=[{WITHOUT_SPACES}])")

Pixels = NDArray[np.uint8]


@cache
def comparable(text: str) -> str:
    """Write a text as it is compared."""
    text = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return SPACE.sub("", " ".join(text.split()))


def accuracy(read: str, source: str) -> float:
    """One minus the edits per character read that make a part of the source of it."""
    letters, text = (np.array([ord(sign) for sign in comparable(part)]) for part in (read, source))
    if not len(letters):
        return 0.0
    steps = np.arange(len(text) + 1)
    edits = np.zeros(len(text) + 1, dtype=np.int64)
    for number, letter in enumerate(letters, start=1):
        changed = np.minimum(edits[1:] + 1, edits[:-1] + (text != letter))
        edits = np.minimum.accumulate(np.concatenate(([number], changed)) - steps) + steps
    return max(0.0, 1 - float(edits.min()) / len(letters))


def pdf_of(language: str, producer: str) -> Path:
    """The file of a language; there is one only for Chinese in traditional characters."""
    return TRADITIONAL_PAGE if language == TRADITIONAL else DATA / "pdfs" / f"{language}.{producer}.pdf"


@cache
def source_of(language: str) -> str:
    """The text of all pages."""
    if language == TRADITIONAL:
        return text_layer(language, "")
    blocks = json.loads((DATA / "pdf_text" / f"{language}.json").read_text(encoding="utf-8"))["blocks"]
    return "\n".join(part for block in blocks for part in block[1:])


@cache
def text_layer(language: str, producer: str) -> str:
    """What the PDF says is on the page, good enough to count its characters."""
    with pypdfium2.PdfDocument(pdf_of(language, producer)) as document:
        return document[min(1, len(document) - 1)].get_textpage().get_text_bounded()


def scan(language: str, producer: str, dpi: int, *, skew: float = 0.7, grain: float = 12) -> Pixels:
    """Render a page as a scanner would see it."""
    with pypdfium2.PdfDocument(pdf_of(language, producer)) as document:
        page = document[min(1, len(document) - 1)].render(scale=dpi / 72, grayscale=True).to_pil()
    pixels = np.asarray(page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255), dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, grain, pixels.shape)
    return np.clip(pixels * 0.85 + 25 + noise, 0, 255).astype(np.uint8)


def measured(read: Callable[[], str], language: str, producer: str) -> dict[str, float]:
    """Read once; accuracy, share of the page's characters, and processor seconds."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    text = read()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    spent = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
    expected = len(comparable(text_layer(language, producer)))
    return {
        "accuracy": round(accuracy(text, source_of(language)), 4),
        "found": round(len(comparable(text)) / expected, 3),
        "cpu_s": round(spent, 2),
    }


def ours(pixels: Pixels, *, hint: str = "") -> Callable[[], str]:
    """Read as polyseek does."""
    return lambda: recognise(pixels, languages_hint=[hint] if hint else [], timeout_s=TIMEOUT_S).text


def alone(pixels: Pixels, pack: str, *, mode: str = "3") -> Callable[[], str]:
    """Read as Tesseract does by itself when it is told the pack: its own layout, in one of its modes."""
    command = ["tesseract", "-", "-", "-l", pack, "--psm", mode]
    image = b"P5 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes()
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def read() -> str:
        run = subprocess.run(command, input=image, capture_output=True, check=True, env=one_thread)  # noqa: S603 - the user's own Tesseract
        return run.stdout.decode()

    return read


def on_sheets(tesseract: Tesseract, pixels: Pixels, packs: list[str], *, right_to_left: bool) -> Callable[[], str]:
    """Read our sheets with these packs."""

    def read() -> str:
        ready = make_ready(prepared(pixels), 0)
        lines = ready.lines_from_right() if right_to_left else ready.lines
        made = sheets(ready.pixels, lines, most_rows=MOST_ROWS)
        return "\n".join(text_of(tesseract.read(sheet.pixels, packs, time.monotonic() + TIMEOUT_S)) for sheet in made)

    return read


def by_language() -> dict[str, Any]:
    """Every language: found by us, told to us by a hint, and Tesseract alone with the right pack."""
    rows: dict[str, Any] = {}
    for language in (*LANGUAGES, TRADITIONAL):
        for producer, dpi in PAGES:
            pixels = scan(language, producer, dpi)
            pack = PACKS[script_of(language)][language]
            rows[f"{language} {producer} {dpi}"] = row = {
                "ours": measured(ours(pixels), language, producer),
                "ours, hint": measured(ours(pixels, hint=language[:2]), language, producer),
                "alone": measured(alone(pixels, pack), language, producer),
            }
            show(f"{language} {producer} {dpi}", row)
    return rows


def by_layout(tesseract: Tesseract) -> dict[str, Any]:
    """Lines found by us and by Tesseract, on the same prepared page with the same pack."""

    def prepared_alone(pixels: Pixels, pack: str, mode: str) -> Callable[[], str]:
        def read() -> str:
            return alone(make_ready(prepared(pixels), 0).pixels, pack, mode=mode)()

        return read

    rows: dict[str, Any] = {}
    for language in ("de", "ar", "hi", "bn", "th", "ko", "zh", "ja"):
        script = script_of(language)
        pack = PACKS[script][language]
        for producer, dpi in LAYOUT_PAGES:
            pixels = scan(language, producer, dpi)
            ways = {
                "ours": on_sheets(tesseract, pixels, [pack], right_to_left=script in RIGHT_TO_LEFT),
                "mode 3": prepared_alone(pixels, pack, "3"),
                "mode 1": prepared_alone(pixels, pack, "1"),
            }
            row = {way: measured(read, language, producer) for way, read in ways.items()}
            rows[f"{language} {producer} {dpi}"] = row
            show(f"{language} {producer} {dpi}", row)
    return rows


def by_pack(tesseract: Tesseract) -> dict[str, Any]:
    """The pack of the language, of its script, and the first together with English, all on our sheets."""
    of_scripts = {
        Script.LATIN: "Latin", Script.CYRILLIC: "Cyrillic", Script.ARABIC: "Arabic", Script.HEBREW: "Hebrew",
        Script.DEVANAGARI: "Devanagari", Script.BENGALI: "Bengali", Script.THAI: "Thai", Script.HANGUL: "Hangul",
        Script.HAN: "HanS", Script.JAPANESE: "Japanese",
    }  # fmt: skip
    rows: dict[str, Any] = {}
    for language in LANGUAGES:
        script = script_of(language)
        own = PACKS[script][language]
        ways = {"own": [own], "script": [of_scripts[script]], "own+eng": [own, ENGLISH]}
        for producer, dpi in PAGES:
            pixels = scan(language, producer, dpi)
            to_left = script in RIGHT_TO_LEFT
            rows[f"{language} {producer} {dpi}"] = row = {
                way: measured(on_sheets(tesseract, pixels, packs, right_to_left=to_left), language, producer)
                for way, packs in ways.items()
                if set(packs) <= set(tesseract.packs) and not (way == "own+eng" and own == ENGLISH)
            }
            show(f"{language} {producer} {dpi}", row)
    return rows


def by_shape() -> dict[str, Any]:
    """Pages in bad shape, two columns, 150 pixels per inch."""
    rows: dict[str, Any] = {}
    producer = "typst2col"
    for language in ("de", "ar", "hi", "th", "zh", "ko"):
        page = scan(language, producer, 150)
        shadow = np.linspace(0.5, 1, page.shape[1])[None, :] * np.linspace(0.8, 1, page.shape[0])[:, None]
        rimmed = page.copy()
        rimmed[:30], rimmed[:, :25], rimmed[-20:] = 10, 5, 0
        shapes = {
            "as it is": page,
            "turned by 90": np.rot90(page),
            "turned by 180": np.rot90(page, 2),
            "white on black": 255 - page,
            "shadow": (page * shadow).astype(np.uint8),
            "dark rim": rimmed,
            "tilted by 3": scan(language, producer, 150, skew=3),
            "much grain": scan(language, producer, 150, grain=30),
        }
        for name, pixels in shapes.items():
            row = rows[f"{language} {name}"] = {
                "ours": measured(ours(np.ascontiguousarray(pixels)), language, producer)
            }
            show(f"{language} {name}", row)
    return rows


def by_resolution() -> dict[str, Any]:
    """From the resolution of a screen to that of a printer; the language is told."""
    rows: dict[str, Any] = {}
    for language in ("de", "ar", "hi", "th", "zh", "ko"):
        for dpi in (72, 100, 125, 150, 200, 300, 400):
            pixels = scan(language, "typst2col", dpi)
            row = rows[f"{language} {dpi}"] = {"ours": measured(ours(pixels, hint=language), language, "typst2col")}
            show(f"{language} {dpi}", row)
    return rows


def show(name: str, row: dict[str, dict[str, float]]) -> None:
    """Print one line of a table."""
    cells = (f"{way} {at['accuracy']:.4f} {at['found']:.3f} {at['cpu_s']:.1f} s" for way, at in row.items())
    print(f"{name:28}", "   ".join(cells), flush=True)


def main() -> None:
    """Measure, and write what was measured into the result file, keeping the parts that were not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "languages": by_language,
        "layouts": lambda: by_layout(Tesseract.find()),
        "packs": lambda: by_pack(Tesseract.find()),
        "shapes": by_shape,
        "resolutions": by_resolution,
    }
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts), help="measure these parts")
    chosen = parser.parse_args().only
    result = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    for name in chosen:
        result[name] = parts[name]()
    result["with"] = {"tesseract": Tesseract.find().version(), "system": platform.platform(terse=True)}
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
