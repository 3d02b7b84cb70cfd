"""Encoders on a server: what is sent, what comes back, and what an encoder is remembered by."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder import (
    LANGUAGES,
    DimensionError,
    Embedder,
    EndpointAddressError,
    EndpointAnswerError,
    EndpointLengthError,
    EndpointLimits,
    UnknownModelError,
    cut,
    load_embedder,
)
from embedder.endpoint.address import read_address
from embedder.endpoint.cards import KNOWN
from tests.embedder.endpoint import server as endpoint_server

MODEL = endpoint_server.MODEL
FORMER_NAME = "nvidia/llama-3.2-nv-embedqa-1b-v2"
TEXTS = ["The lighthouse was lit in autumn.", "Ferries leave every hour.", "A salt mine with seven levels."]

Connect = Callable[..., Embedder]


@pytest.fixture
def connect(server: Any, tmp_path: Path) -> Connect:
    def load(name: str = MODEL, **limits: Any) -> Embedder:
        return load_embedder(f"endpoint:{server.url}#{name}", cache_dir=tmp_path, endpoint=EndpointLimits(**limits))

    return load


def expected(role: str, texts: list[str], dimension: int = 2048) -> np.ndarray:
    """What the server sends, at length 1."""
    rows = endpoint_server.hashed(2048)(role, texts)[:, :dimension].astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_questions_and_passages_come_back_as_unit_rows_in_their_roles(connect: Connect) -> None:
    embedder = connect()
    for role, vectors in (
        ("query", embedder.embed_queries(TEXTS)),
        ("passage", embedder.embed_passages(TEXTS)),
    ):
        assert (vectors.shape, vectors.dtype, vectors.flags.c_contiguous) == ((3, 2048), np.float32, True)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(vectors, expected(role, TEXTS), atol=1e-6)


def test_what_is_sent_is_what_a_nim_reads(connect: Connect, server: Any) -> None:
    embedder = connect()
    server.requests.clear()
    embedder.embed_queries(TEXTS[:1])
    embedder.embed_passages(TEXTS[1:])
    common = {"model": MODEL, "encoding_format": "base64"}
    assert server.bodies == [
        {**common, "input": TEXTS[:1], "input_type": "query", "truncate": "END"},
        {**common, "input": TEXTS[1:], "input_type": "passage", "truncate": "NONE"},
    ]
    assert {request.path for request in server.requests} == {"/v1/embeddings"}
    assert all("Authorization" not in request.headers for request in server.requests)


def test_making_one_sends_two_sentences_and_no_more(connect: Connect, server: Any) -> None:
    connect()
    assert [len(body["input"]) for body in server.bodies] == [1, 1]


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/v1/embeddings"])
def test_the_url_may_end_as_it_likes(server: Any, end: str) -> None:
    assert read_address(f"endpoint:{server.url}{end}#m").url == f"{server.url}/v1"


def test_another_version_in_the_url_is_kept() -> None:
    assert read_address("endpoint:https://host/v1beta/openai/#m").url == "https://host/v1beta/openai"
    assert read_address("endpoint:https://host:8443/team#@cf/m").model == "@cf/m"


def test_answers_out_of_order_and_plain_numbers_are_understood(connect: Connect, server: Any) -> None:
    server.behaviour.shuffled = server.behaviour.floats = True
    np.testing.assert_allclose(connect().embed_passages(TEXTS), expected("passage", TEXTS), atol=1e-6)


def test_many_texts_go_in_batches_a_few_at_a_time(connect: Connect, server: Any) -> None:
    embedder = connect(batch_texts=7, requests=4)
    server.requests.clear()
    together = threading.Barrier(4, timeout=20)  # breaks, and fails the test, unless four requests come at once
    lock, under_way, most = threading.Lock(), 0, 0
    leave = threading.Barrier(4, timeout=20)

    def meet() -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait()
        with lock:
            under_way -= 1
        leave.wait()

    server.behaviour.before = meet
    texts = [f"Text number {number}" for number in range(53)]
    vectors = embedder.embed_passages(texts)
    assert sorted(len(body["input"]) for body in server.bodies) == [4] + [7] * 7
    assert most == 4
    np.testing.assert_allclose(vectors, expected("passage", texts), atol=1e-6)


def test_several_callers_share_the_requests(connect: Connect, server: Any) -> None:
    embedder = connect(batch_texts=1, requests=2)
    two = threading.Barrier(2, timeout=20)
    lock, under_way, most = threading.Lock(), 0, 0

    def count() -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        two.wait()
        with lock:
            under_way -= 1

    server.behaviour.before = count
    with ThreadPoolExecutor(max_workers=6) as callers:
        list(callers.map(embedder.embed_passages, [TEXTS[:2]] * 12))
    assert most == 2


def test_a_batch_holds_fifty_texts_unless_said_otherwise(connect: Connect, server: Any) -> None:
    embedder = connect()
    server.requests.clear()
    embedder.embed_passages(["a"] * 120)
    assert sorted(len(body["input"]) for body in server.bodies) == [20, 50, 50]


def test_no_texts_are_no_request(connect: Connect, server: Any) -> None:
    embedder = connect()
    server.requests.clear()
    assert embedder.embed_passages([]).shape == (0, 2048)
    assert server.requests == []


def test_one_text_instead_of_a_list_is_refused(connect: Connect) -> None:
    with pytest.raises(TypeError, match="list of texts"):
        connect().embed_queries("lighthouse")


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(connect: Connect, server: Any) -> None:
    connect().embed_passages(["file \udce9 name"])
    assert server.bodies[-1]["input"] == ["file ? name"]


@pytest.mark.parametrize("name", [MODEL, FORMER_NAME])
def test_a_known_model_has_its_card_under_each_of_its_names(connect: Connect, server: Any, name: str) -> None:
    server.behaviour.models = (name,)
    card = connect(name).card
    assert (card.id, card.revision, card.dimension, card.max_tokens) == (MODEL, "remote", 2048, 8192)
    assert (card.query_prefix, card.passage_prefix, card.languages) == ("query: ", "passage: ", LANGUAGES)
    assert card.matryoshka_dimensions == (384, 512, 768, 1024)
    assert cut(connect(name).embed_queries(TEXTS), 384, card).shape == (3, 384)


def test_an_unknown_model_tells_its_dimension_and_is_taken_to_read_512_tokens(connect: Connect, server: Any) -> None:
    server.behaviour.models, server.behaviour.embed = ("acme/encoder",), endpoint_server.hashed(96)
    card = connect("acme/encoder").card
    assert (card.id, card.dimension, card.matryoshka_dimensions) == ("acme/encoder", 96, ())
    assert (card.max_tokens, card.max_passage_tokens, card.languages, card.licence) == (512, 256, (), "unknown")


def test_another_server_with_the_same_model_is_the_same_encoder(connect: Connect, tmp_path: Path) -> None:
    with endpoint_server.serving() as other:
        moved = load_embedder(f"endpoint:{other.url}/v1#{MODEL}", cache_dir=tmp_path)
        assert moved.card.identity() == connect().card.identity()


@pytest.mark.parametrize("how", ["refused", "ignored"])
def test_where_the_server_puts_no_prefix_we_do(connect: Connect, server: Any, how: str) -> None:
    if how == "refused":
        server.behaviour.refused_fields = ("input_type",)
    else:
        server.behaviour.ignores_input_type = True
    embedder = connect()
    np.testing.assert_allclose(embedder.embed_queries(TEXTS), expected("query", TEXTS), atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), expected("passage", TEXTS), atol=1e-6)
    assert server.bodies[-1]["input"][0] == f"passage: {TEXTS[0]}"
    assert "input_type" not in server.bodies[-1]


def test_an_unknown_model_without_roles_gets_no_prefix_and_another_identity(connect: Connect, server: Any) -> None:
    server.behaviour.models, server.behaviour.embed = ("acme/encoder",), endpoint_server.hashed(96)
    with_roles = connect("acme/encoder").card
    server.behaviour.refused_fields = ("input_type",)
    embedder = connect("acme/encoder")
    embedder.embed_passages(TEXTS)
    assert server.bodies[-1]["input"] == TEXTS
    assert embedder.card.identity() != with_roles.identity()


def test_a_server_that_takes_only_what_openai_defines_is_spoken_to_so(connect: Connect, server: Any) -> None:
    server.behaviour.refused_fields = ("encoding_format", "input_type", "truncate")
    vectors = connect().embed_passages(TEXTS)
    assert server.bodies[-1].keys() == {"model", "input"}
    np.testing.assert_allclose(vectors, expected("passage", TEXTS), atol=1e-6)


def test_shorter_vectors_are_asked_for_where_the_address_says_so(connect: Connect, server: Any) -> None:
    embedder = connect(f"{MODEL}@512")
    vectors = embedder.embed_passages(TEXTS)
    assert server.bodies[-1]["dimensions"] == 512
    assert (embedder.card.dimension, embedder.card.matryoshka_dimensions) == (512, (384,))
    np.testing.assert_allclose(vectors, expected("passage", TEXTS, 512), atol=1e-6)


def test_a_dimension_the_model_was_not_trained_for_is_refused_before_anything_is_sent(
    connect: Connect, server: Any
) -> None:
    with pytest.raises(DimensionError, match="384, 512, 768, 1024, 2048"):
        connect(f"{MODEL}@500")
    assert server.requests == []


def test_a_known_name_with_foreign_vectors_is_refused(connect: Connect, server: Any) -> None:
    server.behaviour.embed = endpoint_server.hashed(96)
    with pytest.raises(EndpointAnswerError, match=r"96 dimensions, but .* has 2048"):
        connect()


@pytest.mark.parametrize("hosted", [True, False], ids=["hosted", "container"])
def test_a_passage_that_is_too_long_is_refused_and_a_question_is_cut(
    connect: Connect, server: Any, hosted: bool
) -> None:
    server.behaviour.hosted, server.behaviour.max_words = hosted, 20
    embedder = connect()
    long = " ".join(f"word{number}" for number in range(30))
    with pytest.raises(EndpointLengthError, match=r"longer than the 20 tokens .* --max-tokens 128"):
        embedder.embed_passages([TEXTS[0], long])
    np.testing.assert_allclose(
        embedder.embed_queries([long]), expected("query", [" ".join(long.split()[:20])]), atol=1e-6
    )


def test_tokens_are_estimated_with_the_bundled_tokenizer(connect: Connect, encoder: Embedder, server: Any) -> None:
    embedder = connect()
    server.requests.clear()
    assert embedder.count_tokens([*TEXTS, ""]) == encoder.count_tokens([*TEXTS, ""])
    assert server.requests == []


def test_language_means_are_measured_once_for_a_model_wherever_it_runs(connect: Connect, server: Any) -> None:
    first = connect().language_means()
    assert first.queries.shape == (26, 2048)
    sent = len(server.requests)
    assert sent > 30
    again = connect().language_means()
    assert again.sha256() == first.sha256()
    assert len(server.requests) == sent + 2  # what making an encoder sends


def test_the_vectors_of_a_real_encoder_survive_the_way(
    encoder: Embedder, connect: Connect, server: Any, sentences: dict[str, tuple[str, str]]
) -> None:
    local = {"query": encoder.embed_queries, "passage": encoder.embed_passages}
    server.behaviour.models, server.behaviour.embed = ("acme/e5",), lambda role, texts: local[role](list(texts))
    embedder = connect("acme/e5", batch_texts=10)
    questions, passages = map(list, zip(*sentences.values(), strict=True))
    asked, found = embedder.embed_queries(questions), embedder.embed_passages(passages)
    # Batches of another shape round differently on a processor with bfloat16.
    assert (asked * encoder.embed_queries(questions)).sum(axis=1).min() > 0.999
    assert (found * encoder.embed_passages(passages)).sum(axis=1).min() > 0.999
    # Every pair asks and answers the same in another language: the server's vectors rank as those made here do.
    here = encoder.embed_queries(questions) @ encoder.embed_passages(passages).T
    assert np.abs(asked @ found.T - here).max() < 0.02


@pytest.mark.parametrize(
    "address",
    [
        "endpoint:",
        "endpoint:localhost:8000#m",
        "endpoint:ftp://host#m",
        "endpoint:http://#m",
        "endpoint:http://host:port#m",
        "endpoint:http://ho st#m",
        "endpoint:http://host",
        "endpoint:http://host#",
        "endpoint:http://host#two words",
    ],
)
def test_an_address_that_cannot_be_understood_shows_the_form(address: str) -> None:
    with pytest.raises(EndpointAddressError, match="endpoint:URL#MODEL"):
        load_embedder(address)


@pytest.mark.parametrize("secret", ["user:hunter2@host", "hunter2@host", "host/v1?key=hunter2"])
def test_a_secret_in_the_address_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(EndpointAddressError, match="NVIDIA_API_KEY") as caught:
        load_embedder(f"endpoint:https://{secret}#m")
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_a_name_without_a_server_is_told_how_to_name_one() -> None:
    with pytest.raises(UnknownModelError, match=f"endpoint:URL#{MODEL}"):
        load_embedder(MODEL)


def test_known_models_name_their_prefixes_as_published() -> None:
    assert {(known.query_prefix, known.passage_prefix) for known in KNOWN.values()} == {("query: ", "passage: ")}
