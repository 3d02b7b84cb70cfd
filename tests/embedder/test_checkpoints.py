"""Any model directory becomes an encoder; `test_parity_report.py` compares the families with transformers."""

import json
import shutil
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file, save_file

from embedder import CheckpointError, Embedder, Preparation, UnknownModelError, load_embedder, prepare, prepared_models
from embedder.checkpoints.export import WEIGHTS_FILE
from embedder.checkpoints.prepared import find_prepared, remove_prepared
from embedder.graphs.writer import Precision
from tests.tiny_checkpoints import VOCABULARY, write_tiny_llama

TEXTS = [
    "Where is the lighthouse?",
    "灯塔在哪里？",
    "أين المنارة؟",
    "a",
    "",
    "The lighthouse stands on the pier. " * 40,
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("models") / "tiny-nemotron")


@pytest.fixture
def own(checkpoint: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(checkpoint, tmp_path / "tiny-nemotron"))


def change(path: Path, **values: Any) -> None:
    settings = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(settings | values))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=["openvino", "onnxruntime"])
def encoder(request: pytest.FixtureRequest, checkpoint: Path, cache: Path) -> Embedder:
    return load_embedder(str(checkpoint), backend=request.param, cache_dir=cache)


def test_a_text_has_the_same_vector_alone_and_among_longer_ones(encoder: Embedder) -> None:
    together = encoder.embed_passages(TEXTS)
    alone = np.concatenate([encoder.embed_passages([text]) for text in TEXTS])
    assert np.einsum("ij,ij->i", together, alone).min() >= 0.999
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_engines_agree(checkpoint: Path, cache: Path) -> None:
    ours, theirs = (
        load_embedder(str(checkpoint), backend=backend, cache_dir=cache).embed_queries(TEXTS)
        for backend in ("openvino", "onnxruntime")
    )
    assert np.einsum("ij,ij->i", ours, theirs).min() >= 0.999


def test_different_texts_have_different_vectors(encoder: Embedder) -> None:
    vectors = encoder.embed_passages(TEXTS)
    assert np.triu(vectors @ vectors.T, 1).max() < 0.98


def test_the_prefix_of_the_role_is_put_before_a_text(encoder: Embedder) -> None:
    assert (encoder.card.query_prefix, encoder.card.passage_prefix) == ("query: ", "passage: ")
    (question,), (passage,) = encoder.embed_queries(["pier"]), encoder.embed_passages(["pier"])
    assert question @ passage < 0.999


def test_the_card_is_that_of_the_directory(encoder: Embedder) -> None:
    card = encoder.card
    assert (card.id, card.pooling, card.dimension, card.max_tokens) == ("tiny-nemotron", "mean", 64, 8192)
    assert card.max_passage_tokens == 8192 - 1 - encoder.count_tokens(["passage: "])[0]


def test_an_encoder_of_2048_dimensions_has_the_matryoshka_dimensions_of_nemotron(tmp_path: Path) -> None:
    folder = write_tiny_llama(tmp_path / "wide", hidden=2048, layers=1)
    assert prepare(folder, tmp_path).card.matryoshka_dimensions == (384, 512, 768, 1024)


@pytest.mark.parametrize("precision", Precision)
def test_every_graph_is_valid_onnx(precision: Precision, checkpoint: Path, cache: Path) -> None:
    path = prepare(checkpoint, cache).graph(precision)
    onnx.checker.check_model(str(path), full_check=True)
    assert {node.domain for node in onnx.load(str(path), load_external_data=False).graph.node} == {""}


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_weights_keep_the_numbers_and_the_type_of_the_checkpoint(dtype: Any, tmp_path: Path) -> None:
    folder = write_tiny_llama(tmp_path / "typed", dtype=dtype)
    model = prepare(folder, tmp_path)
    written = onnx.load(str(model.graph(Precision.F32))).graph.initializer
    (table,) = (tensor for tensor in written if tensor.name == "embed_tokens.weight")
    expected = load_file(folder / "model.safetensors")["embed_tokens.weight"]
    assert expected.shape[0] == VOCABULARY
    assert onnx.numpy_helper.to_array(table).tobytes() == expected.tobytes()


