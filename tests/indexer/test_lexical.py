import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedder import LANGUAGES
from indexer.lexical import LexicalIndex, LexicalIndexError, LexicalWriter
from indexer.lexical.fields import cover
from indexer.lexical.search import FIRST_HITS

OWNER = "a-collection"

# Language: (passage, question in other words or forms, a passage that must rank behind it).
CASES = {
    "en": (
        "The ferries to the islands were painted green.",
        "what colour is a ferry?",
        "The trains to the towns were painted red.",
    ),
    "ar": ("افتتحت المدرسة الجديدة في القرية.", "مدرسه القريه", "افتتح المصنع الجديد في المدينة."),
    "bn": ("গ্রামের বিদ্যালয়ে নতুন শিক্ষক এসেছেন।", "বিদ্যালয়ের শিক্ষকের নাম কী?", "শহরের বাজারে নতুন দোকান খুলেছে।"),
    "zh": ("这座灯塔建于十九世纪。", "灯塔是什么时候建的?", "这座桥梁由钢铁制成。"),
    "cs": (
        "V hutích pracovali zkušení skláři z celého kraje.",
        "Kolik sklářů tam pracovalo?",
        "V lesích rostly staré duby z celého kraje.",
    ),
    "da": (
        "Andelshaverne ejer vindmøllerne i fællesskab.",
        "Hvem ejer en vindmølle?",
        "Fiskerne sælger torskene på havnen.",
    ),
    "nl": (
        "De dijkgraaf inspecteert jaarlijks alle polders.",
        "Wie doet de inspectie van de polder?",
        "De burgemeester opent jaarlijks alle markten.",
    ),
    "fi": (
        "Suolla pesivät kurjet lähtevät syyskuussa.",
        "Milloin kurki lähtee suolta?",
        "Järvellä uivat joutsenet palaavat toukokuussa.",
    ),
    "fr": (
        "L'affinage des fromages dure huit mois.",
        "Combien de temps un fromage est-il affiné?",
        "Le pressage des pommes dure deux jours.",
    ),
    "de": (
        "Die Schmalspurbahnen fahren bei Schnee nicht.",
        "Fährt die Bahn bei Schnee?",
        "Die Fähren legen bei Sturm nicht ab.",
    ),
    "he": ("הספרים הודפסו בבית הדפוס הישן.", "ספר שהודפס בדפוס", "הסירות עוגנות בנמל החדש."),
    "hi": ("ज़िला अस्पताल में नए डॉक्टर आए हैं।", "अस्पतालों में डॉक्टरों की संख्या", "गाँव के बाज़ार में नई दुकान खुली है।"),
    "hu": (
        "A fürdőkben a víz hőmérséklete harmincnyolc fok.",
        "Milyen meleg a fürdő vize?",
        "A hegyekben a hó vastagsága negyven centi.",
    ),
    "id": (
        "Letusan gunung api diamati setiap hari oleh petugas.",
        "Siapa pengamat gunung berapi?",
        "Hasil panen padi dijual setiap pekan oleh petani.",
    ),
    "it": (
        "Il restauro dell'acquedotto è finito in autunno.",
        "Quando fu restaurato l'acquedotto?",
        "Il concerto della banda è finito in ritardo.",
    ),
    "ja": ("灯台守は毎晩レンズを磨いた。", "灯台のレンズは誰が磨いたか?", "漁師は毎朝網を直した。"),
    "ko": ("다시마는 겨울에 바다에서 자란다.", "다시마가 자라는 바다는?", "사과는 가을에 밭에서 익는다."),
    "no": (
        "Redningsskøyta rykket ut førti ganger i fjor.",
        "Hvor mange utrykninger hadde redningsskøyten?",
        "Skolebussen kjørte hundre mil i fjor.",
    ),
    "fa": ("کتاب‌های رصدخانه در باغ نگهداری می‌شوند.", "كتابهاي رصدخانه كجاست؟", "اسب‌های روستا در دشت چرا می‌کنند."),
    "pl": (
        "W kopalniach soli pracowali górnicy.",
        "Kto pracował w kopalni soli?",
        "W lasach gminy rosły sosny.",
    ),
    "pt": (
        "Os azulejos da estação foram pintados à mão.",
        "Quem pintou o azulejo da estacao?",
        "Os barcos da vila foram vendidos no cais.",
    ),
    "ru": (
        "Подъёмники на перевале остановили из-за ветра.",
        "Почему остановлен подъемник?",
        "Автобусы в посёлке отменили в праздник.",
    ),
    "es": (
        "Los faroleros guardaron la lente en la bodega.",
        "¿Dónde guardó el farolero la lente?",
        "Los pastores llevaron el queso a la plaza.",
    ),
    "sv": (
        "Slöjdlärarna bygger båtar med eleverna.",
        "Vilken lärare bygger en båt?",
        "Bönderna skördar råg med grannarna.",
    ),
    "th": ("ประภาคารแห่งนี้สร้างเสร็จเมื่อปีที่แล้ว", "ประภาคารสร้างเมื่อไร", "ตลาดแห่งนั้นขายปลาทุกเช้า"),
    "tr": (
        "Köprünün kemerleri depremde yıkılmadı.",
        "Deprem köprüyü yıktı mı?",
        "Çarşının dükkânları bayramda açılmadı.",
    ),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "lexical"


Fill = Callable[..., LexicalIndex]


@pytest.fixture
def fill(place: Path) -> Fill:
    """Puts texts into an index, numbered from 0, and opens it."""

    def filled(*texts: str, languages: list[str] | None = None) -> LexicalIndex:
        with LexicalWriter.open(place, owner=OWNER) as writer:
            writer.add(range(len(texts)), texts, languages or ["en"] * len(texts))
            writer.commit(1)
        return LexicalIndex.open(place, owner=OWNER)

    return filled


def found(index: LexicalIndex, question: str, k: int = 10) -> list[int]:
    return [int(number) for number in index.search(question, k)[0]]


def test_there_is_a_case_for_every_language() -> None:
    assert set(CASES) == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(CASES))
