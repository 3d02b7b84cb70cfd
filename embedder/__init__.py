"""Text in, unit vectors out.

```python
embedder = load_embedder()
questions = embedder.embed_queries(["Wo steht der Leuchtturm?"])
passages = embedder.embed_passages(["The lighthouse stands on the northern pier.", "Ferries leave every hour."])
scores = questions @ passages.T  # (1, 2), higher is better
```
"""

from embedder.contract import Embedder, Vectors
from embedder.errors import (
    BackendError,
    DimensionError,
    EmbedderError,
    ModelBuildError,
    ModelCacheError,
    ModelSourceError,
    UnknownModelError,
)
from embedder.language_means import LanguageMeans, measure_language_means
from embedder.languages import LANGUAGES
from embedder.loading import load_embedder
from embedder.matryoshka import check_dimension, cut
from embedder.model_card import ModelCard

__all__ = [
    "LANGUAGES",
    "BackendError",
    "DimensionError",
    "Embedder",
    "EmbedderError",
    "LanguageMeans",
    "ModelBuildError",
    "ModelCacheError",
    "ModelCard",
    "ModelSourceError",
    "UnknownModelError",
    "Vectors",
    "check_dimension",
    "cut",
    "load_embedder",
    "measure_language_means",
]
