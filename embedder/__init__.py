"""Text in, unit vectors out.

```python
embedder = load_embedder()
questions = embedder.embed_queries(["Wo steht der Leuchtturm?"])
passages = embedder.embed_passages(["The lighthouse stands on the northern pier.", "Ferries leave every hour."])
scores = questions @ passages.T  # (1, 2), higher is better
```
"""

from embedder.checkpoints.prepared import (
    Preparation,
    PreparedModel,
    find_prepared,
    prepare,
    prepared_models,
    remove_prepared,
)
from embedder.checkpoints.prepared_rerankers import (
    PreparedReranker,
    RerankerCard,
    find_reranker,
    is_reranker,
    prepare_reranker,
    prepared_rerankers,
)
from embedder.contract import Embedder, Vectors
from embedder.endpoint.limits import EndpointLimits
from embedder.errors import (
    BackendError,
    CheckpointError,
    DimensionError,
    EmbedderError,
    EndpointAccessError,
    EndpointAddressError,
    EndpointAnswerError,
    EndpointCreditError,
    EndpointError,
    EndpointLengthError,
    EndpointModelError,
    EndpointRefusalError,
    EndpointUnavailableError,
    HubAccessError,
    HubError,
    HubLicenceError,
    HubModelError,
    HubSpaceError,
    HubUnreachableError,
    ModelBuildError,
    ModelCacheError,
    ModelSourceError,
    UnknownModelError,
)
from embedder.language_means import LanguageMeans, measure_language_means
from embedder.languages import LANGUAGES
from embedder.loading import load_embedder, user_cache_dir
from embedder.matryoshka import check_dimension, cut
from embedder.model_card import ModelCard
from embedder.reranking import Reranker, load_reranker

__all__ = [
    "LANGUAGES",
    "BackendError",
    "CheckpointError",
    "DimensionError",
    "Embedder",
    "EmbedderError",
    "EndpointAccessError",
    "EndpointAddressError",
    "EndpointAnswerError",
    "EndpointCreditError",
    "EndpointError",
    "EndpointLengthError",
    "EndpointLimits",
    "EndpointModelError",
    "EndpointRefusalError",
    "EndpointUnavailableError",
    "HubAccessError",
    "HubError",
    "HubLicenceError",
    "HubModelError",
    "HubSpaceError",
    "HubUnreachableError",
    "LanguageMeans",
    "ModelBuildError",
    "ModelCacheError",
    "ModelCard",
    "ModelSourceError",
    "Preparation",
    "PreparedModel",
    "PreparedReranker",
    "Reranker",
    "RerankerCard",
    "UnknownModelError",
    "Vectors",
    "check_dimension",
    "cut",
    "find_prepared",
    "find_reranker",
    "is_reranker",
    "load_embedder",
    "load_reranker",
    "measure_language_means",
    "prepare",
    "prepare_reranker",
    "prepared_models",
    "prepared_rerankers",
    "remove_prepared",
    "user_cache_dir",
]