def test_a_question_finds_its_passage_among_those_of_all_languages(fill: Fill, language: str) -> None:
    texts = [text for passage, _, distractor in CASES.values() for text in (distractor, passage)]
    index = fill(*texts)
    assert found(index, CASES[language][1])[0] == texts.index(CASES[language][0])


@pytest.mark.parametrize(
    ("question", "passage", "other"),
    [
        ("東京", "私は東京都に住む。", "私は京都府に住む。"),
        ("猫", "庭に白猫がいた。", "庭に白犬がいた。"),
        ("ยา", "ร้านขายยา", "ร้านขายปลา"),
        ("수도", "대한민국의 수도는 서울이다.", "대한민국의 바다는 푸르다."),
        ("ISO9001", "certified after ISO-9001 in May", "certified after ISO-9002 in May"),
        ("AB-1234", "Order AB1234 was sent.", "Order AB1235 was sent."),
        ("ann.lee@example.org", "write to ann.lee@example.org", "ann lee wrote an example"),
        ("GPT-4とは", "GPT-4を使う。", "GPT-3を使う。"),
        ("1000 crowns", "it cost 1,000 crowns", "it cost 1,001 crowns"),
        ("٢٠٢٤", "in the year 2024", "in the year 2042"),
        ("2024-05-06", "opened on 2024-05-06", "opened on 2024-06-05"),
        ("C++", "a course in C++ for pilots", "a course in C# for pilots"),
        ("e-mail", "send an email today", "send a letter today"),
        ("x", "the letter x stands alone", "the letter y stands alone"),
    ],
)
def test_short_words_numbers_and_codes_find_their_passage_first(
    fill: Fill, question: str, passage: str, other: str
) -> None:
    index = fill(other, passage)
    ids, scores = index.search(question, 2)
    assert ids[0] == 1
    assert len(ids) == 1 or scores[0] > scores[1]


