import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder import Embedder, ModelSourceError
from embedder.bundled import bundled_card
from embedder.tokens import TextTokenizer

# Assigned here since hypothesis does not allow fixtures of less than session scope; the tokenizer's is session.
any_text = st.text(max_size=60) | st.text(alphabet=" \n\t\u0301\u200d\u0e33aา一ſ", max_size=20)


def test_a_text_stands_between_two_special_tokens(tokenizer: TextTokenizer) -> None:
    (numbers,) = tokenizer.encode(["query: hello"], 512)
    assert numbers == [0, 41, 1294, 12, 33600, 31, 2]


def test_a_long_text_is_cut_and_keeps_its_closing_token(tokenizer: TextTokenizer) -> None:
    whole, shortened = (tokenizer.encode(["hello " * 40], limit)[0] for limit in (512, 10))
    assert len(shortened) == 10
    assert shortened[:9] == whole[:9]
    assert shortened[9] == whole[-1] == 2


def test_tokens_are_counted_without_special_tokens(tokenizer: TextTokenizer) -> None:
    assert tokenizer.count(["hello", "", "你好"]) == [2, 0, 2]


def test_half_a_surrogate_pair_is_embedded_as_a_question_mark(tokenizer: TextTokenizer) -> None:
    assert tokenizer.encode(["a\ud800b"], 512) == tokenizer.encode(["a?b"], 512)
    assert tokenizer.count(["a\ud800b"]) == tokenizer.count(["a?b"])


def test_a_tokenizer_without_padding_is_refused() -> None:
    content = (
        b'{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":null,'
        b'"post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}'
    )
    with pytest.raises(ModelSourceError, match="no token <pad>"):
        TextTokenizer(content)


@settings(deadline=None)
@given(text=any_text)
def test_a_passage_of_the_allowed_size_is_read_in_full(tokenizer: TextTokenizer, text: str) -> None:
    card = bundled_card(tokenizer)
    with_everything = len(tokenizer.encode([card.passage_prefix + text], 10_000)[0])
    assert with_everything - tokenizer.count([text])[0] <= card.max_tokens - card.max_passage_tokens


def test_the_encoder_counts_like_its_tokenizer(encoder: Embedder, tokenizer: TextTokenizer) -> None:
    texts = ["The ferry crosses the river.", "", "渡し船は川を渡る。"]
    assert encoder.count_tokens(texts) == tokenizer.count(texts)
