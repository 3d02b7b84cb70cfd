from retriever.evaluation.comparisons import Comparison, compare_methods
from retriever.evaluation.measures import Measure
from retriever.evaluation.rows import ALL_QUESTIONS, MeasuredRun


def run(method: str, name: str, *values: float) -> MeasuredRun:
    by_id = {f"q{number}": value for number, value in enumerate(values)}
    return MeasuredRun(
        method=method, set=name, languages=dict.fromkeys(by_id, "en"), values=dict.fromkeys(Measure, by_id)
    )


def pairs(comparisons: tuple[Comparison, ...]) -> list[tuple[str, str, str]]:
    return [(one.set, one.first, one.second) for one in comparisons]


def test_the_last_method_is_compared_with_the_named_one_and_the_best_of_the_others() -> None:
    runs = [
        run("BM25", "s", 0, 0, 1),
        run("dense", "s", 0, 1, 0.5),
        run("neutral", "s", 0, 0, 0),
        run("hybrid", "s", 1, 1, 1),
    ]
    found = compare_methods(runs, against=["BM25"], seed=1)
    assert pairs(found) == [("s", "hybrid", "BM25"), ("s", "hybrid", "dense")]
    assert [round(one.difference.interval.mean, 3) for one in found] == [0.667, 0.5]
    assert {one.measure for one in found} == {"Recall@5"}
    assert 0.9 < found[0].difference.share_above <= 1


def test_a_best_other_method_that_is_named_too_stands_there_once() -> None:
    runs = [run("BM25", "s", 1, 1), run("dense", "s", 0, 1), run("hybrid", "s", 1, 0)]
    assert pairs(compare_methods(runs, against=["BM25"], seed=1)) == [("s", "hybrid", "BM25")]


def test_several_sets_are_also_compared_over_all_their_questions_though_their_ids_are_the_same() -> None:
    runs = [run("BM25", "a", 0, 0), run("hybrid", "a", 1, 1), run("BM25", "b", 1, 1), run("hybrid", "b", 1, 0)]
    found = compare_methods(runs, against=["BM25"], seed=1)
    assert [one.set for one in found] == ["a", "b", ALL_QUESTIONS]
    assert [one.difference.interval.mean for one in found] == [1, -0.5, 0.25]


def test_one_method_alone_is_compared_with_nothing() -> None:
    assert compare_methods([run("hybrid", "s", 1)], against=["BM25"], seed=1) == ()
