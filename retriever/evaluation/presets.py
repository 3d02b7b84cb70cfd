"""The sets on which the model card of llama-nemotron-embed-1b-v2 publishes its quality, ready to be measured again.

The card: https://build.nvidia.com/nvidia/llama-nemotron-embed-1b-v2/modelcard. Its numbers are averages over a
preset's sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from retriever.evaluation.formats import read_set
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError

_MODEL: Final = "llama-nemotron-embed-1b-v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetPart:
    """One published set of a preset.

    Attributes:
        name: The sub folder that holds it.
        layout: How it is laid out, a name of `LAYOUTS`.
        source: Where to get it.
        split: The part that is asked.
        languages: Read each of these as a set of its own; () reads everything as one set.
    """

    name: str
    layout: str
    source: str
    split: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedScore:
    """A row of the model card.

    Attributes:
        method: The encoder, or BM25.
        dimension: Length of its vectors; None for BM25.
        recall_at_5: In [0, 1], higher is better.
    """

    method: str
    dimension: int | None
    recall_at_5: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A table of the model card.

    Attributes:
        parts: Its sets.
        published: Its rows.
        note: In what the sets here differ from the card's, "" if in nothing known.
    """

    parts: tuple[PresetPart, ...]
    published: tuple[PublishedScore, ...]
    note: str = ""


def _published(full: float, short: float, bm25: float) -> tuple[PublishedScore, ...]:
    return (
        PublishedScore(method=_MODEL, dimension=2048, recall_at_5=full),
        PublishedScore(method=_MODEL, dimension=384, recall_at_5=short),
        PublishedScore(method="BM25", dimension=None, recall_at_5=bm25),
    )


def _beir(name: str) -> PresetPart:
    source = f"https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/{name}.zip, or hub:BeIR/{name}"
    return PresetPart(name=name, layout="beir", source=source, split="test", languages=("en",))


PRESETS: Final[Mapping[str, Preset]] = {
    "open-domain": Preset(
        parts=(
            _beir("nq"),
            _beir("hotpotqa"),
            _beir("fiqa"),
            PresetPart(
                name="techqa",
                layout="techqa",
                source="https://huggingface.co/datasets/PrimeQA/TechQA, TechQA.tar.gz, its folder training_and_dev",
                split="dev",
                languages=("en",),
            ),
        ),
        published=_published(0.6860, 0.6448, 0.4467),
        note="The card does not say which of TechQA's splits and technotes it uses.",
    ),
    "miracl": Preset(
        parts=(
            PresetPart(
                name="miracl",
                layout="miracl",
                source="https://huggingface.co/datasets/miracl/miracl and …/miracl-corpus, or hub:miracl/miracl",
                split="dev",
                languages=("en", "ar", "bn", "zh", "fi", "fr", "de", "hi", "id", "ja", "ko", "fa", "ru", "es", "th"),
            ),
        ),
        published=_published(0.6075, 0.5862, 0.2651),
        note="The card's average includes translations into further languages, which are not published.",
    ),
    "mlqa": Preset(
        parts=(
            PresetPart(
                name="mlqa",
                layout="squad",
                source="https://dl.fbaipublicfiles.com/MLQA/MLQA_V1.zip, its folder MLQA_V1/test, or hub:facebook/mlqa",
                split="test",
            ),
        ),
        published=_published(0.7986, 0.7161, 0.1301),
        note=(
            "The card averages the pairs of two different languages; here Vietnamese is left out, which polyseek is "
            "not made for."
        ),
    ),
    "mldr": Preset(
        parts=(
            PresetPart(
                name="mldr",
                layout="mldr",
                source="https://huggingface.co/datasets/Shitao/MLDR, or hub:Shitao/MLDR",
                split="test",
                languages=("en", "ar", "fr", "de", "hi", "it", "ja", "ko", "pt", "ru", "es", "th"),
            ),
        ),
        published=_published(0.5955, 0.5477, 0.7139),
        note="The card leaves out one of MLDR's 13 languages; taken to be Chinese, which has other sources.",
    ),
}
"""The tables of the model card by name."""


def load_preset(name: str, folder: Path) -> list[EvaluationSet]:
    """Read the local copies of a preset's sets.

    Args:
        name: One of `PRESETS`.
        folder: Holds a folder for each part, by its name.

    Returns:
        One set for each part, or for each language of it, in the preset's order.

    Raises:
        EvaluationSetError: The name is not known, or a set is missing or malformed; says where to get it.
    """
    if name not in PRESETS:
        msg = f"unknown preset {name!r}; use one of: {', '.join(PRESETS)}"
        raise EvaluationSetError(msg)
    parts = PRESETS[name].parts
    if missing := [part for part in parts if not (folder / part.name).is_dir()]:
        places = "\n".join(f"  {folder / part.name}: {part.source}" for part in missing)
        msg = f"the preset {name!r} needs {len(missing)} more of its {len(parts)} sets; download and unpack:\n{places}"
        raise EvaluationSetError(msg)
    return [one for part in parts for one in _read_part(part, folder)]


def _read_part(part: PresetPart, folder: Path) -> list[EvaluationSet]:
    try:
        if not part.languages:
            return [read_set(folder / part.name, layout=part.layout, split=part.split)]
        sets = {
            language: read_set(folder / part.name, layout=part.layout, split=part.split, language=language)
            for language in part.languages
        }
    except EvaluationSetError as error:
        msg = f"{error} ({part.name} is published at {part.source})"
        raise EvaluationSetError(msg) from error
    if len(sets) == 1:
        return list(sets.values())
    return [replace(one, name=f"{part.name}/{language}") for language, one in sets.items()]
