from indexer.context import MAX_CHARACTERS, context_of, in_context


def test_a_title_is_the_context_of_a_passage_unless_it_is_only_the_name_of_the_file() -> None:
    assert context_of("The salt mine of Brinna", "/docs/mine.txt") == "The salt mine of Brinna"
    assert context_of("mine", "/docs/mine.txt") == ""
    assert context_of("en/42", "en/42") == ""
    assert len(context_of("long " * 100, "x.txt")) <= MAX_CHARACTERS


def test_a_passage_that_begins_with_the_title_is_not_told_it_again() -> None:
    assert in_context("The mine", "", "It has seven levels.") == "The mine\nIt has seven levels."
    assert in_context("The mine", "", "The mine\n\nIt has seven levels.") == "The mine\n\nIt has seven levels."
    assert in_context("", "", "It has seven levels.") == "It has seven levels."
