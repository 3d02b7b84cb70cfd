"""Write the numbers of spreadsheets as their formats show them."""

import operator
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Final

from indexer.readers.office.date_format import date_text
from indexer.readers.office.format_code import Kind, Section, Token, sections_of

GENERAL: Final = "General"

BUILT_IN: Final = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??",
    # 14 and 22 follow the settings of the reader's computer, which no file tells: the order that cannot be misread.
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "0.0E+0",
    49: "@",
    # Chinese, Japanese and Korean dates and times, again as those settings have it.
    **dict.fromkeys((*range(27, 32), *range(34, 37), *range(50, 59)), "yyyy-mm-dd"), 32: "h:mm", 33: "h:mm:ss",
}  # fmt: skip
"""The formats that files name by number only."""

_COMPARE: Final = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_NOT_ZERO: Final = re.compile("[1-9]")  # a number that was rounded to nothing has no sign
_GENERAL_DIGITS: Final = 10
_WHOLE_LIMIT: Final = 1e15  # beyond this a spreadsheet does not keep all digits
_MAX_PLACES: Final = 30
_TEXT_SECTION: Final = 3


class NumberFormat:
    """Shows the values of cells.

    Args:
        code: A format code, such as `"#,##0.00"` or `"d. mmmm yyyy"`. The point and the comma stay as in the code:
            what a computer's settings make of them is not in the file.
    """

    def __init__(self, code: str) -> None:
        self._sections = sections_of(code)

    def show_number(self, value: float, *, from_1904: bool = False) -> str:
        """Write a number, or the date it stands for, without the spaces that align it.

        Args:
            value: The cell's number; of a date, a number of days.
            from_1904: Whether days are counted from 1904 (old Macs) rather than 1900.
        """
        section, value = self._choose(value)
        if section.is_date:
            date = date_text(value, section, from_1904=from_1904)
            return general(value) if date is None else date
        text = _number_text(abs(value), section.tokens).strip()
        return f"-{text}" if value < 0 and _NOT_ZERO.search(text) else text

    def show_text(self, text: str) -> str:
        """Write a text: most formats show it as it is."""
        section = self._sections[min(len(self._sections) - 1, _TEXT_SECTION)]
        if not any(token.kind is Kind.TEXT for token in section.tokens):
            return text
        return "".join(text if token.kind is Kind.TEXT else token.text for token in section.tokens).strip()

    def _choose(self, value: float) -> tuple[Section, float]:
        """Choose the section for a number; those after the first write the sign themselves."""
        numeric = self._sections[:_TEXT_SECTION]
        for index, section in enumerate(numeric):
            if section.condition and _COMPARE[section.condition[0]](value, section.condition[1]):
                return section, abs(value) if index else value
        if any(section.condition for section in numeric):
            return numeric[-1], value if len(numeric) == 1 else abs(value)
        if value < 0 and len(numeric) > 1:
            return numeric[1], -value
        return numeric[-1 if value == 0 and len(numeric) == _TEXT_SECTION else 0], value


def general(value: float) -> str:
    """Write a number without a format: whole ones with all digits, others with ten."""
    if value == int(value) and abs(value) < _WHOLE_LIMIT:
        return str(int(value))
    return f"{value:.{_GENERAL_DIGITS}G}"


def _number_text(value: float, tokens: Sequence[Token]) -> str:
    kinds = {token.kind for token in tokens}
    if Kind.PLACE not in kinds:
        return "".join(general(value) if token.kind in (Kind.GENERAL, Kind.TEXT) else token.text for token in tokens)
    if Kind.EXPONENT in kinds:
        return _scientific(value, tokens)
    if Kind.SLASH in kinds:
        return _fraction(value, tokens)
    return _fixed(value, tokens)


def _scientific(value: float, tokens: Sequence[Token]) -> str:
    point = _index(tokens, Kind.POINT)
    exponent = _index(tokens, Kind.EXPONENT)
    places = sum(token.kind is Kind.PLACE for token in tokens[point:exponent])
    mantissa, _, power = f"{value:.{min(places, _MAX_PLACES)}E}".partition("E")
    code = tokens[exponent].text
    sign = "-" if power.startswith("-") else "+" if code[1] == "+" else ""
    return f"{mantissa}E{sign}{abs(int(power)):0{min(len(code) - 2, _MAX_PLACES)}d}"


def _fraction(value: float, tokens: Sequence[Token]) -> str:
    places = sum(token.kind is Kind.PLACE for token in tokens[_index(tokens, Kind.SLASH) :])
    whole = int(value)
    part = Fraction(value - whole).limit_denominator(10 ** min(max(places, 1), 5) - 1)
    if part.denominator == 1:
        return str(whole + part.numerator)
    return f"{whole or ''} {part.numerator}/{part.denominator}".strip()


def _fixed(value: float, tokens: Sequence[Token]) -> str:
    """Write a number with a fixed number of decimals, its digits set into their places among the literals."""
    point = _index(tokens, Kind.POINT)
    before = [index for index, token in enumerate(tokens[:point]) if token.kind is Kind.PLACE]
    after = [token.text for token in tokens[point:] if token.kind is Kind.PLACE][:_MAX_PLACES]
    commas = [index for index, token in enumerate(tokens) if token.kind is Kind.COMMA]
    last = before[-1] if before else -1
    thousands = sum(index > last for index in commas)
    percents = sum(token.kind is Kind.PERCENT for token in tokens)
    with localcontext(prec=400):  # a number may have 309 digits before its point
        exact = Decimal(repr(value)).scaleb(2 * percents - 3 * thousands)
        digits = f"{exact.quantize(Decimal(1).scaleb(-len(after)), ROUND_HALF_UP):f}"
    whole, _, decimals = digits.partition(".")
    least = sum(tokens[index].text == "0" for index in before)
    whole = whole.lstrip("0").rjust(least, "0")
    optional = len(after) - max((place for place, text in enumerate(after, start=1) if text == "0"), default=0)
    decimals = decimals[: len(decimals) - optional] + decimals[len(decimals) - optional :].rstrip("0")
    has_groups = any(index < last for index in commas)
    shared = {before[0]: _grouped(whole)} if has_groups else _shared_out(whole, before)
    shared[point] = ("" if before else whole) + (f".{decimals}" if decimals else "")
    written = (Kind.PLACE, Kind.POINT, Kind.COMMA)
    return "".join(shared.get(index, "" if token.kind in written else token.text) for index, token in enumerate(tokens))


def _shared_out(whole: str, places: Sequence[int]) -> dict[int, str]:
    """Give each place its digit, from the right; the first place takes all that are left over."""
    shared: dict[int, str] = {}
    for place in reversed(places[1:]):
        shared[place] = whole[-1:]
        whole = whole[:-1]
    return shared | ({places[0]: whole} if places else {})


def _grouped(whole: str) -> str:
    """Set a comma between thousands."""
    head = len(whole) % 3
    groups = [whole[:head], *(whole[index : index + 3] for index in range(head, len(whole), 3))]
    return ",".join(group for group in groups if group)


def _index(tokens: Sequence[Token], kind: Kind) -> int:
    return next((index for index, token in enumerate(tokens) if token.kind is kind), len(tokens))
