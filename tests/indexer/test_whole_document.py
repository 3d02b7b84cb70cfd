"""Documents page by page, and where passages stand on them."""

from pathlib import Path

import pytest

from indexer import Collection, PageKind, StoredPassage, find_document, find_document_of, read_page, spans_on_page


def passages(collection: Collection) -> list[StoredPassage]:
    with collection.session() as session:
        return session.passages(session.snapshot.passage_ids.tolist())


def test_a_document_knows_its_files_and_the_length_of_its_pages(collection: Collection, folder: Path) -> None:
    (folder / "copy.txt").write_bytes((folder / "mine.txt").read_bytes())
    collection.sync([folder])
    path = str(folder / "mine.txt")
    with collection.session() as session:
        number = find_document_of(session, path)
        assert number is not None
        document = find_document(session, number)
        page = read_page(session, number, 1)
        assert read_page(session, number, 2) is None
    assert document is not None
    assert document.paths == (str(folder / "copy.txt"), path)
    assert document.page_kind is PageKind.WHOLE
    assert page is not None
    assert document.characters == (len(page.text),)


@pytest.mark.parametrize("number", [0, 99, -1])
def test_a_document_that_is_not_there_is_none(collection: Collection, folder: Path, number: int) -> None:
    collection.sync([folder])
    with collection.session() as session:
        assert find_document(session, number) is None
        assert find_document_of(session, "/nowhere") is None


def test_every_sentence_is_found_again_on_its_pages(collection: Collection, sample_folder: Path) -> None:
    collection.sync([sample_folder])
    for passage in passages(collection):
        with collection.session() as session:
            for start, end in passage.sentences:
                shown = ""
                for number in dict.fromkeys((passage.page, passage.end_page)):
                    page = read_page(session, passage.document_id, number)
                    assert page is not None
                    [(first, last)] = spans_on_page(session, passage, [(start, end)], number)
                    shown += page.text[first:last]
                assert "".join(shown.split()) == "".join(passage.text[start:end].split())
            assert spans_on_page(session, passage, [(0, 5)], 99) == [(0, 0)]
