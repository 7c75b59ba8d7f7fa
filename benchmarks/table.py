"""Two sides run in turn, and the table that comes of it."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measuring import Run, run

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    what: str
    ours: Run
    other: Run
    ratios: tuple[float, ...]
    """The other's seconds over ours, run by run: above 1 we are faster."""
    goal: str
    met: bool | None
    """None where nothing was promised."""

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


def in_turn(sides: dict[str, Callable[[], Run]], turns: int) -> dict[str, list[Run]]:
    """The runs of each side; who begins changes."""
    found: dict[str, list[Run]] = {name: [] for name in sides}
    for turn in range(turns):
        for name in sorted(sides, reverse=bool(turn % 2)):
            print(f"  {turn + 1}/{turns} {name}", file=sys.stderr, flush=True)
            found[name].append(sides[name]())
    return found


def side(name: str, model: Path, recording: Path, device: str = "cpu") -> Callable[[], Run]:
    """A way to transcribe: see sides.py."""
    return lambda: run([sys.executable, HERE / "sides.py", name, model, recording, "1", device], tells=True)


def check_words(words: dict[str, float], said: int) -> None:
    """Every side says the script, of so many words, once a window, and has nearly as many windows."""
    for name, count in words.items():
        if count % said or not 0.8 <= count / words["ours"] <= 1.25:
            raise RuntimeError(f"{name} gave {count} words, not {said} a window: {words}")


def row(name: str, what: str, ours: list[Run], other: list[Run], least: float | None = None) -> Row:
    """The medians of two sides; ``least`` is how many times faster we mean to be."""
    ratios = tuple(sorted(theirs.wall / mine.wall for mine, theirs in zip(ours, other, strict=True)))
    met = None if least is None else statistics.median(ratios) >= least
    return Row(name, what, median(ours), median(other), ratios, "" if least is None else f"{least:.3g}x", met)


def median(runs: list[Run]) -> Run:
    wall, cpu, peak = (statistics.median(getattr(one, name) for one in runs) for name in ("wall", "cpu", "peak"))
    first = statistics.median(one.told.get("first", 0.0) for one in runs)
    return Run(wall, cpu, peak, {"first": first} if first else {})


def table(rows: list[Row]) -> str:
    """As Markdown."""
    lines = [
        "| | ours s | other s | ratio | range | cpu s | other's | MiB | other's | goal | met |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in rows:
        numbers = [f"{each.ours.wall:.2f}", f"{each.other.wall:.2f}"]
        numbers += [f"{each.ratio:.2f}x", f"{each.ratios[0]:.2f} to {each.ratios[-1]:.2f}"] if each.ratios else ["", ""]
        numbers += [f"{each.ours.cpu:.1f}", f"{each.other.cpu:.1f}", f"{each.ours.peak:.0f}", f"{each.other.peak:.0f}"]
        met = "" if each.met is None else "yes" if each.met else "no"
        lines.append("| " + " | ".join([each.what, *numbers, each.goal, met]) + " |")
    return "\n".join(lines)


def first_segments(rows: list[Row]) -> str:
    """When the first segment came, of the rows that know it."""
    known = [each for each in rows if each.name.startswith("long") and "first" in each.ours.told]
    return "\n".join(
        f"First segment, {each.what}: {each.ours.told['first']:.2f} s against {each.other.told['first']:.2f} s"
        for each in known
    )


def short(rows: list[Row]) -> str:
    """The columns that a reader of the README looks for."""
    lines = ["| | ratio | peak memory | goal |", "|---|---|---|---|"]
    for each in rows:
        ratio = f"{each.ratio:.2f}x" if each.ratios else ""
        goal = f"{each.goal}: {'met' if each.met else 'missed'}" if each.goal else ""
        lines.append(f"| {each.what} | {ratio} | {each.ours.peak:.0f} against {each.other.peak:.0f} MiB | {goal} |")
    return "\n".join(lines)
