from pathlib import Path

import pytest

from indexer.errors import IndexerError, UnsupportedFileError
from indexer.readers import current_reader, supported_suffixes


def test_the_endings_of_all_formats_are_listed() -> None:
    assert supported_suffixes() == {".pdf", ".txt", ".md", ".markdown", ".html", ".htm", ".xhtml"}


def test_a_reader_is_named_with_its_version_whatever_the_case_of_the_ending() -> None:
    assert current_reader(Path("Report.PDF")) == "pdf/2"
    assert current_reader(Path("a.markdown")) == "md/2"


def test_an_unknown_ending_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnsupportedFileError, match=r"notes\.docx ends in \.docx; .*\.pdf") as caught:
        current_reader(Path("notes.docx"))
    assert isinstance(caught.value, IndexerError)
