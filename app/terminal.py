"""How results look on a terminal and as JSON lines: data on stdout, everything else on stderr."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.doctor import Finding, Status
from indexer import ChangeKind, FileChange, StoredFile, SyncReport
from indexer.languages import language_name
from retriever import Hit, SearchResult

SHOWN_CHARACTERS = 600
"""Length of the part of a passage that is shown around the answering sentence."""


def plain(text: str) -> str:
    """Text that cannot steer a terminal: control characters become �."""
    return "".join("�" if unicodedata.category(char) == "Cc" and char != "\n" else char for char in text)


def write_json(console: Console, fields: dict[str, Any]) -> None:
    """Write one JSON line."""
    _write_line(console, json.dumps(fields, ensure_ascii=False, default=str))


def _write_line(console: Console, line: str) -> None:
    """Write data as it is: rich would turn tabs into spaces."""
    console.file.write(f"{line}\n")
    console.file.flush()


def show_result(console: Console, result: SearchResult, *, full: bool) -> None:
    """Print the hits of a question, best first, with the answering sentence marked."""
    if result.abstained:
        console.print(Text(abstention(result)), soft_wrap=True)
        console.print()
    for rank, hit in enumerate(result.hits, start=1):
        console.print(_headline(rank, hit), soft_wrap=True)
        for path in (hit.path, *hit.other_paths):
            console.print(Text(f"   {shorten_path(path)}, page {hit.page}", style="dim"), soft_wrap=True)
        console.print(_marked_passage(hit, console, full=full), soft_wrap=True)
        console.print()
    if not result.hits:
        console.print("Nothing was found: no passage passes these filters.")
    language = language_name(result.question_language)
    console.print(
        Text(
            f"{result.searched_passages:,} passages searched, question in {language}, "
            f"{result.timings.total_ms:,.0f} ms",
            style="dim",
        )
    )


def abstention(result: SearchResult) -> str:
    """Say that the collection probably does not answer the question, and how sure that is."""
    return (
        f"Probably not answered in these documents: the best passage answers with a probability of "
        f"{result.answer_probability:.0%} (below {result.abstention_threshold:.0%}). What comes nearest:"
    )


def _headline(rank: int, hit: Hit) -> Text:
    return Text.assemble(
        (f"{rank}. ", "bold"),
        (plain(hit.title).replace("\n", " "), "bold"),
        f"  [{language_name(hit.language)}]  score {hit.score:.3f} ({basis(hit)})",
    )


def basis(hit: Hit) -> str:
    """What a hit is based on, in a few plain words: how near in meaning, and how much of the question's words."""
    words = f" · words {hit.lexical:.0%}" if hit.lexical else ""
    return f"meaning {hit.dense:.2f}{words}"


def _marked_passage(hit: Hit, console: Console, *, full: bool) -> Text:
    start, end = hit.highlight.start, hit.highlight.end
    spare = 0 if full else max(0, SHOWN_CHARACTERS - (end - start)) // 2
    first = 0 if full or start <= spare else _word_border(hit.text, start - spare, start)
    last = len(hit.text) if full or len(hit.text) <= end + spare else _last_word_border(hit.text, end, end + spare)
    before, answer, after = hit.text[first:start], hit.text[start:end], hit.text[end:last]
    opening, closing = ("", "") if console.is_terminal else ("⟦", "⟧")
    return Text.assemble(
        "   ",
        "… " if first else "",
        plain(before).replace("\n", "\n   "),
        (opening + plain(answer).replace("\n", "\n   ") + closing, "bold reverse"),
        plain(after).replace("\n", "\n   "),
        " …" if last < len(hit.text) else "",
    )


def _word_border(text: str, first: int, last: int) -> int:
    """Where the first word behind `first` begins; `first` itself in scripts without spaces."""
    space = text.find(" ", first, last)
    return first if space < 0 else space + 1


def _last_word_border(text: str, first: int, last: int) -> int:
    space = text.rfind(" ", first, last)
    return last if space < 0 else space


