"""The shapes of batches that a plan is made for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from embedder.errors import BackendError

TOKEN_BUDGET: Final = 16_384
"""Most tokens of a batch of passages, padding included; enough to keep a large GPU busy."""

QUERY_PROFILE: Final = 0
"""Number of the profile for questions."""

_LENGTHS: Final = (128, 512, 2048)
_QUERY_BATCH, _QUERY_TOKENS, _QUERY_STEP = 16, 64, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Batches of 1 to `max_batch` texts of 1 to `max_tokens` tokens, fastest for the usual shape.

    Attributes:
        max_batch: Most texts.
        max_tokens: Longest text, special tokens included.
        usual: (texts, tokens) that kernels are chosen for.
    """

    max_batch: int
    max_tokens: int
    usual: tuple[int, int]

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Smallest, usual and largest shape, each (texts, tokens)."""
        return (1, 1), self.usual, (self.max_batch, self.max_tokens)


def profiles_for(max_tokens: int) -> tuple[Profile, ...]:
    """The profiles of an encoder: one for questions, which is the first, then passages, shortest first.

    A profile of passages takes as many as fit the token budget, so that all need about the same memory.

    Args:
        max_tokens: Longest text it reads.
    """
    longest = min(_QUERY_TOKENS, max_tokens)
    made = [Profile(max_batch=_QUERY_BATCH, max_tokens=longest, usual=(1, min(_QUERY_STEP, longest)))]
    for length in (*(length for length in _LENGTHS if length < max_tokens), max_tokens):
        batch = max(1, TOKEN_BUDGET // length)
        made.append(Profile(max_batch=batch, max_tokens=length, usual=(batch, length)))
    return tuple(made)


def choose_profile(profiles: Sequence[Profile], texts: int, tokens: int) -> int:
    """Number of the profile for a batch.

    Args:
        profiles: Shortest first.
        texts: Of the batch.
        tokens: Of each text, padding included.

    Returns:
        The first that takes the batch; if none does, the one that takes most texts of this length.

    Raises:
        BackendError: If the texts are longer than all profiles.
    """
    fitting = [number for number, profile in enumerate(profiles) if tokens <= profile.max_tokens]
    if not fitting:
        msg = f"a text has {tokens} tokens; the plan takes {profiles[-1].max_tokens}: cut it before"
        raise BackendError(msg)
    whole = (number for number in fitting if texts <= profiles[number].max_batch)
    return next(whole, max(fitting, key=lambda number: profiles[number].max_batch))


def query_shape(texts: int, tokens: int, longest: int) -> tuple[int, int]:
    """Round the shape of a batch of questions up, so that few shapes have to be recorded as CUDA graphs.

    Args:
        texts: Of the batch, at most those of the profile.
        tokens: Of each text, padding included.
        longest: The profile's longest text.

    Returns:
        (texts, tokens): a power of two, and a multiple of 16 or the profile's longest.
    """
    return 1 << (texts - 1).bit_length(), min(-(-tokens // _QUERY_STEP) * _QUERY_STEP, longest)
