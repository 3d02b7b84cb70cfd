"""Read subtitles: SubRip (.srt) and WebVTT (.vtt)."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import Final

from indexer.readers.clean import clean, with_plain_line_ends
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.lines import glue

STRETCH_S: Final = 60
"""A stretch ends with the first sentence after so many seconds."""

LONGEST_S: Final = 90
"""Or after so many, wherever: Thai has no full stop, and other subtitles leave it out."""

PAUSE_S: Final = 20
"""Or at a silence this long: what follows is about something else, and its time would be wrong."""

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING: Final = re.compile(rf"^[ \t]*{_TIME}[ \t]*-+>[ \t]*{_TIME}.*$", re.MULTILINE)
_CUE_NUMBER: Final = re.compile(r"(?:\A|\n)[ \t]*\d+[ \t]*\n*\Z")
_EMPTY_LINE: Final = re.compile(r"(?:\A|\n)[ \t]*(?:\n|\Z)")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]*>|<\d[\d:.]*>|\{\\[^{}\n]*\}")
_SENTENCE_END: Final = re.compile(r"[.!?…。！？।؟۔♪][\"'”’»)\]」』）]*\Z")
_SPEAKER: Final = re.compile(r"[-–—]\s?\S")
_ROLLING: Final = 0.3  # of the cues repeat the line before: live captions that move up line by line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    """What is shown at a time, in seconds from the beginning."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


def extract(source: Source) -> Extracted:
    """Read subtitles as stretches of about a minute, each labelled with the time it begins at: `00:12:04`.

    Raises:
        ReadError: `WRONG_TYPE` if no line says when it is shown; `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    text = with_plain_line_ends(decode(source.data))
    cues = list(_cues(text, is_vtt=text.startswith("WEBVTT")))
    if not cues:
        message = "no line of the file says when it is shown (00:01:02 --> 00:01:04); give it the right file name"
        raise ReadError(FailureReason.WRONG_TYPE, message)
    return Extracted(title=source.path.stem, pages=[_page(stretch) for stretch in _stretches(_once(cues))])


def _cues(text: str, *, is_vtt: bool) -> Iterator[_Cue]:
    """Take what stands between the lines with times; numbers of cues may be wrong or missing."""
    timings = list(_TIMING.finditer(text))
    for timing, following in zip_longest(timings, timings[1:]):
        shown = text[timing.end() : following.start() if following else None].removeprefix("\n")
        if is_vtt:  # an empty line ends the cue: notes and names of cues may follow
            shown = _EMPTY_LINE.split(shown, maxsplit=1)[0]
        elif following:
            shown = _CUE_NUMBER.sub("", shown)
        lines = tuple(line for line in map(_line, shown.split("\n")) if line)
        if lines:
            times = timing.groups(default="0")
            yield _Cue(start_s=_seconds(times[:4]), end_s=_seconds(times[4:]), lines=lines)


def _line(line: str) -> str:
    return clean(html.unescape(_TAG.sub("", _VOICE.sub(r"\1: ", line))))


def _seconds(parts: Sequence[str]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction}")


def _once(cues: Sequence[_Cue]) -> Iterator[_Cue]:
    """Drop the lines that live captions show again while they move up."""
    repeated = [_repeated(before.lines, after.lines) for before, after in pairwise(cues)]
    rolling = sum(number > 0 for number in repeated) >= _ROLLING * len(cues)
    for cue, number in zip(cues, [0, *repeated], strict=True):
        lines = cue.lines[number:] if rolling else cue.lines
        if lines:
            yield replace(cue, lines=lines)


def _repeated(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the first lines of a cue that were the last ones of the cue before."""
    most = min(len(before), len(after))
    return next((number for number in range(most, 0, -1) if before[-number:] == after[:number]), 0)


def _stretches(cues: Iterator[_Cue]) -> Iterator[list[_Cue]]:
    stretch: list[_Cue] = []
    for cue in cues:
        if stretch and _is_full(stretch, cue):
            yield stretch
            stretch = []
        stretch.append(cue)
    if stretch:
        yield stretch


def _is_full(stretch: Sequence[_Cue], following: _Cue) -> bool:
    length_s = stretch[-1].end_s - stretch[0].start_s
    if length_s >= LONGEST_S or following.start_s - stretch[-1].end_s >= PAUSE_S:
        return True
    return length_s >= STRETCH_S and bool(_SENTENCE_END.search(stretch[-1].lines[-1]))


def _page(stretch: Sequence[_Cue]) -> ExtractedPage:
    """Write the lines as running text; each speaker of a dialogue begins a line."""
    text = ""
    for line in (line for cue in stretch for line in cue.lines):
        if text:
            text += "\n" if _SPEAKER.match(line) else glue(text, line)
        text += line
    minutes, seconds = divmod(int(stretch[0].start_s), 60)
    hours, minutes = divmod(minutes, 60)
    return ExtractedPage(text=clean(text), label=f"{hours:02}:{minutes:02}:{seconds:02}")
