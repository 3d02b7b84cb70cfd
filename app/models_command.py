"""The command `polyseek models`: encoders and rerankers that are kept on this machine."""

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from app import terminal
from app.options import JsonOption, err, fail, out
from app.progress import FetchBar
from app.settings import load_settings
from embedder import (
    Preparation,
    PreparedModel,
    PreparedReranker,
    find_prepared,
    find_reranker,
    is_reranker,
    load_embedder,
    prepare,
    prepare_reranker,
    prepared_models,
    prepared_rerankers,
    remove_prepared,
    user_cache_dir,
)
from embedder.checkpoints.hub import fetch
from embedder.checkpoints.published import PUBLISHED, TOLERANCE, known_preparation

models_cli = typer.Typer(help="Make encoders and rerankers ready, list them, look into one, check it, or delete it.")

_COLUMNS: Final = ("name", "weights", "dimensions", "tokens", "size", "made from")
_HUB_ID: Final = re.compile(r"[\w.-]+/[\w.-]+")

NameArgument = Annotated[str, typer.Argument(help="Name of a prepared encoder; see: polyseek models list")]
AnyNameArgument = Annotated[
    str, typer.Argument(help="Name of a prepared encoder or reranker; see: polyseek models list")
]


@models_cli.command("prepare", epilog="Example: polyseek models prepare nvidia/llama-nemotron-embed-1b-v2")
def prepare_model(  # noqa: PLR0913, PLR0917  one parameter for each option
    model: Annotated[
        str, typer.Argument(help="Model directory, or OWNER/NAME of one on the Hugging Face hub, which is fetched.")
    ],
    name: Annotated[str | None, typer.Option(help="Name to load it by; its own if none is given.")] = None,
    query_prefix: Annotated[str | None, typer.Option(help="Put before every question.")] = None,
    passage_prefix: Annotated[str | None, typer.Option(help="Put before every passage.")] = None,
    matryoshka: Annotated[str | None, typer.Option(help="Shorter lengths of its vectors, such as 384,512,768.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of its weights, to be shown with it.")] = None,
    revision: Annotated[str | None, typer.Option(help="Version on the hub: a commit, branch or tag.")] = None,
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="Accept its licence.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an encoder or a reranker ready from a model directory, here or on the hub."""
    cache_dir = _cache_dir()
    asked = Preparation(
        name=name,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        matryoshka_dimensions=None if matryoshka is None else _numbers(matryoshka),
        licence=licence,
    )
    folder = Path(model).expanduser()
    if not folder.exists() and _HUB_ID.fullmatch(model):
        with FetchBar(err()) as tell:
            fetched = fetch(
                model, cache_dir=cache_dir, revision=revision, accept_licence=accept_licence, on_progress=tell
            )
        folder, known = fetched.folder, known_preparation(model)
        asked = replace(
            asked,
            name=asked.name or known.name,
            query_prefix=known.query_prefix if asked.query_prefix is None else asked.query_prefix,
            passage_prefix=known.passage_prefix if asked.passage_prefix is None else asked.passage_prefix,
            licence=asked.licence or fetched.licence,
        )
    _show(_prepare(folder, cache_dir, asked), as_json)


@models_cli.command("list", epilog="Example: polyseek models list")
def list_models(as_json: JsonOption = False) -> None:
    """List the encoders and rerankers that were prepared; e5-small, which comes with polyseek, is always there."""
    models: list[PreparedModel | PreparedReranker] = [*prepared_models(_cache_dir()), *prepared_rerankers(_cache_dir())]
    if as_json:
        for model in models:
            terminal.write_json(out(), _fields(model))
        return
    terminal.show_rows(out(), _COLUMNS, map(_cells, models))


@models_cli.command(epilog="Example: polyseek models show my-e5")
def show(name: AnyNameArgument, as_json: JsonOption = False) -> None:
    """Show what is known about a prepared encoder or reranker."""
    _show(_find_any(name), as_json)


@models_cli.command(epilog="Example: polyseek models check my-e5")
def check(name: AnyNameArgument) -> None:
    """Compare every file of a prepared model with its checksum, and what it gives with what its publisher says."""
    damaged = _find_any(name).damage()
    if damaged:
        fail(
            f"damaged: {', '.join(damaged)}; delete it, then prepare it again: polyseek models remove {name}; "
            "polyseek models prepare MODEL"
        )
    out().print(Text(f"{name}: every file is as it was written"))
    published = PUBLISHED.get(name)
    if published is None:
        return
    settings = load_settings()
    embedder = load_embedder(name, backend=settings.backend, device=settings.device, cache_dir=settings.cache_dir)
    farthest = published.farthest(embedder)
    if farthest > TOLERANCE:
        fail(
            f"its cosines differ by {farthest:.4f} from those of the {published.source}; these are other weights, or "
            f"{embedder} is wrong: polyseek models parity {name}"
        )
    out().print(Text(f"{name}: cosines as in the {published.source}, within {farthest:.4f}"))


@models_cli.command(epilog="Example: polyseek models remove my-e5")
def remove(name: AnyNameArgument) -> None:
    """Delete a prepared encoder or reranker; the directory it was made from stays."""
    model = _find_any(name)
    remove_prepared(model)
    out().print(Text(f"removed {name}, {model.size_bytes / 1e6:,.0f} MB"))


def find_model(name: str) -> PreparedModel:
    """The prepared encoder of this name; says what there is, and ends, if there is none."""
    model = find_prepared(name, _cache_dir())
    if model is None:
        fail(f"there is no prepared model {name!r}; see: polyseek models list")
    return model


def _find_any(name: str) -> PreparedModel | PreparedReranker:
    """The prepared reranker or encoder of this name; says what there is, and ends, if there is none."""
    return find_reranker(name, _cache_dir()) or find_model(name)


def _prepare(folder: Path, cache_dir: Path, asked: Preparation) -> PreparedModel | PreparedReranker:
    if not is_reranker(folder):
        return prepare(folder, cache_dir, asked)
    if (asked.query_prefix, asked.passage_prefix, asked.matryoshka_dimensions) != (None, None, None):
        fail(f"{folder} is a reranker, which has no prefixes and no shorter vectors; give it --name and --licence only")
    return prepare_reranker(folder, cache_dir, name=asked.name, licence=asked.licence)


def _cells(model: PreparedModel | PreparedReranker) -> tuple[str, ...]:
    card, size = model.card, f"{model.size_bytes / 1e6:,.0f} MB"
    made = str(model.card.dimension) if isinstance(model, PreparedModel) else "reranker"
    return card.id, card.revision[:12], made, f"{card.max_tokens:,}", size, model.source


def _show(model: PreparedModel | PreparedReranker, as_json: bool) -> None:
    if as_json:
        terminal.write_json(out(), _fields(model))
        return
    for name, value in _fields(model).items():
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else repr(value) if value == "" else str(value)
        out().print(Text(f"{name.replace('_', ' '):22} {shown}"), soft_wrap=True)


def _fields(model: PreparedModel | PreparedReranker) -> dict[str, object]:
    kind = "encoder" if isinstance(model, PreparedModel) else "reranker"
    about = {"made_from": model.source, "folder": str(model.folder), "bytes": model.size_bytes}
    return {**asdict(model.card), "kind": kind, **about}


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        fail(f"--matryoshka {text!r} is no list of numbers; give them like this: --matryoshka 384,512,768")


def _cache_dir() -> Path:
    return load_settings().cache_dir or user_cache_dir()