def test_all_precisions_share_one_file_of_weights(checkpoint: Path, cache: Path) -> None:
    model = prepare(checkpoint, cache)
    weights = (model.folder / WEIGHTS_FILE).stat().st_size
    assert weights > 2 * VOCABULARY * 64
    for precision in Precision:
        places = {
            entry.value
            for tensor in onnx.load(str(model.graph(precision)), load_external_data=False).graph.initializer
            for entry in tensor.external_data
            if entry.key == "location"
        }
        assert places == {WEIGHTS_FILE}


def test_an_unchanged_directory_is_found_again_and_not_written_again(checkpoint: Path, cache: Path) -> None:
    first = prepare(checkpoint, cache)
    written = first.graph(Precision.F32).stat().st_mtime_ns
    again = prepare(checkpoint, cache)
    assert again == first
    assert again.graph(Precision.F32).stat().st_mtime_ns == written


def test_the_same_encoder_from_another_place_is_kept_once(checkpoint: Path, own: Path, tmp_path: Path) -> None:
    assert prepare(checkpoint, tmp_path).folder == prepare(own, tmp_path).folder
    assert len(prepared_models(tmp_path)) == 1


def test_changed_weights_are_another_encoder_of_the_same_name(own: Path, tmp_path: Path) -> None:
    before = prepare(own, tmp_path)
    tensors = load_file(own / "model.safetensors")
    tensors["norm.weight"] = tensors["norm.weight"] * 2
    save_file(tensors, own / "model.safetensors")
    tensors["layers.0.mlp.down_proj.weight"][0, 0] += 1
    save_file(tensors, own / "model.safetensors")
    after = prepare(own, tmp_path)
    assert after.card.revision != before.card.revision
    assert find_prepared("tiny-nemotron", tmp_path) == after
    assert find_prepared("tiny-nemotron", tmp_path, revision=before.card.revision) == before


