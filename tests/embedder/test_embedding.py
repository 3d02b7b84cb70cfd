import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedder import LANGUAGES, Embedder, load_embedder
from embedder.local_embedder import WINDOW_TEXTS


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", left, right)


def lowest_agreement(encoder: Embedder) -> float:
    """Between a text alone and in a batch: OpenVINO rounds to integers on the way, which magnifies differences."""
    return 0.999 if str(encoder).startswith("OpenVINO") else 0.9999


def test_vectors_agree_with_those_torch_made(any_encoder: Embedder) -> None:
    rows = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
    assert len(rows) == 5
    for row in rows:
        prefix, text = row["text"].split(": ", 1)
        embed = any_encoder.embed_queries if prefix == "query" else any_encoder.embed_passages
        (vector,) = embed([text])
        assert vector @ np.array(row["vector"], dtype=np.float32) >= 0.999
        np.testing.assert_allclose(vector[:8], row["vector"][:8], atol=1e-2)


def test_vectors_are_unit_rows_of_float32(any_encoder: Embedder, mixed_texts: list[str]) -> None:
    vectors = any_encoder.embed_passages(mixed_texts)
    assert vectors.shape == (len(mixed_texts), 384)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert vectors.flags.writeable
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_question_and_a_passage_of_the_same_words_differ(encoder: Embedder) -> None:
    text = ["The ferry crosses the river."]
    assert cosines(encoder.embed_queries(text), encoder.embed_passages(text))[0] < 0.99


def test_no_texts_give_no_vectors(any_encoder: Embedder) -> None:
    assert any_encoder.embed_queries([]).shape == (0, 384)
    assert any_encoder.embed_passages([]).dtype == np.float32
    assert any_encoder.count_tokens([]) == []


def test_an_empty_text_has_a_vector(any_encoder: Embedder) -> None:
    vectors = any_encoder.embed_passages(["", " \n", "lighthouse"])
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_one_text_instead_of_a_list_is_refused(encoder: Embedder) -> None:
    with pytest.raises(TypeError, match=r"put it into \[brackets\]"):
        encoder.embed_queries("Where is the lighthouse?")


def test_what_is_longer_than_the_encoder_reads_is_cut_off(encoder: Embedder) -> None:
    text = " ".join(["a"] * (encoder.card.max_passage_tokens + 1))  # the space that begins a text is the prefix's
    assert encoder.count_tokens([text])[0] == encoder.card.max_passage_tokens + 1
    fits, longer = encoder.embed_passages([text, text + " lighthouse" * 200])
    np.testing.assert_allclose(fits, longer, atol=1e-6)


def test_the_last_token_that_fits_is_read(encoder: Embedder) -> None:
    text = "the river " * 250
    assert encoder.count_tokens([text + "lighthouse"])[0] <= encoder.card.max_passage_tokens
    without, with_it = encoder.embed_passages([text, text + "lighthouse"])
    assert not np.array_equal(without, with_it)


def test_vectors_come_in_the_order_of_the_texts(any_encoder: Embedder, mixed_texts: list[str]) -> None:
    together = any_encoder.embed_passages(mixed_texts)
    turned = any_encoder.embed_passages(mixed_texts[::-1])[::-1]
    assert cosines(together, turned).min() >= lowest_agreement(any_encoder)
    assert (np.argmax(together @ turned.T, axis=1) == np.arange(len(mixed_texts))).all()


def test_a_text_has_the_same_vector_alone_and_among_others(any_encoder: Embedder, mixed_texts: list[str]) -> None:
    together = any_encoder.embed_passages(mixed_texts)
    alone = np.concatenate([any_encoder.embed_passages([text]) for text in mixed_texts])
    assert cosines(together, alone).min() >= lowest_agreement(any_encoder)


def test_more_texts_than_are_tokenized_at_once_keep_their_order(encoder: Embedder) -> None:
    words = [f"{number}" for number in range(WINDOW_TEXTS * 2 + 3)]
    vectors = encoder.embed_queries(words)
    for row in (0, WINDOW_TEXTS - 1, WINDOW_TEXTS, WINDOW_TEXTS * 2 + 2):
        alone = encoder.embed_queries([words[row]])
        assert np.argmax(vectors @ alone[0]) == row


def test_eight_threads_get_what_one_gets(any_encoder: Embedder, mixed_texts: list[str]) -> None:
    jobs = [mixed_texts[start : start + 6] for start in range(0, 48, 6)]
    serial = [any_encoder.embed_passages(job) for job in jobs]
    with ThreadPoolExecutor(max_workers=8) as pool:
        parallel = list(pool.map(any_encoder.embed_passages, jobs))
    for expected, found in zip(serial, parallel, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("language", ["de", "th", "ar", "ja", "fi"])
def test_an_english_question_finds_its_answer_in_another_language(
    encoder: Embedder, sentences: dict[str, tuple[str, str]], language: str
) -> None:
    distractors = {
        "de": "Die Fähre fährt im Winter nur bis sechs Uhr abends.",
        "th": "เรือข้ามฟากหยุดวิ่งตอนหกโมงเย็นในฤดูหนาว",
        "ar": "تتوقف العبّارة في الشتاء عند الساعة السادسة مساءً.",
        "ja": "冬の渡し船は夕方六時に終わります。",
        "fi": "Lautta kulkee talvella vain iltakuuteen asti.",
    }
    (question,) = encoder.embed_queries([sentences["en"][0]])
    answer, distractor = encoder.embed_passages([sentences[language][1], distractors[language]])
    assert question @ answer > question @ distractor


def test_the_card_describes_the_bundled_encoder(encoder: Embedder) -> None:
    card = encoder.card
    assert (card.id, card.dimension, card.max_tokens, card.max_passage_tokens) == ("e5-small", 384, 512, 507)
    assert (card.query_prefix, card.passage_prefix, card.matryoshka_dimensions) == ("query: ", "passage: ", ())
    assert card.languages == LANGUAGES


def test_the_identity_is_the_same_for_every_engine(any_encoder: Embedder) -> None:
    assert any_encoder.card.identity() == {
        "id": "e5-small",
        "revision": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        "query_prefix": "query: ",
        "passage_prefix": "passage: ",
        "pooling": "mean",
        "dimension": 384,
    }


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_one_thread_is_enough(backend: str, encoder: Embedder) -> None:
    texts = ["The ferry crosses the river."]
    single = load_embedder(backend=backend, threads=1).embed_passages(texts)
    assert cosines(single, encoder.embed_passages(texts))[0] >= 0.999
