"""Write the dates and times of spreadsheets as their formats show them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from indexer.readers.office.format_code import Kind, Section, Token

_EPOCH: Final = datetime(1899, 12, 30)
_FIRST_TRUE_DAY: Final = 61  # day 60 of the files is 29 February 1900, which never was
_EPOCH_1904: Final = datetime(1904, 1, 1)
_LAST_DAY: Final = 2_958_466
_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}
_DAY_S: Final = 86_400
_NOON: Final = 12
_BUDDHIST: Final = 543  # years ahead
_NAMED: Final = 3  # "mmm" and "ddd" are names
_FULL: Final = 4
_INITIAL: Final = 5
_TIMED: Final = (Kind.DATE, Kind.ELAPSED)

# Windows' numbers of our languages; months and days of others are written in English.
_LANGUAGES: Final = {
    0x01: "ar", 0x45: "bn", 0x05: "cs", 0x06: "da", 0x07: "de", 0x0A: "es", 0x29: "fa", 0x0B: "fi", 0x0C: "fr",
    0x0D: "he", 0x39: "hi", 0x0E: "hu", 0x21: "id", 0x10: "it", 0x11: "ja", 0x12: "ko", 0x13: "nl", 0x14: "no",
    0x15: "pl", 0x16: "pt", 0x19: "ru", 0x1D: "sv", 0x1E: "th", 0x1F: "tr", 0x04: "zh",
}  # fmt: skip


def date_text(days: float, section: Section, *, from_1904: bool) -> str | None:
    """Write a date, a time or a span of time.

    Args:
        days: Since the epoch of the file; the time of day is the fraction.
        section: The format; its `is_date` holds.
        from_1904: Whether the epoch is 1904 (old Macs) rather than 1900.

    Returns:
        What the cell shows; nothing for a number that is no date.
    """
    if not 0 <= days < _LAST_DAY:
        return None
    tokens = section.tokens
    places = max((_decimals(token) for token in tokens if token.kind is Kind.DATE), default=0)
    seconds = round(days * _DAY_S, places)
    epoch = _EPOCH_1904 if from_1904 else _EPOCH if days >= _FIRST_TRUE_DAY - 1 else _EPOCH + timedelta(days=1)
    moment = epoch + timedelta(seconds=seconds)
    halves = any(token.kind is Kind.HALF for token in tokens)
    parts: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind is Kind.DATE:
            if _is_minute(tokens, index):
                parts.append(f"{moment.minute:0{len(token.text)}d}")
            else:
                parts.append(_date_part(token.text.lower(), moment, section.language, halves=halves))
        elif token.kind is Kind.ELAPSED:
            parts.append(f"{int(seconds // _SECONDS[token.text[0]]):0{len(token.text)}d}")
        elif token.kind is Kind.HALF:
            parts.append(token.text.split("/")[moment.hour >= _NOON])
        elif token.kind is not Kind.TEXT:
            parts.append(token.text)
    return "".join(parts).strip()


def _decimals(token: Token) -> int:
    return min(len(token.text.partition(".")[2]), 6)


def _is_minute(tokens: Sequence[Token], index: int) -> bool:
    """Tell minutes from months: they follow hours or stand before seconds."""
    if tokens[index].text.lower() not in ("m", "mm"):
        return False
    units = [(place, token.text[0].lower()) for place, token in enumerate(tokens) if token.kind in _TIMED]
    here = units.index((index, "m"))
    return (here > 0 and units[here - 1][1] == "h") or (here + 1 < len(units) and units[here + 1][1] == "s")


def _date_part(code: str, moment: datetime, language: int, *, halves: bool) -> str:
    unit, length = code[0], len(code)
    if unit in "ebsy":
        return _year_or_second(code, moment)
    if unit == "h":
        hour = (moment.hour % _NOON or _NOON) if halves else moment.hour
        return f"{hour:0{min(length, 2)}d}"
    number = moment.month if unit == "m" else moment.day
    if length < _NAMED:
        return f"{number:0{length}d}"
    name = _name(moment, ("MMMM" if length >= _FULL else "MMM") if unit == "m" else _weekday(length), language)
    return name[:1] if unit == "m" and length == _INITIAL else name


def _year_or_second(code: str, moment: datetime) -> str:
    if code[0] == "s":
        whole, point, decimals = code.partition(".")
        fraction = f"{moment.microsecond:06d}"[: len(decimals)]
        return f"{moment.second:0{min(len(whole), 2)}d}{point}{fraction}"
    year = moment.year + (_BUDDHIST if code[0] == "b" else 0)
    return f"{year % 100:02d}" if code in ("y", "yy", "b", "bb") else str(year)


def _weekday(length: int) -> str:
    return "EEEE" if length >= _FULL else "EEE"


def _name(moment: datetime, pattern: str, language: int) -> str:
    from icu4py.messageformat import MessageFormat

    locale = f"{_LANGUAGES.get(language, 'en')}-u-ca-gregory"
    noon = moment.replace(hour=_NOON)  # the same day in every time zone
    return str(MessageFormat(f"{{day,date,{pattern}}}", locale).format({"day": noon}))
