from collections.abc import Callable

import pytest

from indexer.readers.extracted import Extracted
from indexer.readers.failure import FailureReason, ReadError


def shown(extracted: Extracted) -> list[tuple[str, str]]:
    return [(page.label, page.text) for page in extracted.pages]


def srt(lines: list[str], *, each_s: int = 5) -> bytes:
    """Lines, each shown for some seconds."""

    def time(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"

    cues = [
        f"{number + 1}\n{time(number * each_s)} --> {time((number + 1) * each_s)}\n{line}\n"
        for number, line in enumerate(lines)
    ]
    return "\n".join(cues).encode()


def test_lines_become_stretches_of_about_a_minute_that_end_at_a_sentence(
    extract: Callable[[str, bytes], Extracted],
) -> None:
    lines = [f"part {number}" + "." * (number % 7 == 0) for number in range(1, 31)]
    found = shown(extract("film.srt", srt(lines)))
    assert [label for label, _ in found] == ["00:00:00", "00:01:10", "00:02:20"]
    assert found[1][1] == "part 15 part 16 part 17 part 18 part 19 part 20 part 21. " + " ".join(lines[21:28])


def test_without_full_stops_a_stretch_ends_all_the_same(extract: Callable[[str, bytes], Extracted]) -> None:
    found = shown(extract("film.srt", srt(["เรือทุกลำ", "ในหมู่บ้าน"] * 20)))
    assert [label for label, _ in found] == ["00:00:00", "00:01:30", "00:03:00"]
    assert found[2][1] == "เรือทุกลำในหมู่บ้าน" * 2


def test_a_silence_ends_a_stretch(extract: Callable[[str, bytes], Extracted]) -> None:
    data = b"1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n01:02:04,500 --> 01:02:05,000\nTwo\n"
    assert shown(extract("film.srt", data)) == [("00:00:01", "One"), ("01:02:04", "Two")]


@pytest.mark.parametrize(
    "data",
    [
        '1\n00:00:01,000 --> 00:00:02,000\n<i>The</i> old\n<font color="red">tower</font>\n\n2\n00:00:02,000 --> '
        "00:00:03,000\n{\\an8}&amp; sea\n",
        "\ufeff7\r\n0:0:1.0-->0:0:2.0\r\nThe old\r\n\r\ntower\r\n7\r\n00:00:02 --> 00:00:03 X1:0\r\n"
        "\u202b& sea\u202c\r\n",
        "00:01,000 --> 00:02,000\nThe old tower\n00:02,000 --> 00:03,000\n& sea",
    ],
    ids=["tags", "wrong numbers", "no numbers"],
)
def test_tags_go_and_broken_cues_are_read(data: str, extract: Callable[[str, bytes], Extracted]) -> None:
    assert shown(extract("film.srt", data.encode())) == [("00:00:01", "The old tower & sea")]


def test_a_number_that_is_said_is_kept(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("film.srt", srt(["How old is it?", "1803", "Ah."])) == "How old is it? 1803 Ah."


def test_speakers_of_a_dialogue_begin_a_line(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("film.srt", srt(["- Who is\nthere?\n- Nobody."])) == "- Who is there?\n- Nobody."


def test_webvtt_shows_only_its_cues(text_of: Callable[[str, bytes], str]) -> None:
    data = (
        "WEBVTT - Title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE hidden\n\nfirst\n"
        "00:01.000 --> 00:02.000 align:start\n<v.loud Anna>The <c.red>old</c> &lt;tower&gt;\n\nNOTE\nalso hidden\n\n"
        "00:02.000 --> 00:03.000\n\n00:03.000 --> 00:04.000\nend\n"
    )
    assert text_of("film.vtt", data.encode()) == "Anna: The old <tower> end"


def test_captions_that_move_up_are_read_once(text_of: Callable[[str, bytes], str]) -> None:
    data = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:01.000><c> today</c>\n\n00:02.000 --> 00:02.010\nso today\n \n\n"
        "00:02.010 --> 00:04.000\nso today\nwe<00:03.000><c> talk</c>\n\n00:04.000 --> 00:04.010\nwe talk\n \n\n"
        "00:04.010 --> 00:06.000\nwe talk\nabout it\n"
    )
    assert text_of("film.vtt", data.encode()) == "so today we talk about it"


def test_what_is_said_twice_is_kept_twice(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("film.srt", srt(["Who?", "No.", "No.", "Never.", "Why?"])) == "Who? No. No. Never. Why?"


@pytest.mark.parametrize(
    ("text", "encoding"), [("Ты видел маяк на острове?", "cp1251"), ("ראית את המגדלור באי?", "cp1255")]
)
def test_the_encoding_of_old_players_is_seen(text: str, encoding: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("film.srt", srt([text]).decode().encode(encoding)) == text


def test_a_file_without_times_is_refused(extract: Callable[[str, bytes], Extracted]) -> None:
    with pytest.raises(ReadError, match="no line of the file says when it is shown") as caught:
        extract("film.srt", b"Only text.")
    assert caught.value.failure.reason is FailureReason.WRONG_TYPE
