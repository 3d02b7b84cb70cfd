"""A reranker in this process scores pairs as torch and transformers do, and puts answers in its order."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file, save_file

from embedder import (
    BackendError,
    CheckpointError,
    Reranker,
    UnknownModelError,
    find_prepared,
    find_reranker,
    is_reranker,
    load_embedder,
    load_reranker,
    prepare,
    prepare_reranker,
    prepared_models,
    prepared_rerankers,
    remove_prepared,
)
from embedder.backends import BACKENDS
from embedder.backends.tensorrt.building import build_plan
from embedder.backends.tensorrt.modules import import_tensorrt
from embedder.backends.tensorrt.profiles import profiles_for
from embedder.checkpoints.export import WEIGHTS_FILE
from embedder.checkpoints.prepared_rerankers import PreparedReranker
from embedder.graphs.writer import Precision
from embedder.local_reranker import LocalReranker
from embedder.pairs import NEMOTRON_PROMPT, PairTokenizer
from tests.tiny_checkpoints import write_tiny_llama
from tests.tiny_transformers import RERANKERS, write_llama_reranker, write_xlm_roberta_reranker

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

PADDING = "<|pad|>"
QUESTION = "When was the lighthouse lit?"
PASSAGES = [
    "Ferries leave every hour.",
    "The lighthouse was lit in autumn. " * 12,
    "灯塔在秋天被点亮。",
    "",
    "تم إشعال المنارة في الخريف.",
    "The salt mine has {seven} levels.",
]


class TorchReranker:
    """The directory as transformers runs it; Llama with attention in both directions and the mean of its tokens."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        self._is_llama = config["model_type"] == "llama_bidirec"
        self._temperature = config.get("temperature", 1.0)
        self._tokenizer = transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(folder / "tokenizer.json"), pad_token=PADDING
        )
        if self._is_llama:
            known = {name: value for name, value in config.items() if name not in ("auto_map", "model_type")}
            self._model = transformers.LlamaForSequenceClassification.from_pretrained(
                folder, config=transformers.LlamaConfig(**known), dtype=torch.float32
            ).eval()
        else:
            self._model = transformers.AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32
            ).eval()

    def scores(self, question: str, passages: Sequence[str], padding_side: str = "left") -> np.ndarray:
        self._tokenizer.padding_side = padding_side if self._is_llama else "right"  # the others count positions
        with torch.inference_mode():
            if not self._is_llama:
                batch = self._tokenizer(
                    [question] * len(passages),
                    list(passages),
                    padding=True,
                    return_tensors="pt",
                    return_token_type_ids=self._model.config.type_vocab_size > 1,
                )
                return np.asarray(self._model(**batch).logits[:, 0])
            prompts = [f"question:{question} \n \n passage:{passage}" for passage in passages]
            batch = self._tokenizer(prompts, padding=True, return_tensors="pt")
            mask = batch["attention_mask"]
            hidden = (1.0 - mask)[:, None, None, :] * torch.finfo(torch.float32).min
            everywhere = hidden.expand(-1, 1, mask.shape[1], -1)
            vectors = self._model.model(batch["input_ids"], attention_mask=everywhere, use_cache=False)[0]
            mean = (vectors * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1)[:, None]
            return np.asarray(self._model.score(mean)[:, 0] / self._temperature)


def with_engine(model: PreparedReranker, backend: str, **options: Any) -> LocalReranker:
    engine = BACKENDS[backend].import_engine()(model.graph(Precision.F32), threads=None, **options)
    return LocalReranker(model.card.id, model.tokenizer(), engine)


