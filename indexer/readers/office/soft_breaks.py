"""Decide what a line break inside a paragraph means."""

import re
from typing import Final

from indexer.readers.lines import glue

SOFT_BREAK: Final = "\v"
"""What readers put where an author broke the line without ending the paragraph."""

_ENDS: Final = re.compile(r"[.!?:;。！？：；।؟۔؛…][\"'”’»)\]」』）]*$")
_ITEM: Final = re.compile(r"[-*•·–—▪◦‣●○■□]\s|[(\[]?\d{1,3}[.)\]]\s")


def with_soft_breaks(text: str) -> str:
    """Turn soft breaks into line ends after sentences and before items, elsewhere into what joins words.

    Many break a title or a sentence where it looks good; a line end there would cut the sentence in two.

    Args:
        text: A paragraph with `SOFT_BREAK`s.

    Returns:
        The paragraph without them.
    """
    lines = [line.strip(" \t") for line in text.split(SOFT_BREAK)] if SOFT_BREAK in text else [text]
    joined = lines[0]
    for line in lines[1:]:
        ends = not line or joined[-1:] in ("", "\n") or _ENDS.search(joined, len(joined) - 8) or _ITEM.match(line)
        joined += ("\n" if ends else glue(joined, line)) + line
    return joined
