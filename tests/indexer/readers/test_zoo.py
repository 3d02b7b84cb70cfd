import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only, and seen in /proc")


def load_zoo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("zoo", Path(__file__).with_name("zoo.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["zoo"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


zoo = load_zoo()

VISIT = """
import json, sys
from pathlib import Path
from indexer.readers import ReaderPool, ReadFailure, ReadLimits
from indexer.readers.document import ReadOptions

def told(outcome, texts):
    if isinstance(outcome, ReadFailure):
        return {"reason": outcome.reason, "message": outcome.message}
    missing = [text for text in texts if not any(text in page.text for page in outcome.pages)]
    return {"pages": len(outcome.pages), "missing": missing}

def children():
    return [child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()]

def is_zombie(child):
    return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

folder, plan = Path(sys.argv[1]), json.load(sys.stdin)
report = {"files": {}, "good": 0, "zombies": 0}
for part in plan["parts"]:
    paths, good = [], folder / "good.txt"
    for name in part["files"]:
        paths += [folder / name, good]
    options = ReadOptions(passwords=tuple(plan["passwords"]))
    with ReaderPool(limits=ReadLimits(**part["limits"]), workers=2, options=options) as pool:
        for path, outcome in pool.read(paths):
            if path == good:
                report["good"] += not isinstance(outcome, ReadFailure)
            else:
                report["files"][path.name] = told(outcome, part["files"][path.name])
        report["zombies"] += sum(map(is_zombie, children()))
report["children"] = children()
status = Path("/proc/self/status").read_text()
report["peak_mb"] = int(status.split("VmHWM:")[1].split()[0]) / 1024
json.dump(report, sys.stdout)
"""
"""Reads the zoo as polyseek does, a good file after each of its files, in a process of its own."""

NARROW = {"cpu_s": 5, "wall_s": 60, "memory_mb": 256, "text_mb": 1}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "good.txt").write_text("A good file", encoding="utf-8")
    parts = []
    for exhibits, limits in ((zoo.ZOO, NARROW), (zoo.BIG, {})):
        for exhibit in exhibits:
            (folder / exhibit.name).write_bytes(exhibit.make())
        parts.append({"limits": limits, "files": {exhibit.name: exhibit.texts for exhibit in exhibits}})
    plan = {"parts": parts, "passwords": ["not this one", zoo.OPENS_WITH]}
    visit = subprocess.run(
        [sys.executable, "-c", VISIT, str(folder)], input=json.dumps(plan), capture_output=True, text=True, check=False
    )
    assert visit.returncode == 0, visit.stderr
    return json.loads(visit.stdout)


@pytest.mark.parametrize("exhibit", [*zoo.ZOO, *zoo.BIG], ids=lambda exhibit: exhibit.name)
def test_a_damaged_or_hostile_file_is_read_or_refused_with_its_own_reason(
    report: Mapping[str, Any], exhibit: Any
) -> None:
    outcome = report["files"][exhibit.name]
    if exhibit.reason is not None:
        assert outcome.get("reason") == exhibit.reason, outcome
        assert ";" in outcome["message"], "what to do stands after the semicolon"
    else:
        assert outcome.get("missing") == [], outcome
        assert exhibit.pages in (None, outcome["pages"])


def test_after_each_of_them_a_good_file_is_read(report: Mapping[str, Any]) -> None:
    assert report["good"] == len(zoo.ZOO) + len(zoo.BIG)


def test_no_process_is_left_of_them_and_none_stays_a_zombie(report: Mapping[str, Any]) -> None:
    assert report["zombies"] == 0
    assert report["children"] == []


def test_the_program_that_has_them_read_stays_small(report: Mapping[str, Any]) -> None:
    assert report["peak_mb"] < 300


def test_the_zoo_is_the_same_every_time() -> None:
    for exhibit in zoo.ZOO:
        if "password" not in exhibit.name:  # encryption draws lots
            assert exhibit.make() == exhibit.make()
