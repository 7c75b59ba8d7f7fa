"""Draw what compare.py cannot say in a ratio: how memory and the first segment go with the length of a recording, and
how fast it is with so many calls, threads and windows. Scripted tiny in int8, beam 1; the median of three runs.

    pip install -e '.[bench]'
    python benchmarks/plots.py             # some twenty minutes; writes benchmarks/plots/*.svg
    python benchmarks/plots.py --quick     # once, and short: to see whether it works
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measuring import Run, machine, run
from recordings import long_recording
from scripted_whisper import write
from table import HERE, side

LENGTHS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Minutes."""
WINDOWS = (1, 2, 4, 8)
TURNS = 3


def settings(cores: int) -> list[tuple[int, int]]:
    """Calls at once and threads of each, which together fill so many cores: from many calls to one."""
    return [(calls, cores // calls) for calls in (8, 4, 2, 1) if calls <= cores]


def typical(once: Callable[[], Run], turns: int) -> dict[str, float]:
    """The medians of some runs."""
    runs = [once() for _ in range(turns)]
    wall, first = (statistics.median(one.told[name] for one in runs) for name in ("wall", "first"))
    return {"wall": wall, "first": first, "peak": statistics.median(one.peak for one in runs)}


def by_length(work: Path, lengths: tuple[float, ...], turns: int) -> dict[str, list[dict[str, float]]]:
    """Each side's runs for each length."""
    model = write("tiny", work / "tiny")
    found: dict[str, list[dict[str, float]]] = {"ours": [], "batched": [], "sequential": []}
    for minutes in lengths:
        recording = long_recording(work / f"{minutes:g}min.wav", minutes)
        for name, runs in found.items():
            print(f"  {minutes:g} min, {name}", file=sys.stderr, flush=True)
            runs.append({"minutes": minutes, **typical(side(name, model, recording), turns)})
    return found


def by_setting(work: Path, minutes: float, turns: int) -> dict[str, list[dict[str, float]]]:
    """How many times faster than real time, for calls and threads, and windows of a call."""
    from speech.machine import cores

    model, recording = write("tiny", work / "tiny"), long_recording(work / f"{minutes:g}min.wav", minutes)
    found: dict[str, list[dict[str, float]]] = {}
    for calls, threads in settings(cores()):
        runs = found.setdefault(f"{calls} calls of {threads} threads", [])
        for windows in WINDOWS:
            print(f"  {calls} x {threads}, {windows} windows", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--one", model, recording, calls, threads, windows]
            took = typical(lambda command=command: run(list(map(str, command)), tells=True), turns)
            runs.append({"windows": windows, "speed": minutes * 60 / took["wall"], **took})
    return found


def once(model: str, recording: str, calls: str, threads: str, windows: str) -> dict[str, float]:
    """One run in this process, from the loaded model on."""
    import speech

    transcriber = speech.Transcriber(
        Path(model),
        beam_size=1,
        device="cpu",
        compute_type="int8",
        workers=int(calls),
        threads=int(threads),
        batch_size=int(windows),
    )
    began, first = time.perf_counter(), 0.0
    for _ in transcriber.stream(Path(recording), language="en"):
        first = first or time.perf_counter() - began
    return {"wall": time.perf_counter() - began, "first": first}


def draw(path: Path, panels: list[tuple[str, str, str, dict[str, list[dict[str, float]]]]]) -> None:
    """One picture of some panels: the names of what goes along and up, what goes up in words, and the lines."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "speech"  # the same figures give the same file
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(panels), figsize=(5.5 * len(panels), 4), squeeze=False)
    for (along, up, words, lines), axis in zip(panels, axes[0], strict=True):
        for (name, runs), style in zip(lines.items(), _styles(), strict=False):
            axis.plot([one[along] for one in runs], [one[up] for one in runs], label=name, **style)
        axis.set(xlabel=along, ylabel=words, xscale="log", ylim=(0, None))
        axis.set_xticks([one[along] for one in next(iter(lines.values()))])
        axis.xaxis.set_major_formatter("{x:g}")
        axis.minorticks_off()
        axis.legend(frameon=False)
    figure.suptitle(machine().splitlines()[0], fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def _styles() -> Iterator[dict[str, Any]]:
    for marker, line in zip("os^D", ("-", "--", ":", "-."), strict=True):
        yield {"marker": marker, "linestyle": line}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", type=Path, default=HERE / "build", help="where models and recordings are made")
    parser.add_argument("--out", type=Path, default=HERE / "plots")
    parser.add_argument("--one", nargs=5, metavar=("MODEL", "RECORDING", "CALLS", "THREADS", "WINDOWS"))
    given = parser.parse_args()
    if given.one:
        print(json.dumps(once(*given.one)))
        return
    lengths = by_length(given.work, (0.5, 1.0) if given.quick else LENGTHS, 1 if given.quick else TURNS)
    draw(
        given.out / "length.svg",
        [("minutes", "peak", "peak memory, MiB", lengths), ("minutes", "first", "first segment after, s", lengths)],
    )
    speeds = by_setting(given.work, 1.0 if given.quick else 10.0, 1 if given.quick else TURNS)
    draw(given.out / "throughput.svg", [("windows", "speed", "times faster than real time", speeds)])


if __name__ == "__main__":
    main()
