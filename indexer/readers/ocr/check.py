"""Say whether images of pages can be read on this machine."""

from dataclasses import dataclass

from indexer.readers.ocr.packs import ORIENTATION, OcrMissingError, install_line, needed_packs
from indexer.readers.ocr.tesseract import Tesseract


@dataclass(frozen=True, slots=True, kw_only=True)
class TesseractCheck:
    """What is installed for reading images of pages.

    Attributes:
        version: Tesseract's, such as `"5.3.0"`; none if it is not on the PATH.
        installed: The packs it has.
        missing: The packs it lacks for our languages.
        install: What to type on this system to install all that is missing; empty if nothing is.
    """

    version: str | None
    installed: tuple[str, ...]
    missing: tuple[str, ...]
    install: str


def check_tesseract() -> TesseractCheck:
    """Look for Tesseract and its packs for our 26 languages.

    Raises:
        ReadError: Tesseract is there but does not run.
    """
    needed = (ORIENTATION, *needed_packs())
    try:
        tesseract = Tesseract.find()
    except OcrMissingError:
        return TesseractCheck(version=None, installed=(), missing=needed, install=install_line(needed))
    missing = tuple(pack for pack in needed if pack not in tesseract.packs)
    return TesseractCheck(
        version=tesseract.version(),
        installed=tuple(sorted(tesseract.packs)),
        missing=missing,
        install=install_line(missing) if missing else "",
    )


def require_ocr() -> None:
    """Make sure that images can be read on this machine.

    Raises:
        OcrMissingError: Tesseract is not installed; the message says how to install it.
        ReadError: It does not run.
    """
    Tesseract.find()
