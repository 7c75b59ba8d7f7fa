"""This library beside faster-whisper on the same model files, the same recording and the same options.

Every run is a process of its own, the sides take turns, and the table gives medians and ratios: absolute times mean
little elsewhere. The model is a scripted Whisper of true size (see scripted_whisper.py), so every side decodes the same
number of tokens a window. Times count from the loaded model; memory is the peak of the whole process.

    python benchmarks/transcribe.py                          # 30 min, tiny, beam 1, five runs a side
    python benchmarks/transcribe.py --length 10 240 --sides ours --runs 1     # how memory grows
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
MIB = 2**20


def ours(model: Path, recording: Path, beam: int) -> Iterator[object]:
    import speech

    transcriber = speech.Transcriber(model, beam_size=beam, device="cpu", compute_type="int8", threads=2)
    yield None
    yield from transcriber.stream(recording, language="en")


def sequential(model: Path, recording: Path, beam: int) -> Iterator[object]:
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    yield None
    # Without the previous text as prompt, which would push the fixed script out of its place.
    options = {"vad_filter": True, "condition_on_previous_text": False}
    yield from whisper.transcribe(str(recording), language="en", beam_size=beam, **options)[0]


def batched(model: Path, recording: Path, beam: int) -> Iterator[object]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    pipeline = BatchedInferencePipeline(whisper)
    yield None
    yield from pipeline.transcribe(str(recording), language="en", beam_size=beam, without_timestamps=False)[0]


SIDES: dict[str, Callable[[Path, Path, int], Iterator[object]]] = {
    "ours": ours,
    "sequential": sequential,
    "batched": batched,
}


def measure(side: str, model: Path, recording: Path, beam: int) -> dict[str, float]:
    """One run in this process, from the loaded model on."""
    segments = SIDES[side](model, recording, beam)
    next(segments)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, first, count = time.perf_counter(), 0.0, 0
    for _ in segments:
        first = first or time.perf_counter() - began
        count += 1
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak, loaded = after.ru_maxrss * 1024 / MIB, before.ru_maxrss * 1024 / MIB
    return {"wall": wall, "cpu": cpu, "first": first, "peak": peak, "loaded": loaded, "segments": count}


def run(side: str, model: Path, recording: Path, beam: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", side, str(model), str(recording), str(beam)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return result


def compare(sides: list[str], model: Path, recording: Path, beam: int, runs: int) -> dict[str, dict[str, float]]:
    """The medians of each side, the sides in turn."""
    results: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for _ in range(runs):
        for side in sides:
            results[side].append(run(side, model, recording, beam))
    return {
        side: {key: statistics.median(row[key] for row in rows) for key in rows[0]} for side, rows in results.items()
    }


def table(medians: dict[str, dict[str, float]]) -> str:
    base = next(iter(medians.values()))
    heads = ["side", "wall s", "cpu s", "first s", "peak MiB", "over loaded", "segments", "wall ratio"]
    lines = ["{:<12}{:>9}{:>9}{:>9}{:>10}{:>13}{:>10}{:>12}".format(*heads)]
    for side, row in medians.items():
        over = row["peak"] - row["loaded"]
        lines.append(
            f"{side:<12}{row['wall']:>9.2f}{row['cpu']:>9.2f}{row['first']:>9.2f}{row['peak']:>10.0f}{over:>13.0f}"
            f"{row['segments']:>10.0f}{row['wall'] / base['wall']:>12.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        side, model, recording, beam = sys.argv[2:]
        print(json.dumps(measure(side, Path(model), Path(recording), int(beam))))
        return
    sys.path.insert(0, str(HERE))
    from recordings import long_recording
    from scripted_whisper import SIZES, write

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--length", type=float, nargs="+", default=[30.0], help="minutes")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--work", type=Path, default=HERE / "build", help="where models and recordings are made")
    arguments = parser.parse_args()
    model = write(arguments.size, arguments.work / arguments.size)
    names = ["faster-whisper", "ctranslate2", "onnxruntime", "av", "numpy"]
    print(platform.machine(), platform.python_version(), *(f"{name} {version(name)}" for name in names))
    for minutes in arguments.length:
        recording = long_recording(arguments.work / f"{minutes:g}min.wav", minutes)
        print(
            f"\n{arguments.size} int8, {minutes:g} min, beam {arguments.beam}, {arguments.runs} runs a side, 2 threads"
        )
        print(table(compare(arguments.sides, model, recording, arguments.beam, arguments.runs)), flush=True)


if __name__ == "__main__":
    main()
