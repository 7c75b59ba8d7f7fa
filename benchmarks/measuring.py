"""Running a command and looking at it from outside: seconds, processor seconds, and the peak memory of all of it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MIB = 2**20
INTERVAL = 0.02
"""Seconds between two looks at the memory."""
ABSENT = "not installed"
PACKAGES = (
    "faster-whisper",
    "whisper-ctranslate2",
    "openai-whisper",
    "pywhispercpp",
    "piper-tts",
    "ctranslate2",
    "torch",
    "onnxruntime",
    "av",
    "numpy",
)


@dataclass(frozen=True)
class Run:
    """What one run of one side took."""

    wall: float
    cpu: float
    peak: float
    """MiB of resident memory: the most that all its processes had at one moment, sampled from outside."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the side says of itself, as one JSON object on its last line."""


def run(command: Sequence[str | Path], *, tells: bool = False, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        tells: whether its last line is an object; the times in it, which begin at the loaded model, are then taken.
        environment: over that of this process.
    """
    # A program that is installed has its bytecode; one that runs from its sources should have it too.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    surroundings |= dict(environment or {})
    began = time.perf_counter()
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings)
    watcher = _Watcher(process.pid)
    watcher.start()
    output, errors = process.communicate()
    wall = time.perf_counter() - began
    watcher.end()
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{errors.decode()[-2000:]}")
    told = json.loads(output.decode().splitlines()[-1]) if tells else {}
    return Run(told.get("wall", wall), told.get("cpu", watcher.cpu), watcher.peak / MIB, told)


class _Watcher(threading.Thread):
    """Looks at a process and all that it started, until it is told to stop."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.cpu = 0.0
        self._root = root
        self._over = threading.Event()
        self._seconds: dict[int, float] = {}

    def run(self) -> None:
        while not self._over.wait(INTERVAL):
            tree = _tree(self._root)
            self.peak = max(self.peak, sum(_resident(pid) for pid in tree))
            for pid in tree:
                self._seconds[pid] = max(self._seconds.get(pid, 0.0), _processor(pid))
            self.cpu = sum(self._seconds.values())

    def end(self) -> None:
        self._over.set()
        self.join()


def _tree(root: int) -> list[int]:
    parents = {int(path.name): _stat(int(path.name))[1] for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, fields in parents.items() if fields == str(pid)]
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything; from the state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["X", "0", *["0"] * 40]


def _resident(pid: int) -> int:
    return int(_stat(pid)[21]) * os.sysconf("SC_PAGE_SIZE")


def _processor(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """This machine and what is installed on it, in a line each."""
    info = Path("/proc/cpuinfo").read_text()
    name = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}"
    lines = [
        f"{name or platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}",
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    ]
    return "\n".join(lines)


def installed(name: str) -> bool:
    return _version(name) != ABSENT


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT
