"""What CTranslate2 can compute on here: devices, their types, and the libraries they need."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from speech.data import Device
from speech.engines import _cuda
from speech.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

CPU_TYPES = ("int8", "int8_float32", "float32", "int16", "bfloat16", "float16")
GPU_TYPES = ("float16", "int8_float16", "bfloat16", "int8_bfloat16", "int8_float32", "float32")
SMALL_GPU = 6 << 30
"""With less free than this, a GPU is better used with 8-bit weights: faster-whisper's README has large-v2 in float16
with batches of 8 at 6.1 GB, in int8 at 4.5 GB."""


def devices() -> list[Device]:
    """The CPU, and every GPU with what works on it; a GPU that lacks a library has no compute types and a note."""
    if not find_spec("ctranslate2"):
        return []
    import ctranslate2

    supported = ctranslate2.get_supported_compute_types("cpu")
    cpu = Device(name="cpu", compute_types=tuple(name for name in CPU_TYPES if name in supported))
    try:
        count = ctranslate2.get_cuda_device_count()
        lacking = _cuda.missing(gpu_libraries()) if count else []
        return [cpu, *(_gpu(number, lacking) for number in range(count))]
    except RuntimeError as error:  # a driver older than the CUDA that CTranslate2 was built with
        return [cpu, Device(name="cuda:0", note=f"{error}; update the GPU's driver")]


def _gpu(number: int, lacking: list[str]) -> Device:
    name = f"cuda:{number}"
    if lacking:
        return Device(name=name, note=lacking_note(lacking))
    import ctranslate2

    supported = ctranslate2.get_supported_compute_types("cuda", number)
    free = _cuda.free_bytes(number)
    types = [name for name in GPU_TYPES if name in supported]
    if free is not None and free < SMALL_GPU:
        types.sort(key=lambda name: not name.startswith("int8"))
    return Device(name=name, compute_types=tuple(types), free_bytes=free)


def lacking_note(libraries: list[str]) -> str:
    """What to do about libraries of the GPU that are missing."""
    return f"{', '.join(libraries)} not found; type: pip install nvidia-cublas-cu12 'nvidia-cudnn-cu12>=9'"


def gpu_libraries() -> list[str]:
    """What CTranslate2 opens when it first computes. Only the wheels that bring a part of cuDNN need the rest of it."""
    windows = os.name == "nt"
    libraries = ["cublasLt64_12.dll", "cublas64_12.dll"] if windows else ["libcublasLt.so.12", "libcublas.so.12"]
    package = find_spec("ctranslate2")
    home = Path(package.origin or "").parent if package else Path()
    if windows or not any((home.parent / "ctranslate2.libs").glob("libcudnn*")):
        return libraries  # the Windows wheel brings what it needs of cuDNN
    return [*libraries, "libcudnn.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9"]


_used_in: set[int] = set()


def claim_process() -> None:
    """Remember that this process computes; one that was forked from such a process would hang instead.

    Raises:
        EngineError: this process was forked after CTranslate2 had computed in its parent.
    """
    process = os.getpid()
    if _used_in and process not in _used_in:
        raise EngineError(
            "CTranslate2 was used before this process was forked, and hangs in the child; start processes with "
            "multiprocessing.get_context('spawn'), or load the first model after the fork"
        )
    _used_in.add(process)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep CTranslate2's warnings off stderr while it loads."""
    import ctranslate2

    level = ctranslate2.get_log_level()
    ctranslate2.set_log_level(max(level, 40))
    try:
        yield
    finally:
        ctranslate2.set_log_level(level)
