"""How much text in each encoding of before Unicode is read exactly, by the length of the text."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.readers.decoding import decode
from indexer.readers.legacy import SAMPLE_BYTES, legacy_encoding

ROOT = Path(__file__).parents[3]
WITHOUT_SPACES = ("ja", "th", "zh", "zh-Hant")
WESTERN = ("da", "de", "en", "es", "fi", "fr", "id", "it", "nl", "no", "pt", "sv")
CENTRAL = ("cs", "hu", "pl")

COMMON = {
    "cp1252": WESTERN,
    "iso8859_1": WESTERN,
    "iso8859_15": WESTERN,
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp1254": ("tr",),
    "iso8859_9": ("tr",),
    "cp1251": ("ru",),
    "koi8_r": ("ru",),
    "iso8859_5": ("ru",),
    "cp866": ("ru",),
    "cp1256": ("ar", "fa"),
    "iso8859_6": ("ar",),
    "cp1255": ("he",),
    "iso8859_8": ("he",),
    "cp862": ("he",),
    "cp874": ("th",),
    "tis_620": ("th",),
    "gb2312": ("zh",),
    "gbk": ("zh", "zh-Hant"),
    "gb18030": ("zh", "zh-Hant"),
    "big5": ("zh-Hant",),
    "cp932": ("ja",),
    "shift_jis": ("ja",),
    "euc_jp": ("ja",),
    "iso2022_jp": ("ja",),
    "cp949": ("ko",),
    "euc_kr": ("ko",),
    "iso2022_kr": ("ko",),
}
"""Languages by encoding; hi and bn had none that Python knows."""

RARE = {
    "cp437": ("de", "es", "fi", "fr", "it", "nl", "sv"),
    "cp850": WESTERN,
    "cp865": ("da", "no"),
    "cp860": ("pt",),
    "mac_roman": WESTERN,
    "cp852": CENTRAL,
    "mac_latin2": CENTRAL,
    "cp857": ("tr",),
    "mac_turkish": ("tr",),
    "iso8859_3": ("tr",),
    "mac_cyrillic": ("ru",),
}
"""Of DOS and old Macs: of what is ambiguous in a few words, the common encoding is taken."""

ASCII_FORMS = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("–—−", "-"),
        "…": "...",
        "\u200c": " ",
        "ی": "ي",
        "ک": "ك",
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
    }
)
TRADITIONAL = (
    "港口的燈塔建於大風暴的那一年，村裡所有的船都在一夜之間沉沒。守塔人獨自在那裡生活了三十年，每天早晨記錄天氣，"
    "傍晚點燈，冬天則修補漁網。後來鐵路通到海邊，貨船不再停靠，燈塔改由電力控制，守塔人便搬到鎮上，把三十本日記交給"
    "圖書館保存。研究氣候的學者發現，這些日記記載了當地降雨與潮汐的變化，比任何儀器留下的資料都要完整。如今遊客可以"
    "登上塔頂，從狹窄的窗戶眺望整個海灣；夏季開放時間為上午九點到下午六點，門票兩百元，學生半價。"
)
LENGTHS = {40: 8, 200: 4, 2000: 1}
"""How many texts of so many characters are tried in each language."""


def as_written_in(encoding: str, text: str) -> str:
    """Write what the encoding lacks as people did."""
    characters = (c if c.encode(encoding, "ignore") else c.translate(ASCII_FORMS) for c in text)
    return "".join(characters).encode(encoding, "ignore").decode(encoding)


@pytest.fixture(scope="module")
def texts() -> Callable[[str, int], Iterator[str]]:
    """Texts of a language and a length."""
    sentences: dict[str, list[str]] = {"zh-Hant": [TRADITIONAL * 8]}
    for line in (ROOT / "embedder" / "calibration.jsonl").read_text(encoding="utf-8").splitlines():
        for language, text in json.loads(line)["texts"].items():
            sentences.setdefault(language, []).append(text)
    for path in sorted((ROOT / "data" / "sources").glob("*.md")):
        sentences[path.name[:2]].append(path.read_text(encoding="utf-8"))

    def texts(language: str, length: int) -> Iterator[str]:
        whole = ("" if language in WITHOUT_SPACES else " ").join(sentences[language])
        step = max(1, len(whole) // LENGTHS[length])
        return (whole[start : start + length] for start in range(0, len(whole) - length // 2, step))

    return texts


@pytest.mark.parametrize(
    ("encoding", "languages", "floors"),
    [(encoding, languages, (0.97, 1.0, 1.0)) for encoding, languages in COMMON.items()]
    + [(encoding, languages, (0.8, 0.9, 1.0)) for encoding, languages in RARE.items()],
)
def test_text_of_before_unicode_is_read_exactly(
    encoding: str,
    languages: tuple[str, ...],
    floors: tuple[float, ...],
    texts: Callable[[str, int], Iterator[str]],
) -> None:
    for length, floor in zip(LENGTHS, floors, strict=True):
        written = [as_written_in(encoding, text) for language in languages for text in texts(language, length)]
        tried = [text for text in written if not text.isascii()]
        exact = sum(decode(text.encode(encoding)) == text for text in tried)
        assert tried
        assert exact >= floor * len(tried), f"{length} characters: {exact} of {len(tried)}"


def test_one_accent_in_a_page_of_english_is_seen() -> None:
    page = "The keeper wrote down the weather every morning. " * 40 + "He drank his coffee at the café. "
    assert legacy_encoding(page.encode("cp1252")) == "cp1252"


def test_words_of_code_beside_a_comment_do_not_hide_its_script() -> None:
    line = "for item in items: total += item.price  # сумма без скидки\n"
    for encoding in ("cp1251", "koi8_r", "cp866"):
        assert legacy_encoding((line * 30).encode(encoding)) == encoding


def test_lines_that_show_the_encoding_are_found_all_over_a_long_file() -> None:
    data = ("© 2020 Example\n" + "plain = text\n" * 2 * SAMPLE_BYTES + "Żółta łódź płynęła już tędy\n").encode("cp1250")
    assert data.decode(legacy_encoding(data) or "") == data.decode("cp1250")


def test_noise_has_no_encoding() -> None:
    noise = bytes((37 * number * number + 11 * number) % 255 + 1 for number in range(3000))
    assert legacy_encoding(noise) is None
