"""BERT and its relatives with learnt positions: XLM-RoBERTa, RoBERTa."""

import numpy as np

from embedder.checkpoints.layers import LayerWriter


def write_bert(graph: LayerWriter) -> str:
    """Add the encoder.

    Returns:
        Name of the token vectors.
    """
    config = graph.config
    epsilon = float(config["layer_norm_eps"])
    bias = graph.bias(graph.padding_bias(graph.mask()), "bias")
    words = graph.look_up("embeddings.word_embeddings", "input_ids")
    hidden = graph.add("Add", [words, graph.bias(_places(graph), "places")], "embedded")
    if graph.separator is not None:
        hidden = graph.add("Add", [hidden, graph.bias(_second_text(graph, graph.separator), "second")], "told_apart")
    hidden = graph.layer_norm(hidden, "embeddings.LayerNorm", epsilon)
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        context = _attend(graph, hidden, bias, f"{name}.attention.self")
        mixed = graph.linear(context, f"{name}.attention.output.dense")
        hidden = graph.add("Add", [hidden, mixed], f"{name}.attended")
        hidden = graph.layer_norm(hidden, f"{name}.attention.output.LayerNorm", epsilon)
        wide = graph.linear(hidden, f"{name}.intermediate.dense")
        wide = graph.activate(wide, config["hidden_act"], f"{name}.activated")
        fed = graph.add("Add", [hidden, graph.linear(wide, f"{name}.output.dense")], f"{name}.fed")
        hidden = graph.layer_norm(fed, f"{name}.output.LayerNorm", epsilon)
    return hidden


def _places(graph: LayerWriter) -> str:
    """The vectors of the used positions with that of token type 0; float32."""
    first = 0 if graph.config["model_type"] == "bert" else int(graph.config["pad_token_id"]) + 1
    table = graph.read("embeddings.position_embeddings.weight").astype(np.float32)[first:]
    if graph.has("embeddings.token_type_embeddings.weight"):
        table = table + graph.read("embeddings.token_type_embeddings.weight").astype(np.float32)[0]
    length = graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    start = graph.constant("first", np.array([0]))
    return graph.add("Slice", [graph.constant("places.all", table), start, length, start], "places.used")


def _second_text(graph: LayerWriter, separator: int) -> str:
    """What makes token type 0 type 1, for the tokens behind the first separator; float32."""
    types = graph.read("embeddings.token_type_embeddings.weight").astype(np.float32)
    marks = graph.add("Equal", ["input_ids", graph.constant("separator", np.array(separator))], "second.marks")
    numbers = graph.cast(marks, graph.float32, "second.marks.f32")
    before = graph.add("CumSum", [numbers, graph.constant("along_text", np.array(1))], "second.before", exclusive=1)
    behind = graph.add("Greater", [before, graph.constant("nothing", np.float32(0))], "second.behind")
    column = graph.constant("column", np.array([-1]))
    chosen = graph.add("Unsqueeze", [graph.cast(behind, graph.float32, "second.f32"), column], "second.column")
    return graph.add("Mul", [chosen, graph.constant("second.difference", types[1] - types[0])], "second.vectors")


def _attend(graph: LayerWriter, hidden: str, bias: str, name: str) -> str:
    heads = int(graph.config["num_attention_heads"])
    width = int(graph.config["hidden_size"]) // heads
    asked = graph.heads(graph.linear(hidden, f"{name}.query"), heads, width, f"{name}.asked")
    asked = graph.scaled(asked, width**-0.5, f"{name}.asked_scaled")
    keys = graph.heads(graph.linear(hidden, f"{name}.key"), heads, width, f"{name}.keys")
    keys = graph.add("Transpose", [keys], f"{name}.keys_across", perm=[0, 1, 3, 2])
    values = graph.heads(graph.linear(hidden, f"{name}.value"), heads, width, f"{name}.values")
    return graph.attend(asked, keys, values, bias, f"{name}.context")
