"""What of CUDA is really here, asked without the risk of an abort: a library that CTranslate2 misses fails late."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path


def missing(libraries: list[str]) -> list[str]:
    """Load the shared libraries, from the system or the nvidia packages beside this one; give those that cannot be.

    What is loaded here by its path is found by name afterwards, so that no LD_LIBRARY_PATH is needed.
    """
    return [name for name in libraries if not _load(name)]


def _load(name: str) -> bool:
    for candidate in (name, *_packaged(name)):
        try:
            ctypes.CDLL(candidate, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
        return True
    return False


def _packaged(name: str) -> list[str]:
    package = find_spec("nvidia")
    folders = [Path(folder) for folder in (package.submodule_search_locations or ())] if package else []
    if sys.platform == "win32":
        for folder in {path.parent for root in folders for path in root.glob("*/bin/*.dll")}:
            os.add_dll_directory(str(folder))
    return [str(path) for folder in folders for path in sorted(folder.glob(f"*/*/{name}"))]


class _Memory(ctypes.Structure):
    """``nvmlMemory_t``."""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def free_bytes(index: int) -> int | None:
    """Free memory of the CUDA device ``index``, or None where the driver does not tell."""
    try:
        nvml = ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
        return _nvml_free(nvml, _visible(index))
    except (OSError, AttributeError):
        return None


def _visible(index: int) -> str:
    """The device's number or UUID for the driver, which does not heed CUDA_VISIBLE_DEVICES."""
    listed = [part.strip() for part in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if part.strip()]
    return listed[index] if index < len(listed) else str(index)


def _nvml_free(nvml: ctypes.CDLL, device: str) -> int | None:
    handle, memory = ctypes.c_void_p(), _Memory()
    if nvml.nvmlInit_v2():
        return None
    try:
        if device.isdigit():
            failed = nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(int(device)), ctypes.byref(handle))
        else:
            failed = nvml.nvmlDeviceGetHandleByUUID(device.encode(), ctypes.byref(handle))
        failed = failed or nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory))
        return None if failed else int(memory.free)
    finally:
        nvml.nvmlShutdown()
