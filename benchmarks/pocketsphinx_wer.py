"""Word error rates of the embedded engine beside PocketSphinx's bare decoder.

    python benchmarks/pocketsphinx_wer.py [FOLDER] [--clips N] [--max-chunk SECONDS]

FOLDER holds recordings and a ``manifest.jsonl`` with ``path``, ``text`` and ``language`` (or ``lang``) of each; the
default is ``tests/data``. Three rows: each clip given to the bare decoder in one piece; each clip transcribed by
``speech``; the same clips joined to recordings of about two minutes, with pauses of 0.5 to 1 s, transcribed by
``speech``. Both sides are compared in lower case, without punctuation; clips whose text has digits are left out.
The last column is processor time over audio time, features and speech detection included.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jiwer
import numpy as np
from pocketsphinx import Decoder

import speech
from speech.audio import Audio, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RATE = 16_000
MODEL = "pocketsphinx-en-us"


class Clip(NamedTuple):
    name: str
    words: str
    samples: np.ndarray


def words(text: str) -> str:
    """Lower case, letters and apostrophes only."""
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).split())


def clips(folder: Path) -> Iterator[Clip]:
    """The English recordings with a text that can be compared word by word, each text once."""
    seen = set()
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        text, language = entry.get("text"), entry.get("language") or entry.get("lang") or ""
        usable = text and language.startswith("en") and entry.get("text_kind", "reference") in {"reference", "filename"}
        if usable and not re.search(r"\d", text) and words(text) not in seen and (folder / entry["path"]).exists():
            try:
                samples = np.concatenate(list(blocks(folder / entry["path"], rate=RATE)))[:, 0]
            except speech.AudioError:
                continue  # headerless files, which need their rate told
            seen.add(words(text))
            yield Clip(entry["path"], words(text), samples)


def joined(parts: list[Clip], longest: float = 120.0) -> Iterator[Clip]:
    """The clips one after another, in recordings of about ``longest`` seconds."""
    noise = np.random.default_rng(0)
    group: list[Clip] = []
    for part in [*parts, None]:
        if group and (part is None or sum(len(clip.samples) for clip in group) > longest * RATE):
            pauses = [np.zeros(int(RATE * pause), "f4") for pause in noise.uniform(0.5, 1, len(group))]
            samples = np.concatenate(list(chain(*zip((clip.samples for clip in group), pauses, strict=True))))
            yield Clip(group[0].name, " ".join(clip.words for clip in group), samples)
            group = []
        if part is not None:
            group.append(part)


def row(name: str, parts: list[Clip], hear: Callable[[np.ndarray], str]) -> None:
    """Print one line of the table."""
    begun = time.process_time()
    heard = [words(hear(part.samples)) for part in parts]
    spent = time.process_time() - begun
    result = jiwer.process_words([part.words for part in parts], heard)
    seconds = sum(len(part.samples) for part in parts) / RATE
    counts = f"{result.substitutions:5d} {result.deletions:5d} {result.insertions:5d}"
    print(
        f"{name:34s} {len(parts):5d} {seconds:7.0f} {100 * result.wer:6.1f}  {counts}  {spent / seconds:6.3f}",
        flush=True,
    )


def bare() -> Callable[[np.ndarray], str]:
    """PocketSphinx as its package has it: default settings, one call for the clip."""
    decoder = Decoder(loglevel="FATAL")

    def hear(samples: np.ndarray) -> str:
        decoder.start_utt()
        decoder.process_raw((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        return decoder.hyp().hypstr if decoder.hyp() else ""

    return hear


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description="Word error rates of the embedded engine beside the bare decoder")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent.parent / "tests" / "data")
    parser.add_argument("--clips", type=int, help="the first N only")
    parser.add_argument("--max-chunk", type=float, help="seconds; what the model takes if not given")
    arguments = parser.parse_args()
    parts = list(clips(arguments.folder))[: arguments.clips]
    with speech.Transcriber(MODEL, offline=True, max_chunk=arguments.max_chunk) as recognizer:

        def hear(samples: np.ndarray) -> str:
            return recognizer.transcribe(Audio(samples, RATE)).text

        print(f"{'':34s} clips seconds  WER %  subst delet inser  cpu/audio")
        row("bare decoder, single clips", parts, bare())
        row("speech, single clips", parts, hear)
        row("speech, whole recordings", list(joined(parts)), hear)


if __name__ == "__main__":
    main()
