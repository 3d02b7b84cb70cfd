"""Reads what a model directory says about its model; no code of the directory runs and nothing is unpickled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from embedder.checkpoints.tensors import Tensors, weight_files
from embedder.errors import CheckpointError
from embedder.pairs import separator


class Pooling(StrEnum):
    """How token vectors become one vector."""

    MEAN = "mean"
    CLS = "cls"
    LAST = "last"


_POOLINGS: Final = {
    "pooling_mode_mean_tokens": Pooling.MEAN,
    "pooling_mode_cls_token": Pooling.CLS,
    "pooling_mode_lasttoken": Pooling.LAST,
}
_POOLING_NAMES: Final = {
    "avg": Pooling.MEAN, "mean": Pooling.MEAN, "cls": Pooling.CLS, "last": Pooling.LAST, "lasttoken": Pooling.LAST,
}  # fmt: skip
_QUERY_PROMPTS: Final = ("query", "Query", "search_query")
_PASSAGE_PROMPTS: Final = ("passage", "document", "Passage", "search_document")
_MODULES: Final = ("Transformer", "Pooling", "Normalize")
_SCORES: Final = "ForSequenceClassification"
TOKENIZER_FILE: Final = "tokenizer.json"
LONGEST_INPUT: Final = 8192
"""No text is read further than these tokens, whatever a checkpoint allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """An encoder or a reranker as its directory describes it.

    Attributes:
        folder: The directory.
        config: Its `config.json`.
        pooling: How token vectors become one.
        prompts: (question, passage), put before each text; None if the directory does not say.
        max_tokens: Longest input that is read, special tokens included: what it was made for, at most 8,192.
    """

    folder: Path
    config: Mapping[str, Any]
    pooling: Pooling
    prompts: tuple[str, str] | None
    max_tokens: int

    @property
    def model_type(self) -> str:
        """The architecture, as `config.json` names it."""
        return str(self.config["model_type"])

    @property
    def is_reranker(self) -> bool:
        """True if it gives a text and a question a score, and no text a vector."""
        return any(str(name).endswith(_SCORES) for name in self.config.get("architectures") or ())

    def separator(self) -> int | None:
        """Number of the token behind a question, if passages behind it have a token type of their own (BERT)."""
        if not self.is_reranker or self.model_type != "bert":
            return None
        return separator((self.folder / TOKENIZER_FILE).read_bytes())

    def tensors(self) -> Tensors:
        """Open its weights.

        Raises:
            CheckpointError: If there are none that can be read safely.
        """
        return Tensors(self.folder)

    def files(self) -> list[Path]:
        """The files that say what the model is.

        Raises:
            CheckpointError: If it has no weights that can be read safely.
        """
        return sorted({*self.folder.glob("*.json"), *self.folder.glob("*/config.json"), *weight_files(self.folder)})


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read the JSON files of a model directory.

    Raises:
        CheckpointError: If a file is missing or damaged, or the encoder has parts that are not supported.
    """
    config = _read_json(folder / "config.json")
    if "model_type" not in config:
        msg = f"{folder / 'config.json'} names no model_type; it is not a model of the transformers library"
        raise CheckpointError(msg)
    if not (folder / TOKENIZER_FILE).is_file():
        msg = f"{folder} has no tokenizer.json; save it again with a fast tokenizer: tokenizer.save_pretrained(FOLDER)"
        raise CheckpointError(msg)
    transformer, pooling = _modules(folder)
    return Checkpoint(
        folder=folder,
        config=config,
        pooling=pooling or _pooling_named(folder, config.get("pooling", "mean")),
        prompts=_prompts(folder),
        max_tokens=_max_tokens(transformer, config),
    )


def _modules(folder: Path) -> tuple[Path, Pooling | None]:
    """Where sentence-transformers keeps the settings of the transformer, and its pooling."""
    path = folder / "modules.json"
    if not path.is_file():
        return folder, None
    places = {}
    for module in _read_json(path):
        kind = str(module["type"]).rpartition(".")[2]
        if kind not in _MODULES:
            msg = f"{path} has a module {kind}; polyseek runs {', '.join(_MODULES)} only: choose another encoder"
            raise CheckpointError(msg)
        places[kind] = folder / module["path"]
    if "Pooling" not in places:
        return places.get("Transformer", folder), None
    settings = _read_json(places["Pooling"] / "config.json")
    if "pooling_mode" in settings:
        return places.get("Transformer", folder), _pooling_named(folder, settings["pooling_mode"])
    chosen = [mode for name, mode in _POOLINGS.items() if settings.get(name)]
    others = [name for name, used in settings.items() if name.startswith("pooling_mode_") and used]
    if len(chosen) != 1 or len(others) != 1:
        msg = f"{folder} pools by {', '.join(others) or 'nothing'}; polyseek knows one of {', '.join(_POOLINGS)}"
        raise CheckpointError(msg)
    return places.get("Transformer", folder), chosen[0]


def _pooling_named(folder: Path, name: object) -> Pooling:
    if name not in _POOLING_NAMES:
        msg = f"{folder} pools by {name!r}; polyseek knows {', '.join(_POOLING_NAMES)}"
        raise CheckpointError(msg)
    return _POOLING_NAMES[str(name)]


def _prompts(folder: Path) -> tuple[str, str] | None:
    path = folder / "config_sentence_transformers.json"
    prompts = _read_json(path).get("prompts") if path.is_file() else None
    if not prompts:
        return None
    query = next((prompts[name] for name in _QUERY_PROMPTS if name in prompts), None)
    passage = next((prompts[name] for name in _PASSAGE_PROMPTS if name in prompts), None)
    return None if query is None and passage is None else (query or "", passage or "")


def _max_tokens(transformer: Path, config: Mapping[str, Any]) -> int:
    """The smallest limit that any of the files names."""
    limits = [int(config["max_position_embeddings"])]
    if str(config["model_type"]) in ("xlm-roberta", "roberta", "camembert"):
        limits = [limit - int(config.get("pad_token_id", 1)) - 1 for limit in limits]  # their positions start behind it
    for name, key in (("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length")):
        path = transformer / name
        limit = _read_json(path).get(key) if path.is_file() else None
        if limit is not None:
            limits.append(min(int(limit), LONGEST_INPUT))
    return min(*limits, LONGEST_INPUT)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        msg = f"there is no {path}; name a model directory with config.json, tokenizer.json and *.safetensors"
        raise CheckpointError(msg) from error
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}); get the model again"
        raise CheckpointError(msg) from error
