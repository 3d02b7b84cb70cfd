"""Keeps TensorRT plans, each for exactly the encoder, the GPU and the TensorRT it was built for.

A plan is a folder `plans/MODEL-PRECISION-KEY` of the cache with the plan and a manifest that says what it was built
for. The cache of kernel timings, which makes the next build faster, lies beside them.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from embedder.backends.tensorrt.modules import INSTALL
from embedder.backends.tensorrt.profiles import Profile
from embedder.errors import BackendError, ModelCacheError
from embedder.graphs.writer import Precision
from embedder.model_cache import replaced, write_file

logger = logging.getLogger(__name__)

PLAN_FILE: Final = "plan.engine"
MANIFEST: Final = "manifest.json"

Plan = npt.NDArray[np.uint8]
"""The bytes of a plan, shape (size,); a kept one is mapped from its file."""

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKey:
    """What a plan is built for; it is of no use for anything else.

    Attributes:
        model: The encoder and the version of its graph, as a part of a file name.
        revision: Which weights.
        precision: Number type it computes in.
        profiles: Shapes of its batches.
        runtime: Module and version of TensorRT.
        architecture: Of the GPU.
    """

    model: str
    revision: str
    precision: Precision
    profiles: tuple[Profile, ...]
    runtime: str
    architecture: str

    def as_json(self) -> dict[str, Any]:
        """The fields as a manifest has them."""
        fields: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return fields

    @property
    def folder_name(self) -> str:
        """Where the plan is kept."""
        digest = hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:12]
        return f"{self.model}-{self.precision}-{digest}"


class PlanCache:
    """The folder with all plans.

    Args:
        folder: It is made when the first plan is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, key: PlanKey) -> Path:
        """The folder of a plan, which need not be there."""
        return self._folder / key.folder_name

    def timings(self, key: PlanKey) -> Path:
        """The file of kernel timings for this TensorRT and GPU."""
        return self._folder / f"timings-{key.runtime.replace(' ', '-')}-{key.architecture}.bin"

    def read(self, key: PlanKey) -> Plan | None:
        """A kept plan; None if there is none for exactly this key, or it is damaged."""
        place = self.place(key)
        try:
            manifest = json.loads((place / MANIFEST).read_bytes())
            plan = np.memmap(place / PLAN_FILE, np.uint8, "r")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.warning("the plan in %s cannot be read (%s)", place, error)
            return None
        if manifest != _manifest(key, plan):
            logger.warning("the plan in %s is damaged", place)
            return None
        return plan

    def keep(self, key: PlanKey, plan: Plan) -> None:
        """Write a plan, in the place of an older one; the caller holds the lock.

        Raises:
            ModelCacheError: If the folder cannot be written to.
        """
        try:
            with replaced(self.place(key)) as temporary:
                with (temporary / PLAN_FILE).open("wb") as file:
                    file.write(plan.data)
                    file.flush()
                    os.fsync(file.fileno())
                write_file(temporary / MANIFEST, json.dumps(_manifest(key, plan), indent=1).encode())
        except OSError as error:
            raise self._refusal(error) from error

    def lock(self, key: PlanKey) -> FileLock:
        """A lock for building; it waits without end, because the build of a large plan takes long.

        Raises:
            ModelCacheError: If the folder cannot be made.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refusal(error) from error
        return FileLock(self._folder / f"{key.folder_name}.lock")

    def _refusal(self, error: OSError) -> ModelCacheError:
        return ModelCacheError(
            f"plans cannot be kept in {self._folder}: {error.strerror or error}; make room, or name another folder: "
            "POLYSEEK_CACHE_DIR=FOLDER"
        )


def load_plan(
    cache: PlanCache, key: PlanKey, build: Callable[[], Plan], load: Callable[[Plan], Loaded | None]
) -> Loaded:
    """Load the plan of a key; build it if there is none, and once more if the kept one is refused.

    Args:
        cache: Where plans are kept.
        key: What it is for.
        build: Builds it.
        load: Gives None if TensorRT refuses the plan.

    Raises:
        BackendError: If a plan that was built just now is refused.
        ModelCacheError: If the cache cannot be written to.
    """
    loaded = _load_kept(cache, key, load)
    if loaded is not None:
        return loaded
    with cache.lock(key):
        loaded = _load_kept(cache, key, load)  # another process may have built it while we waited
        if loaded is None:
            if cache.place(key).exists():
                logger.warning("%s cannot use the plan in %s; building it again", key.runtime, cache.place(key))
            plan = build()
            cache.keep(key, plan)
            loaded = load(plan)
    if loaded is None:
        msg = (
            f"{key.runtime} refuses the plan it built for {key.architecture}; its messages on stderr say why. "
            "End other programs that fill the GPU's memory, choose device='cpu', or install another TensorRT: "
            f"{INSTALL}"
        )
        raise BackendError(msg)
    return loaded


def _load_kept(cache: PlanCache, key: PlanKey, load: Callable[[Plan], Loaded | None]) -> Loaded | None:
    plan = cache.read(key)
    return None if plan is None else load(plan)


def _manifest(key: PlanKey, plan: Plan) -> dict[str, Any]:
    return {"key": key.as_json(), "bytes": plan.nbytes, "sha256": hashlib.sha256(plan.data).hexdigest()}
