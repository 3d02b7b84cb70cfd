import io
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from embedder import LANGUAGES
from retriever.evaluation.heat_map import BOTTOM_PX, CELL_PX, LEFT_PX, RIGHT_PX, SMALLEST_PX, TOP_PX, heat_map_png
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import EvaluationError

pytest.importorskip("matplotlib")

LOWEST, HIGHEST = (68, 1, 84), (253, 231, 36)  # the ends of matplotlib's viridis


def matrix_of(values: list[list[float | None]]) -> LanguageMatrix:
    codes = [f"{place:02}" for place in range(26)]
    return LanguageMatrix.from_values(
        {
            (codes[row], codes[column]): [] if value is None else [value]
            for row, line in enumerate(values)
            for column, value in enumerate(line)
        },
        method="neutral",
    )


def draw(matrix: LanguageMatrix) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(heat_map_png(matrix))) as image:
        assert image.format == "PNG"
        return np.array(image.convert("RGB"))


def cell(pixels: NDArray[np.uint8], row: int, column: int) -> NDArray[np.uint8]:
    """(side, side, 3): the inside of a cell, without its border."""
    top, left = TOP_PX + row * CELL_PX, LEFT_PX + column * CELL_PX
    return pixels[top + 4 : top + CELL_PX - 4, left + 4 : left + CELL_PX - 4]


def colour(pixels: NDArray[np.uint8], row: int, column: int) -> tuple[int, ...]:
    """The colour of a cell, beside its number."""
    return tuple(cell(pixels, row, column)[0, 0].tolist())


def test_the_picture_has_a_cell_for_each_of_26_by_26_languages() -> None:
    values = {(question, passage): [0.5] for question in LANGUAGES for passage in LANGUAGES}
    pixels = draw(LanguageMatrix.from_values(values, method="neutral"))
    assert pixels.shape == (TOP_PX + 26 * CELL_PX + BOTTOM_PX, LEFT_PX + 26 * CELL_PX + RIGHT_PX, 3)
    assert {colour(pixels, row, column) for row in range(26) for column in range(26)} == {LOWEST}


def test_few_languages_leave_room_for_the_title() -> None:
    assert draw(matrix_of([[0.5]])).shape == (TOP_PX + CELL_PX + BOTTOM_PX, SMALLEST_PX, 3)


@pytest.mark.parametrize("best", [(0, 0), (0, 1), (1, 0), (1, 2)])
def test_the_brightest_cell_is_the_best_pair(best: tuple[int, int]) -> None:
    values: list[list[float | None]] = [[0.1, 0.2, 0.3], [0.4, 0.3, 0.2]]
    values[best[0]][best[1]] = 0.95
    pixels = draw(matrix_of(values))
    brightness = {(row, column): sum(colour(pixels, row, column)) for row in range(2) for column in range(3)}
    assert max(brightness, key=brightness.__getitem__) == best


def test_colours_reach_from_the_lowest_tenth_to_1() -> None:
    pixels = draw(matrix_of([[0.6, 1.0]]))
    assert (colour(pixels, 0, 0), colour(pixels, 0, 1)) == (LOWEST, HIGHEST)


def test_perfect_results_are_drawn_as_such() -> None:
    assert colour(draw(matrix_of([[1.0, 1.0]])), 0, 1) == HIGHEST


def test_what_was_not_measured_stays_white_and_without_number() -> None:
    pixels = draw(matrix_of([[0.5, None], [None, 0.5]]))
    assert (cell(pixels, 0, 1) == 255).all()
    assert not (cell(pixels, 0, 0) == 255).all()


def test_numbers_are_white_on_dark_and_black_on_bright() -> None:
    pixels = draw(matrix_of([[0.5, 1.0]]))
    assert cell(pixels, 0, 0).min(axis=2).max() > 200
    assert cell(pixels, 0, 1).max(axis=2).min() < 50


def test_different_numbers_of_one_colour_are_written_differently() -> None:
    first, second = draw(matrix_of([[0.0, 0.501]])), draw(matrix_of([[0.0, 0.506]]))
    written = [cell(pixels, 0, 1).min(axis=2) > 200 for pixels in (first, second)]
    assert (written[0] != written[1]).any()


def test_a_method_named_like_a_formula_is_written_as_it_is() -> None:
    formula = LanguageMatrix.from_values({("de", "de"): [1.0]}, method=r"$\frac{$")
    assert draw(formula).shape[1] == SMALLEST_PX


def test_drawing_leaves_the_state_of_pyplot_alone() -> None:
    code = (
        "import sys; from retriever.evaluation.heat_map import heat_map_png; "
        "from retriever.evaluation.matrix import LanguageMatrix; before = 'matplotlib' in sys.modules; "
        "heat_map_png(LanguageMatrix.from_values({('de', 'de'): [1.0]}, method='m')); "
        "print(before, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True", "False"]


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(EvaluationError, match=r"pip install 'polyseek\[eval\]'"):
        heat_map_png(matrix_of([[0.5]]))
