"""What several commands share: options, the encoder they choose, and where they write."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from app.settings import Settings
from embedder import Embedder, Reranker, load_embedder, load_reranker
from indexer import Collection, PassageSettings, SettingsError
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
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", help="Encoder: e5-small, a model directory or the name of a prepared one, or endpoint:URL#MODEL."
    ),
]
RerankerOption = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        help="Put the best 40 in the order of this model: a model directory or the name of a prepared one, "
        "or endpoint:URL#MODEL.",
    ),
]
BackendOption = Annotated[str | None, typer.Option("--backend", help="Engine: tensorrt, openvino, onnxruntime, torch.")]
MaxTokensOption = Annotated[
    int | None, typer.Option(help="Longest passage in the encoder's tokens.", show_default="256, or as it is")
]
OverlapOption = Annotated[
    int | None, typer.Option(help="Tokens a passage may share with the one before.", show_default="40, or as it is")
]
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


def passage_sizes(
    max_tokens: int | None, overlap_tokens: int | None, now: PassageSettings | None = None
) -> PassageSettings | None:
    """Understand --max-tokens and --overlap-tokens; what is not given stays as it is now, None if nothing is given.

    Raises:
        SettingsError: If the sizes are out of range.
    """
    if max_tokens is None and overlap_tokens is None:
        return None
    now = now or PassageSettings()
    return PassageSettings(
        max_tokens=now.max_tokens if max_tokens is None else max_tokens,
        overlap_tokens=now.overlap_tokens if overlap_tokens is None else overlap_tokens,
    )


def passwords_of(path: Path | None) -> tuple[str, ...]:
    """Read --password-file: one password a line; "-" is standard input.

    Raises:
        SettingsError: If it cannot be read.
    """
    if path is None:
        return ()
    try:
        text = sys.stdin.read() if path == Path("-") else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"--password-file {path} cannot be read ({error}); give a UTF-8 text file with one password a line"
        raise SettingsError(msg) from error
    return tuple(line for line in text.splitlines() if line)


def chosen_embedder(settings: Settings) -> Embedder | None:
    """The encoder the user chose; None leaves it to the collection, which loads its own only when it needs it."""
    if settings.leaves_encoder_open:
        return None
    return load_chosen(settings)


def load_chosen(settings: Settings) -> Embedder:
    """Load the encoder the user named, else the collection's own, else the one that comes with polyseek."""
    model, revision = settings.model, None
    if model == "auto" and Collection.exists(settings.collection):
        with Collection.open(settings.collection) as opened:
            encoder = opened.identity.encoder
        model, revision = str(encoder["id"]), str(encoder["revision"])
    return load_embedder(
        model,
        revision=revision,
        backend=settings.backend,
        device=settings.device,
        cache_dir=settings.cache_dir,
        endpoint=settings.endpoint_limits(),
    )


def chosen_reranker(settings: Settings) -> Reranker | None:
    """The reranker the user chose; None if none."""
    if settings.reranker is None:
        return None
    return load_reranker(
        settings.reranker,
        backend=settings.backend,
        device=settings.device,
        cache_dir=settings.cache_dir,
        endpoint=settings.endpoint_limits(),
    )


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