@pytest.fixture(scope="module", params=RERANKERS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RERANKERS[request.param](tmp_path_factory.mktemp("models") / f"tiny-{request.param}")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama_reranker(tmp_path_factory.mktemp("models") / "tiny-ranker")


@pytest.fixture
def own(llama: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(llama, tmp_path / "tiny-ranker"))


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(("backend", "options"), [("onnxruntime", {}), ("openvino", {"precision": "f32"})])
def test_logits_are_those_of_transformers(backend: str, options: dict[str, Any], folder: Path, cache: Path) -> None:
    expected = TorchReranker(folder).scores(QUESTION, PASSAGES)
    assert np.ptp(expected) > 0.1  # passages are told apart
    ours = with_engine(prepare_reranker(folder, cache), backend, **options).scores(QUESTION, PASSAGES)
    assert (ours.dtype, ours.shape) == (np.float32, (len(PASSAGES),))
    np.testing.assert_allclose(ours, expected, atol=1e-3)


@pytest.mark.parametrize("family", RERANKERS)
def test_logits_of_a_bfloat16_checkpoint_are_near_in_the_fastest_precision(family: str, tmp_path: Path) -> None:
    folder = RERANKERS[family](tmp_path / "model", "bfloat16")
    expected = TorchReranker(folder).scores(QUESTION, PASSAGES)
    exact = with_engine(prepare_reranker(folder, tmp_path), "onnxruntime").scores(QUESTION, PASSAGES)
    np.testing.assert_allclose(exact, expected, atol=1e-3)
    # bfloat16 where the processor has it
    found = load_reranker(str(folder), backend="openvino", cache_dir=tmp_path).scores(QUESTION, PASSAGES)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_logits_of_the_float16_graph_are_near(folder: Path, cache: Path) -> None:
    model = prepare_reranker(folder, cache)
    engine = BACKENDS["onnxruntime"].import_engine()(model.graph(Precision.F16), threads=None)
    found = LocalReranker(model.card.id, model.tokenizer(), engine).scores(QUESTION, PASSAGES)
    np.testing.assert_allclose(found, TorchReranker(folder).scores(QUESTION, PASSAGES), atol=3e-3)


def test_tensorrt_builds_a_plan_of_it(folder: Path, cache: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX has no package for this machine")
    model = prepare_reranker(folder, cache)
    plan = build_plan(
        import_tensorrt(["tensorrt_rtx"]),
        model.graph(Precision.BF16),
        profiles_for(128),
        architecture="sm_89",
        timings=tmp_path / "timings.bin",
    )
    assert plan.nbytes > 0.9 * (model.folder / WEIGHTS_FILE).stat().st_size


def test_the_side_of_the_padding_changes_nothing(llama: Path) -> None:
    reference = TorchReranker(llama)
    left, right = (reference.scores(QUESTION, PASSAGES, padding_side=side) for side in ("left", "right"))
    np.testing.assert_allclose(left, right, atol=1e-4)


def test_a_passage_has_the_same_score_alone_and_among_others(folder: Path, cache: Path) -> None:
    reranker = load_reranker(str(folder), backend="onnxruntime", cache_dir=cache)
    alone = [reranker.scores(QUESTION, [passage])[0] for passage in PASSAGES]
    np.testing.assert_allclose(reranker.scores(QUESTION, PASSAGES * 20), alone * 20, atol=1e-4)
    assert reranker.scores(QUESTION, []).shape == (0,)


def test_the_temperature_of_the_config_divides_the_logits(own: Path, tmp_path: Path) -> None:
    before = load_reranker(str(own), backend="onnxruntime", cache_dir=tmp_path).scores(QUESTION, PASSAGES)
    change(own / "config.json", temperature=0.5)
    after = load_reranker(str(own), backend="onnxruntime", cache_dir=tmp_path).scores(QUESTION, PASSAGES)
    np.testing.assert_allclose(after, 2 * before, atol=1e-4)


def test_the_token_type_of_passages_counts_for_bert(tmp_path: Path) -> None:
    folder = RERANKERS["bert"](tmp_path / "model")
    expected = TorchReranker(folder).scores(QUESTION, PASSAGES)
    tensors = load_file(folder / "model.safetensors")
    types = tensors["bert.embeddings.token_type_embeddings.weight"]
    types[1] = types[0]
    save_file(tensors, folder / "model.safetensors")
    without = load_reranker(str(folder), backend="onnxruntime", cache_dir=tmp_path).scores(QUESTION, PASSAGES)
    assert np.abs(without - expected).max() > 0.01


@pytest.mark.parametrize("precision", Precision)
def test_every_graph_is_valid_onnx_with_a_head_in_float32(precision: Precision, folder: Path, cache: Path) -> None:
    path = prepare_reranker(folder, cache).graph(precision)
    onnx.checker.check_model(str(path), full_check=True)
    graph = onnx.load(str(path), load_external_data=False).graph
    (output,) = graph.output
    assert output.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    assert output.type.tensor_type.shape.dim[1].dim_value == 1
    assert not any(node.op_type == "LpNormalization" for node in graph.node)
    assert {
        entry.value for tensor in graph.initializer for entry in tensor.external_data if entry.key == "location"
    } == {WEIGHTS_FILE}


def test_the_prompt_is_exactly_nvidias(llama: Path, cache: Path) -> None:
    model = prepare_reranker(llama, cache)
    assert model.card.prompt == "question:{question} \n \n passage:{passage}"
    (numbers,) = model.tokenizer().encode("When?", ["In {autumn}."])
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(llama / "tokenizer.json"))
    assert numbers == tokenizer("question:When? \n \n passage:In {autumn}.")["input_ids"]


def test_other_families_are_joined_by_their_tokenizer(tmp_path: Path) -> None:
    folder = write_xlm_roberta_reranker(tmp_path / "model")
    model = prepare_reranker(folder, tmp_path)
    assert model.card.prompt == ""
    begin, end = 0, 2
    (numbers,) = model.tokenizer().encode("pier", ["pier"])
    word = numbers[1 : numbers.index(end)]
    assert numbers == [begin, *word, end, end, *word, end]


@pytest.mark.parametrize("prompt", [NEMOTRON_PROMPT, ""])
def test_a_passage_that_is_too_long_is_cut_and_the_question_stays_whole(prompt: str, tmp_path: Path) -> None:
    content = (write_xlm_roberta_reranker(tmp_path / "model") / "tokenizer.json").read_bytes()
    short, long = (PairTokenizer(content, prompt=prompt, max_tokens=length, padding=1) for length in (64, 4096))
    passage = "The lighthouse stands on the pier. " * 40
    (cut,), (whole,) = short.encode(QUESTION, [passage]), long.encode(QUESTION, [passage])
    assert (len(cut), len(whole) > 64) == (64, True)
    closing = 0 if prompt else 1
    assert cut[: 64 - closing] == whole[: 64 - closing]
    assert cut[64 - closing :] == whole[len(whole) - closing :]
    (barely,) = long.encode(QUESTION, ["The"])
    asked = barely.index(2) if not prompt else len(barely) - 2
    assert cut[:asked] == barely[:asked]


@pytest.mark.parametrize("prompt", [NEMOTRON_PROMPT, ""])
def test_a_question_that_is_too_long_leaves_half_to_the_passage(prompt: str, tmp_path: Path) -> None:
    content = (write_xlm_roberta_reranker(tmp_path / "model") / "tokenizer.json").read_bytes()
    tokenizer = PairTokenizer(content, prompt=prompt, max_tokens=64, padding=1)
    one, other = tokenizer.encode("lighthouse " * 500, ["The pier. " * 50, "A ferry. " * 50])
    assert len(one) == len(other) == 64
    assert one != other


def test_damaged_characters_are_scored(llama: Path, cache: Path) -> None:
    scores = load_reranker(str(llama), backend="onnxruntime", cache_dir=cache).scores("half \ud800", ["a \udfff"])
    assert np.isfinite(scores).all()


def test_a_reranker_is_prepared_once_and_needs_its_directory_no_more(own: Path, tmp_path: Path) -> None:
    first = prepare_reranker(own, tmp_path, name="mine", licence="MIT")
    assert prepare_reranker(own, tmp_path, name="mine", licence="MIT") == first
    assert (first.card.id, first.card.licence, first.card.max_tokens) == ("mine", "MIT", 4096)
    assert (first.damage(), prepared_rerankers(tmp_path), prepared_models(tmp_path)) == ([], [first], [])
    expected = load_reranker("mine", cache_dir=tmp_path).scores(QUESTION, PASSAGES)
    shutil.rmtree(own)
    np.testing.assert_allclose(load_reranker("mine", cache_dir=tmp_path).scores(QUESTION, PASSAGES), expected)
    remove_prepared(first)
    assert find_reranker("mine", tmp_path) is None


def test_a_damaged_one_is_passed_over(own: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = prepare_reranker(own, tmp_path)
    (damaged.folder / "card.json").write_text("{}")
    assert prepared_rerankers(tmp_path) == []
    assert "is damaged" in caplog.text


def test_a_reranker_is_refused_as_an_encoder(own: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=f"is a reranker, .* --reranker {own}"):
        load_embedder(str(own), cache_dir=tmp_path)
    assert not (tmp_path / "prepared").exists()
    prepare_reranker(own, tmp_path)
    with pytest.raises(UnknownModelError, match=r"'tiny-ranker' is a reranker, .* --reranker tiny-ranker"):
        load_embedder("tiny-ranker", cache_dir=tmp_path)


def test_an_encoder_is_refused_as_a_reranker(tmp_path: Path) -> None:
    folder = write_tiny_llama(tmp_path / "tiny-nemotron")
    assert not is_reranker(folder)
    with pytest.raises(CheckpointError, match=f"is an encoder, .* --model {folder}"):
        load_reranker(str(folder), cache_dir=tmp_path)
    prepare(folder, tmp_path)
    for name in ("tiny-nemotron", "e5-small"):
        with pytest.raises(UnknownModelError, match=f"'{name}' is an encoder, .* --model {name}"):
            load_reranker(name, cache_dir=tmp_path)
    assert find_prepared("tiny-nemotron", tmp_path) is not None


def test_one_that_is_not_there_is_named_with_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"no reranker 'bge'.*polyseek models prepare FOLDER.*endpoint:URL#bge"):
        load_reranker("bge", cache_dir=tmp_path)


def test_the_torch_engine_is_refused(llama: Path, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="choose one of auto, tensorrt, openvino, onnxruntime"):
        load_reranker(str(llama), backend="torch", cache_dir=tmp_path)


def two_classes(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["score.weight"] = np.repeat(tensors["score.weight"], 2, axis=0)
    save_file(tensors, folder / "model.safetensors")


def without_a_head(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["score.weight"]
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: change(folder / "config.json", model_type="modernbert"), "'modernbert' model; .* reranker"),
        (two_classes, "score.weight tells 2 classes apart"),
        (without_a_head, "no tensor score.weight"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "no tokenizer.json"),
    ],
)
def test_what_cannot_be_run_is_refused_and_leaves_nothing(
    spoil: Callable[[Path], None], message: str, own: Path, tmp_path: Path
) -> None:
    spoil(own)
    with pytest.raises(CheckpointError, match=message):
        load_reranker(str(own), cache_dir=tmp_path)
    assert not list(tmp_path.glob("rerankers/*/"))


