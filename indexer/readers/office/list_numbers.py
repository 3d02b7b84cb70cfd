"""Write the numbers of lists as documents show them."""

from typing import Final

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ROMAN_LIMIT: Final = 4000
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"

# By the names of Word; a number beyond the end of a row begins it again with its letters doubled.
_LETTERS: Final = {
    "lowerLetter": _LATIN,
    "upperLetter": _LATIN.upper(),
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
_SAME: Final = {
    "aiueo": "aiueoFullWidth",
    "decimalEnclosedCircleChinese": "decimalEnclosedCircle",
}
_DIGITS: Final = {
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "hindiNumbers": "०१२३४५६७८९",
    "hindiCounting": "०१२३४५६७८९",
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "ideographDigital": "〇一二三四五六七八九",
}
_HAN: Final = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_COUNTED: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseCounting",
})  # fmt: skip
_HAN_LIMIT: Final = 100
_HEBREW_LIMIT: Final = 1000
_HEBREW: Final = (
    (400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"), (60, "ס"), (50, "נ"), (40, "מ"),
    (30, "ל"), (20, "כ"), (16, "טז"), (15, "טו"), (10, "י"), (9, "ט"), (8, "ח"), (7, "ז"), (6, "ו"), (5, "ה"),
    (4, "ד"), (3, "ג"), (2, "ב"), (1, "א"),
)  # fmt: skip


def list_number(number: int, style: str) -> str:
    """Write a number in a style of lists.

    Args:
        number: The item's number.
        style: As Word names it: `"decimal"`, `"lowerRoman"`, `"thaiNumbers"` …; an unknown one counts as decimal.

    Returns:
        The number; empty for the style `"none"`.
    """
    style = _SAME.get(style, style)
    if style == "none":
        return ""
    if number < 1:
        return str(number)
    if style in _LETTERS:
        letters = _LETTERS[style]
        return letters[(number - 1) % len(letters)] * min((number - 1) // len(letters) + 1, 9)
    if style in _DIGITS:
        return str(number).translate(str.maketrans("0123456789", _DIGITS[style]))
    return _composed(number, style)


def _composed(number: int, style: str) -> str:
    if style in ("lowerRoman", "upperRoman") and number < _ROMAN_LIMIT:
        roman = _summed(number, _ROMAN)
        return roman.upper() if style == "upperRoman" else roman
    if style == "hebrew1" and number < _HEBREW_LIMIT:
        return _summed(number, _HEBREW)
    if style in _COUNTED and number < _HAN_LIMIT:
        tens, ones = divmod(number, 10)
        return (_HAN[tens] if tens > 1 else "") + ("十" if tens else "") + _HAN[ones]
    return f"{number:02d}" if style == "decimalZero" else str(number)


def _summed(number: int, signs: tuple[tuple[int, str], ...]) -> str:
    text = ""
    for value, sign in signs:
        while number >= value:
            text += sign
            number -= value
    return text
