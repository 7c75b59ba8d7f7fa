"""How a Whisper is run to be fast on this machine: calls at once, threads of each, windows of a call.

On a CPU two calls at once take 0.7 of the time of one call with all threads, which wait for each other after every
operation; and two windows a call take what four do, at half of the memory (CTranslate2 4.8, two cores:
``benchmarks/TRIED.md``). On a GPU one call computes while the features of the other are made.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speech import machine

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from speech.data import Device

MOST_WORKERS = 4
"""Calls at once on a CPU: each holds the memory of a window that is encoded, 120 MB with tiny and 1 GB with large."""
WINDOWS_ON_CPU = 2
WINDOWS_OF_ONE = 4
"""The same where there is one call at once."""
MOST_ON_GPU = 32
SHARE_OF_GPU = 0.6
"""Of the memory that is free beside the weights, for windows under way; the rest is for what fragments."""
POSITIONS = 1500
"""Of an encoded window."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a Whisper decides the memory that a window takes."""

    width: int
    layers: int
    """Of the decoder."""

    @property
    def held(self) -> int:
        """Numbers that are kept of a window while it is decoded: keys and values of the cross attention."""
        return 2 * self.layers * POSITIONS * self.width

    @property
    def encoding(self) -> int:
        """Numbers that a window takes while it is encoded: the scores of the attention, whose heads are 64 wide."""
        return POSITIONS * POSITIONS * self.width // 64 + 8 * POSITIONS * self.width


def paced(device: Device, model: Path) -> Device:
    """The device, with what was left open chosen for the model in that file."""
    return _on_cpu(device) if device.name.startswith("cpu") else _on_gpu(device, model)


def _on_cpu(device: Device) -> Device:
    cores, told = machine.cores(), os.environ.get("OMP_NUM_THREADS", "")
    threads = device.threads or (int(told) if told.isdigit() else 0)
    workers = device.workers or min(MOST_WORKERS, _calls(cores, threads))
    windows = WINDOWS_OF_ONE if workers == 1 else WINDOWS_ON_CPU
    return replace(device, threads=threads or max(1, cores // workers), workers=workers, batch=device.batch or windows)


def _calls(cores: int, threads: int) -> int:
    """Calls at once that keep the cores busy with so many threads each; 0: with two, or one where there are few."""
    if threads:
        return max(1, cores // threads)
    return cores if cores < 3 else max(2, cores // 2)


def _on_gpu(device: Device, model: Path) -> Device:
    windows, shape = MOST_ON_GPU // 2, shape_of(model)
    if shape and device.free_bytes is not None:
        number = 2 if "16" in next(iter(device.compute_types), "float16") else 4
        room = SHARE_OF_GPU * (device.free_bytes - model.stat().st_size)
        windows = int(room // (number * (shape.held + shape.encoding)))
    batch = device.batch or min(max(1, windows), MOST_ON_GPU)
    return replace(device, workers=device.workers or 2, batch=batch)


def shape_of(model: Path) -> Shape | None:
    """From the names and sizes in a ``model.bin`` of CTranslate2 (``ModelSpec.save`` there); None if it is not one."""
    try:
        with model.open("rb") as file:
            dims = dict(_variables(file))
        layers = {parts[1] for name in dims if (parts := name.split("/"))[0] == "decoder" and parts[1][-1].isdigit()}
        return Shape(dims["decoder/position_encodings/encodings"][1], len(layers))
    except (OSError, struct.error, UnicodeDecodeError, KeyError, IndexError):
        return None


def _variables(file: BinaryIO) -> list[tuple[str, tuple[int, ...]]]:
    """The name and shape of every weight; the weights themselves are passed over."""

    def number(kind: str) -> int:
        [value] = struct.unpack(kind, file.read(struct.calcsize(kind)))
        return int(value)

    def text() -> str:
        return file.read(number("<H"))[:-1].decode("utf-8")

    number("<I"), text(), number("<I")  # version of the format, name and revision of the specification
    found = []
    for _ in range(number("<I")):
        name, rank = text(), number("<B")
        found.append((name, tuple(number("<I") for _ in range(rank))))
        number("<B")  # the type of its numbers
        file.seek(number("<I"), 1)
    return found
