"""Llama with bidirectional attention: the encoders NVIDIA makes of Llama 3.2, such as llama-nemotron-embed-1b-v2."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from embedder.checkpoints.layers import LayerWriter
from embedder.checkpoints.rotary import Rotary, frequencies


def write_llama(graph: LayerWriter) -> str:
    """Add the encoder up to its last norm; every token sees all tokens of its text.

    Returns:
        Name of the token vectors.
    """
    config = graph.config
    epsilon = float(config["rms_norm_eps"])
    rotary = Rotary(graph, frequencies(rope_settings(config), _width(config)), "rope")
    bias = graph.bias(graph.padding_bias(graph.mask()), "bias")
    hidden = graph.look_up("embed_tokens", "input_ids")
    for layer in range(config["num_hidden_layers"]):
        name = f"layers.{layer}"
        normed = graph.rms_norm(hidden, f"{name}.input_layernorm", epsilon)
        mixed = graph.linear(_attend(graph, normed, rotary, bias, f"{name}.self_attn"), f"{name}.self_attn.o_proj")
        hidden = graph.add("Add", [hidden, mixed], f"{name}.attended")
        normed = graph.rms_norm(hidden, f"{name}.post_attention_layernorm", epsilon)
        hidden = graph.add("Add", [hidden, _feed_forward(graph, normed, f"{name}.mlp")], f"{name}.fed")
    return graph.rms_norm(hidden, "norm", epsilon)


def rope_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The rope settings, as transformers wrote them up to version 4 and from version 5 on."""
    settings = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    settings.setdefault("rope_theta", config.get("rope_theta", 10_000.0))
    return settings


def _width(config: Mapping[str, Any]) -> int:
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _attend(graph: LayerWriter, hidden: str, rotary: Rotary, bias: str, name: str) -> str:
    width, heads = _width(graph.config), int(graph.config["num_attention_heads"])
    shared = int(graph.config.get("num_key_value_heads") or heads)
    asked = graph.heads(graph.linear(hidden, f"{name}.q_proj"), heads, width, f"{name}.asked")
    keys = graph.heads(graph.linear(hidden, f"{name}.k_proj"), shared, width, f"{name}.keys")
    values = graph.heads(graph.linear(hidden, f"{name}.v_proj"), shared, width, f"{name}.values")
    asked = graph.scaled(rotary.turn(asked, f"{name}.asked_turned"), width**-0.5, f"{name}.asked_scaled")
    keys = _repeat(graph, rotary.turn(keys, f"{name}.keys_turned"), heads // shared, f"{name}.keys_repeated")
    values = _repeat(graph, values, heads // shared, f"{name}.values_repeated")
    keys = graph.add("Transpose", [keys], f"{name}.keys_across", perm=[0, 1, 3, 2])
    return graph.attend(asked, keys, values, bias, f"{name}.context")


def _repeat(graph: LayerWriter, heads: str, times: int, name: str) -> str:
    """Use each head for several questions (grouped-query attention, Ainslie et al. 2023)."""
    if times == 1:
        return heads
    shared, width = int(graph.config["num_key_value_heads"]), _width(graph.config)
    apart = graph.add("Unsqueeze", [heads, graph.constant("third", np.array([2]))], f"{name}.apart")
    shape = graph.constant(f"expand_{times}", np.array([1, 1, times, 1, 1]))
    expanded = graph.add("Expand", [apart, shape], f"{name}.expanded")
    shape = graph.constant(f"joined_{times}", np.array([0, shared * times, -1, width]))
    return graph.add("Reshape", [expanded, shape], name)


def _feed_forward(graph: LayerWriter, hidden: str, name: str) -> str:
    gate = graph.activate(graph.linear(hidden, f"{name}.gate_proj"), graph.config["hidden_act"], f"{name}.gate")
    wide = graph.add("Mul", [gate, graph.linear(hidden, f"{name}.up_proj")], f"{name}.wide")
    return graph.linear(wide, f"{name}.down_proj")
