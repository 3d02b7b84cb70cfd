"""Measures how well languages are told apart, alone and within documents.

Snippets of 20, 50, 100 and 200 characters are cut at word borders from random places of texts of several kinds;
documents in two languages are put together from the paragraphs of XQuAD and of the Declaration of Human Rights.
Paragraphs whose SHA-256 is even served to choose the constants of indexer/language_*.py; the others are reported.

    python benchmarks/language_id.py [--texts FOLDER] [--half even]

FOLDER/SOURCE/LANGUAGE.txt holds further texts, a paragraph a line, also in languages that are not among the 26. Reads
$POLYSEEK_EVAL_DATA; writes benchmarks/results/language_id.json when the odd half is reported.
"""

import argparse
import functools
import hashlib
import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from embedder.languages import LANGUAGES
from indexer.language_evidence import SCRIPT_LANGUAGES, weighted_scripts
from indexer.languages import UNKNOWN, LanguageGuess, identify_language, passage_languages
from indexer.scripts import Script

REPOSITORY = Path(__file__).parents[1]
DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", REPOSITORY.parent / "shared" / "eval"))
TARGET = REPOSITORY / "benchmarks" / "results" / "language_id.json"
LENGTHS = (20, 50, 100, 200)
SNIPPETS = 100
"""At most so many of a source, language and length."""
FEWEST = 10
"""Sources with fewer snippets of a language and length are left out."""
SURE = 0.9
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)
VARIANTS = {"nn": "no", "zh-Hant": "zh", "pt-PT": "pt", "ms": "id"}
"""Written forms that count as one of the 26, and are reported apart."""
MACHINE_TRANSLATED = {"nl", "da", "no", "sv"}
"""Languages of XQuAD that no human translated."""
WITHOUT_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A short text whose language is known.

    Attributes:
        source: The kind of text it was cut from.
        language: A code of the 26, of a variant, or of another language.
        length: The length that was asked for, in characters; `text` is at most so long.
        text: The snippet.
    """

    source: str
    language: str
    length: int
    text: str


Texts = dict[str, dict[str, list[str]]]
"""Paragraphs by source and language."""


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="a folder of further texts, SOURCE/LANGUAGE.txt")
    parser.add_argument("--half", choices=("even", "odd"), default="odd", help="which paragraphs to report")
    arguments = parser.parse_args()
    if not (DATA / "udhr").is_dir():
        print(f"evaluation data is not here: {DATA}; say where it is with POLYSEEK_EVAL_DATA")
        return
    texts = read_texts(arguments.texts, odd=arguments.half == "odd")
    snippets = [snippet for source in sorted(texts) for snippet in cut_source(source, texts[source])]
    guesses = [identify_language(snippet.text) for snippet in snippets]
    plain = [py3langid_alone(snippet.text) for snippet in snippets]
    result: dict[str, Any] = {
        "half": arguments.half,
        "languages of sources": {source: sorted(texts[source]) for source in sorted(texts)},
        "snippets": len(snippets),
        **accuracies(snippets, guesses, plain),
        "confusions at 50": confusions(snippets, guesses, 50),
        "calibration": calibration(snippets, guesses),
        "other languages": other_languages(snippets, guesses),
        "documents": documents(texts, random.Random(f"documents {arguments.half}")),  # noqa: S311 - no secret
    }
    if arguments.half == "odd":
        TARGET.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    show(result)


def read_texts(more: Path | None, *, odd: bool) -> Texts:
    """The paragraphs of one half of all texts at hand."""
    texts: Texts = defaultdict(lambda: defaultdict(list))
    for source, language, paragraph in read_paragraphs(more):
        text = " ".join(paragraph.split())
        if hashlib.sha256(text.encode()).digest()[-1] % 2 == odd:
            texts[source][language].append(text)
    return texts


def read_paragraphs(more: Path | None) -> Iterator[tuple[str, str, str]]:
    """Source, language and text of every paragraph."""
    for name in ("udhr", "xquad", "tydiqa", "norquad", "cmrc2018"):
        for file in sorted((DATA / name).glob("*/*.jsonl")):
            language = file.parent.name
            source = f"{name} (machine)" if name == "xquad" and language in MACHINE_TRANSLATED else name
            if file.stem == "corpus" or name != "udhr":  # the declaration asks the same texts as questions
                yield from (
                    (f"{source} questions" if file.stem == "queries" else source, language, record["text"])
                    for record in read_lines(file)
                )
    for file in sorted((REPOSITORY / "data" / "sources").glob("*.md")):
        for paragraph in re.sub(r"[#*|`\[\]]", " ", file.read_text(encoding="utf-8")).split("\n\n"):
            yield "our sample", file.name[:2], paragraph
    for record in read_lines(REPOSITORY / "embedder" / "calibration.jsonl"):
        yield from (("our sentences", language, text) for language, text in record["texts"].items())
    for file in sorted(more.glob("*/*.txt")) if more else ():
        yield from ((file.parent.name, file.stem, line) for line in file.read_text(encoding="utf-8").splitlines())


def read_lines(file: Path) -> list[Any]:
    """The records of a JSON lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def cut_source(source: str, languages: dict[str, list[str]]) -> Iterator[Snippet]:
    """Random snippets of each language and length."""
    for language in sorted(languages):
        for length in LENGTHS:
            chance = random.Random(f"{source} {language} {length}")  # noqa: S311 - chance of a measurement, not a secret
            cut = list(islice(cut_snippets(languages[language], length, chance), SNIPPETS))
            if len(cut) >= FEWEST:
                for text in dict.fromkeys(cut):
                    yield Snippet(source=source, language=language, length=length, text=text)


