"""Read the text in the image of a page with Tesseract (OCR)."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.readers.clean import clean
from indexer.readers.lines import join_lines
from indexer.readers.ocr_image import Ink, Pixels, doubled, halved, ink_of, levelled, prepared, softened, turned
from indexer.readers.ocr_languages import (
    RIGHT_TO_LEFT,
    Trial,
    confidence_of,
    script_named,
    script_seen,
    text_of,
    trial_of,
)
from indexer.readers.ocr_layout import Line, line_height, sheets, starts_paragraph, text_lines
from indexer.readers.ocr_packs import ENGLISH, PackChoice, script_of
from indexer.readers.tesseract import ReadLine, Tesseract
from indexer.scripts import Script

SURE: Final = 0.8
"""A sample read with this confidence is in the script, the language and the direction it was taken for."""

_LEAST: Final = 0.5
"""What is read with less is a picture, dirt, or no script of ours."""

_DOUBTFUL: Final = 0.85
"""A line read with less may have Latin words in it."""

_WITHOUT_LATIN: Final = (
    Script.HEBREW, Script.DEVANAGARI, Script.BENGALI, Script.THAI, Script.HANGUL, Script.JAPANESE
)  # fmt: skip
"""The packs of these scripts read Latin words badly or not at all."""

_SAMPLE_LINES: Final = 8
_MOST_ROWS: Final = 16_000  # Tesseract takes 32,767
_MOST_TURNS: Final = 2

_LOW_LINE: Final = 20
_HIGH_LINE: Final = 90
"""Pixels: lines are read best between these heights."""


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
    reader = _Reader(tesseract=Tesseract.find(), deadline=time.monotonic() + timeout_s)
    return reader.recognise(prepared(pixels), languages_hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upright:
    """A page whose lines are level, perhaps upside down."""

    turned: int
    pixels: Pixels
    ink: Ink
    lines: list[Line]

    def sample(self) -> Pixels:
        """Set its longest lines on a sheet."""
        longest = sorted(self.lines, key=lambda line: line.left - line.right)[:_SAMPLE_LINES]
        return sheets(self.pixels, longest, most_rows=_MOST_ROWS)[0].pixels


def _upright(page: Pixels, degrees: int) -> _Upright:
    pixels = softened(levelled(turned(page, degrees)))
    ink = ink_of(pixels)
    height = line_height(ink)
    if 0 < height < _LOW_LINE or height > _HIGH_LINE:
        pixels = doubled(pixels) if height < _LOW_LINE else halved(pixels)
        ink = ink_of(pixels)
    return _Upright(turned=degrees, pixels=pixels, ink=ink, lines=text_lines(ink, right_to_left=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads one page before a deadline on `time.monotonic`."""

    tesseract: Tesseract
    deadline: float

    def recognise(self, page: Pixels, hint: Sequence[str]) -> Recognised:
        best: tuple[_Upright, Trial] | None = None
        for upright, trial in self._trials(page, hint):
            if best is None or trial.confidence > best[1].confidence:
                best = upright, trial
            if trial.confidence >= SURE:
                break
        if best is None or best[1].confidence < _LEAST:
            return Recognised()
        upright, trial = best
        return self._read_page(upright, trial.choice)

    def _trials(self, page: Pixels, hint: Sequence[str]) -> Iterator[tuple[_Upright, Trial]]:
        """Try samples of the page, the cheapest guess of how it is to be read first."""
        upright = _upright(page, 0)
        if not upright.lines:
            return
        for language in hint:
            yield upright, self._trial(upright, script_of(language), language)
        degrees, script = self._orientation(page)
        if degrees:
            upright = _upright(page, degrees)
        if script is not None and upright.lines:
            yield upright, self._trial(upright, script)
        seen = script_seen(self.tesseract, upright.sample(), self.deadline) if upright.lines else None
        if seen not in (None, script):
            yield upright, self._trial(upright, seen)
        if degrees:
            upright = _upright(page, 0)
            seen = script_seen(self.tesseract, upright.sample(), self.deadline)
            if seen is not None:
                yield upright, self._trial(upright, seen)

    def _trial(self, upright: _Upright, script: Script, language: str | None = None) -> Trial:
        return trial_of(self.tesseract, upright.sample(), script, self.deadline, language=language)

    def _orientation(self, page: Pixels) -> tuple[int, Script | None]:
        """Ask how the page lies; of a page that does not stand upright, its script is asked when it does."""
        degrees = 0
        for _ in range(1 + _MOST_TURNS):
            found = self.tesseract.orientation(turned(page, degrees), self.deadline)
            if found is None or found.rotate == 0:
                return degrees, script_named(found.script) if found else None
            degrees = (degrees + found.rotate) % 360
        return degrees, None

    def _read_page(self, upright: _Upright, choice: PackChoice) -> Recognised:
        script = script_of(choice.language)
        lines = text_lines(upright.ink, right_to_left=True) if script in RIGHT_TO_LEFT else upright.lines
        read = self._read_lines(upright.pixels, lines, choice.packs)
        packs = choice.packs
        if script in _WITHOUT_LATIN and ENGLISH in self.tesseract.packs:
            read = self._read_again(upright.pixels, lines, read, choice.packs)
        kept = [[part for part in parts if part.confidence >= _LEAST] for parts in read]
        letters = [part for parts in kept for part in parts]
        if not letters:
            return Recognised()
        return Recognised(
            text=clean(join_lines(_paragraphs(lines, kept))),
            confidence=confidence_of(letters),
            languages=(choice.language[:2],),
            packs=packs,
            missing_packs=choice.missing,
            turned=upright.turned,
        )

    def _read_lines(self, pixels: Pixels, lines: Sequence[Line], packs: Sequence[str]) -> list[list[ReadLine]]:
        read: list[list[ReadLine]] = [[] for _ in lines]
        first = 0
        for sheet in sheets(pixels, lines, most_rows=_MOST_ROWS):
            for part in self.tesseract.read(sheet.pixels, packs, self.deadline):
                read[first + sheet.line_at(part.middle)].append(part)
            first += len(sheet.bottoms)
        return read

    def _read_again(
        self, pixels: Pixels, lines: Sequence[Line], read: list[list[ReadLine]], packs: Sequence[str]
    ) -> list[list[ReadLine]]:
        """Read doubtful lines together with the pack of English: they may have Latin words in them."""
        doubtful = [index for index, parts in enumerate(read) if parts and confidence_of(parts) < _DOUBTFUL]
        again = self._read_lines(pixels, [lines[index] for index in doubtful], (*packs, ENGLISH))
        better = dict(zip(doubtful, again, strict=True))
        return [max(parts, better.get(index, parts), key=confidence_of) for index, parts in enumerate(read)]


def _paragraphs(lines: Sequence[Line], read: Sequence[Sequence[ReadLine]]) -> str:
    """Write lines one below the other, with an empty line where the page has a gap."""
    text = ""
    for starts, parts in zip(starts_paragraph(lines), read, strict=True):
        if parts:
            text += "\n" * bool(text) + "\n" * (starts and bool(text)) + text_of(parts)
    return text
