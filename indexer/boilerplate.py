"""Passages that stand in many documents, such as licences and mail footers: they are embedded only a few times."""

import hashlib
import re
from typing import Final
from unicodedata import category

MANY_DOCUMENTS: Final = 5
"""A passage that so many documents hold says nothing of its own document: its vectors are taken from another one.

Below that, the title before it may make the difference ("deposit" in the lease of one flat and of another)."""

_NUMBER: Final = re.compile(r"\d+")


def fingerprint(text: str) -> int:
    """Give texts that differ only in numbers, case, punctuation and white space the same number (signed, 64 bits)."""
    letters = [character for character in text.casefold() if character.isalnum() or category(character)[0] == "M"]
    bare = _NUMBER.sub("0", "".join(letters))
    digest = hashlib.blake2b(bare.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
