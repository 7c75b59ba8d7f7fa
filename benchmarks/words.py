"""Which words this library and faster-whisper find with the same model in the same recordings.

Recordings of several sentences, spoken by the tests' synthesizer, are given to the tests' whisper-micro: a model this
small skips and repeats much more than a real one, which is what the gates are for. faster-whisper's sequential mode
samples when it is in doubt, so its rows vary a little from run to run.

    python benchmarks/words.py [--recordings 25] [--sentences 6 16]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import jiwer
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

import speech
from speech.audio import Audio

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from speech_samples import RATE, SENTENCES, WHISPER_MICRO, say

WORDS = sorted({word for sentence in SENTENCES for word in re.findall(r"\w+", sentence)})
PAUSES = (0.3, 0.5, 1.0, 2.0)


def recordings(count: int, low: int, high: int) -> list[tuple[str, np.ndarray]]:
    """Text and sound of each: whole sentences and random ones of one to eight words, with pauses."""
    draw = random.Random(3)
    made = []
    for _ in range(count):
        said = [
            draw.choice(SENTENCES) if draw.random() < 0.3 else " ".join(draw.choices(WORDS, k=draw.randint(1, 8))) + "."
            for _ in range(draw.randint(low, high))
        ]
        sound = [say(text, lead=0.1, tail=draw.choice(PAUSES)).samples for text in said]
        made.append((" ".join(said), np.concatenate(sound)))
    return made


def sides() -> dict[str, Callable[[np.ndarray], str]]:
    ours = speech.Transcriber(WHISPER_MICRO)
    theirs = WhisperModel(str(WHISPER_MICRO), device="cpu", compute_type="int8")
    batched = BatchedInferencePipeline(theirs)

    def joined(segments: object) -> str:
        return " ".join(segment.text for segment in segments)  # type: ignore[attr-defined]

    return {
        "ours": lambda x: ours.transcribe(Audio(x, RATE), language="en").text,
        "ours, words": lambda x: ours.transcribe(Audio(x, RATE), language="en", words=True).text,
        "sequential": lambda x: joined(theirs.transcribe(x, language="en")[0]),
        "sequential, VAD": lambda x: joined(theirs.transcribe(x, language="en", vad_filter=True)[0]),
        "batched": lambda x: joined(batched.transcribe(x, language="en", without_timestamps=False)[0]),
    }


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=int, default=25)
    parser.add_argument("--sentences", type=int, nargs=2, default=(6, 16))
    arguments = parser.parse_args()
    made = recordings(arguments.recordings, *arguments.sentences)
    print(f"{'side':<18}{'WER %':>8}{'right':>8}{'missed':>8}{'wrong':>8}{'added':>8}")
    for side, transcribe in sides().items():
        found = jiwer.process_words([plain(text) for text, _ in made], [plain(transcribe(sound)) for _, sound in made])
        counts = (found.hits, found.deletions, found.substitutions, found.insertions)
        print(f"{side:<18}{100 * found.wer:>8.1f}" + "".join(f"{count:>8}" for count in counts), flush=True)


if __name__ == "__main__":
    main()
