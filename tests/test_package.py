import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("app", "embedder", "indexer", "retriever")
REPOSITORY = Path(__file__).resolve().parents[1]


def run_python(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout


@pytest.mark.parametrize("package", ["embedder", "indexer", "retriever"])
def test_every_public_name_exists_and_is_documented(package: str) -> None:
    module = __import__(package)
    assert module.__doc__
    for name in module.__all__:
        assert hasattr(module, name), name


@pytest.mark.parametrize("package", ["embedder", "indexer", "retriever"])
def test_importing_a_package_loads_no_heavy_library(package: str) -> None:
    heavy = {
        "torch",
        "transformers",
        "onnx",
        "onnxruntime",
        "openvino",
        "faiss",
        "streamlit",
        "tokenizers",
        "trafilatura",
    }
    loaded = set(run_python(f"import {package}, sys; print(*sys.modules)").split())
    assert not heavy & loaded


def test_the_wheel_holds_the_packages_and_nothing_else(tmp_path: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    ).stdout
    source = tmp_path / "source"
    for name in tracked.splitlines():
        if (REPOSITORY / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("polyseek-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    expected = {name for name in tracked.splitlines() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}
    assert expected == {name for name in names if ".dist-info/" not in name}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/THIRD_PARTY_NOTICES.md") for name in names)
