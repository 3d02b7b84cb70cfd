"""Turns a document that was read into passages with all that is stored of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from indexer.boilerplate import fingerprint
from indexer.context import context_of, headings_above, in_context
from indexer.languages import passage_languages
from indexer.page_borders import continuation, join_pages
from indexer.passages import CUTTER_VERSION, PassageSettings, cut_passages
from indexer.readers import Page, PageKind, ReadDocument
from indexer.sentences import sentence_spans
from indexer.store import NewDocument, NewPassage


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPassage:
    """A passage and the texts that its vectors are made of.

    Attributes:
        passage: What is stored.
        embedded: Its text after title and headings.
        sentences: Its sentences.
    """

    passage: NewPassage
    embedded: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutDocument:
    """A document that has been cut into passages and waits for their vectors."""

    document: NewDocument
    passages: tuple[CutPassage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a passage stands, and its text."""

    page: int
    start: int
    end_page: int
    end: int
    tokens: int
    text: str


def cut_name(settings: PassageSettings) -> str:
    """How documents are cut today: stored with each, so that those cut otherwise are found and cut again."""
    return f"{CUTTER_VERSION} {settings.max_tokens}+{settings.overlap_tokens}"


def cut_document(
    read: ReadDocument,
    name: str,
    settings: PassageSettings,
    count_tokens: Callable[[Sequence[str]], list[int]],
    max_tokens: int,
) -> CutDocument:
    """Cut a document into passages, with their languages, headings and sentences.

    Args:
        read: The document.
        name: Its path: a title that only repeats it is told to no passage.
        settings: How long passages are.
        count_tokens: The encoder's counter.
        max_tokens: What the encoder takes of one text; title and headings are left away where they do not fit.
    """
    places = list(_places(read, settings, count_tokens))
    texts = [place.text for place in places]
    headings = list(headings_above(read.pages, [(place.page, place.start) for place in places], read.title))
    context = context_of(read.title, name)
    added = count_tokens([in_context(context, heading, "") for heading in headings])
    if any(extra + place.tokens > max_tokens for extra, place in zip(added, places, strict=True)):
        context, headings = "", [""] * len(places)  # better none than a passage whose end is cut off
    passages: list[CutPassage] = []
    for place, heading, guess in zip(places, headings, passage_languages(texts), strict=True):
        spans = tuple(sentence_spans(place.text))
        passage = NewPassage(
            page=place.page,
            start=place.start,
            end_page=place.end_page,
            end=place.end,
            heading=heading,
            fingerprint=fingerprint(place.text),
            tokens=place.tokens,
            language=guess.language,
            language_confidence=guess.confidence,
            sentences=spans,
        )
        sentences = tuple(place.text[start:end] for start, end in spans)
        passages.append(
            CutPassage(passage=passage, embedded=in_context(context, heading, place.text), sentences=sentences)
        )
    stored = tuple(cut.passage for cut in passages)
    language = _main_language(stored)
    document = NewDocument(read=read, cut=cut_name(settings), language=language, context=context, passages=stored)
    return CutDocument(document=document, passages=tuple(passages))


def _places(
    read: ReadDocument, settings: PassageSettings, count_tokens: Callable[[Sequence[str]], list[int]]
) -> Iterator[_Place]:
    """Cut page by page; the sentence that a page ends in is taken whole, from the next page too."""
    taken = 0  # of this page, by the passages of the one before
    for index, page in enumerate(read.pages):
        first = taken
        text, border, taken = page.text[first:], len(page.text) - first, 0
        following = read.pages[index + 1] if index + 1 < len(read.pages) else None
        if following is not None and read.page_kind is PageKind.PAGE:
            taken = _taken(page, following)
            if taken:
                text, border = join_pages(text, following.text[:taken])
        for span in cut_passages(text, settings, count_tokens):
            starts_here, ends_here = span.start < border, span.end <= border
            yield _Place(
                page=page.number if starts_here else page.number + 1,
                start=first + span.start if starts_here else span.start - border,
                end_page=page.number if ends_here else page.number + 1,
                end=first + span.end if ends_here else span.end - border,
                tokens=span.tokens,
                text=text[span.start : span.end],
            )


def _taken(page: Page, following: Page) -> int:
    if any(heading.start == 0 for heading in following.headings):
        return 0
    return continuation(page.text, following.text)


def _main_language(passages: Sequence[NewPassage]) -> str:
    tokens: Counter[str] = Counter()
    for passage in passages:
        tokens[passage.language] += passage.tokens
    return tokens.most_common(1)[0][0]
