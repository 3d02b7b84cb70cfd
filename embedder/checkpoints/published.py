"""What publishers say their encoders give, to be compared with what they give here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from embedder.checkpoints.prepared import Preparation
from embedder.contract import Embedder
from embedder.nemotron import FORMER_HUB_ID, HUB_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCosines:
    """Cosines of questions with passages, as a model card gives them.

    Attributes:
        questions: The questions, without prefix.
        passages: The passages, without prefix.
        cosines: One row for each question, one number for each passage.
        source: Where they are published.
    """

    questions: tuple[str, ...]
    passages: tuple[str, ...]
    cosines: tuple[tuple[float, ...], ...]
    source: str

    def farthest(self, embedder: Embedder) -> float:
        """Embed the texts, and say by how much the worst cosine differs from the published one."""
        found = embedder.embed_queries(self.questions) @ embedder.embed_passages(self.passages).T
        return float(np.abs(found - np.array(self.cosines)).max())


TOLERANCE: Final = 0.01
"""How far a cosine may be from the published one: engines round differently, most of all in bfloat16."""

NEMOTRON: Final = "nemotron-1b-v2"
"""Name under which the published weights of llama-nemotron-embed-1b-v2 are kept."""

PUBLISHED: Final[Mapping[str, PublishedCosines]] = MappingProxyType(
    {
        NEMOTRON: PublishedCosines(
            questions=("how much protein should a female eat", "summit define"),
            passages=(
                "As a general guideline, the CDC's average requirement of protein for women ages 19 to 70 is 46 grams "
                "per day. But, as you can see from this chart, you'll need to increase that if you're expecting or "
                "training for a marathon. Check out the chart below to see how much protein you should be eating each "
                "day.",
                "Definition of summit for English Language Learners. : 1  the highest point of a mountain : the top "
                "of a mountain. : 2  the highest level. : 3  a meeting or series of meetings between the leaders of "
                "two or more governments.",
            ),
            cosines=((0.5968121, -0.0453447), (-0.0336120, 0.4614092)),
            source=f"model card of {HUB_ID}",
        )
    }
)
"""By the name of the prepared encoder."""

_E5: Final = Preparation(query_prefix="query: ", passage_prefix="passage: ")
_KNOWN: Final[Mapping[str, Preparation]] = MappingProxyType(
    {
        HUB_ID: Preparation(name=NEMOTRON),
        FORMER_HUB_ID: Preparation(name=NEMOTRON),
        "intfloat/multilingual-e5-small": _E5,
        "intfloat/multilingual-e5-base": _E5,
        "intfloat/multilingual-e5-large": _E5,
    }
)


def known_preparation(model_id: str) -> Preparation:
    """What model cards say that the directories on the hub do not.

    Args:
        model_id: `OWNER/NAME` on the hub; its name is what the encoder is loaded by, if nothing else is known.
    """
    known = _KNOWN.get(model_id, Preparation())
    return replace(known, name=known.name or model_id.rpartition("/")[2])
