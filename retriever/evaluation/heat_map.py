"""A language matrix as a picture."""

import io
import math
from typing import TYPE_CHECKING

import numpy as np

from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import EvaluationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
CELL_PX, LEFT_PX, TOP_PX, RIGHT_PX, BOTTOM_PX = 60, 110, 170, 170, 40
"""Side of a cell and width of the margins, in pixels."""

SMALLEST_PX = 640
"""Width that leaves room for the title, however few languages there are."""

PERCEIVED, MIDDLE = (0.299, 0.587, 0.114), 0.5
"""How bright red, green and blue look (ITU-R BT.601), and what is half as bright as white."""


def heat_map_png(matrix: LanguageMatrix) -> bytes:
    """Draw the matrix: a row for each language of the question, a column for each language of the passage.

    Colours reach from the lowest value, rounded down to a tenth, to 1; what was not measured stays white.

    Returns:
        A PNG file.

    Raises:
        EvaluationError: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        msg = "matplotlib is not installed, which draws heat maps: pip install 'polyseek[eval]'"
        raise EvaluationError(msg) from error
    rows, columns = matrix.values.shape
    width = max(SMALLEST_PX, LEFT_PX + columns * CELL_PX + RIGHT_PX)
    height = TOP_PX + rows * CELL_PX + BOTTOM_PX
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
    _draw_cells(figure, matrix, width, height)
    figure.text(20 / width, 1 - 20 / height, _title(matrix), fontsize=8, va="top", parse_math=False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    return file.getvalue()


def _draw_cells(figure: "Figure", matrix: LanguageMatrix, width: int, height: int) -> None:
    rows, columns = matrix.values.shape
    bottom, body = BOTTOM_PX / height, rows * CELL_PX / height
    axes = figure.add_axes((LEFT_PX / width, bottom, columns * CELL_PX / width, body))
    cells = np.ma.masked_invalid(matrix.values)
    image = axes.imshow(
        cells,
        cmap="viridis",
        aspect="auto",
        vmin=min(0.9, math.floor(float(np.nanmin(matrix.values)) * 10) / 10),
        vmax=1,
    )
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xticks(range(columns), matrix.passage_languages)
    axes.set_yticks(range(rows), matrix.question_languages)
    axes.set_xlabel("passage", fontsize=8)
    axes.set_ylabel("question", fontsize=8)
    axes.tick_params(labelsize=7, length=0)
    colours = image.to_rgba(cells)[..., :3]
    for (row, column), value in np.ndenumerate(matrix.values):
        if not math.isnan(value):
            dark = colours[row, column] @ PERCEIVED < MIDDLE
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=6, color="w" if dark else "k")
    beside = figure.add_axes(((LEFT_PX + columns * CELL_PX + 20) / width, bottom, 20 / width, body))
    figure.colorbar(image, cax=beside).ax.tick_params(labelsize=6)


def _title(matrix: LanguageMatrix) -> str:
    means = (("one language", matrix.diagonal_mean), ("two languages", matrix.off_diagonal_mean))
    shown = ", ".join(f"{name} {mean:.3f}" for name, mean in means if not math.isnan(mean))
    return f"{matrix.measure}, {matrix.method}\n{shown}"
