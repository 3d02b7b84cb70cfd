"""The map of the passages: what is drawn, where, and what is measured on it."""

from pathlib import Path

import numpy as np
import pytest

from embedder import Embedder
from indexer import Collection, TextDocument
from retriever.passage_map import LEAST_OF_LANGUAGE, PassageMap, Points, draw_map, land

ENGLISH = "The harbour master counts the ships that come into the harbour, number {number} of this long year."
GERMAN = "Der Hafenmeister zählt die Schiffe, die in den Hafen einlaufen, Nummer {number} in diesem langen Jahr."


@pytest.fixture
def filled(collection: Collection) -> Collection:
    """Twelve English and six German documents of one passage."""
    texts = [(f"en-{number}", ENGLISH, number) for number in range(12)]
    texts += [(f"de-{number}", GERMAN, number) for number in range(6)]
    collection.add(TextDocument(name=name, text=text.format(number=number), title=name) for name, text, number in texts)
    return collection


def draw(collection: Collection, **options: int) -> PassageMap:
    with collection.session() as session:
        return draw_map(session, **options)


def test_every_passage_is_drawn_with_its_language_title_and_first_words(filled: Collection) -> None:
    drawn = draw(filled)
    assert drawn.total == len(drawn.passage_ids) == 18
    assert sorted(drawn.titles) == sorted([f"en-{n}" for n in range(12)] + [f"de-{n}" for n in range(6)])
    assert {title[:2] for title in drawn.titles} == set(drawn.languages)
    assert all(title[:2] == language for title, language in zip(drawn.titles, drawn.languages, strict=True))
    words = dict(zip(drawn.titles, drawn.beginnings, strict=True))
    assert words["de-3"] == GERMAN.format(number=3)[:80]
    for picture in (drawn.plain, drawn.neutral):
        assert picture.points.shape == (18, 2)


def test_the_plane_holds_as_much_of_the_differences_as_any_plane_can(filled: Collection) -> None:
    drawn = draw(filled)
    with filled.session() as session:
        snapshot = session.snapshot
        for picture in (drawn.plain, drawn.neutral):
            rows = snapshot.rows_of(drawn.passage_ids)
            vectors = snapshot.row_languages.move(rows, snapshot.vectors.take(rows), picture.space)
            centred = vectors - vectors.mean(axis=0)
            singular = np.linalg.svd(centred, compute_uv=False) ** 2
            assert picture.share == pytest.approx(singular[:2].sum() / singular.sum(), abs=1e-4)
            assert (picture.points**2).sum() == pytest.approx(singular[:2].sum(), rel=1e-4)
            np.testing.assert_allclose(picture.place(vectors), picture.points, atol=1e-5)


PARALLEL = [
    ("The ferry crosses the river every hour.", "Die Fähre überquert den Fluss jede Stunde."),
    ("The salt mine has seven levels.", "Das Salzbergwerk hat sieben Sohlen."),
    ("Cabbage soup is eaten hot in winter.", "Kohlsuppe isst man im Winter heiß."),
    ("The parliament passed a new tax law.", "Das Parlament verabschiedete ein neues Steuergesetz."),
    ("Her violin was built in Cremona.", "Ihre Geige wurde in Cremona gebaut."),
    ("The team lost the final on penalties.", "Die Mannschaft verlor das Finale im Elfmeterschießen."),
    ("Bees dance to tell where flowers are.", "Bienen tanzen, um zu sagen, wo Blumen sind."),
    ("The telescope sees very distant galaxies.", "Das Teleskop sieht sehr ferne Galaxien."),
]


def test_the_neutral_space_mixes_the_languages_that_the_plain_one_keeps_apart(
    tmp_path: Path, encoder: Embedder
) -> None:
    with Collection.create(tmp_path / "parallel", embedder=encoder) as collection:
        collection.add(
            TextDocument(name=f"{number}-{language}", text=text, title="")
            for number, pair in enumerate(PARALLEL)
            for language, text in zip(("en", "de"), pair, strict=True)
        )
        drawn = draw(collection)
    assert drawn.measured == 16
    assert drawn.plain.own_language is not None
    assert drawn.neutral.own_language is not None
    assert drawn.neutral.own_language < drawn.plain.own_language
    german = np.array([language == "de" for language in drawn.languages])
    assert german.sum() == 8

    def apart(points: Points) -> float:
        return float(np.linalg.norm(points[german].mean(axis=0) - points[~german].mean(axis=0)) / points.std())

    assert apart(drawn.neutral.points) < 0.5 * apart(drawn.plain.points)


def test_neighbours_of_the_same_document_are_not_counted(collection: Collection) -> None:
    collection.add(
        TextDocument(name=name, text="\n\n".join(text.format(number=n) * 20 for n in range(20)), title=name)
        for name, text in (("en", ENGLISH), ("de", GERMAN))
    )
    drawn = draw(collection)
    assert drawn.total > 20
    assert drawn.plain.own_language is drawn.neutral.own_language is None
    assert drawn.measured == 0


def test_a_sample_is_always_the_same_and_has_some_of_each_language(filled: Collection) -> None:
    drawn = draw(filled, most=6)
    assert drawn.total == 18
    assert len(drawn.passage_ids) == 6
    assert sorted(drawn.languages).count("de") == 3  # a few of each: 50 are more than there is room for
    assert draw(filled, most=6).passage_ids.tolist() == drawn.passage_ids.tolist()
    assert LEAST_OF_LANGUAGE > 3


def test_a_collection_of_one_passage_can_be_drawn(collection: Collection) -> None:
    collection.add([TextDocument(name="one", text=ENGLISH, title="")])
    drawn = draw(collection)
    assert drawn.plain.points.tolist() == drawn.neutral.points.tolist() == [[0.0, 0.0]]
    assert drawn.plain.share == 0.0


def test_a_question_lands_near_what_says_the_same(filled: Collection, folder: Path) -> None:
    filled.sync([folder])
    drawn = draw(filled)
    for landing in land(filled, drawn, "The salt mine has seven levels", top_k=3):
        assert landing.point.shape == (1, 2)
        assert len(landing.nearest) == len(landing.points) == 3
        nearest = drawn.titles[drawn.passage_ids.tolist().index(landing.nearest[0])]
        assert nearest.startswith("The salt mine")
    plain, neutral = land(filled, drawn, "salt mine", top_k=2)
    place = drawn.passage_ids.tolist().index(plain.nearest[0])
    np.testing.assert_allclose(plain.points[0], drawn.plain.points[place], atol=1e-5)
    np.testing.assert_allclose(neutral.points[0], drawn.neutral.points[place], atol=1e-5)
