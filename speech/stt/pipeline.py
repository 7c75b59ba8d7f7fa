"""One recording's way from chunks to passages: batches, the language, the gates, in order.

audio.blocks -> chunks.chunks -> batcher -> engine.recognize -> gates -> passages -> segments
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from speech import languages
from speech.data import Chunk, Event, Heard, Passage
from speech.stt.gates import Gates

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from speech.data import ModelSpec, Segment, TranscribeOptions
    from speech.stt.batcher import Lane
    from speech.stt.job import Job

Begun = tuple[Chunk, "Job | Passage"]
"""A chunk, and what it waits for or what is already known of it."""

VOTERS = 3
"""Chunks whose detections are added up to settle the language of a recording."""
SURE = 0.8
"""Above this a detection is beyond doubt: the first chunk need not wait for the others, and a later one that differs
goes on record."""


NOTABLE = 0.001
"""Languages less likely than this are left out."""


class Journal(Protocol):
    """What is already known of a recording, from a run that did not finish."""

    def get(self, chunk: Chunk) -> Passage | None:
        """The passage that came of this chunk, if it was finished."""
        ...

    def put(self, passage: Passage) -> None:
        """Remember a finished passage."""
        ...


class Forgetful:
    """The journal that keeps nothing."""

    def get(self, chunk: Chunk) -> Passage | None:  # noqa: ARG002
        """Nothing is known."""
        return None

    def put(self, passage: Passage) -> None:
        """Nothing is kept."""


@dataclass(slots=True)
class Vote:
    """Settles the language of a recording from its first chunks."""

    fixed: str | None
    """The language, once it is settled."""
    open: bool = False
    """Whether it is still to be settled."""
    each: bool = False
    """Whether it never is: every chunk has its own."""
    sums: dict[str, float] = field(default_factory=dict)
    counted: int = 0

    @classmethod
    def of(cls, spec: ModelSpec, options: TranscribeOptions) -> Vote:
        """The vote that these options leave to hold."""
        if options.language == languages.EACH:
            return cls(None, each=True)
        if options.language is None and "detect" in spec.features:
            return cls(None, open=True)
        return cls(options.language or next(iter(spec.languages), None))

    def add(self, heard: Mapping[str, float]) -> None:
        """Count one chunk's detection."""
        if heard:
            self.counted += 1
        for language, probability in notable(heard).items():
            self.sums[language] = self.sums.get(language, 0.0) + probability

    @property
    def winner(self) -> str | None:
        """The language with the highest sum so far."""
        return max(self.sums, key=self.sums.__getitem__, default=self.fixed)

    @property
    def shares(self) -> dict[str, float]:
        """The mean probability of each language, the likeliest first."""
        ranked = sorted(self.sums.items(), key=lambda item: -item[1])
        return {language: total / self.counted for language, total in ranked}


