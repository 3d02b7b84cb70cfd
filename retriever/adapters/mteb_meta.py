"""What mteb is told about polyseek's models."""

from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from embedder import ModelCard
from retriever.errors import RetrieverError
from retriever.results import SearchMode

if TYPE_CHECKING:
    from mteb.models import ModelMeta

MTEB_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "eng-Latn", "ar": "ara-Arab", "bn": "ben-Beng", "zh": "zho-Hans", "cs": "ces-Latn", "da": "dan-Latn",
        "nl": "nld-Latn", "fi": "fin-Latn", "fr": "fra-Latn", "de": "deu-Latn", "he": "heb-Hebr", "hi": "hin-Deva",
        "hu": "hun-Latn", "id": "ind-Latn", "it": "ita-Latn", "ja": "jpn-Jpan", "ko": "kor-Hang", "no": "nob-Latn",
        "fa": "fas-Arab", "pl": "pol-Latn", "pt": "por-Latn", "ru": "rus-Cyrl", "es": "spa-Latn", "sv": "swe-Latn",
        "th": "tha-Thai", "tr": "tur-Latn",
    }
)  # fmt: skip
"""polyseek's language codes → mteb's: ISO 639-3 and ISO 15924."""
MODEL_TYPES: Final[Mapping[SearchMode, str]] = MappingProxyType(
    {SearchMode.HYBRID: "hybrid", SearchMode.DENSE: "dense", SearchMode.LEXICAL: "sparse"}
)
"""What mteb calls each mode."""


class MtebError(RetrieverError):
    """mteb is not installed, or it asks for something that polyseek does not do."""


def encoder_meta(card: ModelCard, dimension: int) -> "ModelMeta":
    """What mteb shows of an encoder; None stands for what a model card does not say."""
    try:
        from mteb.models import ModelMeta
        from mteb.models.model_meta import ScoringFunction
        from mteb.types import Licenses
    except ModuleNotFoundError as error:
        msg = f"mteb cannot be imported ({error}): pip install 'polyseek[mteb]'"
        raise MtebError(msg) from error
    licence = card.licence.lower()
    return ModelMeta(
        loader=None,
        name=f"polyseek/{card.id}",
        revision=card.revision,
        release_date=None,
        languages=[MTEB_LANGUAGES[code] for code in card.languages],
        n_parameters=None,
        memory_usage_mb=None,
        max_tokens=card.max_tokens,
        embed_dim=dimension,
        license=licence if licence in get_args(Licenses) else None,
        open_weights=None,
        public_training_code=None,
        public_training_data=None,
        framework=[],
        similarity_fn_name=ScoringFunction.COSINE,
        use_instructions=bool(card.query_prefix or card.passage_prefix),
        training_datasets=None,
        experiment_kwargs=None if dimension == card.dimension else {"dimension": dimension},
    )


def search_meta(card: ModelCard, mode: SearchMode, neutral: float | None) -> "ModelMeta":
    """What mteb shows of the whole search; how it ranks belongs to the polyseek version as much as to the encoder."""
    options = {"mode": mode.value} | ({} if neutral is None else {"neutral": neutral})
    differences = {
        "name": f"polyseek/search-{card.id}",
        "revision": f"{version('polyseek')}-{card.revision}",
        "max_tokens": None,
        "similarity_fn_name": None,
        "model_type": [MODEL_TYPES[mode]],
        "experiment_kwargs": options,
    }
    return encoder_meta(card, card.dimension).model_copy(update=differences)