@pytest.mark.parametrize("question", ["", " ", "…?!", "zzzz"])
def test_a_question_that_shares_no_word_has_no_hit(fill: Fill, question: str) -> None:
    ids, scores = fill("The lighthouse", "猫").search(question, 5)
    assert (ids.dtype, scores.dtype) == (np.int64, np.float32)
    assert (len(ids), len(scores)) == (0, 0)


def test_an_empty_index_finds_nothing(fill: Fill) -> None:
    index = fill()
    assert found(index, "anything") == []
    assert index.scores_for("anything", np.array([3])).tolist() == [0.0]


def test_hits_are_sorted_best_first_and_equal_ones_by_id(fill: Fill) -> None:
    ids, scores = fill("salt", "salt and pepper and bread", "salt", "pepper").search("salt", 10)
    assert ids.tolist() == [0, 2, 1]
    assert scores[0] == scores[1] > scores[2] > 0


def test_fewer_hits_than_asked_for_are_not_padded_and_more_are_cut(fill: Fill) -> None:
    index = fill("salt", "salt", "salt")
    assert found(index, "salt", 2) == [0, 1]
    assert found(index, "salt", 50) == [0, 1, 2]
    assert found(index, "salt", 0) == []
    assert index.search("salt", 0, allowed=np.zeros(0, dtype=np.bool_))[0].tolist() == []


def test_scores_of_given_passages_are_those_of_the_search(fill: Fill) -> None:
    index = fill("the salt mine", "a gold mine", "a ferry", "salt for the ferry")
    ids, scores = index.search("salt mine", 10)
    wanted = np.array([3, 2, 99, 0, 1])
    expected = dict(zip(ids.tolist(), scores.tolist(), strict=True))
    np.testing.assert_allclose(
        index.scores_for("salt mine", wanted), [expected.get(number, 0.0) for number in wanted.tolist()], rtol=1e-6
    )


