"""How well and how fast word search finds passages, against other tokenizers and with each feature off.

Quality: each question searches the passages of its own language; XQuAD, TyDi QA, NorQuAD, CMRC 2018, and for the
languages without questions the Universal Declaration of Human Rights, where every second clause of an article is the
question and the rest the passage. Settings were chosen on the questions of the one half (SHA-256 of the id is even);
the table shows the other half. All rows are tantivy's BM25; only the terms differ.

Speed: passages of all languages with 40% of the words replaced, so that no two are alike; questions of 15 words.

    python benchmarks/lexical_leg.py                          # quality, and speed at 100,000 passages
    python benchmarks/lexical_leg.py --sizes 100000 1000000   # a million passages take 10 minutes more

Needs ir-measures and PyStemmer.
"""

import argparse
import json
import os
import platform
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import ir_measures
import numpy as np
import Stemmer
import tantivy
from ir_measures import R, ScoredDoc, nDCG

from embedder import LANGUAGES
from indexer import analyzer
from indexer.lexical import LexicalIndex, LexicalWriter
from retriever.evaluation.formats import read_set
from retriever.evaluation.sampling import Half, choose_questions, half_of

DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", Path(__file__).parents[2] / "shared" / "eval"))
RESULT = Path(__file__).parent / "results" / "lexical_leg.json"
MEASURES = [R @ 5, nDCG @ 10]
HITS = 100
WITHOUT_SPACES = ("zh", "ja", "th")
CLAUSE = re.compile(r"(?<=[,;.।。、，；؛،:])\s*|\n")
SNOWBALL = {
    "ar": "arabic", "cs": "czech", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french",
    "de": "german", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian", "no": "norwegian",
    "fa": "persian", "pl": "polish", "pt": "portuguese", "ru": "russian", "es": "spanish", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip

REPORTED = Half.ODD
"""Settings were chosen on the other half of the questions."""

Weights = Mapping[str, float]
Analyse = Callable[[str, str], list[str]]  # (text, language) -> terms
Weigh = Callable[[str, str], Weights]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """A set in one language: passages, the questions of the reporting half, and which passages answer them."""

    name: str
    language: str
    passages: dict[str, str]
    questions: dict[str, str]
    relevant: dict[str, set[str]]


def main() -> None:
    """Measure, print tables, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000], help="passages to measure speed with")
    sizes = parser.parse_args().sizes
    if not DATA.is_dir():
        print(f"evaluation data is not here: {DATA}; say where it is with POLYSEEK_EVAL_DATA")
        return
    sets = [*question_sets(), *declaration_sets()]
    result: dict[str, object] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "tantivy": version("tantivy")},
        "half": "questions whose id has an odd SHA-256",
        "quality": quality(sets),
    }
    speeds: list[dict[str, object]] = []
    for size in sizes:
        for language in (None, "en"):
            speeds.append(speed(sets, size, language))
            RESULT.write_text(json.dumps(result | {"speed": speeds}, indent=1) + "\n")


def quality(sets: list[Questions]) -> dict[str, dict[str, dict[str, float]]]:
    """Recall@5 and nDCG@10 of each way to make terms on each set."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for name, (analyse, weigh, patches) in variants().items():
        with patched(patches):
            table[name] = {each.name: evaluate(each, analyse, weigh) for each in sets}
        for group in ("xquad", "tydiqa", "norquad", "cmrc2018", "udhr"):
            rows = [row for key, row in table[name].items() if key.startswith(group)]
            means = {measure: round(statistics.mean(row[measure] for row in rows), 4) for measure in rows[0]}
            table[name][f"mean {group}"] = means
            print(f"{name:32}{group:10}", *(f"{key} {value:.3f}" for key, value in means.items()), flush=True)
    return table


def variants() -> dict[str, tuple[Analyse, Weigh, dict[str, object]]]:
    """What is compared: terms of a passage, weighted terms of a question, and what is patched in the analyser."""
    ours: tuple[Analyse, Weigh] = (lambda text, _: analyzer.analyze(text), lambda text, _: analyzer.weigh_terms(text))
    split = analyzer._split

    def plain(tokenize: Analyse) -> tuple[Analyse, Weigh, dict[str, object]]:
        return tokenize, lambda text, language: Counter(tokenize(text, language)), {}

    def stems(text: str, language: str) -> list[str]:
        words = split(text)[0]
        return Stemmer.Stemmer(SNOWBALL[language]).stemWords(words) if language in SNOWBALL else words

    default = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase()).build()
    return {
        "ours": (*ours, {}),
        "tantivy's default tokenizer": plain(lambda text, _: default.analyze(text)),
        "white space, case folded": plain(lambda text, _: text.casefold().split()),
        "words only": plain(lambda text, _: split(text)[0]),
        "words stemmed, language given": plain(stems),
        "beginnings of 4 and 6 instead": (*ours, {"_parts": beginnings}),
        "parts of 3": (*ours, {"GRAM": 3}),
        "parts of 5": (*ours, {"GRAM": 5}),
        "parts of 4 in Arabic, Hebrew": (*ours, {"ABJAD_GRAM": 4}),
        "parts as weighty as words": (*ours, {"PART_WEIGHT": 1.0}),
        "no joined codes and numbers": (*ours, {"_whole_terms": lambda _: []}),
        "accents and letters not folded": (*ours, {"_MARKS": re.compile("(?!)"), "_FOLDED": {}}),
        "pairs of characters only": (*ours, {"_singles_and_pairs": pairs}),
        "single characters only": (*ours, {"_singles_and_pairs": list}),
    }


