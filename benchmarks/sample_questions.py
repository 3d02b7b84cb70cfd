"""How often the right document is among the first five hits, for every question of data/questions.jsonl.

Run: python benchmarks/sample_questions.py
Each question is asked in its document's language, in English and in a third language, against all 26 documents, at
several neutral strengths; 0 is plain cosine.
Writes benchmarks/results/sample_questions.json.
"""

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from indexer import Collection
from retriever import Retriever

REPOSITORY = Path(__file__).resolve().parents[1]
TOP_K = 5


STRENGTHS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)

Ranks = dict[tuple[str, str], list[int | None]]


def main() -> None:
    """Ask every question at every strength and write how many were answered."""
    lines = (REPOSITORY / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as place, Collection.create(Path(place) / "collection") as collection:
        collection.sync([REPOSITORY / "data" / "sample"])
        results = []
        for strength in STRENGTHS:
            collection.rebuild_view(neutral=strength)
            results.append({"strength": strength, **summaries(ask_all(Retriever(collection), questions))})
    for result in results:
        print({key: value for key, value in result.items() if key != "pairs"})
    target = REPOSITORY / "benchmarks" / "results" / "sample_questions.json"
    content = json.dumps({"encoder": "e5-small", "results": results}, indent=1)
    target.write_text(content + "\n", encoding="utf-8")


def ask_all(retriever: Retriever, questions: list[dict[str, Any]]) -> Ranks:
    """The best rank of the right document for each question, by (question language, document language)."""
    ranks: Ranks = defaultdict(list)
    for item in questions:
        for language, question in item["questions"].items():
            hits = retriever.search(question, top_k=TOP_K, highlight=False).hits
            found = [rank for rank, hit in enumerate(hits, 1) if Path(hit.path).name == item["document"]]
            ranks[language, item["language"]].append(min(found, default=None))
    return ranks


def summaries(ranks: Ranks) -> dict[str, Any]:
    """The ranks summed up: same language, other language, and for each pair of languages."""
    same = [rank for (asked, written), group in ranks.items() if asked == written for rank in group]
    other = [rank for (asked, written), group in ranks.items() if asked != written for rank in group]
    english = [rank for (asked, written), group in ranks.items() if asked == "en" != written for rank in group]
    return {
        "same_language": summary(same),
        "other_language": summary(other),
        "english_question_other_document": summary(english),
        "pairs": {f"{asked}>{written}": summary(group) for (asked, written), group in sorted(ranks.items())},
    }


def summary(ranks: list[int | None]) -> dict[str, float | int]:
    """Number of questions, and the share answered first and within the first five."""
    answered = [rank for rank in ranks if rank is not None]
    return {
        "questions": len(ranks),
        "top_1": round(answered.count(1) / len(ranks), 4),
        f"top_{TOP_K}": round(len(answered) / len(ranks), 4),
    }


if __name__ == "__main__":
    main()
