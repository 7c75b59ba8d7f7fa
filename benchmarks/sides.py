"""What is compared, each in a process of its own: it loads, transcribes, and tells how long that took.

python benchmarks/sides.py ours MODEL RECORDING BEAM
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def ours(model: Path, recording: Path, beam: int) -> Iterator[Any]:
    import speech

    transcriber = speech.Transcriber(model, beam_size=beam, device="cpu", compute_type="int8")
    yield None
    yield from transcriber.stream(recording, language="en")


def ours_after_one_window(model: Path, recording: Path, beam: int) -> Iterator[Any]:
    """One full window and nothing else: what memory is measured against."""
    import speech

    transcriber = speech.Transcriber(model, beam_size=beam, device="cpu", compute_type="int8")
    yield None
    yield from transcriber.stream(recording, language="en", end=30.0, vad=False)


def sequential(model: Path, recording: Path, beam: int) -> Iterator[Any]:
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    yield None
    # Without the previous text as prompt, which would push the fixed script out of its place.
    options = {"vad_filter": True, "condition_on_previous_text": False}
    yield from whisper.transcribe(str(recording), language="en", beam_size=beam, **options)[0]


def batched(model: Path, recording: Path, beam: int) -> Iterator[Any]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    pipeline = BatchedInferencePipeline(whisper)
    yield None
    yield from pipeline.transcribe(str(recording), language="en", beam_size=beam, without_timestamps=False)[0]


SIDES: dict[str, Callable[[Path, Path, int], Iterator[Any]]] = {
    "ours": ours,
    "window": ours_after_one_window,
    "sequential": sequential,
    "batched": batched,
}


def measure(side: str, model: Path, recording: Path, beam: int) -> dict[str, float]:
    """One run in this process, from the loaded model on."""
    segments = SIDES[side](model, recording, beam)
    next(segments)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, first, words = time.perf_counter(), 0.0, 0
    for segment in segments:
        first = first or time.perf_counter() - began
        words += len(re.findall(r"\w+", segment.text))
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "first": first, "words": words}


if __name__ == "__main__":
    name, model, recording, beam = sys.argv[1:]
    print(json.dumps(measure(name, Path(model), Path(recording), int(beam))))
