"""The engine: chooses how a batch is run, and keeps what runs it."""

import queue
from collections.abc import Sequence

from embedder.backends.tensorrt.contexts import (
    Integers,
    LoadedPlan,
    PassageContext,
    QueryContext,
    Vectors,
)
from embedder.backends.tensorrt.halving import run_in_parts
from embedder.backends.tensorrt.profiles import QUERY_PROFILE, Profile, choose_profile, query_shape

_Context = PassageContext | QueryContext


class TensorRtEngine:
    """A plan loaded onto the GPU; may be used from several threads at once, which share the weights.

    Each thread's batch has a context and a stream of its own, so that the copies of one batch run beside the
    computation of another.

    Args:
        plan: The weights on the GPU.
        profiles: The shapes the plan was built for, those of questions first.
        name: What it is, for people.
    """

    def __init__(self, plan: LoadedPlan, profiles: Sequence[Profile], name: str) -> None:
        self._plan = plan
        self._profiles = profiles
        self._name = name
        # By profile and, for questions, rounded shape; what is in use by a thread is not in the queue.
        self._idle: dict[tuple[int, ...], queue.SimpleQueue[_Context]] = {}

    def run(self, input_ids: Integers, attention_mask: Integers) -> Vectors:
        """Embed a batch of token numbers; see `Engine.run`.

        Raises:
            BackendError: If a text is longer than the plan takes, or does not fit into the GPU's memory.
        """
        tokens = input_ids.shape[1]
        number = choose_profile(self._profiles, len(input_ids), tokens)

        def run(part: slice) -> Vectors:
            return self._run(number, input_ids[part], attention_mask[part])

        return run_in_parts(len(input_ids), self._profiles[number].max_batch, run)

    def _run(self, number: int, input_ids: Integers, attention_mask: Integers) -> Vectors:
        texts, tokens = input_ids.shape
        shape = query_shape(texts, tokens, self._profiles[0].max_tokens) if number == QUERY_PROFILE else ()
        idle = self._idle.setdefault((number, *shape), queue.SimpleQueue())
        try:
            context = idle.get_nowait()
        except queue.Empty:  # all are in use by other threads, or this is the first batch
            context = QueryContext(self._plan, shape) if shape else PassageContext(self._plan, number)
        try:
            return context.run(input_ids, attention_mask)
        finally:
            idle.put(context)

    def __str__(self) -> str:
        return self._name