def cut_snippets(paragraphs: Sequence[str], length: int, chance: random.Random) -> Iterator[str]:
    """Snippets at most so long, from word border to word border, that are mostly letters."""
    long_enough = [paragraph for paragraph in paragraphs if len(paragraph) >= 0.9 * length]
    for _ in range(3 * SNIPPETS if long_enough else 0):
        text = cut_snippet(chance.choice(long_enough), length, chance)
        if len(text) >= 0.6 * length and sum(map(str.isalpha, text)) >= len(text) / 2:
            yield text


def cut_snippet(paragraph: str, length: int, chance: random.Random) -> str:
    """One snippet; empty where no word begins early enough."""
    if len(WITHOUT_SPACES.findall(paragraph)) > len(paragraph) / 2:
        start = chance.randrange(max(1, len(paragraph) - length + 1))
        return paragraph[start : start + length]
    borders = [0, *(match.end() for match in re.finditer(" ", paragraph))]
    starts = [start for start in borders if len(paragraph) - start >= 0.9 * length]
    if not starts:
        return ""
    rest = paragraph[chance.choice(starts) :]
    return rest if len(rest) <= length else rest[: length + 1].rpartition(" ")[0]


def py3langid_alone(text: str) -> str:
    """What the library would say, restricted to our languages of the script."""
    languages = SCRIPT_LANGUAGES[next(iter(weighted_scripts(text)), Script.OTHER)]
    if len(languages) <= 1:
        return "".join(languages) or UNKNOWN
    best = next((label for label, _ in library().rank(text) if VARIANTS.get(label, label) in languages), UNKNOWN)
    return VARIANTS.get(best, best)


@functools.cache
def library():
    """The library's own model, among our languages."""
    from py3langid.langid import LanguageIdentifier

    model = LanguageIdentifier.from_model_file("data/model.npz.xz")
    model.set_languages({*LANGUAGES, "nn", "ms"} & set(model.labels))
    return model


