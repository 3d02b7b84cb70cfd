"""Guess the encoding of text saved before UTF-8."""

import re
from collections.abc import Iterator
from typing import Final

from indexer.scripts import Script, script_shares

SAMPLE_BYTES: Final = 64 * 1024
"""More text than this does not change the guess."""

_LATIN_ENCODINGS: Final = ("cp1252", "cp1250", "cp1254", "iso8859_2", "iso8859_15", "cp850", "mac_roman")
"""In order of how common they are: the first of equals is taken."""

_OTHER_ENCODINGS: Final = (
    "cp1251", "koi8_r", "cp866", "iso8859_5", "cp1255", "cp1256", "cp874",
    "cp932", "euc_jp", "euc_jis_2004", "gb18030", "big5", "cp949",
)  # fmt: skip
_KNOWN: Final = (*_OTHER_ENCODINGS, *_LATIN_ENCODINGS)  # among all it knows, charset-normalizer goes astray
_LETTERS: Final = {
    "cs": "áčďéěíňóřšťúůýž",
    "da no": "æøåéèêóòôü",
    "nl": "éëïóöüèêáàçíûñ",
    "fi sv": "åäöéšžü",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüßéèàç",
    "hu": "áéíóöőúüű",
    "it": "àèéìíîòóùú",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúü",
    "es": "áéíñóúü",
    "tr": "çğıöşüâîûİ",
}
_PUNCTUATION: Final = "“”„‘’‚«»‹›–—…€£§°©®·•¡¿ºª№×½¼ \u00a0"
_ALPHABETS: Final = tuple(frozenset(letters + letters.upper() + _PUNCTUATION) for letters in _LETTERS.values())

_NOT_ASCII: Final = re.compile("[^\x00-\x7f]")
_NOT_ASCII_BYTE: Final = re.compile(rb"[\x80-\xff]")
_CUT: Final = re.compile(rb"[\t -/]")  # never the second byte of a character in the encodings of East Asia


def legacy_encodings(data: bytes) -> Iterator[str]:
    """Guess in which encoding this text was saved, the likeliest first.

    charset-normalizer tells the scripts apart. It often takes one Latin encoding for another, so these are
    told apart by their accented letters: those of one language must fit.

    Args:
        data: Text that is neither UTF-8 nor UTF-16.

    Yields:
        Names of Python codecs.
    """
    from charset_normalizer import from_bytes

    sample = _sample(data)
    matches = from_bytes(sample, cp_isolation=list(_KNOWN), preemptive_behaviour=False)
    # In its own order, a language recognised counts less than a letter more or less in an odd place.
    ranked = sorted(matches, key=lambda match: match.chaos - match.coherence)
    guesses = [match.encoding for match in ranked]
    if guesses and _is_latin(sample, guesses[0]):
        yield _best_latin(sample)
    yield from guesses
    yield _best_latin(sample)


def _sample(data: bytes) -> bytes:
    """Collect lines that show the encoding, cut between characters."""
    if len(data) <= SAMPLE_BYTES:
        return data
    first = _NOT_ASCII_BYTE.search(data)
    start = data.rfind(b"\n", 0, first.start() if first else 0) + 1
    start = max(start, (first.start() if first else 0) - SAMPLE_BYTES // 2)
    sample = data[start : start + SAMPLE_BYTES]
    cuts = [match.end() for match in _CUT.finditer(sample)]
    return sample[: cuts[-1]] if cuts else sample


def _is_latin(sample: bytes, encoding: str) -> bool:
    shares = script_shares(sample.decode(encoding, errors="ignore"))
    return shares.get(Script.LATIN, 0.0) > 1 / 2


def _best_latin(sample: bytes) -> str:
    return max(_LATIN_ENCODINGS, key=lambda encoding: _fit(sample, encoding))


def _fit(sample: bytes, encoding: str) -> float:
    """Say which share of the other-than-ASCII letters the best-fitting language explains."""
    letters = _NOT_ASCII.findall(sample.decode(encoding, errors="replace"))
    return max(sum(letter in alphabet for letter in letters) for alphabet in _ALPHABETS) / max(1, len(letters))
