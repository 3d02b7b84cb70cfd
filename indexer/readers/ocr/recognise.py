"""Read the text in the image of a page with Tesseract (OCR)."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.readers.ocr.image import Pixels, prepared, turned
from indexer.readers.ocr.languages import (
    RIGHT_TO_LEFT,
    Trial,
    script_named,
    script_seen,
    trial_of,
)
from indexer.readers.ocr.layout import Line, sheets
from indexer.readers.ocr.packs import ENGLISH, OcrMissingError, PackChoice, script_of
from indexer.readers.ocr.page import MOST_ROWS, ReadyPage, make_ready
from indexer.readers.ocr.read_lines import ReadLine, confidence_of
from indexer.readers.ocr.tesseract import Tesseract
from indexer.readers.ocr.text import page_text
from indexer.scripts import Script

_SURE: Final = 0.8
"""A sample read with this confidence is in the script, the language and the direction it was taken for."""

_HOPELESS: Final = 0.4
_LEAST: Final = 0.6
"""A sample read with less than the one is of a picture, and a line read with less than the other is left out:
photographs give samples of 0.1 to 0.3 and no line above 0.6."""

_GOOD: Final = 0.8
_LEAST_OF_GOOD: Final = 0.4
"""On a page read with the one, lines with the other stay: some true ones have 0.5 (docs/scans.md)."""

_WITHOUT_LATIN: Final = frozenset(
    (Script.HEBREW, Script.DEVANAGARI, Script.BENGALI, Script.THAI, Script.HANGUL, Script.JAPANESE)
)
"""The packs of these scripts read Latin words badly or not at all. Those of Arabic, too, but they read worse still
together with another pack."""

_DOUBTFUL: Final = 0.85
_LATIN_WORD: Final = re.compile("[A-Za-z]{4}")
_SURE_WORD: Final = 0.9
"""Lines read with less than the one are read again together with the pack of English. That counts if it gives a
Latin word with at least the other: true ones have 0.91 and more, imagined ones of four letters up to 0.84."""

_MOST_TURNS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The text of an image.

    Attributes:
        text: Cleaned, each paragraph on a line of its own; empty if the image shows no text that can be read.
        confidence: Tesseract's own, mean over all letters, between 0 and 1; 0 without text.
        languages: The code of the language it was read as; none without text.
        packs: Tesseract's packs that read it.
        missing_packs: The pack that would have read it better, if that is not installed.
        turned: Degrees by which the image was turned clockwise to stand upright: 0, 90, 180 or 270.
    """

    text: str = ""
    confidence: float = 0.0
    languages: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    missing_packs: tuple[str, ...] = ()
    turned: int = 0


