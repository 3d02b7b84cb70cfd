import pytest

from indexer import Collection, TextDocument
from retriever import Retriever


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        # As near as the other, and longer: its words are the same twice.
        ("Ferry tickets.\nFerry tickets ferry tickets.", "Ferry tickets ferry tickets."),
        # Much nearer, though it is short.
        ("The harbour has a long wall of granite with seven iron gates in it. Ferry tickets.", "Ferry tickets."),
    ],
)
def test_the_longer_of_two_sentences_that_are_equally_near_is_marked(
    collection: Collection, text: str, marked: str
) -> None:
    collection.add([TextDocument(name="1", text=text)])
    with Retriever(collection) as retriever:
        hit = retriever.search("ferry tickets").hits[0]
    assert (hit.text, hit.highlighted_text) == (text, marked)


def test_each_hit_has_its_own_mark(collection: Collection) -> None:
    collection.add(
        TextDocument(
            name=str(number), text=f"Nothing of note happened here. The ferry number {number} sank in the storm."
        )
        for number in range(6)
    )
    with Retriever(collection) as retriever:
        hits = retriever.search("Which ferry sank in the storm?", top_k=6).hits
    assert {(hit.path, hit.highlighted_text) for hit in hits} == {
        (str(number), f"The ferry number {number} sank in the storm.") for number in range(6)
    }
