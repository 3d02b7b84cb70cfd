"""Measure how well questions find the documents that answer them, on published sets and on your own."""

from retriever.evaluation.formats import LAYOUTS, read_set
from retriever.evaluation.presets import PRESETS, Preset, PresetPart, PublishedScore, load_preset
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

__all__ = [
    "LAYOUTS",
    "PRESETS",
    "EvaluationSet",
    "EvaluationSetError",
    "Preset",
    "PresetPart",
    "PublishedScore",
    "SetDocument",
    "SetQuestion",
    "load_preset",
    "read_set",
]
