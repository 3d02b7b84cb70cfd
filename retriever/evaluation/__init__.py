"""Measure how well questions find the documents that answer them, on published sets and on your own.

>>> from embedder import load_embedder
>>> from retriever.evaluation import evaluate, read_set
>>> report = evaluate([read_set(Path("questions.jsonl"))], load_embedder())      # doctest: +SKIP
>>> print(report.to_markdown())                                                  # doctest: +SKIP
"""

from retriever.evaluation.comparisons import Comparison
from retriever.evaluation.end_to_end import EvaluationSettings, evaluate
from retriever.evaluation.engine import Method, choose_methods, standard_methods
from retriever.evaluation.formats import LAYOUTS, read_set
from retriever.evaluation.highlights import HighlightRow
from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.presets import PRESETS, Preset, PresetPart, PublishedScore, load_preset
from retriever.evaluation.report import EvaluationReport
from retriever.evaluation.rows import Row
from retriever.evaluation.sampling import Half
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

__all__ = [
    "LAYOUTS",
    "PRESETS",
    "Comparison",
    "EvaluationError",
    "EvaluationReport",
    "EvaluationSet",
    "EvaluationSetError",
    "EvaluationSettings",
    "Half",
    "HighlightRow",
    "Measure",
    "Method",
    "Preset",
    "PresetPart",
    "PublishedScore",
    "Row",
    "SetDocument",
    "SetQuestion",
    "choose_methods",
    "evaluate",
    "load_preset",
    "read_set",
    "standard_methods",
]
