import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.readers.decoding import decode
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.legacy import SAMPLE_BYTES

LEGACY = {
    "cp1251": "Маяк на острове построили в тот год, когда буря унесла все лодки деревни. Смотритель жил там один.",
    "koi8_r": "Маяк на острове построили в тот год, когда буря унесла все лодки деревни. Смотритель жил там один.",
    "cp1252": "Der Leuchtturm wurde im Jahr des großen Sturms gebaut; der Wärter schrieb täglich über das Wetter.",
    "cp1256": "بنيت المنارة في السنة التي أغرقت فيها العاصفة كل قوارب القرية، وعاش الحارس فيها وحده ثلاثين سنة.",
    "cp1255": "המגדלור נבנה בשנה שבה הטביעה הסערה את כל סירות הכפר, והשומר חי בו לבדו שלושים שנה.",
    "cp932": "灯台は大嵐の年に建てられた。村の船は一晩ですべて沈み、灯台守は三十年のあいだ一人で暮らした。",
    "euc_jp": "灯台は大嵐の年に建てられた。村の船は一晩ですべて沈み、灯台守は三十年のあいだ一人で暮らした。",
    "gb18030": "灯塔建于大风暴的那一年，村里所有的船都在一夜之间沉没，守塔人独自在那里生活了三十年。",
    "big5": "燈塔建於大風暴的那一年，村裡所有的船都在一夜之間沉沒，守塔人獨自在那裡生活了三十年。",
    "cp949": "등대는 큰 폭풍이 있던 해에 세워졌다. 마을의 모든 배가 하룻밤에 가라앉았고 등대지기는 혼자 살았다.",
    "cp874": "ประภาคารสร้างขึ้นในปีที่เกิดพายุใหญ่ เรือทุกลำในหมู่บ้านจมลงในคืนเดียว คนเฝ้าอยู่คนเดียวสามสิบปี",
    "iso8859_2": "Maják byl postaven v roce velké bouře, která potopila všechny lodě; strážce v něm žil sám.",
    "cp1250": "Latarnię zbudowano w roku wielkiej burzy, która zatopiła wszystkie łodzie; strażnik żył tam sam.",
    "cp1254": "Fener, köyün bütün kayıklarını batıran büyük fırtınanın olduğu yıl yapıldı; bekçi orada yalnız yaşadı.",
}


@pytest.mark.parametrize("encoding", LEGACY)
def test_text_of_before_unicode_is_recognised(encoding: str) -> None:
    text = LEGACY[encoding] + "\n" + LEGACY[encoding]
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["cp932", "cp1251"])
def test_a_long_file_is_recognised_by_a_sample(encoding: str) -> None:
    text = "x = 1\n" * 20_000 + LEGACY[encoding] * (2 * SAMPLE_BYTES // 80)
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "iso2022_jp"],
)
def test_every_form_of_unicode_is_read(encoding: str) -> None:
    text = "灯台は大嵐の年に建てられた。 Line one\nand two\n"
    assert decode(text.encode(encoding)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff")))
@settings(deadline=None)
def test_valid_utf8_is_read_as_it_is(text: str) -> None:
    assert decode(f" {text}".encode()) == f" {text}"


def test_a_broken_byte_in_utf8_is_named_with_its_line() -> None:
    data = "Erste Zeile äöü\nzweite Zeile üüü\n".encode() + b"dritte \xff Zeile\n" + "ß".encode() * 9
    with pytest.raises(ReadError, match=r"invalid UTF-8 at byte 46 \(line 3\); save the file as UTF-8") as caught:
        decode(data)
    assert caught.value.failure.reason is FailureReason.ENCODING
    assert data[46] == 0xFF


def test_half_a_character_after_a_byte_order_mark_is_an_error() -> None:
    with pytest.raises(ReadError, match="invalid UTF-16-LE at byte 4") as caught:
        decode("\ufeffa".encode("utf-16-le") + b"b")
    assert caught.value.failure.reason is FailureReason.ENCODING


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x7fELF\x02\x01", "an ELF program"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"ab\x01\x00\x00\x00\x07\x00cd\x00", "byte 3 is 0"),
    ],
)
def test_what_is_not_text_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(ReadError, match=kind) as caught:
        decode(data)
    assert caught.value.failure.reason is FailureReason.WRONG_TYPE


def test_the_declared_encoding_wins_over_the_guess_but_not_over_utf8() -> None:
    assert decode("hôtel".encode("cp1252"), declared="iso-8859-1") == "hôtel"
    assert decode("naïve café".encode(), declared="iso-8859-1") == "naïve café"
    assert decode("“quoted”".encode("cp1252"), declared="no-such-encoding") == "“quoted”"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "一九四九年\u3000灯塔建于大风暴的那一年，村里所有的船都在一夜之间沉没。\n",
        "灯塔建于大风暴的那一年，村里所有的船都在一夜之间沉没",
        "灯台は大嵐の年に建てられた。村の船は一晩ですべて沈み",
        "등대는큰폭풍이있던해에세워졌다마을의모든배가하룻밤에가라앉았고",
        "فانوس دریایی در سالی ساخته شد که توفان همهٔ قایق‌های روستا را غرق کرد.",
        "লাইটহাউসটি ঝড়ের বছরে তৈরি হয়েছিল।",
        "The lighthouse was built in the year of the great storm.",
    ],
)
def test_utf16_without_its_mark_is_read_in_every_script(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("name", ["us-ascii", "no-such-charset", "hex", "undefined", "", "a\x00b"])
def test_a_declared_encoding_that_cannot_be_is_not_believed(name: str) -> None:
    text = "Маяк на острове построили в тот год, когда буря унесла все лодки деревни."
    assert decode(text.encode("koi8_r"), declared=name) == text


@pytest.mark.parametrize("name", ["hz-gb-2312", "utf-7"])
def test_ascii_that_stands_for_other_letters_is_read_where_it_is_declared(name: str) -> None:
    assert decode("灯塔建于一九四九年".encode(name), declared=name) == "灯塔建于一九四九年"
    assert decode(b"a ~{<:Ky2;~} b") == "a ~{<:Ky2;~} b"


def test_a_damaged_byte_in_legacy_text_is_named_with_its_line() -> None:
    text = "灯台は大嵐の年に建てられた。村の船は一晩ですべて沈み、灯台守は一人で暮らした。\n"
    data = (text * 20).encode("cp932") + b"\x82\x05\n"
    with pytest.raises(ReadError, match=r"invalid cp932 at byte \d+ \(line 21\)") as caught:
        decode(data)
    assert caught.value.failure.reason is FailureReason.ENCODING


@pytest.mark.parametrize(
    ("text", "encoding"), [("灯台か゚の年に", "shift_jis_2004"), ("香港嘅啲嘢係佢哋鍾意嘅", "big5hkscs")]
)
def test_larger_sets_of_an_encoding_are_read(text: str, encoding: str) -> None:
    known = {
        "shift_jis_2004": "灯台は大嵐の年に建てられた。村の船は一晩で沈んだ。",
        "big5hkscs": "燈塔建於大風暴的那一年，村裡所有的船沉沒。",
    }
    data = (known[encoding] * 3 + text).encode(encoding)
    assert decode(data) == data.decode(encoding)
