"""How much of a PDF's text is read right, and at what cost: polyseek against pypdfium2 alone and pypdf alone.

The evaluation PDFs are the Universal Declaration of Human Rights in 26 languages, printed by several programs in one
and two columns. Similarity is 1 minus the normalised edit distance of the whole text; verbatim is the share of the
source's 20-character windows that are found exactly; both after NFKC, white space collapsed. Times are medians of
several rounds in one run, as ratios to pypdfium2's own time for loading pages and taking their text.

Usage: python benchmarks/extraction_fidelity.py [--json benchmarks/results/extraction_fidelity.json]

Needs `pip install --group bench`, and the evaluation data ($POLYSEEK_EVAL_DATA).
"""

import argparse
import json
import logging
import os
import platform
import statistics
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pypdf
import pypdfium2
from rapidfuzz.distance import Levenshtein

from indexer.readers import ReadLimits
from indexer.readers.pdf.page_text import clean_page, page_text
from indexer.readers.reading import read_file

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", HERE.parents[1] / "shared" / "eval"))

GROUPS = {
    "ar": "ar fa", "fa": "ar fa", "he": "he", "hi": "hi bn", "bn": "hi bn", "th": "th", "zh": "zh ja", "ja": "zh ja",
    "ko": "ko", "ru": "ru",
}  # fmt: skip
LATIN = "Latin"
SIMILARITY, VERBATIM, LOWEST_SIMILARITY = 0.990, 0.93, 0.95
MOST_TIMES = defaultdict(lambda: 4.0, {LATIN: 1.3, "ru": 1.3, "zh ja": 1.3, "ko": 1.3})
WINDOW = 20
ROUNDS = 3
EQUAL = 1e-9


def polyseek(path: Path) -> str:
    """The text of all pages as they are stored."""
    return "\n".join(page.text for page in read_file(path, ReadLimits()).pages)


def polyseek_text(path: Path) -> str:
    """The same without verdicts, running heads, labels and outline."""
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(clean_page(page_text(page, with_boxes=False).text) for page in document)


def pdfium(path: Path) -> str:
    """What pypdfium2 gives."""
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def pypdf_alone(path: Path) -> str:
    """What pypdf gives."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


READERS: dict[str, Callable[[Path], str]] = {"polyseek": polyseek, "pypdfium2": pdfium, "pypdf": pypdf_alone}


def comparable(text: str) -> str:
    """A text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def source_of(language: str) -> str:
    """What the PDFs of a language show: its text, and after the third paragraph that one again with insertions.

    The insertions test numbers, brackets and Latin words within lines of every script; they are not in the text files.
    """
    blocks = json.loads((DATA / "pdf_text" / f"{language}.json").read_text(encoding="utf-8"))["blocks"]
    texts: list[str] = []
    paragraphs = 0
    for kind, text in blocks:
        texts.append(text)
        paragraphs += kind == "p"
        if kind == "p" and paragraphs == 3:
            middle = text.find(" ", len(text) // 2)
            middle = len(text) if middle < 0 else middle
            texts.append(f"{text[:middle]} (ISO 32000-2:2020, page 17){text[middle:]} Python 3.11 – 25%")
    return comparable("\n".join(texts))


def score(path: Path) -> dict[str, dict[str, float]]:
    """Similarity and verbatim recall of each reader on one PDF."""
    logging.disable(logging.ERROR)  # pypdf tells of every odd font
    source = source_of(path.name.split(".")[0])
    windows = [source[start : start + WINDOW] for start in range(len(source) - WINDOW + 1)]
    scores = {}
    for name, read in READERS.items():
        text = comparable(read(path))
        scores[name] = {
            "similarity": round(Levenshtein.normalized_similarity(source, text), 4),
            "verbatim": round(sum(window in text for window in windows) / len(windows), 4),
        }
    return scores


def mean(cells: list[dict[str, float]]) -> dict[str, float]:
    """Means of several cells."""
    return {name: round(statistics.fmean(cell[name] for cell in cells), 4) for name in ("similarity", "verbatim")}


def times(paths: list[Path]) -> dict[str, float]:
    """Time for reading these files as ratios to pypdfium2's: medians of several rounds, readers in turn by file."""
    readers = {"text": polyseek_text, "reader": polyseek, "pypdfium2": pdfium, "pypdf": pypdf_alone}
    measured = {name: [0.0] * ROUNDS for name in readers}
    for number in range(ROUNDS):
        for path in paths:
            for name, read in readers.items():
                start = time.perf_counter()
                read(path)
                measured[name][number] += time.perf_counter() - start
    ratios = {
        name: statistics.median(a / b for a, b in zip(seconds, measured["pypdfium2"], strict=True))
        for name, seconds in measured.items()
    }
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def missed(groups: dict[str, dict[str, dict[str, float]]], cells: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """The quality targets that are not reached, in words."""
    found = []
    for group, readers in groups.items():
        for measure, target in (("similarity", SIMILARITY), ("verbatim", VERBATIM)):
            if readers["polyseek"][measure] < target:
                found.append(f"{group}: {measure} {readers['polyseek'][measure]} < {target}")
    for cell, readers in cells.items():
        ours = readers["polyseek"]
        if ours["similarity"] < LOWEST_SIMILARITY:
            found.append(f"{cell}: similarity {ours['similarity']} < {LOWEST_SIMILARITY}")
        found += [
            f"{cell}: {measure} {ours[measure]} < {other} {readers[other][measure]}"
            for other in ("pypdfium2", "pypdf")
            for measure in ("similarity", "verbatim")
            if ours[measure] < readers[other][measure] - EQUAL
        ]
    return found


def main() -> None:
    """Measure, print, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", type=Path, help="write the result to this file")
    options = parser.parse_args()
    paths = sorted((DATA / "pdfs").glob("*.pdf"))
    if not paths:
        sys.exit(f"There are no PDFs in {DATA / 'pdfs'}; set POLYSEEK_EVAL_DATA to the evaluation data.")
    with ProcessPoolExecutor() as pool:
        cells = dict(zip((path.stem for path in paths), pool.map(score, paths, chunksize=4), strict=True))
    by_group: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        by_group[GROUPS.get(cell.split(".")[0], LATIN)].append(cell)
    groups = {
        group: {name: mean([cells[cell][name] for cell in members]) for name in READERS}
        for group, members in by_group.items()
    }
    logging.disable(logging.ERROR)
    speeds = {group: times([DATA / "pdfs" / f"{cell}.pdf" for cell in members]) for group, members in by_group.items()}
    print(f"{'group':8}{'PDFs':>5}  " + "".join(f"{name:>16}" for name in READERS) + "   time: text  reader  pypdf")
    for group, readers in groups.items():
        shown = "".join(f"{cell['similarity']:>9.4f}/{cell['verbatim']:.4f}" for cell in readers.values())
        speed = speeds[group]
        print(
            f"{group:8}{len(by_group[group]):>5}  {shown}   "
            f"{speed['text']:>10.2f}{speed['reader']:>8.2f}{speed['pypdf']:>7.1f}"
        )
    misses = missed(groups, cells)
    misses += [
        f"{group}: text takes {speed['text']} times pypdfium2's time > {MOST_TIMES[group]}"
        for group, speed in speeds.items()
        if speed["text"] > MOST_TIMES[group]
    ]
    print("\n".join(misses) or "All targets are reached.")
    if options.json:
        result = {
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "pypdfium2": pypdfium2.version.PYPDFIUM_INFO.version,
            "pypdf": pypdf.__version__,
            "groups": groups,
            "times_pypdfium2": speeds,
            "missed": misses,
            "cells": cells,
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
