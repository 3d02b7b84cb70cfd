"""What happens where mteb is not installed, or not asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from embedder import Embedder
from retriever.adapters.mteb_meta import MtebError
from retriever.adapters.mteb_models import MtebEncoder, MtebSearch


@pytest.mark.parametrize("model", [MtebEncoder, MtebSearch])
def test_without_mteb_the_error_says_what_to_install(
    model: type[MtebEncoder | MtebSearch], hashing_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mteb", None)
    monkeypatch.setitem(sys.modules, "mteb.models", None)
    with pytest.raises(MtebError, match=r"pip install 'polyseek\[mteb\]'"):
        model(hashing_embedder)


def test_importing_the_adapter_imports_neither_mteb_nor_torch() -> None:
    code = "import retriever.adapters.mteb_models, sys; print(*sys.modules)"
    command = [sys.executable, "-W", "error", "-c", code]
    folder = Path(__file__).parents[3]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout.split()
    assert "retriever.adapters.mteb_models" in loaded
    assert not {"mteb", "datasets", "torch"} & set(loaded)
