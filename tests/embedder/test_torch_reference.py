"""The reference engine runs a model directory as transformers does, and never with causal attention."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embedder import BackendError, CheckpointError, prepare
from embedder.backends.torch_reference import TorchEngine, load_torch_embedder, require_bidirectional
from embedder.checkpoints.checkpoint import Pooling, read_checkpoint
from embedder.graphs.writer import Precision
from tests.tiny_transformers import FAMILIES, write_llama, write_xlm_roberta

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

NUMBERS = np.array([[5, 300, 21, 7, 44, 900], [8, 2, 77, 1, 1, 1]])
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama(tmp_path_factory.mktemp("models") / "tiny-nemotron")


@pytest.fixture
def causal_llama(llama: Path) -> Any:
    """The same weights as the ordinary Llama of transformers runs them."""
    config = json.loads((llama / "config.json").read_text())
    known = {name: value for name, value in config.items() if name not in ("auto_map", "model_type", "architectures")}
    return transformers.LlamaModel.from_pretrained(llama, config=transformers.LlamaConfig(**known)).eval()


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_no_vector(family: str, tmp_path: Path) -> None:
    engine = TorchEngine(read_checkpoint(FAMILIES[family](tmp_path / "model")))
    together = engine.run(NUMBERS, MASK)
    alone = engine.run(NUMBERS[1:, :3], MASK[1:, :3])
    np.testing.assert_allclose(together[1], alone[0], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("pooling", "pool"),
    [
        (Pooling.MEAN, lambda hidden: hidden.mean(axis=0)),
        (Pooling.CLS, lambda hidden: hidden[0]),
        (Pooling.LAST, lambda hidden: hidden[-1]),
    ],
)
def test_token_vectors_are_pooled_as_the_directory_says(
    tmp_path: Path, pooling: Pooling, pool: Callable[[np.ndarray], np.ndarray]
) -> None:
    folder = write_xlm_roberta(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "pooling": pooling.value}))
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        hidden = model(input_ids=torch.from_numpy(NUMBERS[1:, :3])).last_hidden_state[0].numpy()
    expected = pool(hidden) / np.linalg.norm(pool(hidden))
    np.testing.assert_allclose(TorchEngine(read_checkpoint(folder)).run(NUMBERS, MASK)[1], expected, atol=1e-5)


def test_bfloat16_differs_from_float32_but_not_by_much(llama: Path) -> None:
    exact = TorchEngine(read_checkpoint(llama)).run(NUMBERS, MASK)
    rounded = TorchEngine(read_checkpoint(llama), precision=Precision.BF16).run(NUMBERS, MASK)
    cosines = (exact * rounded).sum(axis=1)
    assert 0.999 < cosines.min() < 0.9999999


def test_an_ordinary_llama_is_caught_as_causal(causal_llama: Any) -> None:
    def token_vectors(numbers: Any, mask: Any) -> Any:
        return causal_llama(input_ids=numbers, attention_mask=mask).last_hidden_state

    with torch.no_grad(), pytest.raises(BackendError, match=r"attention is causal: in texts the first token"):
        require_bidirectional(token_vectors, torch)


def test_a_llama_that_is_causal_only_when_padded_is_caught(llama: Path, causal_llama: Any) -> None:
    both_ways = TorchEngine(read_checkpoint(llama))

    def token_vectors(numbers: Any, mask: Any) -> Any:
        if bool(mask.all()):
            return both_ways.token_vectors(numbers, mask)
        return causal_llama(input_ids=numbers, attention_mask=mask).last_hidden_state

    with torch.no_grad(), pytest.raises(BackendError, match=r"in padded texts the first token"):
        require_bidirectional(token_vectors, torch)


def test_a_causal_llama_is_refused_when_it_is_loaded(llama: Path) -> None:
    class Causal(TorchEngine):
        def token_vectors(self, numbers: Any, mask: Any) -> Any:
            return self._model(input_ids=numbers, attention_mask=mask, use_cache=False).last_hidden_state

    with pytest.raises(BackendError, match=r"attention is causal"):
        Causal(read_checkpoint(llama))


def test_causal_attention_would_change_the_vectors(llama: Path, causal_llama: Any) -> None:
    ours = TorchEngine(read_checkpoint(llama)).run(NUMBERS[:1], MASK[:1])[0]
    with torch.no_grad():
        mean = causal_llama(input_ids=torch.from_numpy(NUMBERS[:1])).last_hidden_state[0].mean(dim=0)
    theirs = torch.nn.functional.normalize(mean, dim=0).numpy()
    assert ours @ theirs < 0.98


def test_an_embedder_runs_the_directory_with_its_prefixes(llama: Path, tmp_path: Path) -> None:
    model = prepare(llama, tmp_path)
    embedder = load_torch_embedder(model, tmp_path, device="cpu")
    (numbers,) = model.tokenizer().encode(["query: Where is the lighthouse?"], 512)
    batch = np.array([numbers])
    expected = TorchEngine(read_checkpoint(llama)).run(batch, np.ones_like(batch))
    np.testing.assert_allclose(embedder.embed_queries(["Where is the lighthouse?"]), expected, atol=1e-6)
    assert str(embedder).startswith("torch ")
    assert embedder.card == model.card


def test_missing_weights_are_an_error_and_not_random_numbers(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    del tensors["layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BackendError, match=r"has no weights for layers\.1\.mlp\.up_proj\.weight"):
        TorchEngine(read_checkpoint(folder))


def test_a_damaged_directory_is_named(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(CheckpointError, match=r"model\.safetensors cannot be read .*get the model again"):
        TorchEngine(read_checkpoint(folder))


def test_a_device_that_is_not_there_is_refused(llama: Path) -> None:
    with pytest.raises(BackendError, match=r"no device 'tpu' here; choose one of auto, cpu, cuda"):
        TorchEngine(read_checkpoint(llama), device="tpu")
    if not torch.cuda.is_available():
        with pytest.raises(BackendError, match=r"finds no CUDA GPU"):
            TorchEngine(read_checkpoint(llama), device="cuda")


def test_loading_draws_nothing_on_the_terminal(llama: Path, capfd: pytest.CaptureFixture[str]) -> None:
    TorchEngine(read_checkpoint(llama))
    assert capfd.readouterr() == ("", "")
    assert transformers.utils.logging.is_progress_bar_enabled()


def test_without_torch_the_error_says_what_to_install(llama: Path) -> None:
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from embedder.backends.torch_reference import TorchEngine\n"
        "from embedder.checkpoints.checkpoint import read_checkpoint\n"
        "try: TorchEngine(read_checkpoint(Path(sys.argv[1])))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, llama], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("BackendError torch cannot be imported")
    assert 'pip install "polyseek[torch]"' in done.stdout


def test_importing_the_module_imports_no_heavy_library() -> None:
    script = (
        "import sys, embedder.backends.torch_reference, embedder.parity\n"
        "print({'torch', 'transformers', 'openvino', 'onnxruntime'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
