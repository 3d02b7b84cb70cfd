from collections.abc import Callable

import pytest

from indexer.readers.extracted import Extracted

PAGE = """\
The *old* tower
===============

:author: Anna
:orphan:

See `the village <https://example.org>`_, ``stone`` and |stuff| [1]_,
灯塔建于大风暴的
那一年。

.. |stuff| replace:: lime
.. A comment.

The keeper
----------

- bread
- oil

  3. lamp oil
  4. fish oil

Term
  What it means.

=====  ======
Month  Ships
=====  ======
June   twelve
       and one
=====  ======

.. code:: python

   if kept:
       as_it_is()

.. note:: Take care.

.. image:: tower.png
   :alt: A tower

.. [1] A footnote.
"""


def test_marks_go_and_text_stays(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.rst", PAGE.encode()) == (
        "The old tower\n\n"
        "author: Anna\n\n"
        "See the village, stone and lime [1], 灯塔建于大风暴的那一年。\n\n"
        "The keeper\n\n"
        "- bread\n- oil\n3. lamp oil\n4. fish oil\n\n"
        "Term\nWhat it means.\n\n"
        "Month  Ships\nJune  twelve and one\n\n"
        "if kept:\n    as_it_is()\n\n"
        "Take care.\n\n"
        "A tower\n\n"
        "[1] A footnote."
    )


def test_sections_are_headings_and_the_first_is_the_title(extract: Callable[[str, bytes], Extracted]) -> None:
    found = extract("page.rst", PAGE.encode())
    (page,) = found.pages
    assert found.title == "The old tower"
    assert [(page.text[heading.start : heading.end], heading.level) for heading in page.headings] == [
        ("The old tower", 1),
        ("The keeper", 2),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (".. toctree::\n   :maxdepth: 2\n\n   intro\n\nend", "end"),
        (".. versionadded:: 1.2\n   The *thing* came.\n\n   - :func:`~sea.send`\n", "1.2\n\nThe thing came.\n\n- send"),
        (".. py:function:: send(x)\n   :async:\n\n   Sends **it**.", "send(x)\n\nSends it."),
        (".. tabs::\n\n   .. tab:: Linux\n\n      Use *apt*.", "Linux\n\nUse apt."),
        (".. code-block:: c\n   :emphasize-lines: 1\n\n   *p = x;\n", "*p = x;"),
        (".. only:: html\n\n   Shown.", "Shown."),
        ("+---+\n| broken table\n+---+", "+---+\n| broken table\n+---+"),
        (".. image:: a.png\n   :alt: A tower\n   :sphinx: x", "A tower"),
        (":ref:`the text <label>`, :doc:`/a/b`, :kbd:`Ctrl+C`", "the text, /a/b, Ctrl+C"),
        ("|nothing| and nobody_", "nothing and nobody"),
        ("Title\n====\n\ntext", "Title\n\ntext"),
    ],
)
def test_what_only_sphinx_knows_and_what_is_broken_keeps_its_text(
    source: str, text: str, text_of: Callable[[str, bytes], str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert text_of("page.rst", source.encode()) == text
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("directive", ["include:: {0}", "literalinclude:: {0}", "raw:: html\n   :file: {0}"])
@pytest.mark.parametrize("prefix", ["", ".. csv-table:: T\n   :file: {0}\n\n"])
def test_no_other_file_is_opened(directive: str, prefix: str, text_of: Callable[[str, bytes], str]) -> None:
    text = text_of("page.rst", f"before\n\n{prefix}.. {directive}\n\nafter".format(__file__).encode())
    assert text.split("\n")[0] == "before"
    assert text.endswith("after")
    assert "import" not in text


def test_a_chinese_title_needs_two_dashes_a_letter(extract: Callable[[str, bytes], Extracted]) -> None:
    assert extract("page.rst", "灯塔\n====\n\n正文".encode()).title == "灯塔"


@pytest.mark.parametrize("text", ["> " * 3000 + "deep", "* " * 3000 + "deep", "word " * 3000])
def test_what_the_parser_cannot_take_is_read_as_plain_text(text: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("page.rst", text.encode()).endswith(text.rsplit(maxsplit=1)[-1])


def test_directives_in_directives_end(text_of: Callable[[str, bytes], str]) -> None:
    text = "".join(f"{'   ' * depth}.. tab:: x\n\n" for depth in range(60)) + "   " * 60 + "deep"
    assert text_of("page.rst", text.encode()).endswith("deep")
