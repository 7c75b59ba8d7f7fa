"""What came back from the model is looked at before it is believed: accepted, decoded again, or flagged.

Nothing is hidden: what was dropped, with its text, and what was decoded again, with the reason, goes on record; a
segment that is kept although a gate complained carries the complaint in ``details["flags"]``.

The ladder of retries is deterministic: first the chunk in two halves with a wider beam and no prompt, then with
repeated n-grams blocked. The thresholds for log-probability, compression and no-speech are those of openai/whisper
(``transcribe.py``), the paper's section 4.5.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from speech.data import Chunk, Event, Heard, Segment, TranscribeOptions
from speech.errors import EngineError
from speech.stt.chunks import cut, halves, place, speech

if TYPE_CHECKING:
    from speech.data import ModelSpec, Seconds

Ask = Callable[[Sequence[Chunk], TranscribeOptions], list[Heard]]
"""Decode chunks again, now."""

FASTEST = 35.0
"""Characters per second of speech; the fastest speakers stay below 30."""
SLOWEST = 0.5
"""Characters per second, over at least SLOW_SECONDS of speech: text that leaves most of the speech out."""
SLOW_SECONDS = 8.0
LOOP = 6
"""The same words this often in a row, making up at least half of the text, are a loop of the decoder."""
HOLE = 2.0
"""Seconds of speech between two segments that no segment covers."""
TAIL = 1.0
"""The same after the last segment, from where openai/whisper would go on reading too."""
SPARSE = 4.0
"""Characters per second, over at least HOLE seconds of speech: a segment that may leave half of it out."""
SLACK = 0.02
"""Two times that differ by no more than one timestamp token of Whisper are the same."""
KEPT = 0.8
"""An attempt with less than this much of the first one's text loses against it, unless that had too much."""
WIDE = 3
"""A Chinese, Japanese or Korean character takes about as long to say as this many Latin ones."""
MAX_DEPTH = 3
"""How often the rest of a rest is decoded."""
WIDEST_BEAM = 10
RETRY_FEATURES = frozenset({"beam_size", "no_repeat_ngram", "prompt"})


@dataclass(frozen=True, slots=True)
class Take:
    """One attempt at a stretch of audio: the chunks it was decoded as, and what was heard in each."""

    parts: tuple[tuple[Chunk, Heard], ...]
    silent: tuple[tuple[Chunk, Heard], ...]
    """Those of which the model says that nobody speaks there; not among the parts."""
    faults: tuple[str, ...]
    excess: bool = False
    """Whether it has more text than was said: a loop, or more than anybody speaks."""
    how: str = ""

    @property
    def length(self) -> int:
        """Characters of its text."""
        return sum(len(_text(heard)) for _, heard in self.parts)

    @property
    def logprob(self) -> float:
        """Mean over its segments; the worst possible if there are none."""
        known = [s.logprob for _, heard in self.parts for s in heard.segments if s.logprob is not None]
        return sum(known) / len(known) if known else float("-inf")


