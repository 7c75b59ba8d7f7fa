"""How the C library hands out memory while a model computes.

CTranslate2 allocates what it needs for every operation anew. glibc takes a request of 32 MB or more straight from the
kernel and gives it back at once, and one of the attention scores of a 30 s window is 54 MB and more: 78,000 page faults
a window with Whisper tiny, 316,000 with small, 35 to 40 % of the encoder's time (``benchmarks/TRIED.md``). So it is
told to keep memory, in the one heap that can hold blocks of any size, until a model is closed. No result changes by it.

Elsewhere than under glibc, and where the environment says how memory is to be handled, nothing is done.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctypes import CDLL

SETTINGS = ("GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "LD_PRELOAD")
"""Set by those who have decided for themselves."""
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Numbers of ``mallopt``'s parameters: malloc.h."""
MOST = 2**31 - 1


@cache
def keep() -> bool:
    """Have freed memory kept for the next operation, from now on; gives whether that could be had."""
    library = _library()
    if library is None or any(name in os.environ for name in SETTINGS):
        return False
    # Other heaps than the first hold blocks of less than 64 MB only.
    wanted = ((MMAP_THRESHOLD, MOST), (TRIM_THRESHOLD, MOST), (ARENA_MAX, 1))
    taken = [bool(library.mallopt(parameter, value)) for parameter, value in wanted]
    return all(taken)


def give_back() -> None:
    """Return what is free to the system, where it was kept."""
    library = _library()
    if library is not None and keep():
        library.malloc_trim(0)


@cache
def _library() -> CDLL | None:
    """The C library, if it is glibc."""
    if sys.platform != "linux":
        return None
    import ctypes

    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt") else None