def test_a_prepared_encoder_needs_its_directory_no_more(own: Path, tmp_path: Path) -> None:
    expected = load_embedder(str(own), cache_dir=tmp_path).embed_queries(TEXTS)
    shutil.rmtree(own)
    found = load_embedder("tiny-nemotron", cache_dir=tmp_path).embed_queries(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_prepared_encoder_that_was_removed_is_unknown(own: Path, tmp_path: Path) -> None:
    remove_prepared(prepare(own, tmp_path))
    with pytest.raises(UnknownModelError, match="polyseek models prepare"):
        load_embedder("tiny-nemotron", cache_dir=tmp_path)


def test_a_damaged_one_does_not_stand_in_the_way_of_the_others(
    own: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = prepare(own, tmp_path, Preparation(name="damaged"))
    whole = prepare(own, tmp_path, Preparation(name="whole"))
    (damaged.folder / "card.json").write_text("{")
    assert prepared_models(tmp_path) == [whole]
    assert "damaged" in caplog.text
    with pytest.raises(UnknownModelError, match="no encoder 'damaged'"):
        load_embedder("damaged", cache_dir=tmp_path)


def test_what_a_killed_preparation_left_is_no_encoder(own: Path, tmp_path: Path) -> None:
    model = prepare(own, tmp_path)
    model.folder.rename(model.folder.with_name(".tiny-nemotron.new"))  # all was written, but not yet named
    assert prepared_models(tmp_path) == []
    assert prepare(own, tmp_path) == model
    assert [path.name for path in (tmp_path / "prepared").iterdir() if path.is_dir()] == [model.folder.name]


def test_a_directory_that_changed_is_not_taken_for_the_encoder_made_of_it(own: Path, tmp_path: Path) -> None:
    model = prepare(own, tmp_path)
    assert model.checkpoint().folder == own
    change(own / "config.json", rms_norm_eps=0.5)
    with pytest.raises(CheckpointError, match=r"config\.json has changed; prepare the encoder again"):
        model.checkpoint()
    (own / "config.json").unlink()
    with pytest.raises(CheckpointError, match="is gone"):
        model.checkpoint()


def test_damage_is_found(own: Path, tmp_path: Path) -> None:
    model = prepare(own, tmp_path)
    assert model.damage() == []
    content = bytearray((model.folder / WEIGHTS_FILE).read_bytes())
    content[100] ^= 1
    (model.folder / WEIGHTS_FILE).write_bytes(content)
    model.graph(Precision.F16).unlink()
    assert set(model.damage()) == {WEIGHTS_FILE, "model.f16.onnx"}


def test_what_the_user_says_of_an_encoder_counts(own: Path, tmp_path: Path) -> None:
    preparation = Preparation(
        name="mine", query_prefix="Q: ", passage_prefix="", matryoshka_dimensions=(32, 16, 64), licence="MIT"
    )
    card = prepare(own, tmp_path, preparation).card
    assert (card.id, card.query_prefix, card.passage_prefix, card.licence) == ("mine", "Q: ", "", "MIT")
    assert card.matryoshka_dimensions == (16, 32)


def test_prompts_pooling_and_length_of_sentence_transformers_are_read(own: Path, tmp_path: Path) -> None:
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (own / "modules.json").write_text(json.dumps(modules))
    (own / "1_Pooling").mkdir()
    change(own / "1_Pooling" / "config.json", pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    change(own / "sentence_bert_config.json", max_seq_length=128)
    change(own / "config_sentence_transformers.json", prompts={"query": "find: ", "document": "text: "})
    card = prepare(own, tmp_path).card
    assert (card.pooling, card.max_tokens, card.query_prefix, card.passage_prefix) == ("cls", 128, "find: ", "text: ")


def test_each_pooling_gives_other_vectors_but_not_to_one_token(own: Path, tmp_path: Path) -> None:
    found = []
    for pooling in ("mean", "cls", "last"):
        change(own / "config.json", pooling=pooling)
        prepare(own, tmp_path, Preparation(name=pooling, query_prefix=""))
        found.append(load_embedder(pooling, cache_dir=tmp_path, backend="onnxruntime").embed_queries(["", "the pier"]))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        empty, text = np.einsum("ij,ij->i", found[one], found[other])
        assert empty == pytest.approx(1, abs=1e-5)
        assert text < 0.999


def dense_module(folder: Path) -> None:
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "path": "2_Dense", "type": "x.models.Dense"}]))


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_short(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def without_a_tensor(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors")


def with_integers(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["norm.weight"] = np.ones(64, np.int8)
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "there is no .*config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("{}"), "names no model_type"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "no tokenizer.json"),
        (lambda folder: change(folder / "config.json", model_type="t5"), "'t5' model; polyseek runs bert"),
        (lambda folder: change(folder / "config.json", pooling="weighted"), "pools by 'weighted'"),
        (lambda folder: change(folder / "config.json", hidden_act="tanh"), "activation 'tanh'"),
        (lambda folder: change(folder / "config.json", rope_scaling={"rope_type": "yarn"}), "type 'yarn'"),
        (dense_module, "a module Dense"),
        (pickled, "may run code"),
        (cut_short, "model.safetensors cannot be read"),
        (without_a_tensor, "no tensor layers.1.mlp.up_proj.weight"),
        (with_integers, "holds int8"),
    ],
)
def test_what_cannot_be_run_is_refused_and_leaves_nothing(spoil: Any, message: str, own: Path, tmp_path: Path) -> None:
    spoil(own)
    with pytest.raises(CheckpointError, match=message):
        prepare(own, tmp_path)
    assert prepared_models(tmp_path) == []
    assert not list(tmp_path.glob("prepared/*/"))


def test_a_name_that_is_a_path_is_refused(own: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="--name"):
        prepare(own, tmp_path, Preparation(name="a/b"))
