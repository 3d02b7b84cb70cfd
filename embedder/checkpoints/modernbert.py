"""ModernBERT (Warner et al. 2024): rotary positions, gated feed-forward, and layers that look at near tokens only."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from embedder.checkpoints.layers import LayerWriter
from embedder.checkpoints.rotary import Rotary, frequencies
from embedder.graphs.writer import MASKED

_GLOBAL, _LOCAL = "full_attention", "sliding_attention"


def write_modernbert(graph: LayerWriter) -> str:
    """Add the encoder up to its last norm.

    Returns:
        Name of the token vectors.
    """
    config = graph.config
    epsilon = float(config["norm_eps"])
    everywhere = graph.padding_bias(graph.mask())
    near = graph.add("Add", [everywhere, _far_bias(graph)], "near_bias")
    biases = {_GLOBAL: graph.bias(everywhere, "bias"), _LOCAL: graph.bias(near, "local_bias")}
    width = int(config["hidden_size"]) // int(config["num_attention_heads"])
    rotaries = {
        kind: Rotary(graph, frequencies(_rope_settings(config, kind), width), kind) for kind in (_GLOBAL, _LOCAL)
    }
    hidden = graph.look_up("embeddings.tok_embeddings", "input_ids")
    hidden = graph.layer_norm(hidden, "embeddings.norm", epsilon)
    for layer, kind in enumerate(_layer_types(config)):
        name = f"layers.{layer}"
        normed = hidden if layer == 0 else graph.layer_norm(hidden, f"{name}.attn_norm", epsilon)
        context = _attend(graph, normed, rotaries[kind], biases[kind], f"{name}.attn")
        hidden = graph.add("Add", [hidden, graph.linear(context, f"{name}.attn.Wo")], f"{name}.attended")
        normed = graph.layer_norm(hidden, f"{name}.mlp_norm", epsilon)
        hidden = graph.add("Add", [hidden, _feed_forward(graph, normed, f"{name}.mlp")], f"{name}.fed")
    return graph.layer_norm(hidden, "final_norm", epsilon)


def _layer_types(config: Mapping[str, Any]) -> list[str]:
    if "layer_types" in config:
        return list(config["layer_types"])
    every = int(config["global_attn_every_n_layers"])
    return [_LOCAL if layer % every else _GLOBAL for layer in range(config["num_hidden_layers"])]


def _rope_settings(config: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    if "rope_parameters" in config:
        settings: Mapping[str, Any] = config["rope_parameters"][kind]
        return settings
    return {"rope_theta": config["global_rope_theta" if kind == _GLOBAL else "local_rope_theta"]}


def _far_bias(graph: LayerWriter) -> str:
    """What is added to the scores of tokens too far apart; float32, shape (sequence, sequence)."""
    reach = int(graph.config["local_attention"]) // 2
    length = graph.add("Shape", ["input_ids"], "far.length", start=1, end=2)
    first = graph.constant("first", np.array([0]))
    every = graph.constant("far.places.all", np.arange(graph.max_tokens, dtype=np.float32))
    places = graph.add("Slice", [every, first, length, first], "far.places")
    column = graph.add("Unsqueeze", [places, graph.constant("column", np.array([-1]))], "far.column")
    distance = graph.add("Abs", [graph.add("Sub", [column, places], "far.difference")], "far.distance")
    far = graph.add("Greater", [distance, graph.constant("far.reach", np.float32(reach))], "far")
    penalty = graph.cast(far, graph.float32, "far.f32")
    return graph.add("Mul", [penalty, graph.constant("masked", np.float32(MASKED))], "far.bias")


def _attend(graph: LayerWriter, hidden: str, rotary: Rotary, bias: str, name: str) -> str:
    heads = int(graph.config["num_attention_heads"])
    width = int(graph.config["hidden_size"]) // heads
    joint = graph.linear(hidden, f"{name}.Wqkv")
    graph.split(joint, [f"{name}.q", f"{name}.k", f"{name}.v"], axis=-1)
    asked = rotary.turn(graph.heads(f"{name}.q", heads, width, f"{name}.asked"), f"{name}.asked_turned")
    asked = graph.scaled(asked, width**-0.5, f"{name}.asked_scaled")
    keys = rotary.turn(graph.heads(f"{name}.k", heads, width, f"{name}.keys"), f"{name}.keys_turned")
    keys = graph.add("Transpose", [keys], f"{name}.keys_across", perm=[0, 1, 3, 2])
    values = graph.heads(f"{name}.v", heads, width, f"{name}.values")
    return graph.attend(asked, keys, values, bias, f"{name}.context")


def _feed_forward(graph: LayerWriter, hidden: str, name: str) -> str:
    graph.split(graph.linear(hidden, f"{name}.Wi"), [f"{name}.in", f"{name}.gate"], axis=-1)
    activated = graph.activate(f"{name}.in", graph.config["hidden_activation"], f"{name}.activated")
    return graph.linear(graph.add("Mul", [activated, f"{name}.gate"], f"{name}.wide"), f"{name}.Wo")