def _take(parts: tuple[tuple[Chunk, Heard], ...], options: TranscribeOptions, how: str = "") -> Take:
    """An attempt, judged; what the model itself takes for silence is set apart."""
    silent = tuple((part, heard) for part, heard in parts if is_silence(heard, options))
    spoken = tuple((part, heard) for part, heard in parts if not is_silence(heard, options))
    doubtful = tuple(doubt for part, heard in spoken for doubt in doubts(part, heard, options))
    excessive = tuple(excess for part, heard in spoken for excess in excesses(part, heard, options))
    return Take(spoken, silent, doubtful + excessive, bool(excessive), how)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is believed of a chunk, in the times of the recording."""

    segments: tuple[Segment, ...]
    events: tuple[Event, ...]


class Gates:
    """The gates for one model and one set of options."""

    def __init__(self, spec: ModelSpec, options: TranscribeOptions, ask: Ask) -> None:
        self._spec = spec
        self._options = options
        self._ask = ask
        self._may_retry = options.retry and bool(spec.features & RETRY_FEATURES)

    def judge(self, chunk: Chunk, heard: Heard) -> Verdict:
        """Believe, retry or flag what was heard in a chunk."""
        if is_silence(heard, self._options):
            return Verdict((), _dropped(chunk, heard))
        take = _take(((chunk, heard),), self._options)
        events: list[Event] = []
        if take.faults and self._may_retry:
            take = self._climb(take, events)
        events += [event for part, h in take.silent for event in _dropped(part, h)]
        segments = [place(part, self._flagged(s, take)) for part, h in take.parts for s in h.segments]
        if take.faults:
            events.append(_event("flagged", f"kept, although {' and '.join(take.faults)}", chunk))
        elif self._may_retry:
            for part, of_part in take.parts:
                segments = self._fill(segments, part, of_part, events)
        return Verdict(tuple(sorted(segments, key=lambda s: (s.start, s.end))), tuple(events))

    def _climb(self, first: Take, events: list[Event]) -> Take:
        """The best of the attempts, none more than needed."""
        chunk = first.parts[0][0]
        takes, attempts = [first], 1
        for how, chunks, options in self._rungs(chunk):
            attempts += 1
            parts = self._again(chunks, options, events)
            if not parts:
                continue
            take = _take(parts, options, how)
            if take.length < KEPT * first.length and not (first.excess and take.length):
                continue  # a doubtful text is better than half of one
            takes.append(take)
            if not take.faults:
                break
        best = min(takes, key=lambda take: (bool(take.faults), -take.logprob))
        outcome = f"taken {best.how}" if best is not first else "the first attempt was the best"
        details = {"attempts": attempts, "first_text": _text(first.parts[0][1]) if best is not first else ""}
        message = f"decoded again, since {' and '.join(first.faults)}: {outcome}"
        events.append(_event("retried", message, chunk, details=details))
        return best

    def _again(
        self, chunks: tuple[Chunk, ...], options: TranscribeOptions, events: list[Event]
    ) -> tuple[tuple[Chunk, Heard], ...]:
        """Decode once more; a failure costs the attempt, not the text that is there."""
        try:
            return tuple(zip(chunks, self._ask(chunks, options), strict=True))
        except EngineError as error:
            events.append(_event("flagged", f"could not be decoded again: {error}", chunks[0]))
            return ()

    def _rungs(self, chunk: Chunk) -> list[tuple[str, tuple[Chunk, ...], TranscribeOptions]]:
        """Halves come before blocked n-grams: people do say the same sentence five times."""
        can = self._spec.features
        wider = min(2 * self._options.beam_size, WIDEST_BEAM) if "beam_size" in can else self._options.beam_size
        careful = replace(self._options, prompt=None, hotwords=(), beam_size=wider)
        parts = halves(replace(chunk, prompt="")) if chunk.duration >= 2 * TAIL else (replace(chunk, prompt=""),)
        how = "in two halves with a wider beam and no prompt" if len(parts) > 1 else "with a wider beam and no prompt"
        rungs: list[tuple[str, tuple[Chunk, ...], TranscribeOptions]] = [(how, parts, careful)]
        if "no_repeat_ngram" in can:
            rungs.append(("with repeated n-grams blocked", parts, replace(careful, no_repeat_ngram=3)))
        return rungs

    def _fill(
        self, segments: list[Segment], chunk: Chunk, heard: Heard, events: list[Event], depth: int = 0
    ) -> list[Segment]:
        """Decode apart what the model passed over, and put it in its place."""
        if depth == MAX_DEPTH:
            return segments
        for start, end in passed_over(chunk, heard, vad=self._options.vad):
            part = cut(chunk, start, end)
            again = self._again((replace(part, prompt=""),), self._options, events)
            more = again[0][1] if again else Heard()
            placed = [place(part, s) for s in more.segments]
            believed = bool(placed) and not is_silence(more, self._options) and not faults(part, more, self._options)
            before = [s for s in segments if s.start >= part.start - SLACK and s.end <= part.end + SLACK]
            if believed and _length(placed) > _length(before):
                message = "the model had passed over speech here: decoded apart"
                events.append(_event("retried", message, part, details={"first_text": _joined(before)}))
                kept = [s for s in segments if s not in before]
                segments = self._fill(kept + placed, part, more, events, depth + 1)
            elif not before:
                events.append(_event("flagged", "the model passes over speech here", part))
        return segments

    def _flagged(self, segment: Segment, take: Take) -> Segment:
        return replace(segment, details={**segment.details, "flags": list(take.faults)}) if take.faults else segment


def is_silence(heard: Heard, options: TranscribeOptions) -> bool:
    """Whether the model itself says that nobody spoke, and is not sure of the text it gave all the same."""
    if options.no_speech_threshold is None or heard.no_speech is None:
        return False
    sure = _logprob(heard) > (options.logprob_threshold if options.logprob_threshold is not None else float("inf"))
    return heard.no_speech > options.no_speech_threshold and not sure


def faults(chunk: Chunk, heard: Heard, options: TranscribeOptions) -> tuple[str, ...]:
    """Why not to believe what was heard, in words; empty: nothing speaks against it."""
    return (*doubts(chunk, heard, options), *excesses(chunk, heard, options))


def doubts(chunk: Chunk, heard: Heard, options: TranscribeOptions) -> tuple[str, ...]:
    """Signs that the text is wrong, or not all."""
    text = _text(heard)
    spoken = _spoken(chunk, 0.0, chunk.duration)
    found = []
    if options.logprob_threshold is not None and heard.segments and _logprob(heard) < options.logprob_threshold:
        found.append(f"the log-probability {_logprob(heard):.2f} is below {options.logprob_threshold}")
    if spoken >= SLOW_SECONDS and spoken_length(text) < SLOWEST * spoken and options.vad:
        found.append(f"{len(text)} characters are too few for {spoken:.1f} s of speech")
    return tuple(found)


def excesses(chunk: Chunk, heard: Heard, options: TranscribeOptions) -> tuple[str, ...]:
    """Signs of more text than was said."""
    text = _text(heard)
    spoken = _spoken(chunk, 0.0, chunk.duration)
    found = []
    limit = options.compression_ratio_threshold
    if limit is not None and (ratio := compression_ratio(text)) > limit:
        found.append(f"the text repeats itself (compression ratio {ratio:.1f} is above {limit})")
    elif limit is not None and (times := longest_loop(text)) >= LOOP:
        found.append(f"the text repeats itself ({times} times the same words)")
    if spoken_length(text) > FASTEST * max(spoken, 1.0):
        found.append(f"{len(text)} characters in {spoken:.1f} s are more than anybody speaks")
    return tuple(found)


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes after zlib, as openai/whisper has it: high where the text repeats itself."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def longest_loop(text: str, longest: int = 8) -> int:
    """How often the same one to ``longest`` words follow each other, where that makes up half of the text; else 1."""
    words = text.lower().split()
    most = 1
    for size in range(1, longest + 1):
        run = 0  # words in a row that equal the word ``size`` before
        for word, later in zip(words, words[size:], strict=False):
            run = run + 1 if word == later else 0
            times = run // size + 1
            if 2 * times * size >= len(words):
                most = max(most, times)
    return most


def passed_over(chunk: Chunk, heard: Heard, *, vad: bool = True) -> list[tuple[Seconds, Seconds]]:
    """Stretches of the chunk, in its own times, with more speech than text.

    They are holes between segments, the rest after the last one, and segments with too little text. A last segment
    that the model did not finish counts as not there, if there are others: the model stopped somewhere inside it, as
    it does when it has said all the tokens it may. Without ``vad`` nobody knows where speech is, and only the rest
    after such a segment counts.
    """
    segments = list(heard.segments)
    unfinished = bool(segments) and bool(segments[-1].details.get("unfinished")) and segments[-1].start >= TAIL
    if unfinished:
        segments.pop()
    reached, found = 0.0, []
    for segment in segments:
        if _spoken(chunk, reached, segment.start) >= HOLE:
            found.append((reached, segment.start))
        spoken = _spoken(chunk, segment.start, segment.end)
        if spoken >= HOLE and spoken_length(segment.text) < SPARSE * spoken and len(segments) > 1:
            found.append((segment.start, segment.end))
        reached = max(reached, segment.end)
    rest = [(reached, chunk.duration)] if segments and _spoken(chunk, reached, chunk.duration) >= TAIL else []
    return found + rest if vad else rest if unfinished else []


def spoken_length(text: str) -> int:
    """Characters of the text, each wide one counted as often as it takes longer to say."""
    return sum(WIDE if east_asian_width(character) in "WF" else 1 for character in text)


def _spoken(chunk: Chunk, start: Seconds, end: Seconds) -> Seconds:
    """Seconds of speech between two times of the chunk."""
    return sum(max(0.0, min(b, end) - max(a, start)) for a, b in speech(chunk))


def _length(segments: Sequence[Segment]) -> int:
    return sum(len(segment.text) for segment in segments)


def _text(heard: Heard) -> str:
    return _joined(heard.segments)


def _joined(segments: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def _logprob(heard: Heard) -> float:
    known = [segment.logprob for segment in heard.segments if segment.logprob is not None]
    return sum(known) / len(known) if known else 0.0


def _dropped(chunk: Chunk, heard: Heard) -> tuple[Event, ...]:
    if not heard.segments:
        return ()
    message = f"the model takes this for no speech (probability {heard.no_speech:.2f})"
    return (_event("dropped", message, chunk, details={"text": _text(heard), "logprob": round(_logprob(heard), 3)}),)


def _event(kind: str, message: str, chunk: Chunk, details: dict[str, object] | None = None) -> Event:
    return Event(kind, message, round(chunk.start, 3), round(chunk.end, 3), details or {})  # type: ignore[arg-type]
