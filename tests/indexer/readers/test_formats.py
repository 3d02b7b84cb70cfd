from pathlib import Path

import pytest

from indexer.errors import IndexerError, UnsupportedFileError
from indexer.readers import READERS, current_reader, supported_suffixes


def test_every_ending_has_one_reader() -> None:
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert set(suffixes) == supported_suffixes()
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)


def test_a_reader_is_named_with_its_version_whatever_the_case_of_the_ending() -> None:
    assert current_reader(Path("Report.PDF")) == "pdf/3"
    assert current_reader(Path("a.markdown")) == "md/3"


def test_an_unknown_ending_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnsupportedFileError, match=r"notes\.xyz ends in \.xyz; .*\.pdf") as caught:
        current_reader(Path("notes.xyz"))
    assert isinstance(caught.value, IndexerError)
