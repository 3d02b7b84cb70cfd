import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedder.batches import batches

texts = st.lists(st.lists(st.integers(2, 250_000), min_size=2, max_size=40), max_size=30)


@given(texts, st.integers(1, 100))
def test_every_text_is_in_one_batch_with_its_mask(encoded: list[list[int]], max_tokens: int) -> None:
    seen = {}
    for batch in batches(encoded, max_tokens=max_tokens, padding=1):
        for row, numbers, mask in zip(batch.rows, batch.input_ids, batch.attention_mask, strict=True):
            seen[int(row)] = numbers[mask == 1].tolist()
            assert (numbers[mask == 0] == 1).all()
            assert (np.diff(mask) <= 0).all()
    assert seen == dict(enumerate(encoded))


@given(texts, st.integers(1, 100))
def test_a_batch_keeps_to_its_tokens_unless_it_is_one_text(encoded: list[list[int]], max_tokens: int) -> None:
    for batch in batches(encoded, max_tokens=max_tokens, padding=1):
        assert batch.input_ids.size <= max_tokens or len(batch.rows) == 1


def test_texts_of_similar_length_are_together_longest_first() -> None:
    encoded = [[5] * length for length in (3, 20, 4, 19, 21)]
    rows = [batch.rows.tolist() for batch in batches(encoded, max_tokens=63, padding=1)]
    assert rows == [[4, 1, 3], [2, 0]]
