"""The parity report passes engines that agree, fails those that do not, and never passes one that did not run."""

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from embedder import LANGUAGES, BackendError, PreparedModel, prepare
from embedder.backends import BACKENDS
from embedder.backends.torch_reference import TorchEngine
from embedder.checkpoints.checkpoint import read_checkpoint
from embedder.checkpoints.export import WEIGHTS_FILE
from embedder.graphs.writer import Precision
from embedder.parity import THRESHOLDS, Agreement, ParityReport, ParityRow, parity
from embedder.parity_texts import parity_texts
from tests.tiny_transformers import FAMILIES, write_llama

pytestmark = pytest.mark.parity
pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedModel:
    place = tmp_path_factory.mktemp("prepared")
    return prepare(write_llama(place / "tiny-nemotron"), place / "cache")


@pytest.fixture
def own(prepared: PreparedModel, tmp_path: Path) -> PreparedModel:
    """A copy whose files a test may change."""
    return replace(prepared, folder=Path(shutil.copytree(prepared.folder, tmp_path / "own")))


def row(report: ParityReport, backend: str, precision: Precision) -> ParityRow:
    return next(each for each in report.rows if (each.backend, each.precision) == (backend, precision))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_engine_agrees_with_torch(family: str, dtype: str, tmp_path: Path) -> None:
    report = parity(prepare(FAMILIES[family](tmp_path / "model", dtype), tmp_path / "cache"))
    assert report.reference.startswith("torch ")
    assert report.failed == ()
    for backend in ("torch", "onnxruntime", "openvino"):
        assert row(report, backend, Precision.F32).passed, row(report, backend, Precision.F32)
    rounded = row(report, "openvino", Precision.BF16)  # runs only on a processor with bfloat16
    assert rounded.passed or (rounded.not_run or "").startswith("this machine has no bf16: OpenVINO ")
    top = [each.agreement.top_10 for each in report.rows if each.agreement is not None]
    assert min(top) > 0.9


@pytest.mark.parametrize(
    ("family", "setting", "value"),
    [
        ("llama_bidirec", "rope_parameters", {"rope_type": "default", "rope_theta": 500000.0}),
        ("llama_bidirec", "rms_norm_eps", 1e-2),
        ("modernbert", "local_attention", 12),
        ("xlm-roberta", "num_attention_heads", 8),
    ],
)
def test_a_wrong_setting_would_be_seen(family: str, setting: str, value: object, tmp_path: Path) -> None:
    folder = FAMILIES[family](tmp_path / "model")
    reference = TorchEngine(read_checkpoint(folder))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, setting: value}))
    model = prepare(folder, tmp_path / "cache")
    wrong = BACKENDS["onnxruntime"].import_engine()(model.graph(Precision.F32), threads=None)
    lowest = 1.0
    for text in parity_texts(model.card, model.tokenizer())[:8]:
        numbers = np.array([text.numbers])
        mask = np.ones_like(numbers)
        lowest = min(lowest, float(reference.run(numbers, mask)[0] @ wrong.run(numbers, mask)[0]))
    assert lowest < THRESHOLDS[Precision.F32]


def test_the_texts_are_in_all_languages_and_of_all_lengths(prepared: PreparedModel) -> None:
    texts = parity_texts(prepared.card, prepared.tokenizer())
    for kind in ("question", "passage", "long text"):
        assert {text.name for text in texts if text.name.startswith(kind)} == {f"{kind} {code}" for code in LANGUAGES}
    lengths = [len(text.numbers) for text in texts]
    assert (min(lengths), max(lengths)) == (1 + len(prepared.tokenizer().encode(["passage: "], 512)[0][1:]), 512)
    assert sum(length == 512 for length in lengths) == len(LANGUAGES)


def test_the_texts_are_no_longer_than_the_encoder_reads(prepared: PreparedModel) -> None:
    card = replace(prepared.card, max_tokens=32)
    assert max(len(text.numbers) for text in parity_texts(card, prepared.tokenizer())) == 32