@pytest.fixture
def polyseek(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The real command, with a collection, a cache and settings of its own."""
    places = {"POLYSEEK_COLLECTION": "collection", "XDG_CONFIG_HOME": "config", "POLYSEEK_CACHE_DIR": "cache"}

    def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **{name: str(tmp_path / place) for name, place in places.items()}},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_answers_come_in_the_order_of_the_reranker(
    polyseek: Callable[..., "subprocess.CompletedProcess[str]"], own: Path, tmp_path: Path
) -> None:
    write_tiny_llama(tmp_path / "tiny-encoder")
    documents = tmp_path / "documents"
    documents.mkdir()
    for number, passage in enumerate(passage for passage in PASSAGES if passage):
        (documents / f"{number}.txt").write_text(passage, encoding="utf-8")
    done = polyseek("ingest", documents, "--model", "./tiny-encoder")
    assert done.returncode == 0, done.stderr

    def ask(*options: str) -> list[dict[str, Any]]:
        answer = polyseek("ask", QUESTION, "--mode", "dense", "--top-k", "5", "--json", *options)
        assert answer.returncode == 0, answer.stderr
        return [line for line in map(json.loads, answer.stdout.splitlines()) if line["event"] == "hit"]

    plain, ranked = ask(), ask("--reranker", "./tiny-ranker")
    reference: Reranker = TorchReranker(own)
    expected = reference.scores(QUESTION, [hit["text"] for hit in ranked])
    np.testing.assert_allclose([hit["rerank_score"] for hit in ranked], expected, atol=0.02)
    found = [hit["rerank_score"] for hit in ranked]
    assert found == sorted(found, reverse=True)
    assert {hit["path"] for hit in plain} == {hit["path"] for hit in ranked}
    assert [hit["path"] for hit in plain] != [hit["path"] for hit in ranked]

    refused = polyseek("ask", QUESTION, "--reranker", "./tiny-encoder")
    assert (refused.returncode, "is an encoder" in refused.stderr) == (1, True)
    refused = polyseek("ingest", documents, "--model", "./tiny-ranker")
    assert (refused.returncode, "is a reranker" in refused.stderr) == (1, True)


def test_rerankers_are_prepared_listed_shown_checked_and_removed(
    polyseek: Callable[..., "subprocess.CompletedProcess[str]"], own: Path, tmp_path: Path
) -> None:
    made = polyseek("models", "prepare", own, "--name", "mine", "--licence", "MIT", "--json")
    card = json.loads(made.stdout)
    assert (card["id"], card["kind"], card["prompt"], card["made_from"]) == (
        "mine",
        "reranker",
        NEMOTRON_PROMPT,
        str(own),
    )
    assert [json.loads(line) for line in polyseek("models", "list", "--json").stdout.splitlines()] == [card]
    assert "reranker" in polyseek("models", "list").stdout
    assert "passage:{passage}" in polyseek("models", "show", "mine").stdout
    assert "every file is as it was written" in polyseek("models", "check", "mine").stdout
    compared = polyseek("models", "parity", "mine")
    assert (compared.returncode, "is a reranker" in compared.stderr) == (1, True)
    refused = polyseek("models", "prepare", own, "--query-prefix", "query: ")
    assert (refused.returncode, "--name and --licence only" in refused.stderr) == (1, True)
    assert "removed mine" in polyseek("models", "remove", "mine").stdout
    assert polyseek("models", "list", "--json").stdout == ""
