"""Sends requests to a server, again where a failure may pass."""

import json
import logging
import os
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
import numpy as np
import numpy.typing as npt
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from embedder.endpoint.address import EndpointAddress
from embedder.endpoint.faults import Caller, refusal
from embedder.endpoint.key import find_key
from embedder.endpoint.limits import EndpointLimits
from embedder.errors import EndpointAnswerError, EndpointError, EndpointUnavailableError

logger = logging.getLogger(__name__)

LONGEST_WAIT_S: Final = 120.0
"""A server that asks for a longer pause is not asked again."""
_CONNECT_TIMEOUT_S: Final = 10.0
_FIRST_WAIT_S: Final = 0.5
_LONGEST_BACKOFF_S: Final = 30.0

_Row = TypeVar("_Row", bound=np.generic)


class EndpointClient:
    """A server and the key for it; may be used from several threads at once.

    Args:
        address: The model on its server.
        limits: How much is asked at once, and for how long.
        sleep: Waits so many seconds before the next attempt.
    """

    def __init__(
        self, address: EndpointAddress, limits: EndpointLimits, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.address = address
        self._limits = limits
        self._sleep = sleep
        key = find_key(os.environ)
        self._caller = Caller(address=address, key=key)
        if key is not None and not address.trusted:
            logger.info("%s is not sent to %s, since http can be listened to", key.variable, address.url)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key.secret}"} if key is not None and address.trusted else {},
            timeout=httpx.Timeout(limits.timeout_s, connect=min(_CONNECT_TIMEOUT_S, limits.timeout_s), pool=None),
            limits=httpx.Limits(max_connections=limits.requests, max_keepalive_connections=limits.requests),
            follow_redirects=False,  # the key would go along
            trust_env=not address.loopback,  # a proxy for the way out is none for this machine
        )
        weakref.finalize(self, self._http.close)  # what is loaded by name has no owner who would close it

    def post(self, url: str, body: Mapping[str, Any]) -> Any:
        """Send a request, and again where the failure may pass: 429, 5xx, timeouts, lost connections.

        Args:
            url: Where to.
            body: What is sent, as JSON.

        Returns:
            The JSON of the answer.

        Raises:
            EndpointError: If the server refuses, cannot be reached, or does not answer with JSON.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self._limits.attempts),
            wait=_pause_s,
            retry=retry_if_exception(_may_pass),
            before_sleep=_tell,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._send, "POST", url, body)
        except _PassingError as error:
            msg = f"{error}, {retrying.statistics['attempt_number']} times in a row; {error.advice}"
            raise EndpointUnavailableError(msg) from error

    def in_batches(self, ask: Callable[[Sequence[str]], npt.NDArray[_Row]], texts: Sequence[str]) -> npt.NDArray[_Row]:
        """Ask for many texts in several requests, some at the same time.

        Args:
            ask: Asks for one batch; its result has a row for each text.
            texts: At least one text.

        Returns:
            The rows of all batches, in the order of `texts`.
        """
        size = self._limits.batch_texts
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        if len(batches) == 1:
            return ask(batches[0])
        with ThreadPoolExecutor(max_workers=self._limits.requests, thread_name_prefix="endpoint") as workers:
            return np.concatenate(list(workers.map(ask, batches)))

    def __str__(self) -> str:
        return f"{self.address.model} at {self.address.url}"

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None) -> Any:
        """Send once.

        Raises:
            _PassingError: If it may go better the next time.
            EndpointError: If it will not.
        """
        try:
            # Surrogate halves, from damaged file names, are no text that can be sent.
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            answer = self._http.request(method, url, content=content, headers={"Content-Type": "application/json"})
        except httpx.TimeoutException as error:
            reason = f"{self.address.url} did not answer within {self._limits.timeout_s:g} s"
            raise _PassingError(reason, "wait longer: POLYSEEK_ENDPOINT_TIMEOUT_S=600") from error
        except httpx.TransportError as error:
            reason = f"{self.address.url} cannot be reached ({self._caller.detail(str(error))})"
            raise _PassingError(reason, "see whether the server runs and the URL is right") from error
        except httpx.HTTPError as error:  # such as a body that cannot be decompressed
            reason = self._caller.detail(str(error))
            msg = f"{self.address.url} sent an answer that cannot be read ({reason}); see whether the URL is right"
            raise EndpointAnswerError(msg) from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Any:
        try:
            content: Any = answer.json()
            is_json = True
        except ValueError:
            content, is_json = answer.text, False
        if answer.status_code == HTTPStatus.OK and is_json:
            return content
        said = self._caller.detail(content)
        if answer.status_code == HTTPStatus.OK:
            msg = f"{self.address.url} did not answer with JSON but with {said[:60]!r}; see whether the URL is right"
            raise EndpointAnswerError(msg)
        if _is_passing(answer.status_code):
            reason = f"{self.address.url} answered {answer.status_code}{f' ({said})' if said else ''}"
            wait_s = retry_after_s(answer.headers.get("Retry-After", ""), datetime.now(UTC))
            raise _PassingError(reason, _later(wait_s), wait_s)
        offered = self._offered() if answer.status_code == HTTPStatus.NOT_FOUND else ()
        raise refusal(self._caller, answer.status_code, content, offered)

    def _offered(self) -> tuple[str, ...]:
        """The models that the server lists; () if it lists none."""
        try:
            answer = self._http.get(f"{self.address.url}/models")
            entries = answer.json()["data"] if answer.status_code == HTTPStatus.OK else []
            return tuple(self._caller.detail(entry["id"]) for entry in entries)
        except (httpx.HTTPError, ValueError, KeyError, TypeError):  # it is only asked to be of more help
            return ()


class _PassingError(EndpointError):
    """A failure that may pass."""

    def __init__(self, reason: str, advice: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.advice = advice
        self.wait_s = wait_s


def retry_after_s(header: str, now: datetime) -> float | None:
    """Understand `Retry-After`: seconds, or a date.

    Args:
        header: The header's value.
        now: The present moment, with its time zone.

    Returns:
        Seconds to wait, at least 0; None if it says nothing.
    """
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": in universal time, of an unknown place
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _is_passing(status: int) -> bool:
    return status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT} or (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, _PassingError) and (error.wait_s is None or error.wait_s <= LONGEST_WAIT_S)


_BACKOFF = wait_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_BACKOFF_S) + wait_random(0, _FIRST_WAIT_S)


def _pause_s(state: RetryCallState) -> float:
    """Seconds until the next attempt: what the server asks for, or longer each time, and never in step with others."""
    error = state.outcome.exception() if state.outcome else None
    asked_s = error.wait_s if isinstance(error, _PassingError) and error.wait_s is not None else 0.0
    return max(_BACKOFF(state), asked_s)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    logger.info("%s; trying again in %.1f s", error, state.upcoming_sleep)


def _later(wait_s: float | None) -> str:
    if wait_s is not None and wait_s > LONGEST_WAIT_S:
        return f"it asks for a pause of {wait_s:.0f} s: run the same command again then"
    return "run the same command again later, or with less at once: POLYSEEK_ENDPOINT_REQUESTS=1"
