"""What several commands share: options, the encoder they choose, and where they write."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from app.settings import Settings
from embedder import Embedder, load_embedder
from indexer import SettingsError
from indexer.neutral import DEFAULT_STRENGTH, check_strength

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""

NEUTRAL_WORDS = {"mine": 0.0, "balanced": DEFAULT_STRENGTH, "any": 1.0}
"""Names of neutral strengths."""

CollectionOption = Annotated[
    Path | None,
    typer.Option("--collection", "-c", help="Directory of the collection.", show_default="your data directory"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON lines to standard output.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Encoder, e.g. e5-small.")]
BackendOption = Annotated[str | None, typer.Option("--backend", help="Engine: openvino or onnxruntime.")]
NEUTRAL_HELP = "mine (0): my language first; balanced (0.7); any (1): any language alike; or a number from 0 to 1."


def neutral_strength(text: str | None) -> float | None:
    """Understand --neutral: a word of `NEUTRAL_WORDS` or a number; None stays None.

    Raises:
        SettingsError: If it is neither, or the number is not between 0 and 1.
    """
    if text is None:
        return None
    if text.casefold() in NEUTRAL_WORDS:
        return NEUTRAL_WORDS[text.casefold()]
    try:
        strength = float(text)
    except ValueError:
        msg = (
            f"--neutral {text}: write mine (my language first), balanced, any (any language alike), "
            "or a number from 0 to 1"
        )
        raise SettingsError(msg) from None
    return check_strength(strength)


def chosen_embedder(settings: Settings) -> Embedder | None:
    """The encoder the user chose; None leaves it to the collection, which loads its own only when it needs it."""
    if settings.leaves_encoder_open:
        return None
    return load_embedder(settings.model, backend=settings.backend, device=settings.device, cache_dir=settings.cache_dir)


def out() -> Console:
    """Where data goes."""
    return Console(highlight=False)


def err() -> Console:
    """Where everything else goes."""
    return Console(stderr=True, highlight=False)


def fail(message: str) -> NoReturn:
    """Say in one line what went wrong, and end with exit code 1."""
    err().print(Text(f"Error: {message}", style="red"), soft_wrap=True)
    raise typer.Exit(1)
