"""What this machine gives the process to compute with."""

from __future__ import annotations

import math
import os
from pathlib import Path


def cores() -> int:
    """Cores that this process may use, each counted once however many threads it runs: one at least."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    siblings = {_read(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list") for number in usable}
    count = len(usable) if "" in siblings else len(siblings)
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").partition(" ")  # a container's share, "max" where it has none
    return max(1, min(count, math.ceil(int(quota) / int(period)))) if quota.isdigit() else count


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
