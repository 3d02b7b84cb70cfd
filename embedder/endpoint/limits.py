"""How much is asked of a server at once, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLimits:
    """How a server is asked.

    Attributes:
        batch_texts: Texts in one request.
        requests: Requests under way at the same time.
        attempts: How often a request is sent at most, where the failure may pass.
        timeout_s: Seconds to wait for an answer.
    """

    batch_texts: int = 50
    requests: int = 4
    attempts: int = 5
    timeout_s: float = 120.0