def recognise(pixels: Pixels, *, languages_hint: Sequence[str] = (), timeout_s: float) -> Recognised:
    """Read the text in the image of a page.

    Args:
        pixels: Grey values, shape (height, width), uint8, 0 is black; 200 pixels per inch are best.
        languages_hint: Languages the text may be in, the likeliest first, such as that of the page before: it
            saves the search for the script. A wrong hint costs time only.
        timeout_s: Seconds on the clock after which to give up.

    Returns:
        The text; nothing for a page that is empty or shows only a picture.

    Raises:
        OcrMissingError: Tesseract, or every pack for the page's script, is not installed.
        ReadError: It took too long (`TIME`), too much memory (`MEMORY`), or Tesseract failed (`CRASHED`).
        ValueError: A hint is none of our languages.
    """
    reader = _PageReader(tesseract=Tesseract.find(), deadline=time.monotonic() + timeout_s)
    return reader.recognise(prepared(pixels), languages_hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageReader:
    """Reads one page before a deadline on `time.monotonic`."""

    tesseract: Tesseract
    deadline: float

    def recognise(self, page: Pixels, hint: Sequence[str]) -> Recognised:
        best: tuple[ReadyPage, Trial] | None = None
        missing: OcrMissingError | None = None
        for ready, script, language in self._guesses(page, hint):
            try:
                trial = trial_of(self.tesseract, ready.sample(), script, self.deadline, language=language)
            except OcrMissingError as error:  # the guess may be wrong: another one may be readable
                missing = missing or error
                continue
            if best is None or trial.confidence > best[1].confidence:
                best = ready, trial
            if trial.confidence >= _SURE:
                return self._read_page(ready, trial.choice)
        if missing is not None:
            raise missing
        if best is None or best[1].confidence < _HOPELESS:
            return Recognised()
        return self._read_page(best[0], best[1].choice)

    def _guesses(self, page: Pixels, hint: Sequence[str]) -> Iterator[tuple[ReadyPage, Script, str | None]]:
        """Guess how the page is to be read, the cheapest and likeliest first: as it lies, script, language."""
        upright = make_ready(page, 0)
        if not upright.lines:
            return
        for language in hint:
            yield upright, script_of(language), language
        degrees, script = self._orientation(page)
        as_found = make_ready(page, degrees) if degrees else upright
        if script is not None and as_found.lines:
            yield as_found, script, None
        # Tesseract is often wrong about how few lines lie, and takes Thai and Hebrew for other scripts.
        for ready in (upright, as_found) if degrees else (upright,):
            seen = script_seen(self.tesseract, ready.sample(), self.deadline) if ready.lines else None
            if seen is not None:
                yield ready, seen, None

    def _orientation(self, page: Pixels) -> tuple[int, Script | None]:
        """Ask how the page lies; the script of one that does not stand upright is asked once it does."""
        degrees = 0
        for _ in range(1 + _MOST_TURNS):
            found = self.tesseract.orientation(turned(page, degrees), self.deadline)
            if found is None or found.rotate == 0:
                return degrees, script_named(found.script) if found else None
            degrees = (degrees + found.rotate) % 360
        return degrees, None

    def _read_page(self, ready: ReadyPage, choice: PackChoice) -> Recognised:
        script = script_of(choice.language)
        lines = ready.lines_from_right() if script in RIGHT_TO_LEFT else ready.lines
        packs = choice.packs
        read = self._read_lines(ready.pixels, lines, packs)
        if script in _WITHOUT_LATIN and ENGLISH in self.tesseract.packs:
            improved = self._with_latin_words(ready.pixels, lines, read, packs)
            read, packs = improved, (*packs, ENGLISH) if improved != read else packs
        kept = _trusted(read)
        if not any(kept):
            return Recognised()
        return Recognised(
            text=page_text(lines, kept),
            confidence=confidence_of([part for parts in kept for part in parts]),
            languages=(choice.language[:2],),
            packs=packs,
            missing_packs=choice.missing,
            turned=ready.turned,
        )

    def _read_lines(self, pixels: Pixels, lines: Sequence[Line], packs: Sequence[str]) -> list[list[ReadLine]]:
        """Read lines of a page; Tesseract may find two in one of ours, or none."""
        read: list[list[ReadLine]] = [[] for _ in lines]
        first = 0
        for sheet in sheets(pixels, lines, most_rows=MOST_ROWS):
            for part in self.tesseract.read(sheet.pixels, packs, self.deadline):
                read[first + sheet.line_at(part.middle)].append(part)
            first += len(sheet.bottoms)
        return read

    def _with_latin_words(
        self, pixels: Pixels, lines: Sequence[Line], read: Sequence[list[ReadLine]], packs: Sequence[str]
    ) -> list[list[ReadLine]]:
        doubtful = [index for index, parts in enumerate(read) if parts and confidence_of(parts) < _DOUBTFUL]
        again = self._read_lines(pixels, [lines[index] for index in doubtful], (*packs, ENGLISH))
        improved = list(read)
        for index, parts in zip(doubtful, again, strict=True):
            if confidence_of(parts) > confidence_of(read[index]) and _has_latin_word(parts):
                improved[index] = parts
        return improved


def _trusted(read: Sequence[Sequence[ReadLine]]) -> list[list[ReadLine]]:
    good = confidence_of([part for parts in read for part in parts]) >= _GOOD
    # Where Tesseract sees two lines in one of ours, the second is often made of the marks above the first.
    return [
        [part for part in parts if part.confidence >= (_LEAST_OF_GOOD if good and len(parts) == 1 else _LEAST)]
        for parts in read
    ]


def _has_latin_word(lines: Sequence[ReadLine]) -> bool:
    words = (word for line in lines for word in line.words)
    return any(confidence >= _SURE_WORD and _LATIN_WORD.search(text) for text, confidence in words)
