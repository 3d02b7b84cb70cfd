"""What can be put right on a page."""

from enum import StrEnum


class Repair(StrEnum):
    """What was put right on a page, because the places of its letters prove it."""

    RIGHT_TO_LEFT = "right to left"
    """Lines that run from right to left were brought into reading order."""
    REPEATED_TEXT = "repeated text"
    """Text that was given twice for one thing drawn was kept once."""
    FALSE_SPACES = "false spaces"
    """Spaces that no gap shows were dropped, and some that a gap shows were put in."""
    MISPLACED_SIGNS = "misplaced signs"
    """Signs that were given far from their letter, or in the order they are seen, were brought to it."""
    LOST_JOINERS = "lost joiners"
    """Persian letters that do not touch were kept from joining again (zero-width non-joiner)."""
    BROKEN_LINES = "broken lines"
    """Lines that were given in pieces were put together."""
    COLUMNS = "columns"
    """Columns that were given line by line across were read one after another."""
