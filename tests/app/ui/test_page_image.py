import io

from PIL import Image

from app.ui.read.page_image import ANSWER_COLOUR, PASSAGE_COLOUR, marked
from indexer import PageImage


def test_the_passage_and_its_answer_are_marked_and_the_letters_stay_black() -> None:
    image = Image.new("RGB", (40, 40), "white")
    image.putpixel((15, 15), (0, 0, 0))
    file = io.BytesIO()
    image.save(file, "PNG")
    boxes = (((5.0, 5.0, 30.0, 30.0),), ((10.0, 10.0, 20.0, 20.0),))
    page = PageImage(png=file.getvalue(), width_px=40, height_px=40, boxes=boxes)
    shown = Image.open(io.BytesIO(marked(page)))
    pixels = [shown.getpixel(place) for place in ((0, 0), (7, 7), (12, 12), (15, 15))]
    assert pixels == [(255, 255, 255), PASSAGE_COLOUR, ANSWER_COLOUR, (0, 0, 0)]
