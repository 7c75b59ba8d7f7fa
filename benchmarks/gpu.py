"""One command, one table, on a machine with a GPU: this library beside faster-whisper and piper-tts, in turn.

As compare.py, which says how it is measured. Whisper computes in float16, faster-whisper in batches of 16, and each
side has transcribed a minute or spoken two sentences before, so that the kernels are there.

    python benchmarks/gpu.py            # three turns, 30 minutes of speech; some minutes on a large GPU
    python benchmarks/gpu.py --write    # and put it into RESULTS-GPU.md

The GPU needs cuBLAS for CUDA 12 (CTranslate2), and onnxruntime-gpu in place of onnxruntime (piper-tts).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import synthesize
from measuring import Run, machine
from recordings import long_recording
from scripted_whisper import TOKENS, write
from table import HERE, Row, check_words, first_segments, in_turn, row, side, table
from untrained_piper import write as write_voice

RESULTS = HERE / "RESULTS-GPU.md"
SIZES = ("small", "large-v3-turbo")
QUALITIES = ("medium", "high")


@dataclass(frozen=True)
class Setting:
    """What was asked for."""

    runs: int
    minutes: float
    work: Path


def transcription(setting: Setting) -> Iterator[Row]:
    recording = long_recording(setting.work / f"{setting.minutes:g}min.wav", setting.minutes)
    for size in SIZES:
        model = write(size, setting.work / f"{size}-float16", quantization="float16")
        found = in_turn({name: side(name, model, recording, "cuda") for name in ("ours", "batched")}, setting.runs)
        check_words({name: runs[0].told["words"] for name, runs in found.items()}, TOKENS)
        yield row(
            f"long-{size}", f"{setting.minutes:g} min, {size}: faster-whisper batched", found["ours"], found["batched"]
        )


def voices(setting: Setting) -> Iterator[Row]:
    """The goal is in seconds: one for a minute of sound."""
    with TemporaryDirectory() as cache:
        for quality in QUALITIES:
            voice = write_voice(quality, setting.work / f"{quality}.onnx")
            sides: dict[str, Callable[[], Run]] = {
                name: partial(synthesize.run, "minute", name, voice, cache) for name in ("ours-gpu", "piper-gpu")
            }
            found = in_turn(sides, setting.runs)
            done = row("minute", f"60 s of sound, {quality} voice: piper", found["ours-gpu"], found["piper-gpu"])
            yield Row(done.name, done.what, done.ours, done.other, done.ratios, "1 s", done.ours.wall < 1)


def card() -> str:
    """The GPU, its memory and its driver."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the recording")
    parser.add_argument("--write", action="store_true", help="put the table into RESULTS-GPU.md")
    parser.add_argument("--work", type=Path, default=HERE / "build", help="where models and recordings are made")
    given = parser.parse_args()
    setting = Setting(given.runs, given.minutes, given.work)
    rows = []
    for each in chain(transcription(setting), voices(setting)):
        print(
            f"{each.what}: {each.ratio:.2f}x, {each.ours.wall:.2f} s against {each.other.wall:.2f} s", file=sys.stderr
        )
        rows.append(each)
    about = f"{card()}\n\n{machine()}\n\n{given.runs} turns; ratio: the other's time over ours"
    report = f"{about}\n\n{table(rows)}\n\n{first_segments(rows)}\n"
    print(report)
    if given.write:
        RESULTS.write_text(f"# Results on a GPU\n\n`python benchmarks/gpu.py`\n\n{report}", "utf-8")


if __name__ == "__main__":
    main()
