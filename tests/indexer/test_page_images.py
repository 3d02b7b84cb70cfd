import io
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from indexer import Collection, PageImage, PageImages, ReadFailure, StoredPassage, spans_on_page

LANGUAGES = ("ar", "bn", "de", "fa", "he", "hi", "ja", "ko", "th", "zh")


def passages_of(collection: Collection) -> list[StoredPassage]:
    with collection.session() as session:
        return session.passages(session.snapshot.passage_ids.tolist())


def letters(text: str) -> Counter[str]:
    return Counter(character for character in text if character.isalpha())


def pdf_of(texts: Sequence[str]) -> bytes:
    """A PDF with a page for each of these lines."""
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for text in texts:
        page = pdf.add_blank_page()
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 11 Tf 72 700 Td (%b) Tj ET" % text.encode())
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


@pytest.fixture
def drawn_folder(sample_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for language in LANGUAGES:
        shutil.copy(next(sample_folder.glob(f"{language}-*.pdf")), folder)
    return folder


def test_the_boxes_of_a_sentence_hold_its_letters_in_every_script(collection: Collection, drawn_folder: Path) -> None:
    collection.sync([drawn_folder])
    with PageImages(collection) as images:
        for language in LANGUAGES:
            passage = next(p for p in passages_of(collection) if Path(p.paths[0]).name.startswith(language))
            start, end = passage.sentences[-1]
            image = draw(images, collection, passage, (start, end), passage.page, width_px=1000)
            assert isinstance(image, PageImage), image
            assert Image.open(io.BytesIO(image.png)).size == (image.width_px, image.height_px)
            assert image.width_px == 1000
            (boxes,) = image.boxes
            found = letters("".join(text_in(Path(passage.paths[0]), passage.page, box, image) for box in boxes))
            wanted = letters(passage.text[start:end])
            assert (wanted & found).total() >= 0.9 * wanted.total(), language
            assert found.total() <= 1.5 * wanted.total(), language


def draw(
    images: PageImages, collection: Collection, passage: StoredPassage, mark: tuple[int, int], page: int, **size: int
) -> PageImage | ReadFailure:
    with collection.session() as session:
        spans = spans_on_page(session, passage, [mark], page)
    return images.draw(passage.document_id, page, spans, **size)


def text_in(path: Path, page: int, box: tuple[float, ...], image: PageImage) -> str:
    with pypdfium2.PdfDocument(path) as document:
        shown = document[page - 1]
        scale = shown.get_width() / image.width_px
        left, top, right, bottom = (value * scale for value in box)
        height = shown.get_height()
        return str(shown.get_textpage().get_text_bounded(left - 1, height - bottom, right + 1, height - top))


def test_a_sentence_over_a_page_border_is_marked_on_both_pages(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(
        pdf_of(
            ["The tide was low. The keepers of the harbour had agreed long ago that no boat", "would leave in a storm."]
        )
    )
    collection.sync([path])
    passage = next(p for p in passages_of(collection) if p.end_page > p.page)
    mark = passage.sentences[-1]
    with PageImages(collection) as images:
        first, last = (draw(images, collection, passage, mark, page) for page in (passage.page, passage.end_page))
    assert isinstance(first, PageImage)
    assert isinstance(last, PageImage)
    assert "keepers" in text_in(path, 1, first.boxes[0][0], first)
    assert "storm" in text_in(path, 2, last.boxes[0][0], last)


def test_a_file_that_has_changed_is_not_drawn(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(["The tide was low."]))
    collection.sync([path])
    path.write_bytes(pdf_of(["The tide was high."]))
    with PageImages(collection) as images:
        image = images.draw(passages_of(collection)[0].document_id, 1)
    assert isinstance(image, ReadFailure)
    assert "polyseek ingest" in image.message


def test_a_format_without_a_fixed_look_says_so(collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    with PageImages(collection) as images:
        image = images.draw(passages_of(collection)[0].document_id, 1)
    assert isinstance(image, ReadFailure)
    assert "only those of PDF files" in image.message


@pytest.mark.parametrize(("document", "page"), [(99, 1), (1, 99), (1, 0)])
def test_a_page_that_is_not_there_says_so(collection: Collection, folder: Path, document: int, page: int) -> None:
    collection.sync([folder])
    with PageImages(collection) as images:
        image = images.draw(document, page)
    assert isinstance(image, ReadFailure)
    assert "no such page" in image.message
