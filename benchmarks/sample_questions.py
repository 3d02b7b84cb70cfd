"""How often the right document is among the first five hits, for every question of data/questions.jsonl.

Run: python benchmarks/sample_questions.py
Each question is asked in its document's language, in English and in a third language, against all 26 documents.
Writes benchmarks/results/sample_questions.json.
"""

import json
import tempfile
from collections import defaultdict
from pathlib import Path

from indexer import Collection
from retriever import Retriever

REPOSITORY = Path(__file__).resolve().parents[1]
TOP_K = 5


def main() -> None:
    """Ask every question and write how many were answered."""
    lines = (REPOSITORY / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ranks: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place, Collection.create(Path(place) / "collection") as collection:
        collection.sync([REPOSITORY / "data" / "sample"])
        retriever = Retriever(collection)
        for item in map(json.loads, lines):
            for language, question in item["questions"].items():
                hits = retriever.search(question, top_k=TOP_K, highlight=False).hits
                found = [rank for rank, hit in enumerate(hits, 1) if Path(hit.path).name == item["document"]]
                ranks[language, item["language"]].append(min(found, default=None))
    same = [rank for (asked, written), group in ranks.items() if asked == written for rank in group]
    other = [rank for (asked, written), group in ranks.items() if asked != written for rank in group]
    english = [rank for (asked, written), group in ranks.items() if asked == "en" != written for rank in group]
    result = {
        "encoder": "e5-small",
        "ranking": "plain cosine",
        "same_language": summary(same),
        "other_language": summary(other),
        "english_question_other_document": summary(english),
        "pairs": {f"{asked}>{written}": summary(group) for (asked, written), group in sorted(ranks.items())},
    }
    target = REPOSITORY / "benchmarks" / "results" / "sample_questions.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print({key: value for key, value in result.items() if key != "pairs"})


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
