import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker, WordBreaker

from indexer.errors import IndexerError, SettingsError
from indexer.passages import PassageSettings, PassageSpan, cut_passages
from indexer.sentences import sentence_spans

SAMPLES: dict[str, list[str]] = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
SMALL = PassageSettings(max_tokens=48, overlap_tokens=12)

PIECES = st.sampled_from(
    [
        "word ",
        "Sentence one. ",
        "Heading\n",
        "\n\n",
        "\n",
        "- item\n",
        "😀",
        "𠮷野家です。",
        "👨\u200d👩\u200d👧\u200d👦",
        "é",
        "́" * 30,
        "ประภาคารสร้างขึ้นในปี",
        "灯塔建于大风暴的那一年，",
        "x" * 300,
        "क्षत्रिय",
        "한국어",
        " ",
        "\u3000",
        "1,000 ",
        "clause, ",
        "。“",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=80).map("".join)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Stands for an encoder: 4 tokens for every text, then one for each 3 ASCII letters of a word, one for others."""
    counts = []
    for text in texts:
        tokens = 4
        for is_ascii, letters in itertools.groupby(text, key=lambda letter: letter.isascii() and letter.isalnum()):
            group = "".join(letters)
            tokens += -(-len(group) // 3) if is_ascii else sum(not letter.isspace() for letter in group)
        counts.append(tokens)
    return counts


def merging_count(texts: Sequence[str]) -> list[int]:
    """Stands for an encoder whose line ends cost as well, so that a sum of sentences is too small."""
    return [
        tokens + 3 * text.count("\n") + 2 * text.count(" ")
        for tokens, text in zip(count_tokens(texts), texts, strict=True)
    ]


def cut(text: str, settings: PassageSettings = SMALL) -> list[str]:
    return [text[span.start : span.end] for span in cut_passages(text, settings, count_tokens)]


def check(text: str, settings: PassageSettings, spans: Sequence[PassageSpan], counter=count_tokens) -> None:
    covered = [False] * len(text)
    for span in spans:
        passage = text[span.start : span.end]
        assert passage
        assert passage == passage.strip()
        assert [span.tokens] == counter([passage])
        assert span.tokens <= settings.max_tokens
        covered[span.start : span.end] = [True] * len(passage)
    assert all(done or letter.isspace() for done, letter in zip(covered, text, strict=True))
    starts = [(span.start, span.end) for span in spans]
    assert starts == sorted(set(starts))


@given(TEXTS, st.sampled_from([SMALL, PassageSettings(max_tokens=32, overlap_tokens=0), PassageSettings()]))
@settings(max_examples=150, deadline=None)
def test_passages_cover_the_text_within_the_limit_and_count_themselves_right(
    text: str, settings: PassageSettings
) -> None:
    check(text, settings, cut_passages(text, settings, count_tokens))


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_passage_is_above_the_limit_even_if_sums_of_sentences_are_too_small(text: str) -> None:
    check(text, SMALL, cut_passages(text, SMALL, merging_count), merging_count)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_no_grapheme_is_cut_unless_it_is_longer_than_a_passage(text: str) -> None:
    borders, graphemes, position = set(), [], 0
    for grapheme in CharacterBreaker(text, "en"):
        borders.add(position)
        graphemes.append(grapheme)
        position += len(grapheme)
    borders.add(position)
    # A mark on a space, or more marks on a letter than a passage holds, cannot be kept whole.
    readable = all(len(grapheme) == 1 or (len(grapheme) <= 20 and not grapheme[0].isspace()) for grapheme in graphemes)
    for span in cut_passages(text, SMALL, count_tokens) if readable else ():
        assert {span.start, span.end} <= borders


@pytest.mark.parametrize("language", ["th", "zh", "ja"])
def test_a_sentence_too_long_is_cut_between_words(language: str) -> None:
    text = (
        "".join(SAMPLES[language])
        .replace(" ", "")
        .replace("\n", "")
        .translate(str.maketrans("", "", "。，！？!?“”「」、"))
    )
    text *= 12
    lengths = [len(word) for word in WordBreaker(text, "en")]
    borders = set(itertools.accumulate(lengths, initial=0))
    spans = cut_passages(text, SMALL, count_tokens)
    assert len(spans) > 5
    assert all({span.start, span.end} <= borders for span in spans)


def test_a_sentence_too_long_is_cut_after_a_clause() -> None:
    text = "the keeper of the light wrote it down, " * 12 + "and slept."
    assert all(passage.endswith(("down,", "slept.")) for passage in cut(text))


@pytest.mark.parametrize("language", SAMPLES)
def test_passages_of_every_language_end_with_a_sentence(language: str) -> None:
    space = "" if language in ("zh", "ja") else " "
    text = space.join(SAMPLES[language] * 10)
    settings = PassageSettings(max_tokens=256, overlap_tokens=40)
    spans = cut_passages(text, settings, count_tokens)
    ends = {end for _, end in sentence_spans(text)}
    assert len(spans) > 1
    assert all(span.end in ends for span in spans)
    assert all(span.tokens > 128 for span in spans[:-1])


def test_neighbours_share_whole_sentences_up_to_the_overlap() -> None:
    text = " ".join(f"Sentence number {number} is here." for number in range(40))
    spans = cut_passages(text, SMALL, count_tokens)
    starts = {start for start, _ in sentence_spans(text)}
    for before, after in itertools.pairwise(spans):
        shared = text[after.start : before.end]
        assert after.start in starts
        assert 0 < count_tokens([shared])[0] - 4 <= SMALL.overlap_tokens
    assert not any(
        after.start < before.end
        for before, after in itertools.pairwise(
            cut_passages(text, PassageSettings(max_tokens=48, overlap_tokens=0), count_tokens)
        )
    )


def test_a_heading_goes_with_what_follows_it() -> None:
    body = " ".join(["Every boat of the village was lost."] * 3)
    passages = cut(f"{body}\nThe new harbour\n{body}\nThe keeper\n{body}")
    assert [passage.split("\n")[0] for passage in passages if "\n" in passage] == ["The new harbour", "The keeper"]
    assert not any(passage.endswith(("harbour", "keeper")) for passage in passages)


def test_a_list_of_short_lines_fills_passages() -> None:
    passages = cut("\n".join(f"Item name {number}" for number in range(60)))
    assert len(passages) < 20
    assert sum(count_tokens(passages)) / len(passages) > 30


def test_a_passage_at_least_half_full_ends_at_a_paragraph() -> None:
    first = "Every boat of the village was lost in one night. The wall is of stone."
    second = "Its keeper lived alone. He wrote down the weather. He never slept. The lamp was bright."
    assert 24 <= count_tokens([first])[0] <= 40
    assert cut(f"{first}\n\n{second}", PassageSettings(max_tokens=48, overlap_tokens=0))[0] == first


def test_a_tiny_last_passage_is_merged_or_shares_with_the_one_before() -> None:
    first = "Every boat of the village was lost in one night. The wall is of stone."
    assert cut(f"{first}\n\nThe end.", PassageSettings(max_tokens=48, overlap_tokens=0)) == [f"{first}\n\nThe end."]
    sentences = " ".join(f"Sentence number {number} is here." for number in range(4))
    full = PassageSettings(max_tokens=count_tokens([sentences])[0] + 1, overlap_tokens=0)
    passages = cut(f"{sentences} End.", full)
    assert len(passages) == 2
    assert len(passages[1]) > len("End.")


@pytest.mark.parametrize("run", ["a", "漢字", "ไทย", "👨‍👩‍👧‍👦", "e\u0301"])
def test_a_run_of_300_000_characters_without_a_border_is_cut(run: str) -> None:
    text = run * (300_000 // len(run))
    check(text, PassageSettings(), cut_passages(text, PassageSettings(), count_tokens))


def test_the_counter_is_called_a_few_times_only() -> None:
    calls = []

    def counting(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_tokens(texts)

    text = " ".join(f"Sentence number {number} is here." for number in range(2_000))
    cut_passages(text, SMALL, counting)
    assert len(calls) <= 4


def test_white_space_has_no_passages() -> None:
    assert cut_passages(" \n\t\u3000 ", SMALL, count_tokens) == []


@pytest.mark.parametrize(
    ("max_tokens", "overlap", "message"), [(31, 0, "max_tokens is 31; use 32"), (64, 33, "use 0 to 32"), (64, -1, "-1")]
)
def test_sizes_that_do_not_fit_together_are_refused(max_tokens: int, overlap: int, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        PassageSettings(max_tokens=max_tokens, overlap_tokens=overlap)
    assert isinstance(caught.value, IndexerError)
    assert isinstance(caught.value, ValueError)


def test_an_encoder_that_fills_half_a_passage_itself_is_refused() -> None:
    with pytest.raises(SettingsError, match="adds 40 tokens to every text; use 80 or more"):
        cut_passages("Text", SMALL, lambda texts: [40 + len(text.split()) for text in texts])
