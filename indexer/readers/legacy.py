"""Guess the encoding of text saved before UTF-8."""

import functools
import re
from collections.abc import Iterator
from typing import Final

from indexer.readers.alphabets import ALPHABETS, CHARACTER_SETS
from indexer.readers.plausibility import Reading, alphabet_cost, character_set_cost
from indexer.scripts import Script

SAMPLE_BYTES: Final = 4096
"""More text than this does not change the guess."""

_LESS_COMMON_BITS: Final = 0.5  # than the encoding before it in the list
_HOPELESS_BITS: Final = 8.0  # for each byte: noise takes as much
_FEW_BITS: Final = 64.0  # of a few words not even the language is sure
_UTF_16: Final = ("utf-16-le", "utf-16-be")  # of a short text without spaces; others show themselves by their zeros
_BEFORE: Final = 512  # bytes of a line before the first that is not ASCII
_CUT: Final = re.compile(rb"[\t -/]")  # never the second byte of a character in the encodings of East Asia
_NOT_ASCII_BYTE: Final = re.compile(rb"[\x80-\xff]")


def legacy_encoding(data: bytes) -> str | None:
    """Guess in which encoding this text was saved.

    It is the one that makes the text likeliest in a language the encoding was made for: by how frequent its
    letters are, by capitals, foreign letters and marks inside of words, and, since the languages of Latin
    script share most letters, by the language its words are in. This is the principle of the shortest
    description (Rissanen 1978, "Modeling by shortest data description").

    Args:
        data: Text that is neither ASCII nor UTF-8 and has no byte order mark.

    Returns:
        The name of a Python codec, which may yet fail on a damaged byte; nothing if the data is no text in any
        encoding of our languages.
    """
    sample = _sample(data)
    cost, encoding = min(_costs(sample))
    return encoding if cost <= _HOPELESS_BITS * len(sample) + _FEW_BITS else None


def _costs(sample: bytes) -> Iterator[tuple[float, str]]:
    """Say how many bits the sample takes in each language and encoding."""
    read = functools.cache(functools.partial(Reading.of, sample))
    unmarked = _UTF_16 if len(sample) < SAMPLE_BYTES else ()
    for alphabet in ALPHABETS:
        encodings = alphabet.encodings if alphabet.script is Script.LATIN else (*alphabet.encodings, *unmarked)
        for place, encoding in enumerate(encodings):
            yield alphabet_cost(read(encoding), alphabet) + place * _LESS_COMMON_BITS, encoding
    for characters in CHARACTER_SETS:
        for place, encoding in enumerate((*characters.encodings, *unmarked)):
            yield character_set_cost(read(encoding), characters) + place * _LESS_COMMON_BITS, encoding


def _sample(data: bytes) -> bytes:
    """Take lines that show the encoding, cut between characters."""
    if len(data) <= SAMPLE_BYTES:
        return data
    lines: list[bytes] = []
    room, position = SAMPLE_BYTES, 0
    while room > 0 and (match := _NOT_ASCII_BYTE.search(data, position)):
        first = match.start()
        start = max(position, data.rfind(b"\n", position, first) + 1, first - _BEFORE)
        position = data.find(b"\n", first) % (len(data) + 1)
        line = data[start:position]
        if len(line) > room:
            cuts = [match.end() for match in _CUT.finditer(line, 0, room)]
            line = line[: cuts[-1] if cuts else room]
        lines.append(line)
        room -= len(line) + 1
    return b"\n".join(lines)
