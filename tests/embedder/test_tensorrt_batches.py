"""What is decided about a batch before it is on the GPU."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder import BackendError
from embedder.backends import BACKENDS
from embedder.backends.tensorrt.contexts import layout, pad_into
from embedder.backends.tensorrt.halving import DeviceMemoryError, run_in_parts
from embedder.backends.tensorrt.profiles import TOKEN_BUDGET, choose_profile, profiles_for, query_shape
from embedder.bundled import GRAPH_FILE
from embedder.model_cache import ModelFolder

ROWS = np.arange(40, dtype=np.float32).reshape(20, 2)


def test_profiles_of_a_long_encoder_cover_questions_and_the_token_budget() -> None:
    shapes = [profile.shapes for profile in profiles_for(8192)]
    assert shapes == [
        ((1, 1), (1, 16), (16, 64)),
        ((1, 1), (128, 128), (128, 128)),
        ((1, 1), (32, 512), (32, 512)),
        ((1, 1), (8, 2048), (8, 2048)),
        ((1, 1), (2, 8192), (2, 8192)),
    ]


@given(st.integers(1, 40_000))
def test_profiles_never_go_over_the_longest_text_or_the_budget(max_tokens: int) -> None:
    profiles = profiles_for(max_tokens)
    assert profiles[-1].max_tokens == max_tokens
    for profile in profiles:
        smallest, usual, largest = profile.shapes
        assert all(low <= middle <= high for low, middle, high in zip(smallest, usual, largest, strict=True))
        assert profile.max_tokens <= max_tokens
        assert profile.max_batch * profile.max_tokens <= max(TOKEN_BUDGET, max_tokens)


@pytest.mark.parametrize(
    ("texts", "tokens", "chosen"),
    [(1, 12, 0), (16, 64, 0), (17, 12, 1), (1, 65, 1), (33, 128, 1), (33, 129, 2), (1, 513, 3), (2, 8192, 4)],
)
def test_a_batch_gets_the_smallest_profile_that_takes_it(texts: int, tokens: int, chosen: int) -> None:
    assert choose_profile(profiles_for(8192), texts, tokens) == chosen


@pytest.mark.parametrize(("texts", "tokens", "chosen"), [(1000, 12, 1), (1000, 200, 2), (9, 2049, 4)])
def test_a_batch_too_large_for_all_gets_the_profile_that_takes_most_texts(texts: int, tokens: int, chosen: int) -> None:
    assert choose_profile(profiles_for(8192), texts, tokens) == chosen


def test_a_text_longer_than_the_plan_is_refused_with_both_lengths() -> None:
    with pytest.raises(BackendError, match="a text has 513 tokens; the plan takes 512"):
        choose_profile(profiles_for(512), 1, 513)


@given(st.integers(1, 16), st.integers(1, 64))
def test_rounded_shapes_of_questions_hold_the_batch_and_stay_in_the_profile(texts: int, tokens: int) -> None:
    rounded = query_shape(texts, tokens, 64)
    assert texts <= rounded[0] <= 16
    assert tokens <= rounded[1] <= 64


def test_questions_have_twenty_shapes_at_most() -> None:
    shapes = {query_shape(texts, tokens, 64) for texts in range(1, 17) for tokens in range(1, 65)}
    assert shapes == {(texts, tokens) for texts in (1, 2, 4, 8, 16) for tokens in (16, 32, 48, 64)}


def test_an_encoder_of_few_tokens_is_not_padded_over_its_longest_text() -> None:
    assert query_shape(3, 20, 24) == (4, 24)


@given(st.integers(1, 20), st.integers(1, 30), st.integers(1, 30))
def test_a_batch_that_runs_out_of_memory_is_finished_in_smaller_parts(texts: int, largest: int, room: int) -> None:
    sizes = []

    def run(part: slice) -> np.ndarray:
        rows = ROWS[part]
        sizes.append(len(rows))
        if len(rows) > room:
            msg = "no memory"
            raise DeviceMemoryError(msg)
        return rows

    assert (run_in_parts(texts, largest, run) == ROWS[:texts]).all()
    assert max(sizes) <= min(largest, texts)


def test_parts_are_halved_and_do_not_grow_again_within_a_batch(caplog: pytest.LogCaptureFixture) -> None:
    sizes = []

    def run(part: slice) -> np.ndarray:
        sizes.append(len(ROWS[part]))
        if sizes[-1] > 5:
            msg = "the GPU's memory does not suffice"
            raise DeviceMemoryError(msg)
        return ROWS[part]

    with caplog.at_level(logging.INFO):
        run_in_parts(20, 128, run)
    assert sizes == [20, 10, 5, 5, 5, 5]
    assert "the GPU's memory does not suffice; going on with 5 texts at a time" in caplog.text


def test_one_text_without_memory_is_an_error_that_says_what_to_do() -> None:
    def run(part: slice) -> np.ndarray:
        msg = f"no memory for {part.stop - part.start}"
        raise DeviceMemoryError(msg)

    with pytest.raises(BackendError, match="no memory for 1, not even for one text; end other programs"):
        run_in_parts(7, 4, run)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def run(part: slice) -> np.ndarray:
        msg = f"{part} failed"
        raise BackendError(msg)

    with pytest.raises(BackendError, match=r"slice\(0, 4, None\) failed"):
        run_in_parts(7, 4, run)


@given(st.integers(1, 128), st.integers(1, 8192), st.sampled_from([64, 384, 2048]), st.integers(0, 2**33))
def test_parts_of_a_block_do_not_overlap_and_are_aligned(texts: int, tokens: int, dimension: int, work: int) -> None:
    parts = layout(texts, tokens, dimension, work)
    assert parts.ids == 0
    assert parts.ids + texts * tokens * 8 <= parts.mask
    assert parts.mask + texts * tokens * 8 <= parts.vectors
    assert parts.vectors + texts * dimension * 4 <= parts.work
    assert parts.work + work <= parts.size
    assert all(place % 256 == 0 for place in (parts.mask, parts.vectors, parts.work, parts.size))


def test_a_batch_is_padded_so_that_every_text_has_a_token() -> None:
    ids, mask = np.full((4, 5), 9), np.full((4, 5), 9)
    pad_into(ids, mask, np.array([[3, 4, 5], [6, 7, 0]]), np.array([[1, 1, 1], [1, 1, 0]]))
    assert ids.tolist() == [[3, 4, 5, 0, 0], [6, 7, 0, 0, 0], [3, 4, 5, 0, 0], [3, 4, 5, 0, 0]]
    assert mask.tolist() == [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0]]


def test_padding_a_question_does_not_change_its_vector(built: ModelFolder) -> None:
    engine = BACKENDS["onnxruntime"].import_engine()(built.files[GRAPH_FILE], threads=1)
    question = np.array([[0, 41, 1294, 12, 35378, 2]])
    ids, mask = np.empty((2, 16), np.int64), np.empty((2, 16), np.int64)
    pad_into(ids, mask, question, np.ones_like(question))
    alone, padded = engine.run(question, np.ones_like(question)), engine.run(ids, mask)
    np.testing.assert_allclose(padded[0], alone[0], atol=1e-5)
