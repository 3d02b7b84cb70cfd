from collections.abc import Callable

from indexer.readers.extracted import Extracted

PAGE = """\
---
title: "The keeper's book"
tags: [sea]
---
# The *old* lighthouse

It was built **in 1803** by [the village](https://example.org/v), with `stone` and
lime. <!-- not shown -->

![A tower](tower.png) Seen from <b>the sea</b>&nbsp;&amp; land.

- bread
- oil
  1. lamp oil
  2. fish oil

> A quoted line.

| Month | Ships |
|-------|-------|
| June  | 12    |

```python
print("kept as it is")
```
"""


def test_marks_go_and_text_stays(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.md", PAGE.encode()) == (
        "The old lighthouse\n\n"
        "It was built in 1803 by the village, with stone and lime.\n\n"
        "A tower Seen from the sea\u00a0& land.\n\n"
        "- bread\n- oil\n1. lamp oil\n2. fish oil\n\n"
        "A quoted line.\n\n"
        "Month  Ships\nJune  12\n\n"
        'print("kept as it is")'
    )


def test_the_front_matter_names_the_title_else_the_first_heading_does(
    extract: Callable[[str, bytes], Extracted],
) -> None:
    assert extract("page.md", PAGE.encode()).title == "The keeper's book"
    assert extract("page.md", b"Some text\n\nSetext *title*\n===\n").title == "Setext title"
    assert extract("page.markdown", b"no heading").title is None


def test_chinese_lines_are_joined_without_a_space(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.md", "灯塔建于大风暴的\n那一年。".encode()) == "灯塔建于大风暴的那一年。"


def test_a_rule_at_the_beginning_is_not_front_matter(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.md", b"---\nonly a rule\n") == "only a rule"


def test_deep_nesting_ends_without_an_error(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.md", b">" * 20_000 + b" deep\n\nend").endswith("end")
