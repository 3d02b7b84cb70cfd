"""A model directory as torch and transformers run it: what every other engine is compared with.

It reads the directory itself, not the graphs that polyseek makes of it. No code of the directory runs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from embedder import nemotron
from embedder.backends import AUTO
from embedder.checkpoints.checkpoint import Checkpoint, Pooling
from embedder.checkpoints.prepared import PreparedModel
from embedder.errors import BackendError
from embedder.graphs.writer import Precision
from embedder.local_embedder import LocalEmbedder

TORCH_DEVICES: Final = (AUTO, "cpu", "cuda")
_UNKNOWN_TO_TRANSFORMERS: Final = ("auto_map", "model_type", "architectures")
_TESTED_TOKENS: Final = 8

TokenVectors = Callable[[Any, Any], Any]
"""Token numbers and attention mask, both int64 tensors of shape (batch, sequence), to token vectors."""


def load_torch_embedder(
    model: PreparedModel, cache_dir: Path, *, device: str = AUTO, precision: Precision = Precision.F32
) -> LocalEmbedder:
    """Load an encoder from the directory it was prepared from, to run it with torch.

    Args:
        model: The prepared encoder; its card and tokenizer are used, its graphs are not.
        cache_dir: Where what is computed from the encoder is kept.
        device: "auto", "cpu" or "cuda"; "auto" takes CUDA where there is a GPU.
        precision: Number type of weights and activations; pooling and the result are float32.

    Raises:
        BackendError: If torch, transformers or the device is missing, or the encoder cannot run as it should.
        CheckpointError: If the directory cannot be read any more, or has changed.
    """
    engine = TorchEngine(model.checkpoint(), device=device, precision=precision)
    return LocalEmbedder(model.card, model.tokenizer(), engine, cache_dir)


class TorchEngine:
    """The encoder of a model directory, with the attention of torch (SDPA).

    Args:
        checkpoint: The model directory.
        device: "auto", "cpu" or "cuda".
        precision: Number type of weights and activations.

    Raises:
        BackendError: If torch, transformers or the device is missing, or the encoder cannot run as it should.
        CheckpointError: If the weights cannot be read.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: str = AUTO, precision: Precision = Precision.F32) -> None:
        self._torch = _library("torch")
        self._device = _choose_device(self._torch, device)
        types = {
            Precision.F32: self._torch.float32,
            Precision.BF16: self._torch.bfloat16,
            Precision.F16: self._torch.float16,
        }
        self._type = types[precision]
        self._pooling = checkpoint.pooling
        self._is_llama = checkpoint.model_type == nemotron.MODEL_TYPE
        self._model = _load_model(_library("transformers"), checkpoint, self._type).to(self._device).eval()
        self._name = f"torch {self._torch.__version__} on {self._device.upper()}, {precision}"
        if self._is_llama:
            with self._torch.inference_mode():
                require_bidirectional(self.token_vectors, self._torch, self._device)

    def run(self, input_ids: npt.NDArray[np.int64], attention_mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Embed a batch of token numbers; see `Engine.run`."""
        torch = self._torch
        with torch.inference_mode():
            numbers = torch.from_numpy(input_ids).to(self._device)
            mask = torch.from_numpy(attention_mask).to(self._device)
            pooled = self._pool(self.token_vectors(numbers, mask).float(), mask)
            vectors: npt.NDArray[np.float32] = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return vectors

    def __str__(self) -> str:
        return self._name

    def token_vectors(self, numbers: Any, mask: Any) -> Any:
        """The last hidden states.

        Args:
            numbers: Token numbers, a tensor of shape (batch, sequence), int64.
            mask: The same shape; 1 for a token, 0 for padding on the right.

        Returns:
            A tensor of shape (batch, sequence, hidden), in the engine's number type.
        """
        if not self._is_llama:
            return self._model(input_ids=numbers, attention_mask=mask).last_hidden_state
        # A mask of two dimensions would be made causal, whatever the layers say of themselves (transformers 5).
        hidden = (1 - mask)[:, None, None, :].to(self._type) * self._torch.finfo(self._type).min
        everywhere = hidden.expand(-1, 1, mask.shape[1], -1)
        return self._model(input_ids=numbers, attention_mask=everywhere, use_cache=False).last_hidden_state

    def _pool(self, hidden: Any, mask: Any) -> Any:
        if self._pooling is Pooling.CLS:
            return hidden[:, 0]
        if self._pooling is Pooling.LAST:
            return hidden[self._torch.arange(len(hidden)), mask.sum(dim=1) - 1]
        column = mask[:, :, None].float()
        return (hidden * column).sum(dim=1) / column.sum(dim=1)


def require_bidirectional(token_vectors: TokenVectors, torch: ModuleType, device: str = "cpu") -> None:
    """Check that the first token sees the last one, in a text alone and in a padded one.

    A model that was loaded as an ordinary Llama would not: its vectors look right and find little.

    Args:
        token_vectors: Runs the encoder.
        torch: The module.
        device: Where the encoder is.

    Raises:
        BackendError: If it does not.
    """
    for padding in (0, 3):
        numbers = torch.arange(1, _TESTED_TOKENS + 1, device=device).repeat(2, 1)
        last = _TESTED_TOKENS - padding - 1
        numbers[1, last] += _TESTED_TOKENS
        mask = torch.ones_like(numbers)
        mask[:, last + 1 :] = 0
        first = token_vectors(numbers, mask)[:, 0]
        if torch.equal(first[0], first[1]):
            where = "padded texts" if padding else "texts"
            msg = (
                f"attention is causal: in {where} the first token does not see the last one, as this encoder needs it; "
                "this version of transformers cannot run it: pip install --upgrade transformers"
            )
            raise BackendError(msg)


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        msg = f'{name} cannot be imported ({error}); the torch engine needs it: pip install "polyseek[torch]"'
        raise BackendError(msg) from error


def _choose_device(torch: ModuleType, device: str) -> str:
    if device not in TORCH_DEVICES:
        msg = f"torch has no device {device!r} here; choose one of {', '.join(TORCH_DEVICES)}"
        raise BackendError(msg)
    available = bool(torch.cuda.is_available())
    if device == "cuda" and not available:
        msg = f"torch {torch.__version__} finds no CUDA GPU; take device='cpu', or install torch for your CUDA version"
        raise BackendError(msg)
    return "cuda" if available and device != "cpu" else "cpu"


def _load_model(transformers: ModuleType, checkpoint: Checkpoint, dtype: Any) -> Any:
    """Load the weights into the model class of transformers."""
    with checkpoint.tensors():  # finds damaged files, and names them as everywhere else
        pass
    try:
        with _no_bars(transformers):
            model, found = _read_model(transformers, checkpoint, dtype)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        msg = f"transformers {transformers.__version__} cannot load {checkpoint.folder} ({error}); get the model again"
        raise BackendError(msg) from error
    missing = sorted(name for name in found["missing_keys"] if not name.startswith("pooler."))
    if missing:
        msg = f"{checkpoint.folder} has no weights for {', '.join(missing[:3])}; get the model again"
        raise BackendError(msg)
    return model


def _read_model(transformers: ModuleType, checkpoint: Checkpoint, dtype: Any) -> tuple[Any, dict[str, Any]]:
    settings: dict[str, Any] = {"dtype": dtype, "attn_implementation": "sdpa", "output_loading_info": True}
    settings |= {"local_files_only": True, "use_safetensors": True}
    if checkpoint.model_type == nemotron.MODEL_TYPE:
        known = {name: value for name, value in checkpoint.config.items() if name not in _UNKNOWN_TO_TRANSFORMERS}
        settings["config"] = transformers.LlamaConfig(**known)
        loaded = transformers.LlamaModel.from_pretrained(checkpoint.folder, **settings)
    else:
        loaded = transformers.AutoModel.from_pretrained(checkpoint.folder, **settings)
    model, found = loaded
    return model, found


@contextmanager
def _no_bars(transformers: ModuleType) -> Iterator[None]:
    """Keep transformers from drawing progress bars, and leave the setting as it was."""
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
