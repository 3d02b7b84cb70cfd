"""Rotary position embedding (Su et al. 2021, "RoFormer"), from tables that are computed when the graph is written."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from embedder.checkpoints.layers import LayerWriter
from embedder.errors import CheckpointError

Frequencies = npt.NDArray[np.float64]


def frequencies(settings: Mapping[str, Any], width: int) -> Frequencies:
    """Radians that each pair of numbers of a head is turned by from one token to the next.

    Args:
        settings: Rope settings of a config: `rope_type`, `rope_theta`, and those of the type.
        width: Numbers in a head.

    Returns:
        Shape (width // 2,), float64.

    Raises:
        CheckpointError: If the type is not supported.
    """
    plain: Frequencies = 1.0 / float(settings["rope_theta"]) ** (np.arange(0, width, 2, dtype=np.float64) / width)
    kind = settings.get("rope_type", settings.get("type", "default"))
    if kind == "default":
        return plain
    if kind == "linear":
        return plain / float(settings["factor"])
    if kind == "llama3":
        return _llama3(plain, settings)
    msg = f"rotary positions of type {kind!r} are not supported; choose an encoder with default, linear or llama3"
    raise CheckpointError(msg)


def _llama3(plain: Frequencies, settings: Mapping[str, Any]) -> Frequencies:
    """Slow frequencies are divided by the factor, fast ones stay, those between are blended (Llama 3.1)."""
    low, high = float(settings["low_freq_factor"]), float(settings["high_freq_factor"])
    turns = float(settings["original_max_position_embeddings"]) * plain / (2 * math.pi)
    share: Frequencies = np.clip((turns - low) / (high - low), 0.0, 1.0)
    return (1 - share) * plain / float(settings["factor"]) + share * plain


class Rotary:
    """Turns questions and keys by their places.

    Args:
        graph: Where it is added.
        turn: See `frequencies`.
        name: Of its tables.
    """

    def __init__(self, graph: LayerWriter, turn: Frequencies, name: str) -> None:
        self._graph = graph
        angles = np.outer(np.arange(graph.max_tokens), turn)
        length = graph.add("Shape", ["input_ids"], f"{name}.length", start=1, end=2)
        self._tables = []
        for table, values in (("cos", np.cos(angles)), ("sin", np.sin(angles))):
            whole = graph.constant(f"{name}.{table}.all", values.astype(np.float32))
            first = graph.constant("first", np.array([0]))
            self._tables.append(graph.add("Slice", [whole, first, length, first], f"{name}.{table}"))

    def turn(self, heads: str, name: str) -> str:
        """Turn heads of shape (batch, heads, sequence, width), in float32."""
        graph, (cos, sin) = self._graph, self._tables
        values = graph.cast(heads, graph.float32, f"{name}.f32")
        graph.split(values, [f"{name}.left", f"{name}.right"], axis=-1)
        parts = []
        for side, own, other, operator in (("a", "left", "right", "Sub"), ("b", "right", "left", "Add")):
            along = graph.add("Mul", [f"{name}.{own}", cos], f"{name}.{side}.cos")
            across = graph.add("Mul", [f"{name}.{other}", sin], f"{name}.{side}.sin")
            parts.append(graph.add(operator, [along, across], f"{name}.{side}"))
        return graph.cast(graph.add("Concat", parts, f"{name}.turned", axis=-1), graph.type, name)