class Recognition:
    """The passages of one source; iterate once.

    Args:
        chunks: in order.
        lane: the source's own lane into the batcher.
        spec, options: of the model; options are checked.
        journal: passages that are known are not recognized again.
    """

    def __init__(
        self,
        chunks: Iterable[Chunk],
        lane: Lane,
        spec: ModelSpec,
        options: TranscribeOptions,
        journal: Journal | None = None,
    ) -> None:
        self.vote = Vote.of(spec, options)
        self._chunks = chunks
        self._lane = lane
        self._options = options
        self._journal = Forgetful() if journal is None else journal
        self._gates = Gates(spec, options, self._ask)
        self._overdue: tuple[Event, ...] = ()  # events for the next passage
        self._told: set[str] = set()  # what is true of the whole recording is told once

    @property
    def language(self) -> str | None:
        """The language of the recording as far as it is known."""
        return self.vote.fixed or self.vote.winner

    def passages(self, beside: int = 0) -> Iterator[Passage]:
        """What came of each chunk, in the order of the chunks; the first as soon as it is heard.

        The others come while later ones are read, as many ahead as keep the recognizer busy.

        Args:
            beside: chunks to read before the first one is waited for; none where they may be long in coming.
        """
        chunks = iter(self._chunks)
        waiting: deque[Begun] = deque()
        if self.vote.open:
            yield from self._elect(chunks, beside)
        elif self._lane.shares and self.vote.fixed:
            chunks = yield from self._shared(chunks)
        else:
            # As many whatever the moment: what shares a call with a retry of the first goes by it.
            waiting.extend(self._begin(chunk) for chunk in islice(chunks, 1 + beside))
            if len(waiting) <= beside:  # there are no more
                self._lane.end()
            if waiting:
                yield self._done(*waiting.popleft())
        for chunk in chunks:
            waiting.append(self._begin(chunk))
            if len(waiting) > self._lane.ahead:
                yield self._done(*waiting.popleft())
        self._lane.end()
        while waiting:
            yield self._done(*waiting.popleft())

    def _begin(self, chunk: Chunk) -> Begun:
        """Put a chunk to work, unless the journal knows what came of it."""
        known = self._journal.get(chunk)
        return chunk, known or self._lane.submit(replace(chunk, language=self.vote.fixed), self._options)

    def _shared(self, chunks: Iterator[Chunk]) -> Generator[Passage, None, Iterator[Chunk]]:
        """The passage of a source's only chunk, heard in a window with others; gives the chunks of another source."""
        first = list(islice(chunks, 2))
        if len(first) != 1 or self._journal.get(first[0]):
            return chain(first, chunks)
        [chunk] = first
        yield self._done(chunk, self._lane.submit_clip(replace(chunk, language=self.vote.fixed), self._options))
        return chunks

    def _ask(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        jobs = [self._lane.submit(chunk, options) for chunk in chunks]
        return [self._lane.wait(job) for job in jobs]

    def _elect(self, chunks: Iterator[Chunk], beside: int) -> Iterator[Passage]:
        """Settle the language by the first chunks; the very first is given at once if its language is beyond doubt."""
        voters = [self._begin(chunk) for chunk in islice(chunks, min(VOTERS, 1 + beside))]
        begun = len(voters)
        if begun < min(VOTERS, 1 + beside):
            self._lane.end()
        early = self._count(voters[:1])
        if sure := bool(early) and self.vote.shares[early[0]] >= SURE:
            yield self._done(*voters.pop(0))
        voters += [self._begin(chunk) for chunk in islice(chunks, VOTERS - begun if begun else 0)]
        self._count(voters[0 if sure else 1 :])
        self.vote.fixed = self.vote.winner
        # The next passage carries it; where a journal has that one, it does so already.
        if sure and early[0] != self.vote.fixed and not isinstance(voters[0][1], Passage):
            message = (
                f"decoded in {early[0]!r} before the language of the recording turned out to be {self.vote.fixed!r}"
            )
            self._overdue = (Event("language", message),)
        for chunk, work in voters:
            yield self._done(*self._redecoded(chunk, work))

    def _count(self, voters: list[Begun]) -> list[str]:
        """Add the voters' detections up; gives the likeliest language of each that has one."""
        heard = [work if isinstance(work, Passage) else self._lane.wait(work) for _, work in voters]
        for one in heard:
            self.vote.add(one.languages)
        return [own for one in heard if (own := _likeliest(one.languages))]

    def _redecoded(self, chunk: Chunk, work: Job | Passage) -> Begun:
        """A voter that was decoded in its own language is decoded again if the others outvoted it."""
        if isinstance(work, Passage) or _likeliest(self._lane.wait(work).languages) in (None, self.vote.fixed):
            return chunk, work
        heard = self._lane.wait(work)
        message = f"detected {_likeliest(heard.languages)!r}, decoded again in the language of the recording"
        self._overdue += (_event("retried", message, chunk, heard),)
        return self._begin(chunk)

    def _done(self, chunk: Chunk, work: Job | Passage) -> Passage:
        """Wait for a chunk, and pass it through the gates."""
        if isinstance(work, Passage):
            if self.vote.each:
                self.vote.add(work.languages)
            self._told.update(event.message for event in work.events if event.kind == "ignored")
            return work
        heard = self._lane.wait(work)
        events, self._overdue = self._overdue + self._disagreement(chunk, heard), ()
        return self._finish(chunk, heard, events)

    def _disagreement(self, chunk: Chunk, heard: Heard) -> tuple[Event, ...]:
        own = _likeliest(heard.languages)
        if own is None or self.vote.fixed in (None, own) or heard.languages[own] < SURE:
            return ()
        message = f"sounds like {own!r}, decoded in the language of the recording, {self.vote.fixed!r}"
        return (_event("language", message, chunk, heard),)

    def _finish(self, chunk: Chunk, heard: Heard, events: tuple[Event, ...]) -> Passage:
        if self.vote.each:
            self.vote.add(heard.languages)
        language = self.vote.fixed or _likeliest(heard.languages)
        verdict = self._gates.judge(replace(chunk, language=language), heard)
        passage = Passage(
            index=chunk.index,
            channel=chunk.channel,
            start=chunk.start,
            end=chunk.end,
            speech=chunk.duration,
            segments=tuple(replace(s, language=s.language or language) for s in verdict.segments),
            languages=notable(heard.languages),
            events=(*self._of_engine(chunk, heard), *events, *verdict.events),
        )
        self._journal.put(passage)
        return passage

    def _of_engine(self, chunk: Chunk, heard: Heard) -> Iterator[Event]:
        """The engine's own events, with their place; an option that it ignores, once."""
        for event in heard.events:
            if event.kind != "ignored":
                yield replace(event, start=round(chunk.start, 3), end=round(chunk.end, 3))
            elif event.message not in self._told:
                self._told.add(event.message)
                yield event


def notable(languages: Mapping[str, float]) -> dict[str, float]:
    """The languages worth naming, of the hundred that a model tells apart; as a journal keeps them."""
    return {name: round(p, 6) for name, p in languages.items() if p >= NOTABLE}


def in_time_order(passages: Iterable[Passage]) -> Iterator[Segment]:
    """The segments of passages that are ordered by where they start.

    Passages of one channel follow each other. Those of several overlap: a segment waits until a passage begins after
    it, since nothing to come can then precede it.
    """
    held: list[tuple[float, int, Segment]] = []
    count = 0
    for passage in passages:
        if passage.channel is None:
            yield from passage.segments
            continue
        yield from _released(held, passage.start)
        for segment in passage.segments:
            heapq.heappush(held, (segment.start, count, segment))
            count += 1
    yield from _released(held, float("inf"))


def _released(held: list[tuple[float, int, Segment]], before: float) -> Iterator[Segment]:
    while held and held[0][0] <= before:
        yield heapq.heappop(held)[2]


def _likeliest(probabilities: Mapping[str, float]) -> str | None:
    return max(probabilities, key=probabilities.__getitem__, default=None)


def _event(kind: str, message: str, chunk: Chunk, heard: Heard) -> Event:
    top = sorted(heard.languages.items(), key=lambda item: -item[1])[:3]
    details = {"languages": {name: round(p, 3) for name, p in top}}
    return Event(kind, message, round(chunk.start, 3), round(chunk.end, 3), details)  # type: ignore[arg-type]
