import pytest

from indexer.readers.office.soft_breaks import with_soft_breaks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Annual\vreport", "Annual report"),
        ("Annual \v report", "Annual report"),
        ("It ends here.\vAnother", "It ends here.\nAnother"),
        ("Bring:\v- bread\v- oil", "Bring:\n- bread\n- oil"),
        ("灯塔建于\v那一年", "灯塔建于那一年"),
        ("ประภาคาร\vสร้างขึ้น", "ประภาคารสร้างขึ้น"),
        ("ऐसा हुआ।\vफिर", "ऐसा हुआ।\nफिर"),
        ("من يدفع؟\vلا أحد", "من يدفع؟\nلا أحد"),
        ("한 줄\v두 줄", "한 줄 두 줄"),
        ("one\v\vtwo", "one\n\ntwo"),
        ("no break  at all", "no break  at all"),
    ],
)
def test_a_soft_break_ends_a_line_only_after_a_sentence_or_before_an_item(text: str, shown: str) -> None:
    assert with_soft_breaks(text) == shown