def result_lines(result: SearchResult) -> Iterable[dict[str, Any]]:
    """A result as JSON objects: one about the question, then one for each hit."""
    yield {
        "event": "result",
        "question": result.question,
        "question_language": result.question_language,
        "searched_passages": result.searched_passages,
        "answer_probability": result.answer_probability,
        "abstained": result.abstained,
        "abstention_threshold": result.abstention_threshold,
        "timings": asdict(result.timings),
    }
    for rank, hit in enumerate(result.hits, start=1):
        yield {"event": "hit", "rank": rank, **asdict(hit), "highlighted_text": hit.highlighted_text}


def show_report(console: Console, report: SyncReport) -> None:
    """Print what a sync did, or would do, with each failure and its reason."""
    for change in report.changes:
        if change.kind is ChangeKind.FAILED:
            line = f"failed   {shorten_path(change.path)}: {change.message} [{change.reason}]"
            console.print(Text(plain(line), style="red"), soft_wrap=True)
        elif report.dry_run or change.kind in {ChangeKind.MOVED, ChangeKind.DUPLICATE, ChangeKind.REMOVED}:
            console.print(Text(plain(_change_line(change))), soft_wrap=True)
    counts = ", ".join(f"{number:,} {kind}" for kind, number in report.counts().items() if number)
    verb = "Would be" if report.dry_run else "Done"
    passages = "" if report.dry_run else f"; {report.passages:,} passages stored in {report.elapsed_s:.1f} s"
    console.print(f"{verb}: {counts or 'no files found'}{passages}.", soft_wrap=True)


def _change_line(change: FileChange) -> str:
    origin = ""
    if change.origin is not None:
        relation = "from" if change.kind is ChangeKind.MOVED else "same content as"
        origin = f" ({relation} {shorten_path(change.origin)})"
    return f"{change.kind.value:<9}{shorten_path(change.path)}{origin}"


FILE_COLUMNS = ("file", "title", "type", "language", "pages", "passages", "status")


def show_files(console: Console, files: Iterable[StoredFile]) -> None:
    """Print the files of a collection as a table, or tab-separated when not on a terminal."""
    rows = [_file_cells(file) for file in files]
    if not console.is_terminal:
        for cells in (FILE_COLUMNS, *rows):
            _write_line(console, "\t".join(cells))
        return
    table = Table(*FILE_COLUMNS, box=None)
    for cells in rows:
        table.add_row(*map(Text, cells))
    console.print(table)


def _file_cells(file: StoredFile) -> tuple[str, ...]:
    status = "ok" if file.failure is None else f"failed: {file.failure_message} [{file.failure}]"
    cells = (
        shorten_path(file.path),
        file.title or "",
        file.document_type or "",
        file.language or "",
        str(file.pages),
        str(file.passages),
        status,
    )
    return tuple(plain(cell).replace("\n", " ").replace("\t", " ") for cell in cells)


def shorten_path(path: str) -> str:
    """The path relative to the working directory where it lies below it."""
    try:
        return plain(str(Path(path).relative_to(Path.cwd())))
    except ValueError:
        return plain(path)


def show_facts(console: Console, facts: dict[str, Any]) -> None:
    """Print names and values, one a line; nested ones on one line."""
    for name, value in facts.items():
        shown = ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, dict) else value
        console.print(Text(f"{name.replace('_', ' '):<16}{plain(str(shown))}"), soft_wrap=True)


def show_finding(console: Console, finding: Finding) -> None:
    """Print what the doctor found, with what to do."""
    style = {Status.OK: "green", Status.NOTE: "yellow", Status.BROKEN: "red"}[finding.status]
    line = Text.assemble((f"{finding.status.value:<7}", style), f"{finding.subject:<12}{plain(finding.message)}")
    console.print(line, soft_wrap=True)
    if finding.advice:
        console.print(Text(f"{'':<19}→ {finding.advice}"), soft_wrap=True)
