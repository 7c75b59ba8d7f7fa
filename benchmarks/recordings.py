"""Long recordings for benchmarks: the short ones of the tests, joined with natural pauses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

from speech import audio

RATE = 16_000
TESTS = Path(__file__).parent.parent / "tests" / "data"


def clips(language: str = "en") -> list[np.ndarray]:
    """The recordings of one language, float32 mono at 16 kHz."""
    with (TESTS / "manifest.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    paths = [TESTS / row["path"] for row in rows if row["language"] == language and row.get("text")]
    return [np.concatenate([block[:, 0] for block in audio.blocks(path)]) for path in sorted(paths)]


def short_recordings(folder: Path, count: int, seconds: float, *, seed: int = 0) -> list[Path]:
    """Write as many recordings of that length, cut from the clips, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    length = round(seconds * RATE)
    long = [clip for clip in clips() if len(clip) >= length]
    paths = [folder / f"{number:04}.wav" for number in range(count)]
    for path in paths:
        clip = long[random.integers(len(long))]
        start = random.integers(len(clip) - length + 1)
        if not path.exists():
            soundfile.write(path, clip[start : start + length], RATE, "PCM_16")
    return paths


def long_recording(path: Path, minutes: float, *, seed: int = 0) -> Path:
    """Write speech of that length to ``path`` (16-bit wav) unless it is there: clips at random, with pauses."""
    if path.exists():
        return path
    random = np.random.default_rng(seed)
    speech = clips()
    partial = path.with_suffix(".partial")
    with soundfile.SoundFile(partial, "w", RATE, 1, "PCM_16", format="WAV") as file:
        while file.tell() < minutes * 60 * RATE:
            file.write(speech[random.integers(len(speech))])
            file.write(np.zeros(int(random.uniform(0.3, 1.5) * RATE), np.float32))
    return partial.rename(path)
