"""Lets mteb, the benchmark of text embeddings, measure polyseek: its encoder alone, or the whole search.

```python
import mteb
from embedder import load_embedder
from retriever.adapters.mteb_models import MtebEncoder, MtebSearch

tasks = mteb.get_tasks(tasks=["WikipediaRetrievalMultilingual"], languages=["deu", "hin"])
encoder = mteb.evaluate(MtebEncoder(load_embedder()), tasks)
with MtebSearch(load_embedder()) as search:
    whole = mteb.evaluate(search, tasks)
print(encoder.task_results[0].get_score(), whole.task_results[0].get_score())
```

mteb keeps results and does not measure again what it has kept. Name, revision and options of a model are the key,
so that other options, other weights and, for `MtebSearch`, another polyseek version are measured anew.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, unquote

from embedder import Embedder, Vectors, check_dimension, cut
from indexer import Collection, TextDocument
from indexer.neutral import check_strength
from retriever.adapters.mteb_meta import MtebError, encoder_meta, search_meta
from retriever.results import SearchMode
from retriever.retriever import Retriever

if TYPE_CHECKING:
    from mteb.abstasks.task_metadata import TaskMetadata
    from mteb.types import Array, PromptType

logger = logging.getLogger(__name__)


class MtebEncoder:
    """An encoder as mteb wants it (its `EncoderProtocol`), for tasks of every kind.

    mteb says which texts are questions and which are documents. Where both sides of a comparison are alike (similarity,
    classification, clustering), it says neither, and all texts are embedded as questions, as E5's authors do.

    Args:
        embedder: The encoder.
        dimension: Cut its vectors to the first n numbers; None keeps them whole.

    Raises:
        DimensionError: If the encoder was not trained for this dimension.
        MtebError: If mteb is not installed.
    """

    def __init__(self, embedder: Embedder, *, dimension: int | None = None) -> None:
        self._embedder = embedder
        self._dimension = check_dimension(dimension or embedder.card.dimension, embedder.card)
        self.mteb_model_meta = encoder_meta(embedder.card, self._dimension)

    def encode(
        self, inputs: Iterable[Mapping[str, Any]], *, prompt_type: "PromptType | None" = None, **options: Any
    ) -> Vectors:
        """Turn the texts of a task into vectors.

        Args:
            inputs: Batches, with their texts under "text".
            prompt_type: Whether they are questions or documents; None says neither.
            options: What else mteb tells: the task, and a batch size, which polyseek chooses itself.

        Returns:
            Shape (number of texts, dimension), float32, unit rows, in the order of `inputs`.

        Raises:
            MtebError: If another `precision` than float32 is asked for.
        """
        from mteb.types import PromptType

        if options.get("precision", "float32") != "float32":
            msg = (
                f"precision {options['precision']!r} was asked for, polyseek's encoders give float32; leave precision "
                "out of encode_kwargs, or wrap the model in mteb's CompressionWrapper"
            )
            raise MtebError(msg)
        texts = [text for batch in inputs for text in batch["text"]]
        if prompt_type is PromptType.document:
            vectors = self._embedder.embed_passages(texts)
        else:
            vectors = self._embedder.embed_queries(texts)
        whole = self._dimension == self._embedder.card.dimension
        return vectors if whole else cut(vectors, self._dimension, self._embedder.card)

    def similarity(self, embeddings1: "Array", embeddings2: "Array") -> "Array":
        """Compare vectors of shape (n, dimension) with others of (m, dimension): (n, m) cosines, higher is nearer."""
        from mteb.similarity_functions import cos_sim

        return cos_sim(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: "Array", embeddings2: "Array") -> "Array":
        """Compare vectors of shape (n, dimension) row by row: (n,) cosines, higher is nearer."""
        from mteb.similarity_functions import pairwise_cos_sim

        return pairwise_cos_sim(embeddings1, embeddings2)


class MtebSearch:
    """polyseek's whole search as mteb wants it (its `SearchProtocol`), for retrieval and reranking tasks.

    Each corpus becomes a collection of its own, questions are asked as `Retriever.search` asks them, and a document
    counts as its best passage. mteb keeps a title apart from its text; here it is put above it, as in a real document.
    Use it in a `with` block, which deletes the last temporary collection at its end.

    Args:
        embedder: The encoder.
        mode: How passages are found.
        neutral: How little the language matters, 0 (my language first) … 1 (any language alike); None takes the
            default.
        folder: Keep the collections in this folder, and use those that it holds already instead of embedding their
            documents again; None makes temporary ones.

    Raises:
        SettingsError: If `neutral` is not between 0 and 1.
        MtebError: If mteb is not installed.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        mode: SearchMode = SearchMode.HYBRID,
        neutral: float | None = None,
        folder: Path | str | None = None,
    ) -> None:
        self._embedder = embedder
        self._mode = mode
        self._neutral = None if neutral is None else check_strength(neutral)
        self._folder = None if folder is None else Path(folder)
        self._temporary: TemporaryDirectory[str] | None = None
        self._retriever: Retriever | None = None
        self.mteb_model_meta = search_meta(embedder.card, mode, neutral)

    def index(
        self,
        corpus: Iterable[Mapping[str, Any]],
        *,
        task_metadata: "TaskMetadata",
        hf_split: str,
        hf_subset: str,
        **_: Any,
    ) -> None:
        """Make the documents searchable; the documents before them are forgotten.

        Args:
            corpus: Rows with "id", "text" and, if the task has titles, "title".
            task_metadata: The task.
            hf_split: The part of its data.
            hf_subset: Which of its data sets, often a language.

        Raises:
            IdentityError: If `folder` holds these documents as another encoder embedded them.
        """
        self.close()
        if self._folder is None:
            self._temporary = TemporaryDirectory(prefix="polyseek-mteb-")
            place = Path(self._temporary.name)
        else:
            parts = (task_metadata.name, str(task_metadata.revision), hf_subset, hf_split)
            place = self._folder / "-".join(quote(part, safe="") for part in parts)
        if Collection.exists(place):
            collection = Collection.open(place, embedder=self._embedder)
        else:
            collection = Collection.create(place, embedder=self._embedder)
        self._retriever = Retriever(collection)
        added = collection.add(_documents(corpus))
        logger.info("%s (%s, %s): %d passages added to %s", task_metadata.name, hf_subset, hf_split, added, place)

    def search(
        self,
        queries: Iterable[Mapping[str, Any]],
        *,
        top_k: int,
        top_ranked: Mapping[str, Sequence[str]] | None = None,
        **_: Any,
    ) -> dict[str, dict[str, float]]:
        """Answer the questions of a task.

        Args:
            queries: Rows with "id", "text" and, if the task has instructions, "instruction".
            top_k: Documents for each question.
            top_ranked: Question id → ids of the only documents to rank for it (reranking); None ranks all.

        Returns:
            Question id → document id → score, higher is better. An empty question finds nothing.

        Raises:
            MtebError: If nothing has been indexed, or a question is a conversation.
        """
        if self._retriever is None:
            msg = "there is nothing to search; call index with the task's documents first, as mteb.evaluate does"
            raise MtebError(msg)
        answers = {}
        for row in queries:
            only = None if top_ranked is None else top_ranked.get(row["id"], ())
            answers[row["id"]] = self._answer(self._retriever, _question(row), top_k, only)
        return answers

    def close(self) -> None:
        """Forget the documents, and delete their collection if it is a temporary one."""
        if self._retriever is not None:
            self._retriever.close()
            self._retriever = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def _answer(self, retriever: Retriever, question: str, top_k: int, only: Sequence[str] | None) -> dict[str, float]:
        """Document id → score of the best documents; only those in `only`, unless it is None."""
        if not question.strip():
            return {}
        wanted = None if only is None else set(only)
        found = retriever.search(
            question,
            top_k=top_k,
            per_document=1,
            mode=self._mode,
            neutral=self._neutral,
            folders=None if wanted is None else [_name(document_id) for document_id in wanted],
        )
        # Documents of the same content are one to polyseek, and each has its score.
        scores = {
            document_id: hit.score
            for hit in found.hits
            for document_id in map(_document_id, (hit.path, *hit.other_paths))
            if wanted is None or document_id in wanted
        }
        return dict(islice(scores.items(), top_k))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _documents(corpus: Iterable[Mapping[str, Any]]) -> Iterator[TextDocument]:
    for row in corpus:
        title = row.get("title") or ""
        yield TextDocument(name=_name(row["id"]), title=title, text=f"{title}\n\n{row['text']}")


def _name(document_id: str) -> str:
    """A document's name in the collection: a path of one part, so that a filter for it lets no other through."""
    return "/" + quote(document_id, safe="").replace(".", "%2E")


def _document_id(name: str) -> str:
    return unquote(name[1:])


def _question(row: Mapping[str, Any]) -> str:
    """The text of a question, and its instruction behind it, as mteb shows it to encoders."""
    if not isinstance(row["text"], str):
        msg = f"question {row['id']!r} is a conversation, polyseek answers single questions; leave this task out"
        raise MtebError(msg)
    return f"{row['text']} {row.get('instruction') or ''}".strip()