@pytest.mark.parametrize("share", [0.0, 0.003, 0.3, 0.97, 1.0])
@pytest.mark.parametrize("layout", ["scattered", "whole documents", "cut off"])
def test_a_filter_gives_what_filtering_all_hits_gives(place: Path, share: float, layout: str) -> None:
    number = 2 * FIRST_HITS
    random = np.random.default_rng(5)
    words = [f"w{word}" for word in range(50)]
    with LexicalWriter.open(place, owner=OWNER) as writer:
        texts = [" ".join(random.choice(words, size=int(random.integers(1, 9)))) for _ in range(number)]
        writer.add(range(number), texts, ["en"] * number)
        writer.commit(1)
    index = LexicalIndex.open(place, owner=OWNER)
    allowed = random.random(number) < share
    if layout == "whole documents":
        allowed = np.repeat(allowed[:: number // 40], number // 40)
    if layout == "cut off":
        allowed = allowed[: number // 2]
    all_ids, all_scores = index.search("w1 w2 w3", number)
    passing = (all_ids < len(allowed)) & np.isin(all_ids, np.flatnonzero(allowed))
    for k in (3, 400):
        ids, scores = index.search("w1 w2 w3", k, allowed=allowed)
        np.testing.assert_allclose(scores, all_scores[passing][:k], rtol=1e-6)
        assert allowed[ids].all()
        assert len(set(ids.tolist())) == len(ids)


def test_only_passages_of_the_languages_asked_for_are_found(fill: Fill) -> None:
    index = fill("radio", "radio", "radio", languages=["de", "fr", "it"])
    ids, _ = index.search("radio", 5, languages=["it", "de"])
    assert ids.tolist() == [0, 2]
    allowed = np.array([False, True, True])
    assert index.search("radio", 5, languages=["it", "de"], allowed=allowed)[0].tolist() == [2]
    assert index.search("radio", 5, languages=[])[0].tolist() == []


@given(arrays(np.bool_, st.integers(0, 700)))
def test_the_cover_of_a_set_of_ids_stands_for_exactly_these(flags: np.ndarray) -> None:
    ids: list[int] = []
    for chosen in cover(flags).tolist():
        level, block = chosen >> 56, chosen & ((1 << 56) - 1)
        ids += range(block << 3 * level, (block + 1) << 3 * level)
    assert sorted(ids) == np.flatnonzero(flags).tolist()


def test_a_removed_passage_is_not_found_and_a_replaced_one_by_its_new_words_only(place: Path, fill: Fill) -> None:
    index = fill("the salt mine", "the gold mine")
    with LexicalWriter.open(place, owner=OWNER) as writer:
        writer.remove([0, 77])
        writer.add([1], ["the silver mine"], ["en"])
        writer.commit(2)
    assert found(index, "salt") == []
    assert found(index, "gold") == []
    assert found(index, "silver mine") == [1]


def test_what_was_not_committed_is_forgotten(place: Path, fill: Fill) -> None:
    index = fill("salt")
    with LexicalWriter.open(place, owner=OWNER) as writer:
        writer.remove([0])
        writer.add([1], ["pepper"], ["en"])
    assert found(index, "salt pepper") == [0]
    assert index.watermark == 1


def test_doing_the_same_again_changes_nothing(place: Path, fill: Fill) -> None:
    texts = ("the salt mine", "the gold mine", "a ferry")
    index = fill(*texts)
    before = index.search("salt ferry mine", 10)
    fill(*texts)
    after = index.search("salt ferry mine", 10)
    assert before[0].tolist() == after[0].tolist()
    with LexicalWriter.open(place, owner=OWNER) as writer:
        assert writer.ids().tolist() == [0, 1, 2]


def collection_of(texts: dict[int, str]) -> tuple[np.ndarray, Callable[[list[int]], Iterable[tuple[str, str]]]]:
    return np.array(sorted(texts), dtype=np.int64), lambda ids: [(texts[number], "en") for number in ids]


@pytest.mark.parametrize(
    "held", [{}, {1: "salt"}, {1: "salt", 7: "gone", 9: "gone"}, {1: "salt", 2: "iron", 3: "gold"}]
)
def test_an_index_behind_or_ahead_is_brought_to_the_state_of_the_collection(place: Path, held: dict[int, str]) -> None:
    with LexicalWriter.open(place, owner=OWNER) as writer:
        writer.add(list(held), list(held.values()), ["en"] * len(held))
        writer.commit(40)
    live, read = collection_of({1: "salt", 2: "iron", 3: "gold"})
    with LexicalWriter.open(place, owner=OWNER) as writer:
        writer.reconcile(live, read, 41)
        assert writer.watermark == 41
        assert writer.ids().tolist() == [1, 2, 3]
    index = LexicalIndex.open(place, owner=OWNER)
    assert (found(index, "iron"), found(index, "gone")) == ([2], [])
    assert index.watermark == 41


def test_reconciling_with_nothing_empties_the_index(place: Path, fill: Fill) -> None:
    index = fill("salt")
    with LexicalWriter.open(place, owner=OWNER) as writer:
        writer.reconcile(*collection_of({}), 2)
    assert found(index, "salt") == []


def damage_meta(place: Path) -> None:
    (place / "meta.json").write_text("{")


def remove_meta(place: Path) -> None:
    (place / "meta.json").unlink()


def exchange(path: Path, content: bytes) -> None:
    """Put other content in a file's place; the file itself may still be mapped, and cutting it would kill us."""
    path.rename(path.with_suffix(".old"))
    path.write_bytes(content)


def flip(suffix: str) -> Callable[[Path], None]:
    def flipped(place: Path) -> None:
        path = next(place.glob(f"*.{suffix}"))
        content = bytearray(path.read_bytes())
        content[0] ^= 1
        exchange(path, content)

    return flipped


def cut_short(place: Path) -> None:
    path = next(place.glob("*.idx"))
    exchange(path, path.read_bytes()[:-20])


def remove_segment(place: Path) -> None:
    next(place.glob("*.term")).unlink()


DAMAGES = [
    damage_meta,
    remove_meta,
    cut_short,
    remove_segment,
    *map(flip, ("idx", "term", "fast", "store", "fieldnorm")),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_and_the_index_built_anew(place: Path, fill: Fill, damage: Callable[[Path], None]) -> None:
    fill("salt", "gold")
    damage(place)
    with pytest.raises(LexicalIndexError, match="polyseek reindex"):
        LexicalIndex.open(place, owner=OWNER)
    with LexicalWriter.open(place, owner=OWNER) as writer:
        assert writer.watermark is None
        writer.reconcile(*collection_of({0: "salt", 1: "gold"}), 3)
    assert found(LexicalIndex.open(place, owner=OWNER), "gold") == [1]


def test_a_missing_index_says_what_to_type(place: Path) -> None:
    with pytest.raises(LexicalIndexError, match="polyseek reindex"):
        LexicalIndex.open(place, owner=OWNER)


def test_the_index_of_another_collection_is_not_believed(place: Path, fill: Fill) -> None:
    fill("salt")
    with pytest.raises(LexicalIndexError, match="another"):
        LexicalIndex.open(place, owner="another")
    with LexicalWriter.open(place, owner="another") as writer:
        assert writer.watermark is None
        assert writer.ids().tolist() == []


def test_terms_of_another_analyser_are_not_believed(place: Path, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    fill("salt")
    monkeypatch.setattr("indexer.lexical.files.ANALYZER_VERSION", 999)
    with pytest.raises(LexicalIndexError, match="999"):
        LexicalIndex.open(place, owner=OWNER)


WRITE = """
import sys
from pathlib import Path
from indexer.lexical import LexicalWriter
with LexicalWriter.open(Path(sys.argv[1]), owner="a-collection") as writer:
    start = writer.watermark or 0
    for number in range(start + 1, start + int(sys.argv[2]) + 1):
        writer.add([3 * number, 3 * number + 1, 3 * number + 2], ["salt " * 50] * 3, ["en"] * 3)
        writer.remove([3 * number + 1])
        writer.commit(number)
        print(number, flush=True)
"""


def test_a_reader_sees_what_another_process_commits(place: Path, fill: Fill) -> None:
    index = fill()
    subprocess.run([sys.executable, "-c", WRITE, str(place), "4"], check=True, capture_output=True)
    assert index.watermark == 5
    assert found(index, "salt") == [6, 8, 9, 11, 12, 14, 15, 17]


def test_a_killed_writer_leaves_the_state_of_a_commit(place: Path) -> None:
    for round_number in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE, str(place), "100000"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told = 0
            for _ in range(3 + 4 * round_number):
                told = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
        index = LexicalIndex.open(place, owner=OWNER)
        watermark = index.watermark
        assert watermark is not None
        assert watermark >= told
        expected = [3 * number + offset for number in range(1, watermark + 1) for offset in (0, 2)]
        assert sorted(found(index, "salt", 10**6)) == expected
        with LexicalWriter.open(place, owner=OWNER) as writer:
            assert writer.watermark == watermark
            assert writer.ids().tolist() == expected


def test_readers_in_many_threads_see_whole_commits_while_a_writer_works(place: Path, fill: Fill) -> None:
    index = fill()
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            ids, scores = index.search("salt", 10**6)
            if len(ids) % 2 or (scores <= 0).any():
                wrong.append(ids)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with LexicalWriter.open(place, owner=OWNER) as writer:
        for number in range(30):
            writer.add([2 * number, 2 * number + 1], ["salt", "salt"], ["en", "en"])
            writer.commit(number)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(found(index, "salt", 100)) == 60


READ_ONLY_SEARCH = """
import sys
from pathlib import Path
from indexer.lexical import LexicalIndex
print(LexicalIndex.open(Path(sys.argv[1]), owner="a-collection").search("salt", 5)[0].tolist())
"""
WITHOUT_ROOT_RIGHTS = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not here, and rights do not bind root")
def test_an_index_on_a_read_only_disk_can_be_searched(place: Path, fill: Fill) -> None:
    fill("salt", "gold")
    paths = (place, *place.iterdir())
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [*WITHOUT_ROOT_RIGHTS, sys.executable, "-c", READ_ONLY_SEARCH, str(place)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    for path in paths:
        path.chmod(0o755)
    assert (answer.stdout, answer.stderr) == ("[0]\n", "")
