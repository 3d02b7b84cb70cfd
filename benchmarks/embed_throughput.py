"""How fast the bundled encoder reads passages, against torch in float32 with the same weights.

Passages in 26 languages are put together from the calibration sentences. Every engine embeds the same ones, one engine
after the other in each round, and each round has passages of its own, so that no engine has seen their lengths before.
Tokenizing is part of the time. torch runs as sentence-transformers runs it: batches of 32 sorted by length, all cores.

    python benchmarks/embed_throughput.py
"""

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path
from torch_reference import TorchReference

from embedder import LANGUAGES, Embedder, Vectors, load_embedder
from embedder.backends import BACKENDS
from embedder.bundled import GRAPH_FILE, TOKENIZER_FILE, bundled_card, bundled_folder
from embedder.local_embedder import LocalEmbedder
from embedder.tokens import TextTokenizer

SENTENCES = Path(__file__).parents[1] / "data" / "calibration.jsonl"
RESULT = Path(__file__).parent / "results" / "embed_throughput.json"
ROUNDS = 7
TEXTS_PER_LANGUAGE = 4
FLAGS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16")
TORCH = "torch, f32"

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one engine did, round by round."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    lowest_cosine: float = 1.0


def main() -> None:
    """Measure, print a table, write the result."""
    encoder = load_embedder(backend="openvino")
    engines: dict[str, Embed] = {
        TORCH: _torch(),
        "OpenVINO, fastest precision": encoder.embed_passages,
        "OpenVINO, f32": _float32().embed_passages,
        "ONNX Runtime, f32": load_embedder(backend="onnxruntime").embed_passages,
    }
    measured = {name: Measured() for name in engines}
    tokens = []
    load_before = os.getloadavg()
    for texts in [_texts(encoder, seed) for seed in range(ROUNDS + 1)]:
        expected = _measure(engines[TORCH], texts, measured[TORCH])
        for name, embed in engines.items():
            if name != TORCH:
                cosines = np.einsum("ij,ij->i", _measure(embed, texts, measured[name]), expected)
                measured[name].lowest_cosine = min(measured[name].lowest_cosine, float(cosines.min()))
        tokens.append(sum(encoder.count_tokens([encoder.card.passage_prefix + text for text in texts])))
    result = {
        "machine": _machine(load_before),
        "passages_per_round": TEXTS_PER_LANGUAGE * len(LANGUAGES),
        "mean_tokens": round(statistics.mean(tokens) / (TEXTS_PER_LANGUAGE * len(LANGUAGES)), 1),
        "rounds": ROUNDS,
        "engines": {name: _summary(name, measured, tokens) for name in engines},
        "query_ms": round(_query_ms(encoder), 2),
        "start_to_first_vector_s": [round(_start_s(), 2) for _ in range(5)],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def _torch() -> Embed:
    torch.set_num_threads(os.cpu_count() or 1)
    reference = TorchReference()
    return lambda texts: reference.embed([f"passage: {text}" for text in texts])


def _float32() -> Embedder:
    """OpenVINO as on a processor without bfloat16."""
    built = bundled_folder(user_cache_path("polyseek"))
    tokenizer = TextTokenizer(built.files[TOKENIZER_FILE])
    engine = BACKENDS["openvino"].import_engine()(built.files[GRAPH_FILE], threads=None, precision="f32")  # type: ignore[call-arg]  # OpenVINO's alone
    return LocalEmbedder(bundled_card(tokenizer), tokenizer, engine, user_cache_path("polyseek"))


def _texts(encoder: Embedder, seed: int) -> list[str]:
    """Passages of about 40 to 290 tokens in all languages."""
    rows = [json.loads(line)["texts"] for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    chance = random.Random(seed)  # noqa: S311  texts, not secrets
    texts = []
    for language in LANGUAGES:
        sentences = [row[language] for row in rows]
        lengths = dict(zip(sentences, encoder.count_tokens(sentences), strict=True))
        for _ in range(TEXTS_PER_LANGUAGE):
            room = chance.randint(30, 260)
            chosen: list[str] = []
            while room > 0:
                chosen.append(chance.choice(sentences))
                room -= lengths[chosen[-1]]
            texts.append(" ".join(chosen))
    chance.shuffle(texts)
    return texts


def _measure(embed: Embed, texts: list[str], measured: Measured) -> Vectors:
    wall, cpu = time.perf_counter(), time.process_time()
    vectors = embed(texts)
    measured.wall_s.append(time.perf_counter() - wall)
    measured.cpu_s.append(time.process_time() - cpu)
    return vectors


def _summary(name: str, measured: dict[str, Measured], tokens: list[int]) -> dict[str, object]:
    """The first round is warming up and does not count."""
    own, torch_own = measured[name], measured[TORCH]
    rates = [count / wall for count, wall in zip(tokens, own.wall_s, strict=True)][1:]
    ratios = [theirs / ours for theirs, ours in zip(torch_own.wall_s, own.wall_s, strict=True)][1:]
    cpu_ratios = [theirs / ours for theirs, ours in zip(torch_own.cpu_s, own.cpu_s, strict=True)][1:]
    return {
        "tokens_per_s": round(statistics.median(rates)),
        "tokens_per_s_by_round": [round(rate) for rate in rates],
        "times_torch": round(statistics.median(ratios), 2),
        "times_torch_by_round": [round(ratio, 2) for ratio in ratios],
        "times_torch_in_cpu_time": round(statistics.median(cpu_ratios), 2),
        "lowest_cosine_to_torch": round(own.lowest_cosine, 5),
    }


def _query_ms(encoder: Embedder) -> float:
    times = []
    for _ in range(50):
        start = time.perf_counter()
        encoder.embed_queries(["Who repairs the old clock in the tower?"])
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _start_s() -> float:
    program = "from embedder import load_embedder; load_embedder().embed_queries(['Who repairs the old clock?'])"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  our own interpreter
    return time.perf_counter() - start


def _machine(load_before: tuple[float, float, float]) -> dict[str, object]:
    facts = {}
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = (line.partition(":") for line in cpuinfo.read_text().splitlines())
        facts = {key.strip(): value.strip() for key, _, value in lines}
    flags = facts.get("flags", "").split()
    return {
        "cpu": facts.get("model name", platform.processor()),
        "cpu_family_and_model": f"{facts.get('cpu family', '?')}/{facts.get('model', '?')}",
        "cores": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "load_average_before": round(load_before[0], 2),
        "load_average_after": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {
            name: version(name) for name in ("openvino", "onnxruntime", "tokenizers", "torch", "transformers", "numpy")
        },
    }


if __name__ == "__main__":
    main()
