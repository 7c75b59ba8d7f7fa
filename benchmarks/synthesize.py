"""This library beside piper-tts on the same voice file and the same text, both on every core that is there.

Every run is a process of its own and the sides take turns. A row gives the medians of each side and the median of the
ratios of the runs that stood side by side: absolute times mean little elsewhere, and on a busy machine even the ratios
wander. The voice has the true size and random weights (see untrained_piper.py), or is any voice that you name.

    python benchmarks/synthesize.py                          # medium, five runs a side
    python benchmarks/synthesize.py --voice my.onnx --runs 9 --only load first

load      the engine's own loading, imports apart; what the first load of all keeps on disk is there already
cold      the same where nothing is kept yet
first     the first audio of a sentence of about ten seconds, from a voice that has spoken before
process   a whole process from its start to its first byte of audio, for the same sentence
long      three minutes of text, as seconds of work for a second of audio
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
MIB = 2**20

SENTENCE = (
    "In the early morning the light came slowly over the quiet hills, while the people of the small town below were "
    "still asleep in their beds and dreamt of better times to come for everyone who had ever lived in that valley."
)
WARM = "This is only said so that everything has been used before."
PARAGRAPH = (
    "The river had been rising since the middle of the week, and nobody in the village slept. "
    "Some carried sand, others carried what they owned up the hill, and a few sat by the window to watch. "
    "At noon the rain stopped. The mayor rang the bell, though there was nobody left to hear it, and went home. "
    "Later they would say that it had been a good year for apples, for weddings, and for telling stories."
)
LONG = "\n\n".join([PARAGRAPH] * 12)


def ours(voice: Path) -> Callable[[str], Iterator[Any]]:
    import speech

    synthesizer = speech.Synthesizer(voice, device="cpu")
    return lambda text: (piece.samples for piece in synthesizer.stream(text) if len(piece.samples))


def piper(voice: Path) -> Callable[[str], Iterator[Any]]:
    from piper import PiperVoice

    loaded = PiperVoice.load(voice)
    return lambda text: (chunk.audio_float_array for chunk in loaded.synthesize(text))


SIDES = {"ours": ours, "piper": piper}


def load(side: str, voice: Path) -> dict[str, float]:
    """Seconds to load the voice, the packages being imported."""
    import onnxruntime  # noqa: F401
    from piper import PiperVoice

    from speech import engines
    from speech.data import Device

    engine = engines.find("piper")
    spec = engine.inspect(voice)
    assert spec is not None
    began, cpu = time.perf_counter(), time.process_time()
    kept = PiperVoice.load(voice) if side == "piper" else engine.load(spec, voice, Device(name="cpu"))
    took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    assert kept
    return took


def first(side: str, voice: Path) -> dict[str, float]:
    speak = SIDES[side](voice)
    for _ in speak(WARM):
        pass
    began = time.perf_counter()
    pieces = speak(SENTENCE)
    frames = len(next(pieces))
    took = time.perf_counter() - began
    seconds = (frames + sum(map(len, pieces))) / _rate(voice)
    return {"wall": took, "audio": seconds}


def long(side: str, voice: Path) -> dict[str, float]:
    speak = SIDES[side](voice)
    for _ in speak(WARM):
        pass
    began, cpu = time.perf_counter(), time.process_time()
    seconds = sum(map(len, speak(LONG))) / _rate(voice)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"wall": wall / seconds, "cpu": cpu / seconds, "audio": seconds}


def process(side: str, voice: Path) -> dict[str, float]:
    """One command line and the other, from the start of the process to the first byte that comes out of it."""
    mine = [sys.executable, "-m", "speech", "synthesize", "-q", "-f", "pcm", "--voice", str(voice), "--", SENTENCE]
    theirs = [sys.executable, "-m", "piper", "-m", str(voice), "--output-raw", "--", SENTENCE]
    began = time.perf_counter()
    with subprocess.Popen(theirs if side == "piper" else mine, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.read(1)
        took = time.perf_counter() - began
        running.stdout.read()
    return {"wall": took}


MEASURES = {"load": load, "cold": load, "first": first, "process": process, "long": long}


def _rate(voice: Path) -> int:
    return int(json.loads(voice.with_name(f"{voice.name}.json").read_text("utf-8"))["audio"]["sample_rate"])


def run(measure: str, side: str, voice: Path, cache: str) -> dict[str, float]:
    if measure == "process":
        return process(side, voice)
    with TemporaryDirectory() as fresh:
        environment = {**os.environ, "XDG_CACHE_HOME": fresh if measure == "cold" else cache}
        command = [sys.executable, __file__, "--measure", measure, side, str(voice)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(measure: str, voice: Path, runs: int, cache: str) -> str:
    """One row: the sides in turn, who begins in turn too."""
    results: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for number in range(runs):
        for side in sorted(SIDES, reverse=bool(number % 2)):
            results[side].append(run(measure, side, voice, cache))
    mine, theirs = (results[side] for side in SIDES)
    ratios = sorted(one["wall"] / other["wall"] for one, other in zip(mine, theirs, strict=True))

    def median(rows: list[dict[str, float]], key: str, form: str) -> str:
        return format(statistics.median(row[key] for row in rows), form) if key in rows[0] else ""

    cells = [median(rows, "wall", ".3f") for rows in (mine, theirs)]
    cells += [f"{statistics.median(ratios):.2f}", f"{ratios[0]:.2f}-{ratios[-1]:.2f}"]
    cells += [median(rows, key, form) for key, form in (("cpu", ".3f"), ("peak", ".0f")) for rows in (mine, theirs)]
    cells += [median(mine, "audio", ".1f")]
    return f"{measure:<9}" + "".join(f"{cell:>11}" for cell in cells)


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure, side, voice = sys.argv[2:]
        row = MEASURES[measure](side, Path(voice))
        row["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB
        print(json.dumps(row))
        return
    sys.path.insert(0, str(HERE))
    from untrained_piper import SIZES, write

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="medium", help="of an untrained voice")
    parser.add_argument("--voice", type=Path, help="a voice file, in place of an untrained one")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", type=Path, default=HERE / "build", help="where voices are made")
    arguments = parser.parse_args()
    voice = arguments.voice or write(arguments.size, arguments.work / f"{arguments.size}.onnx")
    names = ["piper-tts", "onnxruntime", "numpy"]
    print(platform.machine(), platform.python_version(), *(f"{name} {version(name)}" for name in names))
    print(f"{voice.name}, {os.cpu_count()} cores, {arguments.runs} runs a side; seconds, MiB\n")
    heads = ["ours", "piper", "ratio", "range", "cpu ours", "cpu piper", "peak ours", "peak piper", "audio s"]
    print(f"{'':<9}" + "".join(f"{head:>11}" for head in heads))
    with TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        run("load", "ours", voice, cache)
        for measure in arguments.only:
            print(compare(measure, voice, arguments.runs, cache), flush=True)


if __name__ == "__main__":
    main()
