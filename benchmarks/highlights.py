"""How often the marked sentence holds the answer, by how much the length of a sentence counts.

The questions of data/questions.jsonl, each against the passages of its document that hold the answer as it is written;
other answers cannot be compared. Chosen on the questions whose id has an even SHA-256, reported on the others.

    python benchmarks/highlights.py

Writes benchmarks/results/highlights.json.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np

from indexer import Collection, Session, StoredPassage
from indexer.neutral import move_query
from retriever.evaluation.formats import read_set
from retriever.evaluation.highlights import holds_answer
from retriever.evaluation.sampling import half_of
from retriever.evaluation.sets import EvaluationSet, SetQuestion
from retriever.highlight import highlight
from retriever.ranking import Question

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = REPOSITORY / "benchmarks" / "results" / "highlights.json"
WEIGHTS = (0.0, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 100.0)  # the last one marks the longest sentence


def main() -> None:
    """Mark sentences at each weight and write how many hold the answer."""
    questions = read_set(REPOSITORY / "data" / "questions.jsonl")
    counted: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as place, Collection.create(Path(place) / "collection") as collection:
        collection.sync([REPOSITORY / "data" / "sample"])
        with collection.session() as session:
            for question, asked, passages in put(collection, session, questions):
                same = question.id.split("-")[0] == question.language
                column = f"{'same' if same else 'other'} language, {half_of(question.id).value} half"
                for weight in WEIGHTS:
                    with patch("retriever.highlight.LENGTH_WEIGHT", weight):
                        marks = highlight(session.snapshot, asked, passages)
                    counted[str(weight)][column] += [
                        holds_answer(passage.text[mark.start : mark.end], question.answers)
                        for passage, mark in zip(passages, marks, strict=True)
                    ]
    table = {
        weight: {
            column: {"share": round(float(np.mean(held)), 3), "passages": len(held)} for column, held in row.items()
        }
        for weight, row in counted.items()
    }
    RESULT.write_text(json.dumps(table, indent=1) + "\n")
    for weight, row in table.items():
        print(f"{weight:6}", *(f"{column} {cell['share']:.3f} of {cell['passages']}" for column, cell in row.items()))


def put(
    collection: Collection, session: Session, questions: EvaluationSet
) -> Iterator[tuple[SetQuestion, Question, list[StoredPassage]]]:
    """Each question, as it is compared, and the passages that hold its answer."""
    snapshot = session.snapshot
    everything = session.passages(snapshot.passage_ids.tolist())
    vectors = collection.embedder.embed_queries([question.text for question in questions.questions])
    for number, question in enumerate(questions.questions):
        passages = [
            passage
            for passage in everything
            if Path(passage.paths[0]).name in questions.qrels[question.id]
            and holds_answer(passage.text, question.answers)
        ]
        moved = move_query(vectors[number : number + 1], {str(question.language): 1.0}, snapshot.means, snapshot.space)
        if passages:
            yield question, Question(text=question.text, vector=moved, space=snapshot.space), passages


if __name__ == "__main__":
    main()
