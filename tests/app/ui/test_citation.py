"""Citations of passages, in three forms."""

from datetime import date

import pytest

from app.ui.ask.citation import cite
from indexer import PageKind
from retriever import Highlight, Hit

TODAY = date(2026, 3, 1)


def hit(title: str = "Harbour report", path: str = "/papers/harbour report.pdf", text: str = "It was\nlit.") -> Hit:
    return Hit(
        passage_id=7,
        text=text,
        highlight=Highlight(start=0, end=len(text)),
        path=path,
        other_paths=(),
        title=title,
        document_type="pdf",
        page=3,
        end_page=3,
        page_kind=PageKind.PAGE,
        label="",
        heading="",
        start=0,
        end=len(text),
        language="en",
        score=0.5,
        dense=0.5,
        lexical=0.0,
    )


def test_a_passage_is_cited_with_title_file_and_page() -> None:
    citation = cite(hit(), TODAY)
    assert citation.plain == "“It was lit.” (Harbour report, harbour report.pdf, page 3)"
    assert citation.markdown == "> It was lit.\n>\n> — *Harbour report, harbour report.pdf, page 3*"
    assert citation.bibtex.startswith("@misc{harbour-report-7,\n  title = {Harbour report},")
    assert "urldate = {2026-03-01}" in citation.bibtex


def test_a_key_is_made_of_ascii_even_for_names_without_any() -> None:
    assert cite(hit(path="/文書.pdf"), TODAY).bibtex.startswith("@misc{document-7,")


@pytest.mark.parametrize("sign", ["$", "_", "*", "[x](y)", "<b>", "#", "`", "~", "{", "\\", "%", "&", "^"])
def test_signs_mean_themselves(sign: str) -> None:
    citation = cite(hit(title=f"a{sign}b", text=f"c{sign}d"), TODAY)
    assert f"a{sign}b" in citation.plain
    assert "[x](y)" not in citation.markdown
    assert citation.bibtex.count("{") == citation.bibtex.count("}") or sign == "{"