def test_an_engine_whose_weights_are_off_fails(own: PreparedModel) -> None:
    path = own.folder / WEIGHTS_FILE
    weights = np.fromfile(path, np.float32)
    weights[len(weights) // 2 :] *= 1.05  # 5% in the later half: neither damaged nor far off
    weights.tofile(path)
    report = parity(own, ["onnxruntime"])
    broken = row(report, "onnxruntime", Precision.F32)
    assert broken.passed is False
    assert report.failed == (broken,)
    assert broken.agreement is not None
    assert 0.5 < broken.agreement.lowest_alone < 0.99999
    assert row(report, "torch", Precision.F32).passed


def test_vectors_that_are_no_numbers_fail(own: PreparedModel) -> None:
    path = own.folder / WEIGHTS_FILE
    np.full(path.stat().st_size // 4, np.nan, np.float32).tofile(path)
    broken = row(parity(own, ["onnxruntime"]), "onnxruntime", Precision.F32)
    assert broken.passed is False
    assert broken.agreement is not None
    assert broken.agreement.mean == -1


def test_without_its_directory_onnxruntime_is_the_reference_and_torch_is_not_passed(own: PreparedModel) -> None:
    moved = replace(own, source=f"{own.source}-moved")
    report = parity(moved, ["torch", "openvino"])
    assert report.reference.startswith("ONNX Runtime")
    for precision in (Precision.F32, Precision.BF16):
        absent = row(report, "torch", precision)
        assert absent.passed is None
        assert absent.not_run is not None
        assert absent.not_run.endswith("config.json, which the encoder was made from, is gone")
    assert row(report, "openvino", Precision.F32).passed


def test_a_directory_that_was_changed_is_not_compared_with(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "model")
    model = prepare(folder, tmp_path / "cache")
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    absent = row(parity(model, ["onnxruntime"]), "torch", Precision.F32)
    assert absent.not_run is not None
    assert "config.json has changed; prepare the encoder again" in absent.not_run


def test_an_unknown_engine_is_refused(prepared: PreparedModel) -> None:
    with pytest.raises(BackendError, match=r"no backend abacus; choose some of torch,onnxruntime,openvino"):
        parity(prepared, ["openvino", "abacus"])


@pytest.mark.parametrize(
    ("precision", "alone", "padded", "passed"),
    [
        (Precision.F32, 0.99999, 0.99999, True),
        (Precision.F32, 0.999989, 1.0, False),
        (Precision.F32, 1.0, 0.999989, False),
        (Precision.BF16, 0.999, 0.999, True),
        (Precision.BF16, 0.9989, 1.0, False),
        (Precision.F16, 1.0, 0.9989, False),
        (Precision.F32, math.nan, 1.0, False),
    ],
)
def test_one_text_below_the_threshold_fails(precision: Precision, alone: float, padded: float, passed: bool) -> None:
    found = Agreement(lowest_alone=alone, lowest_padded=padded, mean=1.0, top_10=1.0, worst="a")
    assert ParityRow(backend="any", precision=precision, engine="any", agreement=found).passed is passed


def models_parity(model: PreparedModel, *arguments: str) -> "subprocess.CompletedProcess[str]":
    code = "from app.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "models", "parity", model.card.id, *arguments],
        env={**os.environ, "POLYSEEK_CACHE_DIR": str(model.folder.parents[1]), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_a_row_for_each_engine(prepared: PreparedModel) -> None:
    done = models_parity(prepared, "--backends", "onnxruntime")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("tiny-nemotron, weights ")
    assert [line.split()[:2] for line in lines[3:]] == [["torch", "f32"], ["onnxruntime", "f32"]]
    assert lines[3].endswith("\treference")
    assert lines[4].rstrip().endswith("ok")


def test_the_command_ends_with_1_if_an_engine_fails(tmp_path: Path) -> None:
    model = prepare(write_llama(tmp_path / "tiny-nemotron", "bfloat16"), tmp_path / "cache")
    path = model.folder / WEIGHTS_FILE
    weights = np.fromfile(path, np.uint16).view(ml_dtypes.bfloat16)
    (weights.astype(np.float32) * np.linspace(1, 1.2, len(weights))).astype(ml_dtypes.bfloat16).tofile(path)
    done = models_parity(model, "--backends", "onnxruntime", "--json")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: onnxruntime f32: vectors differ from those of torch ")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["backend"], each["passed"]) for each in rows] == [("torch", True), ("onnxruntime", False)]
    assert rows[1]["agreement"]["lowest_alone"] < rows[1]["threshold"] == 0.99999


def test_the_command_says_why_an_engine_was_not_run(tmp_path: Path) -> None:
    model = prepare(write_llama(tmp_path / "tiny-nemotron"), tmp_path / "cache")
    shutil.rmtree(model.source)
    done = models_parity(model, "--backends", "torch")
    assert done.returncode == 0, done.stderr
    assert "not run" in done.stdout
    assert "torch bf16 was not run: " in done.stdout
    assert "is gone" in done.stdout


def test_the_command_names_an_encoder_that_is_not_there(prepared: PreparedModel) -> None:
    done = models_parity(replace(prepared, card=replace(prepared.card, id="nobody")))
    assert done.returncode == 1
    assert "there is no prepared model 'nobody'" in done.stderr