def beginnings(word: str) -> list[str]:
    """The cheaper alternative to parts of alphabetic words."""
    if analyzer._HANGUL.search(word) or analyzer._ABJAD.search(word):
        return analyzer._grams(word, 2 if analyzer._HANGUL.search(word) else 3)
    return [f"{word[:size]}_" for size in (4, 6) if len(word) >= size]


def pairs(characters: list[str]) -> list[str]:
    """Pairs without the single characters, unless there is only one."""
    return [first + second for first, second in pairwise(characters)] or list(characters)


class patched:  # noqa: N801  it stands where a function would
    """Names of the analyser replaced while a row is measured."""

    def __init__(self, replacements: dict[str, object]) -> None:
        self._patches = [patch.object(analyzer, name, value) for name, value in replacements.items()]

    def __enter__(self) -> None:
        for each in self._patches:
            each.start()

    def __exit__(self, *_: object) -> None:
        for each in self._patches:
            each.stop()


def evaluate(each: Questions, analyse: Analyse, weigh: Weigh) -> dict[str, float]:
    """Search all questions of a set in an index in memory."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(20_000_000, 1)
    for key, text in each.passages.items():
        writer.add_document(tantivy.Document(key=key, body=" ".join(analyse(text, each.language))))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    run = []
    for key, text in each.questions.items():
        parts = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, "body", term), weight))
            for term, weight in weigh(text, each.language).items()
        ]
        hits = searcher.search(tantivy.Query.boolean_query(parts), 10).hits if parts else []
        run += [ScoredDoc(key, searcher.doc(address)["key"][0], score) for score, address in hits]
    judgements = {key: dict.fromkeys(found, 1) for key, found in each.relevant.items()}
    values = ir_measures.calc_aggregate(MEASURES, judgements, run)
    return {str(measure): round(values[measure], 4) for measure in MEASURES}


def question_sets() -> Iterator[Questions]:
    """The sets with real questions."""
    for path in sorted(DATA.glob("*/*/queries.jsonl")):
        folder = path.parent
        if folder.parent.name == "udhr":
            continue
        one = choose_questions(read_set(folder, language=folder.name), half=REPORTED, limit=None)
        yield Questions(
            name=f"{folder.parent.name}/{folder.name}",
            language=folder.name,
            passages={document.id: document.text for document in one.documents()},
            questions={question.id: question.text for question in one.questions},
            relevant={key: {name for name, grade in grades.items() if grade > 0} for key, grades in one.qrels.items()},
        )


def declaration_sets() -> Iterator[Questions]:
    """The Universal Declaration: a clause finds the article it was taken from."""
    for language in LANGUAGES:
        passages, questions = {}, {}
        for document in read_set(DATA / "udhr" / language, language=language).documents():
            shortest = 4 if language in WITHOUT_SPACES else 12
            clauses = [clause for clause in CLAUSE.split(document.text) if len(clause.strip()) >= shortest]
            passages[document.id] = " ".join(clauses[0::2])
            questions |= {f"{document.id}-{number}": clause for number, clause in enumerate(clauses[1::2])}
        reported = {key: text for key, text in questions.items() if half_of(key) is REPORTED}
        relevant = {key: {key.rsplit("-", 1)[0]} for key in reported}
        yield Questions(
            name=f"udhr/{language}", language=language, passages=passages, questions=reported, relevant=relevant
        )


def speed(sets: list[Questions], size: int, language: str | None) -> dict[str, object]:
    """Build an index on disk and ask it; of one language, or of all there are."""
    chosen = [each for each in sets if each.language == (language or each.language) and "udhr" not in each.name]
    rng = random.Random(0)  # noqa: S311  not for secrets
    with tempfile.TemporaryDirectory() as place:
        folder, added_s = Path(place) / "lexical", 0.0
        with LexicalWriter.open(folder, owner="benchmark") as writer:
            for start in range(0, size, 1000):
                rows = [varied(rng, chosen, number) for number in range(start, min(size, start + 1000))]
                clock = time.perf_counter()
                writer.add(
                    range(start, start + len(rows)), [text for text, _ in rows], [language for _, language in rows]
                )
                added_s += time.perf_counter() - clock
            clock = time.perf_counter()
            writer.commit(1)
            added_s += time.perf_counter() - clock
        bytes_on_disk = sum(path.stat().st_size for path in folder.iterdir())
        index = LexicalIndex.open(folder, owner="benchmark")
        questions = [asked(rng, chosen) for _ in range(200)]
        documents = np.random.default_rng(0).random(size // 50 + 1).repeat(50)[:size]
        some = np.random.default_rng(1).choice(size, 200, replace=False)
        result: dict[str, object] = {
            "passages": size,
            "languages": language or "all",
            "terms_of_a_question": statistics.mean(len(analyzer.weigh_terms(question)) for question in questions),
            "passages_per_s": round(size / added_s),
            "bytes_per_passage": round(bytes_on_disk / size),
            "search_ms": timed(lambda question: index.search(question, HITS), questions),
            "in_1%_of_the_documents_ms": timed(
                lambda question: index.search(question, HITS, allowed=documents < 0.01), questions
            ),
            "in_30%_of_the_documents_ms": timed(
                lambda question: index.search(question, HITS, allowed=documents < 0.3), questions
            ),
            "in_one_language_ms": timed(lambda question: index.search(question, HITS, languages=["en"]), questions),
            "scores_of_200_ms": timed(lambda question: index.scores_for(question, some), questions),
        }
    print(json.dumps(result), flush=True)
    return result


def varied(rng: random.Random, chosen: list[Questions], number: int) -> tuple[str, str]:
    """A passage of about 128 tokens that is like no other, and its language."""
    each = rng.choice(chosen)
    blank, length = ("", 160) if each.language in WITHOUT_SPACES else (" ", 85)
    texts = list(each.passages.values())
    words, others = (list(text) if not blank else text.split() for text in rng.sample(texts, 2))
    kept = [word if rng.random() < 0.6 else rng.choice(others) for word in words[:length]]
    return blank.join([*kept, f" n{number}"]), each.language


def asked(rng: random.Random, chosen: list[Questions]) -> str:
    """A question of 15 words (25 characters where there are no spaces)."""
    each = rng.choice(chosen)
    blank, length = ("", 25) if each.language in WITHOUT_SPACES else (" ", 15)
    text = " ".join(rng.sample(list(each.questions.values()), 3))
    return blank.join((text.split() if blank else list(text))[:length])


def timed(ask: Callable[[str], object], questions: list[str]) -> dict[str, float]:
    """Milliseconds of one question after another, each asked once after a warm-up."""
    for question in questions[:20]:
        ask(question)
    taken = []
    for question in questions:
        clock = time.perf_counter()
        ask(question)
        taken.append(1000 * (time.perf_counter() - clock))
    return {"p50": round(statistics.median(taken), 2), "p95": round(float(np.percentile(taken, 95)), 2)}


if __name__ == "__main__":
    main()
