"""Plans are kept for exactly what they were built for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder import BackendError, ModelCacheError
from embedder.backends.tensorrt.plan_cache import Plan, PlanCache, PlanKey, load_plan
from embedder.backends.tensorrt.profiles import profiles_for
from embedder.graphs.writer import Precision

KEY = PlanKey(
    model="tiny-0123456789ab",
    revision="1" * 64,
    precision=Precision.BF16,
    profiles=profiles_for(512),
    runtime="tensorrt 11.4.0.106",
    architecture="sm_89",
)
OTHERS: dict[str, Any] = {
    "model": "tiny-ba9876543210",
    "revision": "2" * 64,
    "precision": Precision.F16,
    "profiles": profiles_for(8192),
    "runtime": "tensorrt 11.3.0.99",
    "architecture": "sm_90",
}


def plan(content: bytes = b"a plan") -> Plan:
    return np.frombuffer(content, np.uint8)


def never() -> Plan:
    pytest.fail("nothing has to be built")


def content_of(loaded: Plan) -> bytes:
    return loaded.tobytes()


@pytest.fixture
def cache(tmp_path: Path) -> PlanCache:
    return PlanCache(tmp_path / "plans")


def test_a_plan_is_built_once_and_found_again(cache: PlanCache) -> None:
    assert load_plan(cache, KEY, plan, content_of) == b"a plan"
    assert load_plan(cache, KEY, never, content_of) == b"a plan"


@pytest.mark.parametrize("field", OTHERS)
def test_a_plan_for_anything_else_is_not_used(cache: PlanCache, field: str) -> None:
    load_plan(cache, KEY, plan, content_of)
    other = replace(KEY, **{field: OTHERS[field]})
    assert cache.read(other) is None
    assert load_plan(cache, other, lambda: plan(b"another"), content_of) == b"another"
    assert load_plan(cache, KEY, never, content_of) == b"a plan"


def test_a_folder_renamed_to_another_key_is_not_used(cache: PlanCache) -> None:
    load_plan(cache, KEY, plan, content_of)
    other = replace(KEY, architecture="sm_90")
    cache.place(KEY).rename(cache.place(other))
    assert cache.read(other) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: (place / "plan.engine").write_bytes(b"a plom"),
        lambda place: (place / "plan.engine").write_bytes(b""),
        lambda place: (place / "plan.engine").unlink(),
        lambda place: (place / "manifest.json").write_bytes(b"{"),
        lambda place: (place / "manifest.json").unlink(),
    ],
    ids=["changed", "emptied", "lost", "manifest cut off", "manifest lost"],
)
def test_a_damaged_plan_is_built_again(cache: PlanCache, damage: Callable[[Path], None]) -> None:
    load_plan(cache, KEY, plan, content_of)
    damage(cache.place(KEY))
    assert load_plan(cache, KEY, lambda: plan(b"a new plan"), content_of) == b"a new plan"
    assert load_plan(cache, KEY, never, content_of) == b"a new plan"


def test_a_kept_plan_that_is_refused_is_built_again_with_a_warning(
    cache: PlanCache, caplog: pytest.LogCaptureFixture
) -> None:
    def load(found: Plan) -> bytes | None:
        return None if found.tobytes() == b"a plan" else found.tobytes()

    with cache.lock(KEY):
        cache.keep(KEY, plan())
    assert load_plan(cache, KEY, lambda: plan(b"a new plan"), load) == b"a new plan"
    assert caplog.text.count("cannot use the plan in") == 1


def test_a_refused_plan_is_built_again_only_once(cache: PlanCache) -> None:
    built = []

    def build() -> Plan:
        built.append(1)
        return plan()

    with cache.lock(KEY):
        cache.keep(KEY, plan())
    with pytest.raises(BackendError, match=r"tensorrt 11.4.0.106 refuses the plan it built for sm_89.*pip install"):
        load_plan(cache, KEY, build, lambda _found: None)
    assert len(built) == 1


def test_timings_are_kept_for_each_version_and_gpu(cache: PlanCache) -> None:
    names = {cache.timings(replace(KEY, **{field: OTHERS[field]})) for field in ("runtime", "architecture", "model")}
    assert len(names) == 3
    assert cache.timings(replace(KEY, model="other")) == cache.timings(KEY)


def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("in the way")
    with pytest.raises(ModelCacheError, match=r"plans cannot be kept in .*POLYSEEK_CACHE_DIR"):
        load_plan(PlanCache(tmp_path / "plans"), KEY, plan, content_of)
