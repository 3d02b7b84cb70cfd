"""Runs the same texts through every engine and compares the vectors with those of a reference.

The reference is torch in float32, which reads the model directory itself; where torch or the directory is missing,
it is ONNX Runtime in float32, and then only the engines are compared, not the making of the graph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from embedder.backends import BACKENDS, Engine
from embedder.batches import batches
from embedder.checkpoints.prepared import PreparedModel
from embedder.contract import Vectors
from embedder.errors import BackendError, CheckpointError
from embedder.graphs.writer import Precision
from embedder.parity_texts import ParityText, parity_texts

THRESHOLDS: Final = MappingProxyType({Precision.F32: 0.99999, Precision.BF16: 0.999, Precision.F16: 0.999})
"""Lowest cosine to the reference that a text may have."""

BATCH: Final = 8
TOP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How near the vectors of an engine are to those of the reference; higher is better.

    Attributes:
        lowest_alone: Lowest cosine of a text embedded by itself.
        lowest_padded: Lowest cosine of a text embedded in a padded batch.
        mean: Mean cosine of all of these.
        top_10: Share of the reference's ten nearest passages of a question that are also the engine's, mean over the
            questions.
        worst: The text with the lowest cosine.
    """

    lowest_alone: float
    lowest_padded: float
    mean: float
    top_10: float
    worst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityRow:
    """What one engine did.

    Attributes:
        backend: Its name.
        precision: Number type it was asked to compute in.
        engine: Name, version, device and precision; None if it did not run.
        is_reference: True for the engine the others are compared with; its padded vectors are compared with its own.
        agreement: None if it did not run.
        not_run: Why it did not run; None if it did.
    """

    backend: str
    precision: Precision
    engine: str | None = None
    is_reference: bool = False
    agreement: Agreement | None = None
    not_run: str | None = None

    @property
    def threshold(self) -> float:
        """The lowest cosine allowed."""
        return THRESHOLDS[self.precision]

    @property
    def passed(self) -> bool | None:
        """True if no text is below the threshold; None if the engine did not run."""
        if self.agreement is None:
            return None
        return min(self.agreement.lowest_alone, self.agreement.lowest_padded) >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityReport:
    """What every engine did with one encoder.

    Attributes:
        model: Name of the encoder.
        revision: Its weights.
        reference: The engine the others are compared with.
        texts: How many texts were embedded, each alone and in a padded batch.
        rows: One for each engine and number type.
    """

    model: str
    revision: str
    reference: str
    texts: int
    rows: tuple[ParityRow, ...]

    @property
    def failed(self) -> tuple[ParityRow, ...]:
        """The engines that ran and are below their threshold."""
        return tuple(row for row in self.rows if row.passed is False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """Vectors of all texts from one engine, each of shape (texts, dimension), float32."""

    engine: str
    alone: Vectors
    padded: Vectors


def _open_openvino(model: PreparedModel, precision: Precision) -> Engine:
    factory = cast("Callable[..., Engine]", BACKENDS["openvino"].import_engine())
    if precision is Precision.F32:
        return factory(model.graph(Precision.F32), threads=None, precision=precision.value)
    return factory(model.graph(Precision.F32), threads=None)  # bfloat16 where the processor has it


def _open_onnxruntime(model: PreparedModel, precision: Precision) -> Engine:
    return BACKENDS["onnxruntime"].import_engine()(model.graph(precision), threads=None)


def _open_torch(model: PreparedModel, precision: Precision) -> Engine:
    from embedder.backends.torch_reference import TorchEngine

    return TorchEngine(model.checkpoint(), precision=precision)


Opener = Callable[[PreparedModel, Precision], Engine]
ENGINES: Final[tuple[tuple[str, Precision, Opener], ...]] = (
    ("torch", Precision.F32, _open_torch),
    ("onnxruntime", Precision.F32, _open_onnxruntime),
    ("openvino", Precision.F32, _open_openvino),
    ("openvino", Precision.BF16, _open_openvino),
    ("torch", Precision.BF16, _open_torch),
)
"""Name, number type and how it is loaded. The first one in float32 that runs is the reference."""

PARITY_BACKENDS: Final = tuple(dict.fromkeys(name for name, _, _ in ENGINES))


def parity(model: PreparedModel, backends: Sequence[str] | None = None) -> ParityReport:
    """Compare the engines that can run here on an encoder; one of them is in memory at a time.

    Args:
        model: The prepared encoder.
        backends: Names of the engines to compare; None takes all. The reference is run in any case.

    Raises:
        BackendError: If there is no engine of one of the names, or neither torch nor ONNX Runtime can run here.
    """
    wanted = PARITY_BACKENDS if backends is None else tuple(backends)
    unknown = [name for name in wanted if name not in PARITY_BACKENDS]
    if unknown or not wanted:
        msg = f"there is no backend {', '.join(unknown) or 'named'}; choose some of {','.join(PARITY_BACKENDS)}"
        raise BackendError(msg)
    texts = parity_texts(model.card, model.tokenizer())
    reference: _Run | None = None
    rows = []
    for name, precision, opener in ENGINES:
        may_be_reference = reference is None and precision is Precision.F32
        if name not in wanted and not may_be_reference:
            continue
        run = _try(opener, model, precision, texts)
        if isinstance(run, str):
            rows.append(ParityRow(backend=name, precision=precision, not_run=run))
            continue
        if reference is None:
            reference = run
        rows.append(
            ParityRow(
                backend=name,
                precision=precision,
                engine=run.engine,
                is_reference=run is reference,
                agreement=_compare(run, reference, texts),
            )
        )
    if reference is None:
        msg = f"nothing can be compared: {'; '.join(f'{row.backend}: {row.not_run}' for row in rows)}"
        raise BackendError(msg)
    return ParityReport(
        model=model.card.id,
        revision=model.card.revision,
        reference=reference.engine,
        texts=len(texts),
        rows=tuple(rows),
    )


def _try(opener: Opener, model: PreparedModel, precision: Precision, texts: Sequence[ParityText]) -> "_Run | str":
    """Embed the texts with an engine, or say why it cannot run here."""
    try:
        engine = opener(model, precision)
    except (BackendError, CheckpointError) as error:
        return str(error)
    if not str(engine).endswith(precision.value):
        return f"this machine has no {precision.value}: {engine}"
    numbers = [text.numbers for text in texts]
    padding = model.padding
    groups = [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]
    return _Run(
        engine=str(engine),
        alone=np.concatenate([_embed(engine, [one], padding) for one in numbers]),
        padded=np.concatenate([_embed(engine, group, padding) for group in groups]),
    )


def _embed(engine: Engine, numbers: Sequence[Sequence[int]], padding: int) -> Vectors:
    """Embed texts in one batch; in the order of `numbers`."""
    longest = max(map(len, numbers))
    (batch,) = batches(numbers, max_tokens=longest * len(numbers), padding=padding)
    vectors = engine.run(batch.input_ids, batch.attention_mask)
    ordered = np.empty_like(vectors)
    ordered[batch.rows] = vectors
    return ordered


def _compare(run: _Run, reference: _Run, texts: Sequence[ParityText]) -> Agreement:
    alone, padded = _cosines(run.alone, reference.alone), _cosines(run.padded, reference.alone)
    asked = np.array([text.is_question for text in texts])
    found, expected = _nearest(run.alone, asked), _nearest(reference.alone, asked)
    shared = [len(set(ours) & set(theirs)) / len(theirs) for ours, theirs in zip(found, expected, strict=True)]
    return Agreement(
        lowest_alone=float(alone.min()),
        lowest_padded=float(padded.min()),
        mean=float(np.concatenate([alone, padded]).mean()),
        top_10=float(np.mean(shared)),
        worst=texts[int(np.minimum(alone, padded).argmin())].name,
    )


def _cosines(vectors: Vectors, others: Vectors) -> npt.NDArray[np.float64]:
    """Cosine of each pair of rows, written so that a row whose length is not 1 counts as farther away.

    Returns:
        Shape (rows,), float64; -1 where a number is missing.
    """
    apart = vectors.astype(np.float64) - others.astype(np.float64)
    cosines: npt.NDArray[np.float64] = np.nan_to_num(1 - np.square(apart).sum(axis=1) / 2, nan=-1.0)
    return cosines


def _nearest(vectors: Vectors, asked: npt.NDArray[np.bool_]) -> list[list[int]]:
    """The passages nearest to each question, best first."""
    scores = vectors[asked] @ vectors[~asked].T
    order: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, :TOP].tolist()
    return order
