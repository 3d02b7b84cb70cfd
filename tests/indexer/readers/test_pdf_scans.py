"""Pages that are images: told from empty ones, and read where that is asked for."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from indexer.readers import ReadDocument, ReadFailure, ReadLimits, ReadOptions, Verdict
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.pool import ReaderPool
from indexer.readers.reading import read_file

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


def scan_of(source: Path, pages: int = 1, *, scale: float = 2.0) -> bytes:
    """A PDF that shows the pages of another one as images."""
    scan = pikepdf.new()
    with pypdfium2.PdfDocument(source) as document:
        for index in range(min(pages, len(document))):
            image = document[index].render(scale=scale, grayscale=True).to_pil()
            page = scan.add_blank_page(page_size=document[index].get_size())
            stream = scan.make_stream(
                image.tobytes(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=image.width,
                Height=image.height,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=8,
            )
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
            width, height = document[index].get_size()
            page.Contents = scan.make_stream(b"q %f 0 0 %f 0 0 cm /Im0 Do Q" % (width, height))
    return saved(scan)


def saved(pdf: pikepdf.Pdf) -> bytes:
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


def with_page_of(data: bytes, source: Path) -> bytes:
    """The same PDF with the first page of another one behind it."""
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(source) as other:
        pdf.pages.append(other.pages[0])
        return saved(pdf)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ReadDocument]:
    def read(data: bytes, *, ocr: bool = False) -> ReadDocument:
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return read_file(path, ReadLimits(), ReadOptions(ocr=ocr))

    return read


def test_a_scan_is_told_to_need_ocr_with_what_to_type(read: Callable[..., ReadDocument], sample_folder: Path) -> None:
    with pytest.raises(ReadError, match="polyseek ingest --ocr") as caught:
        read(scan_of(next(sample_folder.glob("de-*.pdf"))))
    assert caught.value.failure.reason is FailureReason.NO_TEXT


def test_one_scanned_page_does_not_hide_behind_the_others(
    read: Callable[..., ReadDocument], sample_folder: Path
) -> None:
    german = next(sample_folder.glob("de-*.pdf"))
    pages = read(with_page_of(scan_of(german), german)).pages
    assert [page.check.verdict for page in pages if page.check] == [Verdict.NEEDS_OCR, Verdict.OK]


def test_an_empty_page_needs_no_ocr(read: Callable[..., ReadDocument], sample_folder: Path) -> None:
    blank = pikepdf.new()
    blank.add_blank_page()
    pages = read(with_page_of(saved(blank), next(sample_folder.glob("de-*.pdf")))).pages
    assert [page.check.verdict for page in pages if page.check] == [Verdict.OK, Verdict.OK]


@needs_tesseract
@pytest.mark.parametrize("language", ["de", "ru", "he"])
def test_with_ocr_a_scan_reads_nearly_like_its_original(
    read: Callable[..., ReadDocument], sample_folder: Path, language: str
) -> None:
    source = next(sample_folder.glob(f"{language}-*.pdf"))
    (page,) = read(scan_of(source), ocr=True).pages
    assert page.check is not None
    assert (page.check.verdict, page.check.extractor.split()[0]) == (Verdict.RECOGNISED, "tesseract")
    assert page.check.signs["confidence"] > 0.8
    words = read_file(source, ReadLimits()).pages[0].text.split()
    assert sum(word in page.text for word in words) >= 0.9 * len(words)


@needs_tesseract
def test_a_worker_reads_scans_within_its_limits_and_leaves_no_program_behind(
    tmp_path: Path, sample_folder: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of(next(sample_folder.glob("de-*.pdf"))))
    with ReaderPool(workers=1, options=ReadOptions(ocr=True)) as pool:
        ((_, outcome),) = pool.read([path])
    assert isinstance(outcome, ReadDocument), outcome
    assert outcome.reader.endswith("+ocr")
    with ReaderPool(workers=1, options=ReadOptions(ocr=True), limits=ReadLimits(wall_s=0.8)) as pool:
        ((_, outcome),) = pool.read([path])
    assert isinstance(outcome, ReadFailure)
    assert outcome.reason is FailureReason.TIME
