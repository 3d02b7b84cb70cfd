"""The key that a server asks for: read from the environment, and shown to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from embedder.errors import EndpointAccessError

VARIABLES: Final = ("NVIDIA_API_KEY", "NGC_API_KEY")
"""Environment variables that may hold a key; the first one that does is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key.

    Attributes:
        variable: The environment variable it came from.
        secret: The key itself.
    """

    variable: str
    secret: str = field(repr=False)

    def redact(self, text: str) -> str:
        """The text without the key, should it be in there."""
        return text.replace(self.secret, f"[{self.variable}]")


def find_key(environment: Mapping[str, str]) -> ApiKey | None:
    """Find the key; None if there is none.

    Raises:
        EndpointAccessError: If what is there cannot be a key.
    """
    for variable in VARIABLES:
        secret = environment.get(variable, "").strip()
        if not secret:
            continue
        if not (secret.isascii() and secret.isprintable() and " " not in secret):  # it would show up in other errors
            msg = f"{variable} holds blanks or characters that no key has; copy it again: export {variable}=KEY"
            raise EndpointAccessError(msg)
        return ApiKey(variable=variable, secret=secret)
    return None
