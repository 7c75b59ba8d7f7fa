"""Which language a recording is in, from several places of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from speech import audio
from speech.stream import length
from speech.stt.chunks import chunks
from speech.stt.pipeline import notable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from speech.audio.source import Source
    from speech.data import Chunk, Seconds, TranscribeOptions

PLACES = 5
"""Where ``detect`` listens: in so many places, evenly spread."""
PLACE_SECONDS = 60.0
"""How much it reads in each to find a chunk of speech."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one place of a recording sounds like."""

    start: Seconds
    end: Seconds
    languages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Detection:
    """The language of a recording; None where nobody speaks."""

    language: str | None
    probability: float
    languages: Mapping[str, float]
    """Mean probability of each, the likeliest first."""
    places: tuple[Place, ...]


def places(source: Source, options: TranscribeOptions, max_seconds: Seconds) -> Iterator[Chunk]:
    """A chunk of speech from each of several places; of a source that cannot be measured, from its beginning."""
    total = length(source, options)
    step = (total or 0.0) / PLACES
    starts = [options.start + step * place for place in range(PLACES)] if step > max_seconds else [options.start]
    for start in starts:
        # A short recording is heard whole; of one that cannot be measured, nobody knows how much there is.
        end = start + PLACE_SECONDS if len(starts) > 1 or total is None else options.end
        end = end if options.end is None or end is None else min(end, options.end)
        blocks = audio.blocks(source, start=start, end=end, track=options.track)
        yield from islice(chunks(blocks, options, max_seconds, start), 1 if len(starts) > 1 else PLACES)


def detection(heard: Sequence[Chunk], probabilities: Sequence[Mapping[str, float]]) -> Detection:
    """The mean over the chunks that were listened to."""
    sums: Counter[str] = Counter()
    found = []
    for chunk, languages in zip(heard, probabilities, strict=True):
        sums.update(languages)
        found.append(Place(round(chunk.start, 3), round(chunk.end, 3), notable(languages)))
    means = notable({language: total / len(found) for language, total in sums.most_common()})
    best = next(iter(means), None)
    return Detection(best, means[best] if best else 0.0, means, tuple(found))