def accuracies(
    snippets: Sequence[Snippet], guesses: Sequence[LanguageGuess], plain: Sequence[str]
) -> dict[str, object]:
    """Share of right answers by language and length, means over the sources, which weigh the same."""
    ours: dict[tuple[str, int], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    library_alone: dict[tuple[str, int], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for snippet, guess, other in zip(snippets, guesses, plain, strict=True):
        truth = VARIANTS.get(snippet.language, snippet.language)
        if truth in LANGUAGES:
            ours[snippet.language, snippet.length][snippet.source].append(guess.language == truth)
            library_alone[snippet.language, snippet.length][snippet.source].append(other == truth)

    def table(cells: dict[tuple[str, int], dict[str, list[bool]]], codes: Iterable[str]) -> dict[str, dict[str, float]]:
        return {
            code: {str(n): round(mean(map(mean, cells[code, n].values())), 3) for n in LENGTHS if (code, n) in cells}
            for code in codes
            if any((code, n) in cells for n in LENGTHS)
        }

    rows = table(ours, LANGUAGES)
    reference = table(library_alone, LANGUAGES)
    return {
        "mean": {str(n): round(mean(row[str(n)] for row in rows.values() if str(n) in row), 4) for n in LENGTHS},
        "mean, py3langid alone": {
            str(n): round(mean(row[str(n)] for row in reference.values() if str(n) in row), 4) for n in LENGTHS
        },
        "languages": rows,
        "languages, py3langid alone": reference,
        "variants": table(ours, VARIANTS),
        "sources": {
            source: {
                str(n): round(mean(mean(ours[code, n][source]) for code in LANGUAGES if ours[code, n][source]), 3)
                for n in LENGTHS
                if any(ours[code, n][source] for code in LANGUAGES)
            }
            for source in sorted({snippet.source for snippet in snippets if snippet.language in LANGUAGES})
        },
        "sources at 50": {
            code: {source: round(mean(right), 3) for source, right in ours[code, 50].items() if right}
            for code in LANGUAGES
        },
    }


def confusions(snippets: Sequence[Snippet], guesses: Sequence[LanguageGuess], length: int) -> dict[str, int]:
    """The commonest wrong answers, as `right > given`."""
    pairs = Counter(
        f"{snippet.language} > {guess.language}"
        for snippet, guess in zip(snippets, guesses, strict=True)
        if snippet.language in LANGUAGES and snippet.length == length and guess.language != snippet.language
    )
    return dict(pairs.most_common(16))


def calibration(snippets: Sequence[Snippet], guesses: Sequence[LanguageGuess]) -> list[dict[str, float]]:
    """What confidence said and what was, over the snippets in our languages that got an answer."""
    answered = [
        (guess.confidence, guess.language == snippet.language)
        for snippet, guess in zip(snippets, guesses, strict=True)
        if snippet.language in LANGUAGES and guess.language != UNKNOWN
    ]
    return bins(answered)


def bins(answered: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Confidence and share of right answers, in bins of confidence."""
    rows = []
    for low, high in pairwise(BINS):
        inside = [(said, was) for said, was in answered if low <= said < high]
        if inside:
            said, was = (round(mean(values), 3) for values in zip(*inside, strict=True))
            rows.append({"from": low, "said": said, "was": was, "texts": len(inside)})
    return rows


def other_languages(snippets: Sequence[Snippet], guesses: Sequence[LanguageGuess]) -> dict[str, dict[str, object]]:
    """How often languages outside the 26 are taken for one of ours, and how often surely."""
    cells: dict[str, dict[int, list[LanguageGuess]]] = defaultdict(lambda: defaultdict(list))
    for snippet, guess in zip(snippets, guesses, strict=True):
        if VARIANTS.get(snippet.language, snippet.language) not in LANGUAGES:
            cells[snippet.language][snippet.length].append(guess)
    return {
        code: {
            "taken for ours": {str(n): round(mean(g.language != UNKNOWN for g in row), 3) for n, row in rows.items()},
            "surely": {str(n): round(mean(g.confidence >= SURE for g in row), 3) for n, row in rows.items()},
            "mostly for": Counter(
                g.language for row in rows.values() for g in row if g.language != UNKNOWN
            ).most_common(1),
        }
        for code, rows in sorted(cells.items())
    }


Document = list[tuple[str, str]]
"""Language and text of each passage."""


def documents(texts: Texts, chance: random.Random) -> dict[str, dict[str, object]]:
    """Share of passages given their right language, by kind of document."""
    rows = {}
    for name, made in kinds_of_documents(texts, chance).items():
        together, alone, odd_ones, answered = [], [], [], []
        for document in made:
            main_language = Counter(language for language, _ in document).most_common(1)[0][0]
            guesses = passage_languages([text for _, text in document])
            for (language, text), guess in zip(document, guesses, strict=True):
                right = guess.language == language
                together.append(right)
                alone.append(identify_language(text).language == language)
                answered.append((guess.confidence, right))
                if language != main_language:
                    odd_ones.append(right)
        rows[name] = {
            "documents": len(made),
            "passages": len(together),
            "right": round(mean(together), 4),
            "right, each passage alone": round(mean(alone), 4),
            "right, in the rarer language": round(mean(odd_ones), 4) if odd_ones else None,
            "calibration": bins(answered),
        }
    return rows


def kinds_of_documents(texts: Texts, chance: random.Random) -> dict[str, list[Document]]:
    """Documents in one and in two languages."""
    declaration, prose = declarations(), texts["xquad"]
    pairs = [(one, other) for one in LANGUAGES for other in chance.sample([x for x in LANGUAGES if x != one], 6)]
    pairs += [("da", "no"), ("no", "da"), ("sv", "no"), ("es", "pt"), ("pt", "es"), ("it", "es"), ("nl", "de")]
    kinds: dict[str, list[Document]] = {
        "declaration, article by article": [[(one, text) for text in declaration[one]] for one in LANGUAGES],
        "declaration, line by line": [
            [
                (one, line)
                for line in (DATA / "udhr" / "txt" / f"{one}.txt").read_text("utf-8").splitlines()
                if line.strip()
            ]
            for one in LANGUAGES
        ],
        "questions, one language": [
            [(one, text) for text in chance.sample(questions, 20)]
            for source in sorted(texts)
            if source.endswith("questions")
            for one, questions in sorted(texts[source].items())
        ],
        "all other texts, one language": [
            [(one, text) for text in chance.sample(paragraphs, 20)]
            for source in sorted(texts)
            if not source.endswith("questions")
            for one, paragraphs in sorted(texts[source].items())
            for _ in range(3)
            if one in LANGUAGES and len(paragraphs) >= 20
        ],
    }
    for corpus, name in ((declaration, "declaration"), (prose, "XQuAD")):
        here = [(one, other) for one, other in pairs if one in corpus and other in corpus]
        kinds[f"{name}, paragraphs alternate"] = [
            [(one, corpus[one][n]) if n % 2 else (other, corpus[other][n]) for n in range(20)] for one, other in here
        ]
        kinds[f"{name}, one half each"] = [
            [(one, text) for text in corpus[one][:10]] + [(other, text) for text in corpus[other][10:20]]
            for one, other in here
        ]
        for length in (60, 120, 300):
            kinds[f"{name}, one foreign paragraph of {length}"] = [
                with_guest(corpus, one, other, length, chance) for one, other in here
            ]
    return kinds


def with_guest(corpus: dict[str, list[str]], host: str, guest: str, length: int, chance: random.Random) -> Document:
    """A document of 24 paragraphs with one in another language somewhere."""
    document = [(host, text) for text in corpus[host][:24]]
    cut = next(cut_snippets(corpus[guest], length, chance))
    document.insert(chance.randrange(len(document) + 1), (guest, cut))
    return document


def declarations() -> dict[str, list[str]]:
    """The articles of the Declaration of Human Rights by language."""
    return {
        language: [record["text"] for record in read_lines(DATA / "udhr" / language / "corpus.jsonl")]
        for language in LANGUAGES
    }


def show(result: dict[str, Any]) -> None:
    """Print the tables."""
    print(f"{result['snippets']} snippets, {result['half']} half; right at {LENGTHS} characters; py3langid alone")
    for code in LANGUAGES:
        ours, alone = (result[table].get(code, {}) for table in ("languages", "languages, py3langid alone"))
        print(f"{code:5}", *(f"{row.get(str(n), float('nan')):7.3f}" for row in (ours, alone) for n in LENGTHS))
    for name, row in result["sources"].items():
        print(f"{name}: {row}")
    for name in ("mean", "mean, py3langid alone", "variants", "confusions at 50"):
        print(f"{name}: {result[name]}")
    for row in result["calibration"]:
        print(f"confidence from {row['from']}: said {row['said']}, was {row['was']}, {row['texts']} texts")
    for code, row in result["other languages"].items():
        print(f"{code}: taken for one of ours {row['taken for ours']}, surely {row['surely']}, {row['mostly for']}")
    for name, row in result["documents"].items():
        print(f"{name}: {row['right']}, each passage alone {row['right, each passage alone']}, "
              f"in the rarer language {row['right, in the rarer language']}")  # fmt: skip


if __name__ == "__main__":
    main()
