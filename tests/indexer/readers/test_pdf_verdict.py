import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.readers.document import Verdict
from indexer.readers.extracted import Extracted
from indexer.readers.pdf.signs import Sign, signs_of
from indexer.readers.pdf.verdict import LIMITS, severity_of, verdict_of

PROJECT = Path(__file__).parents[3]
EVAL_DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", PROJECT.parent / "shared" / "eval"))
CORPORA = sorted(EVAL_DATA.glob("*/*/corpus.jsonl"))


def judged(signs: dict[str, float], *, repaired: bool = False, has_images: bool = False) -> Verdict:
    return verdict_of(signs, repaired=repaired, has_images=has_images, extractor="pdfium").verdict


def test_text_without_signs_is_ok_or_repaired() -> None:
    assert judged({}) is Verdict.OK
    assert judged({}, repaired=True) is Verdict.REPAIRED
    assert judged({Sign.REPLACEMENT: 0.0001}) is Verdict.OK


def test_a_repair_does_not_hide_what_is_still_wrong() -> None:
    assert judged({Sign.REVERSED_WORDS: 0.6}, repaired=True) is Verdict.SUSPECT


def test_an_empty_page_lacks_text_only_if_it_shows_something() -> None:
    assert judged({Sign.EMPTY: 1.0}, has_images=True) is Verdict.NO_TEXT
    assert judged({Sign.EMPTY: 1.0}) is Verdict.OK


def test_a_picture_beside_text_is_no_fault() -> None:
    assert judged({}, has_images=True) is Verdict.OK


@pytest.mark.parametrize("sign", [sign for sign in Sign if sign is not Sign.EMPTY])
def test_each_sign_has_its_limits(sign: Sign) -> None:
    limit = LIMITS[sign]
    assert judged({sign: limit.suspect - 0.001}) is Verdict.OK
    assert judged({sign: limit.suspect}) is Verdict.SUSPECT
    assert judged({sign: 1.0}) is (Verdict.UNDECODABLE if limit.undecodable <= 1 else Verdict.SUSPECT)


def test_the_check_carries_extractor_and_signs() -> None:
    check = verdict_of({Sign.CID: 0.4}, repaired=False, has_images=False, extractor="pypdf")
    assert (check.extractor, check.signs) == ("pypdf", {"character codes": 0.4})


def test_stronger_signs_are_more_severe() -> None:
    assert severity_of({}) == 0
    assert (
        severity_of({Sign.CID: 0.1}) < severity_of({Sign.CID: 0.2}) < severity_of({Sign.CID: 0.2, Sign.CONTROLS: 0.1})
    )


@pytest.mark.parametrize("path", sorted((PROJECT / "data" / "sample").glob("*.pdf")), ids=lambda path: path.stem)
def test_no_page_of_our_documents_is_suspect(path: Path, extract: Callable[[str, bytes], Extracted]) -> None:
    for page in extract(path.name, path.read_bytes()).pages:
        assert judged(signs_of(page.text, characters=len(page.text), map_errors=0)) is Verdict.OK


@pytest.mark.skipif(not CORPORA, reason="evaluation data not found; set POLYSEEK_EVAL_DATA")
def test_fewer_than_one_in_two_hundred_real_passages_is_suspect() -> None:
    lines = [line for path in CORPORA for line in path.read_text(encoding="utf-8").splitlines()[::4]]
    texts = [json.loads(line)["text"] for line in lines]
    alarms = [text for text in texts if judged(signs_of(text, characters=len(text), map_errors=0)) is not Verdict.OK]
    assert len(alarms) < 0.005 * len(texts), alarms[:3]
