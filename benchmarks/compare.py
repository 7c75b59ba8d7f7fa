"""One command, one table: this library beside what a user would pick instead, on the same weights, in turn.

Every run is a process of its own. The sides of a row take turns, who begins changes from turn to turn, and the ratio is
the median of those of the runs that stood side by side: absolute times mean little elsewhere. Memory is the most that
all processes of a side had at one moment, read from outside. The models are scripted Whispers of true size: a run costs
what the trained model costs for as many tokens, and what comes out is known, so a side that left something out is seen.

    python benchmarks/compare.py                          # everything, five turns
    python benchmarks/compare.py --only long-tiny cold    # some
    python benchmarks/compare.py --write                  # and put it into RESULTS.md and the README
    python benchmarks/compare.py --quick                  # once, and short: to see whether it works

long-*   30 minutes of speech with tiny, four with small, one with turbo (beam 1, int8), from the loaded model
others   four minutes with tiny beside openai-whisper (float32) and whisper.cpp (16 bits): no equal weights in int8
memory   peak over that of the same process after one window of 30 s, at each of --lengths
cold     a whole command for a recording of 11 s
clips    short recordings of 5.5 s, all in one command; packed: several of them in a window. The clips' model says 16
         words a clip; the packed one has equal weights and says as many a second all through the window
voice-*  piper-tts beside us with a medium and a high voice, and ours with one worker: see synthesize.py
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import other_formats
import synthesize
from measuring import Run, installed, machine, run
from recordings import long_recording, short_recordings
from scripted_whisper import TOKENS, write
from table import Row, check_words, first_segments, in_turn, median, row, short, side, table

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
README = HERE.parent / "README.md"
HOURS = 2.0
"""Recordings that are longer are transcribed once."""
CLIP_SECONDS = 5.5
WORDS_PER_SECOND = 3
FEWEST_WORDS = 12
"""In the subtitles of a clip, of which the script has 16."""


@dataclass(frozen=True)
class Setting:
    """What was asked for."""

    runs: int
    minutes: float
    clips: int
    lengths: tuple[float, ...]
    work: Path


def long(setting: Setting, size: str, minutes: float, others: dict[str, float | None]) -> Iterator[Row]:
    model = write(size, setting.work / size)
    recording = long_recording(setting.work / f"{minutes:g}min.wav", minutes)
    found = in_turn({name: side(name, model, recording) for name in ("ours", *others)}, setting.runs)
    check_words({name: runs[0].told["words"] for name, runs in found.items()}, TOKENS)
    for other, least in others.items():
        yield row(
            f"long-{size}", f"{minutes:g} min, {size}: faster-whisper {other}", found["ours"], found[other], least
        )


def long_tiny(setting: Setting) -> Iterator[Row]:
    yield from long(setting, "tiny", setting.minutes, {"batched": 1.3, "sequential": 1.15})


def long_small(setting: Setting) -> Iterator[Row]:
    yield from long(setting, "small", min(4.0, setting.minutes), {"batched": 1.05})


def long_turbo(setting: Setting) -> Iterator[Row]:
    less = replace(setting, runs=min(3, setting.runs))
    yield from long(less, "large-v3-turbo", min(1.0, setting.minutes), {"batched": None})


def others(setting: Setting) -> Iterator[Row]:
    """Those that read other formats: the same matrices, in the types that they have for a CPU."""
    model = write("tiny", setting.work / "tiny")
    recording = long_recording(setting.work / "4min.wav", 4.0)
    there = {"openai": "openai-whisper", "whispercpp": "pywhispercpp"}
    there = {name: package for name, package in there.items() if installed(package)}
    files = {name: getattr(other_formats, name)("tiny", model) for name in there}
    sides = {name: side(name, files.get(name, model), recording) for name in ("ours", *there)}
    found = in_turn(sides, setting.runs)
    check_words({name: runs[0].told["words"] for name, runs in found.items()}, TOKENS)
    for name, package in there.items():
        yield row("others", f"4 min, tiny: {package}", found["ours"], found[name])


def memory(setting: Setting) -> Iterator[Row]:
    """Not a comparison with others: a length beside one window."""
    model = write("tiny", setting.work / "tiny")
    for minutes in setting.lengths:
        recording = long_recording(setting.work / f"{minutes:g}min.wav", minutes)
        turns = 1 if minutes > HOURS * 60 else min(3, setting.runs)
        found = in_turn({name: side(name, model, recording) for name in ("ours", "window")}, turns)
        whole, one = median(found["ours"]), median(found["window"])
        over = whole.peak - one.peak
        what = f"{minutes:g} min beside one window: {over:+.0f} MiB"
        yield Row("memory", what, whole, one, (), "+150 MiB", over <= 150)


def cold(setting: Setting) -> Iterator[Row]:
    model = write("tiny", setting.work / "tiny")
    paths = short_recordings(setting.work / "eleven", 1, 11.0)
    sides = {"ours": _ours(paths, model, []), "other": _whisper_ctranslate2(paths, model)}
    found = in_turn(sides, setting.runs)
    yield row("cold", "a command for 11 s: whisper-ctranslate2", found["ours"], found["other"], 1.25)


def clips(setting: Setting) -> Iterator[Row]:
    tokens = round(CLIP_SECONDS * WORDS_PER_SECOND)
    alone = write("tiny", setting.work / "tiny-clip", tokens=tokens, speech_end=CLIP_SECONDS, stretch=1.0)
    dense = write("tiny", setting.work / "tiny-dense", tokens=30 * WORDS_PER_SECOND, speech_end=30.0, stretch=1.0)
    paths = short_recordings(setting.work / f"clips{setting.clips}", setting.clips, CLIP_SECONDS)
    sides = {
        "ours": _ours(paths, alone, ["--no-vad"]),
        "packed": _ours(paths, dense, ["--no-vad", "--pack"]),
        "other": _whisper_ctranslate2(paths, alone),
    }
    found = in_turn(sides, setting.runs)
    what = f"{setting.clips} clips: whisper-ctranslate2"
    yield row("clips", what, found["ours"], found["other"], 1.2)
    yield row("clips", f"{what}, ours packed", found["packed"], found["other"], 2.5)


def _ours(paths: list[Path], model: Path, more: list[str]) -> Callable[[], Run]:
    options = ["--model", model, "-l", "en", "--beam-size", "1", "-f", "srt", "-q", *more, "-o"]
    return _command(paths, lambda out: ["speech", "transcribe", *paths, *options, out])


def _whisper_ctranslate2(paths: list[Path], model: Path) -> Callable[[], Run]:
    options = [
        "--model_directory", model, "--device", "cpu", "--compute_type", "int8",
        "--threads", str(os.cpu_count()), "--beam_size", "1", "--language", "en",
        "--condition_on_previous_text", "False", "--verbose", "False",
        "--output_format", "srt", "--output_dir",
    ]  # fmt: skip
    return _command(paths, lambda out: ["whisper-ctranslate2", *paths, *options, out])


def _command(paths: list[Path], arguments: Callable[[Path], list[str | Path]]) -> Callable[[], Run]:
    """A run of an installed program that writes a file of subtitles for each recording; that it did is checked."""

    def once() -> Run:
        with TemporaryDirectory() as folder:
            program, *rest = arguments(Path(folder))
            done = run([Path(sys.executable).with_name(str(program)), *rest])
            texts = [path.read_text("utf-8") for path in Path(folder).glob("*.srt")]
        if len(texts) != len(paths) or any(len(re.findall(r"[a-zA-Z]+", text)) < FEWEST_WORDS for text in texts):
            raise RuntimeError(f"{program} did not write what is said in all of {len(paths)} files")
        return done

    return once


def voice(setting: Setting) -> Iterator[Row]:
    """Every measure with the medium voice."""
    yield from _voice(setting, "medium", synthesize.GOALS)


def voice_high(setting: Setting) -> Iterator[Row]:
    """Some with the high one, which takes five times as long."""
    less = replace(setting, runs=min(3, setting.runs))
    yield from _voice(less, "high", {name: synthesize.GOALS[name] for name in ("load", "first")})


def _voice(setting: Setting, quality: str, measures: Mapping[str, tuple[str, float | None]]) -> Iterator[Row]:
    from untrained_piper import write as write_voice

    model = write_voice(quality, setting.work / f"{quality}.onnx")
    with TemporaryDirectory() as cache:
        synthesize.run("load", "ours", model, cache)  # what the first load of all keeps is there then
        for measure, (what, least) in measures.items():
            found = in_turn(
                {name: partial(synthesize.run, measure, name, model, cache) for name in ("ours", "piper")},
                setting.runs,
            )
            yield row("voice", f"{quality} voice, {what}: piper", found["ours"], found["piper"], least)


def workers(setting: Setting) -> Iterator[Row]:
    """Ours beside ours: what a second worker brings, and what ten times the text takes of memory."""
    from untrained_piper import write as write_voice

    model = write_voice("medium", setting.work / "medium.onnx")
    with TemporaryDirectory() as cache:
        sides = {name: partial(synthesize.run, "long", name, model, cache) for name in ("ours", "alone")}
        found = in_turn(sides, setting.runs)
        yield row("workers", "medium voice, long text: ours with one worker", found["ours"], found["alone"], 1.8)
        book = median([synthesize.run("book", "ours", model, cache)])
    short = median(found["ours"])
    what = f"medium voice, ten times the text: {book.peak - short.peak:+.0f} MiB"
    yield Row("workers", what, book, short, (), "+10 %", book.peak <= 1.1 * short.peak)


ROWS: dict[str, Callable[[Setting], Iterator[Row]]] = {
    "long-tiny": long_tiny,
    "long-small": long_small,
    "long-turbo": long_turbo,
    "others": others,
    "memory": memory,
    "cold": cold,
    "clips": clips,
    "voice": voice,
    "voice-high": voice_high,
    "workers": workers,
}

FEWER = " (three at most for turbo, the high voice and memory; one beyond two hours and for ten times the text)"
NOT_COMPARED = "On a GPU: `python benchmarks/gpu.py`."


def report(rows: list[Row], setting: Setting) -> str:
    parts = [
        machine(),
        f"{setting.runs} turns{FEWER}; ratio: the other's time over ours",
        table(rows),
        first_segments(rows),
    ]
    return "\n\n".join(part for part in [*parts, NOT_COMPARED] if part) + "\n"


def placed(text: str, what: str) -> str:
    """The text with what stands between its two marks replaced."""
    opening, closing = "<!-- compared: written by benchmarks/compare.py --write -->\n", "<!-- /compared -->"
    before, found, rest = text.partition(opening)
    _, end, after = rest.partition(closing)
    if not (found and end):
        raise ValueError(
            f"there is no {opening.strip()!r} with {closing!r} after it; put them where the table should be"
        )
    return f"{before}{opening}{what}\n{closing}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the long recording")
    parser.add_argument("--lengths", type=float, nargs="+", default=[10.0, 60.0], help="minutes, for memory")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="one run of little: whether it works")
    parser.add_argument("--json", type=Path, help="where to put every figure")
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md and the README")
    parser.add_argument("--work", type=Path, default=HERE / "build", help="where models and recordings are made")
    given = parser.parse_args()
    setting = Setting(given.runs, given.minutes, given.clips, tuple(given.lengths), given.work)
    if given.quick:
        setting = Setting(1, 2.0, 12, (1.0,), given.work)
    rows = [each for name in given.only for each in ROWS[name](setting)]
    print(report(rows, setting))
    if given.json:
        given.json.write_text(json.dumps([asdict(each) for each in rows], indent=1))
    if given.write:
        RESULTS.write_text(f"# Results\n\n`python benchmarks/compare.py`\n\n{report(rows, setting)}")
        README.write_text(placed(README.read_text("utf-8"), short(rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
