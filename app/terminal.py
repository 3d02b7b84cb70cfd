"""How results look on a terminal and as JSON lines: data on stdout, everything else on stderr."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.doctor import Finding, Status
from indexer import ChangeKind, FileChange, Page, StoredFile, SyncReport, Verdict
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
            place = ", ".join(filter(None, [shorten_path(path), plain(where(hit)).replace("\n", " ")]))
            console.print(Text(f"   {place}", style="dim"), soft_wrap=True)
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


def where(hit: Hit) -> str:
    """Where in its document a passage stands: its page, slide, sheet or time, and the headings above it."""
    return ", ".join(filter(None, [hit.location, f"“{hit.heading}”" if hit.heading else ""]))


def basis(hit: Hit) -> str:
    """What a hit is based on, in a few plain words: how near in meaning, and how much of the question's words."""
    words = f" · words {hit.lexical:.0%}" if hit.lexical else ""
    read = "" if hit.rerank_score is None else f" · reranker {hit.rerank_score:.1f}"
    return f"meaning {hit.dense:.2f}{words}{read}"


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
        elif any(verdict in change.verdicts for verdict in NOTED_VERDICTS):
            console.print(Text(plain(_verdicts_line(change)), style="yellow"), soft_wrap=True)
        elif report.dry_run or change.kind in {ChangeKind.MOVED, ChangeKind.DUPLICATE, ChangeKind.REMOVED}:
            console.print(Text(plain(_change_line(change))), soft_wrap=True)
    counts = ", ".join(f"{number:,} {kind}" for kind, number in report.counts().items() if number)
    verb = "Would be" if report.dry_run else "Done"
    passages = "" if report.dry_run else f"; {report.passages:,} passages stored in {report.elapsed_s:.1f} s"
    console.print(f"{verb}: {counts or 'no files found'}{passages}.", soft_wrap=True)


NOTED_VERDICTS = {
    Verdict.NEEDS_OCR: "an image that was not read (to read it: polyseek ingest --ocr FILE)",
    Verdict.UNDECODABLE: "in fonts that do not say which letters they draw",
    Verdict.SUSPECT: "with doubtful text",
    Verdict.NO_TEXT: "without text",
}
"""What a sync tells of pages; `polyseek documents show FILE` lists all of them."""


def _verdicts_line(change: FileChange) -> str:
    found = [
        f"{change.verdicts[verdict]} {'page' if change.verdicts[verdict] == 1 else 'pages'} {meaning}"
        for verdict, meaning in NOTED_VERDICTS.items()
        if verdict in change.verdicts
    ]
    return f"note     {shorten_path(change.path)}: {', '.join(found)}"


def _change_line(change: FileChange) -> str:
    origin = ""
    if change.origin is not None:
        relation = "from" if change.kind is ChangeKind.MOVED else "same content as"
        origin = f" ({relation} {shorten_path(change.origin)})"
    return f"{change.kind.value:<9}{shorten_path(change.path)}{origin}"


FILE_COLUMNS = ("file", "title", "type", "language", "pages", "passages", "status")


def show_files(console: Console, files: Iterable[StoredFile]) -> None:
    """Print the files of a collection as a table, or tab-separated when not on a terminal."""
    show_rows(console, FILE_COLUMNS, map(_file_cells, files))


def show_rows(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as a table, or tab-separated when not on a terminal."""
    if not console.is_terminal:
        for cells in (columns, *rows):
            _write_line(console, "\t".join(cells))
        return
    table = Table(*columns, box=None)
    for cells in rows:
        table.add_row(*map(Text, cells))
    console.print(table)


def _one_line(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain(cell).replace("\n", " ").replace("\t", " ") for cell in cells)


def _file_cells(file: StoredFile) -> tuple[str, ...]:
    doubtful = f"{file.doubtful_pages} doubtful, see: polyseek documents show" if file.doubtful_pages else "ok"
    status = doubtful if file.failure is None else f"failed: {file.failure_message} [{file.failure}]"
    cells = (
        shorten_path(file.path),
        file.title or "",
        file.document_type or "",
        file.language or "",
        str(file.pages),
        str(file.passages),
        status,
    )
    return _one_line(cells)


PAGE_COLUMNS = ("page", "label", "characters", "headings", "verdict", "extractor", "signs")


def show_pages(console: Console, pages: Iterable[Page]) -> None:
    """Print the pages of a document and what checking their text found; tab-separated when not on a terminal."""
    show_rows(console, PAGE_COLUMNS, map(_page_cells, pages))


def _page_cells(page: Page) -> tuple[str, ...]:
    check = page.check
    signs = ", ".join(f"{name} {value:.3g}" for name, value in check.signs.items()) if check else ""
    verdict, extractor = (check.verdict.value, check.extractor) if check else ("not checked", "")
    cells = (str(page.number), page.label, f"{len(page.text):,}", str(len(page.headings)), verdict, extractor, signs)
    return _one_line(cells)


def show_text(console: Console, text: str) -> None:
    """Print a text as it is, without what could steer a terminal."""
    _write_line(console, plain(text))


def page_fields(page: Page) -> dict[str, Any]:
    """A page as JSON: everything but its text, of which the length."""
    fields = asdict(page)
    del fields["text"]
    return {**fields, "characters": len(page.text)}


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
