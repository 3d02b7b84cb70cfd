"""What a search result says of itself, in the interface's language."""

from app.ui.language import _, number, percent
from indexer import PageKind, StoredPassage, Verdict
from retriever import Hit, SearchResult


def where(hit: Hit | StoredPassage) -> str:
    """Where in its document a passage stands: its page, slide, sheet or time, and the headings above it."""
    return " · ".join(filter(None, [location(hit), hit.heading]))


def location(hit: Hit | StoredPassage) -> str:
    """The page, slide, sheet or time of a passage; "" if its document has no parts."""
    if hit.page_kind in (PageKind.WHOLE, PageKind.TIME, PageKind.PART):
        return hit.label
    if hit.page_kind is PageKind.PAGE and not hit.label and hit.page != hit.end_page:
        return _("pages {first}–{last}", first=hit.page, last=hit.end_page)
    if hit.page_kind is PageKind.PAGE and hit.label:  # what is printed on it, and which one it is
        return _("page {label} ({number})", label=hit.label, number=hit.page)
    name = unit(hit.page_kind, hit.page)
    return f"{name}: {hit.label}" if hit.label else name


def basis(hit: Hit) -> str:
    """What a hit is based on: how near in meaning, and how much of the question's words."""
    parts = [_("meaning {score}", score=number(hit.dense, "0.00"))]
    if hit.lexical:
        parts.append(_("words {share}", share=percent(hit.lexical)))
    if hit.rerank_score is not None:
        parts.append(_("reranker {score}", score=number(hit.rerank_score, "0.0")))
    return " · ".join(parts)


def abstention(result: SearchResult) -> str:
    """Say that the collection probably does not answer the question, and how sure that is."""
    return _(
        "Probably not answered in these documents: the best passage answers with a probability of {probability} "
        "(below {threshold}). What comes nearest:",
        probability=percent(result.answer_probability or 0.0),
        threshold=percent(result.abstention_threshold),
    )


def verdict_name(verdict: Verdict) -> str:
    """How far the text of a page can be trusted, in a word or two."""
    return {
        Verdict.OK: _("in order"),
        Verdict.REPAIRED: _("repaired"),
        Verdict.RECOGNISED: _("read from an image"),
        Verdict.SUSPECT: _("doubtful"),
        Verdict.NEEDS_OCR: _("needs text recognition"),
        Verdict.NO_TEXT: _("no text"),
        Verdict.UNDECODABLE: _("font without letters"),
    }[verdict]


def verdict_meaning(verdict: Verdict) -> str:
    """What that means for the reader."""
    return {
        Verdict.OK: _("The text was checked, and nothing speaks against it."),
        Verdict.REPAIRED: _("The text was wrong in the file and was put right, as the places of its letters prove."),
        Verdict.RECOGNISED: _("The text was read from an image of the page. Single letters may be wrong."),
        Verdict.SUSPECT: _("Something speaks against this text. Compare it with the image of the page."),
        Verdict.NEEDS_OCR: _("The page is an image, and its text was not read. Read the folder again with OCR."),
        Verdict.NO_TEXT: _("The page has no text."),
        Verdict.UNDECODABLE: _("The fonts of the page do not say which letters they draw. The text cannot be used."),
    }[verdict]


def unit(kind: PageKind, number_of_page: int) -> str:
    """What a part of a document is called, such as page 3 or slide 3."""
    return {
        PageKind.PAGE: _("page {number}", number=number_of_page),
        PageKind.SLIDE: _("slide {number}", number=number_of_page),
        PageKind.SHEET: _("sheet {number}", number=number_of_page),
        PageKind.CHAPTER: _("chapter {number}", number=number_of_page),
    }.get(kind, _("part {number}", number=number_of_page))
