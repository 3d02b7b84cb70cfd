"""Why a file could not be read."""

from dataclasses import dataclass
from enum import StrEnum

from indexer.errors import IndexerError


class FailureReason(StrEnum):
    """Kinds of failure, for counting and for deciding what to try again."""

    EMPTY = "empty"
    """The file has no bytes, or only white space."""
    NO_TEXT = "no_text"
    """The file is sound but shows no text, such as a scan."""
    ENCRYPTED = "encrypted"
    """The file asks for a password."""
    DAMAGED = "damaged"
    """The file is broken, or ends too early."""
    WRONG_TYPE = "wrong_type"
    """The file is not what its name says, or not a file at all."""
    ENCODING = "encoding"
    """The file's letters cannot be told from its bytes."""
    TOO_LARGE = "too_large"
    """The file or its text is above the limits."""
    PERMISSION = "permission"
    """The user may not read the file."""
    VANISHED = "vanished"
    """The file is not there any more."""
    CHANGED = "changed"
    """Somebody kept writing to the file while it was read."""
    UNREADABLE = "unreadable"
    """The disk or the network failed."""
    TIME = "time"
    """Reading took longer than the limits allow."""
    MEMORY = "memory"
    """Reading needed more memory than the limits allow."""
    CRASHED = "crashed"
    """The process that read the file ended without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFailure:
    """A file that could not be read.

    Attributes:
        reason: What kind of failure.
        message: One line: what happened, with values, and what the user can do.
    """

    reason: FailureReason
    message: str


class ReadError(IndexerError):
    """One file cannot be read; inside a reader only, the pool answers with a `ReadFailure`."""

    def __init__(self, reason: FailureReason, message: str) -> None:
        super().__init__(message)
        self.failure = ReadFailure(reason=reason, message=message)
