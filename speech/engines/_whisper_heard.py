"""From a window that Whisper decoded to what was heard in it: segments, words and the figures beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from speech.data import Event, Heard, Segment
from speech.engines import _whisper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ctranslate2.models import WhisperGenerationResult
    from faster_whisper.tokenizer import Tokenizer

    from speech.data import Chunk, Seconds, TranscribeOptions, Word
    from speech.engines._encoded import Encoded


@dataclass(frozen=True, slots=True)
class Window:
    """One chunk on its way into the model."""

    chunk: Chunk
    encoded: Encoded
    languages: Mapping[str, float]
    tokenizer: Tokenizer
    prompt: _whisper.Prompt

    @property
    def start(self) -> list[int]:
        """The tokens that open the window: language and task."""
        return list(self.tokenizer.sot_sequence)

    @property
    def tokens(self) -> list[int]:
        """All that the model is given before the text."""
        before = [self.tokenizer.sot_prev, *self.prompt.tokens] if self.prompt.tokens else []
        return [*before, *self.start]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of one window: all its tokens, and the stretches they are cut into."""

    window: Window
    tokens: list[int]
    logprob: float
    no_speech: float
    cuts: list[_whisper.Cut]
    dropped: list[_whisper.Cut]
    unfinished_from: Seconds | None
    """Where the model stopped although audio was left."""

    @property
    def unfinished(self) -> bool:
        """Whether it stopped inside the last stretch, not after it."""
        return self.unfinished_from is not None and self.unfinished_from < (self.cuts[-1].end or 0.0)

    @property
    def text(self) -> list[int]:
        """The text tokens of all stretches."""
        return [token for cut in self.cuts for token in cut.text]

    def decode(self, tokens: Sequence[int]) -> str:
        """The tokens as text, without timestamps and surrounding space."""
        return str(self.window.tokenizer.decode(list(tokens))).strip()


def decoded(window: Window, result: WhisperGenerationResult, limit: int) -> Decoded:
    """Cut what a window gave; ``limit`` is how many tokens it could have given."""
    tokens = list(result.sequences_ids[0])
    specials = _whisper.Specials(window.tokenizer.eot, window.tokenizer.timestamp_begin)
    found = list(_whisper.cuts(tokens, specials))
    kept, dropped = _whisper.inside(found, window.chunk.duration)
    resume = _whisper.unfinished_from(tokens, found, specials, limit)
    # The score is the mean over the tokens; Whisper's own mean counts the one that ends the text too.
    logprob = float(result.scores[0]) * len(tokens) / (len(tokens) + 1)
    if resume is not None and resume >= window.chunk.duration:
        resume = None
    return Decoded(window, tokens, logprob, float(result.no_speech_prob), kept, dropped, resume)


def heard(done: Decoded, timed: _whisper.TimedTokens | None, options: TranscribeOptions) -> Heard:
    """The segments of a window, with words where its tokens were timed."""
    segments = list(_segments(done, timed, options))
    details: dict[str, Any] = {
        "logprob": done.logprob,
        "compression_ratio": _whisper.compression_ratio(done.decode(done.tokens)),
        "temperature": options.temperature,
        "unfinished_from": done.unfinished_from,
    }
    if segments and done.unfinished:
        last = segments[-1]
        segments[-1] = replace(last, details={**last.details, "unfinished": True})
    return Heard(tuple(segments), done.window.languages, done.no_speech, details, tuple(_events(done)))


def _events(done: Decoded) -> Iterator[Event]:
    """What there was no room for in the prompt, and text whose times lie outside the audio."""
    prompt = done.window.prompt
    if prompt.hotwords_left_out:
        words = ", ".join(prompt.hotwords_left_out)
        yield Event("ignored", f"no room in the model's prompt for the hotwords {words}; shorten the list")
    if prompt.tokens_left_out:
        left = prompt.tokens_left_out
        yield Event("ignored", f"no room in the model's prompt for its first {left} tokens; shorten it")
    for cut in done.dropped:
        text = done.decode(cut.text)
        yield Event("dropped", f"text with times outside the audio: {text!r}", details={"text": text})


def _segments(done: Decoded, timed: _whisper.TimedTokens | None, options: TranscribeOptions) -> Iterator[Segment]:
    cuts = done.cuts
    words = list(_words(done, timed, options)) if timed else [()] * len(cuts)
    for cut, spoken in zip(cuts, words, strict=True):
        text = done.decode(cut.text)
        if text:
            probabilities = [word.probability or 0.0 for word in spoken]
            yield Segment(
                text=text,
                start=spoken[0].start if spoken else round(cut.start, 3),
                end=spoken[-1].end if spoken else round(cut.end or cut.start, 3),
                words=spoken,
                language=done.window.tokenizer.language_code,
                confidence=sum(probabilities) / len(probabilities) if spoken else math.exp(done.logprob),
                logprob=done.logprob,
                no_speech=done.no_speech,
                tokens=cut.tokens,
                details={
                    "compression_ratio": _whisper.compression_ratio(text),
                    "temperature": options.temperature,
                },
            )


def _words(done: Decoded, timed: _whisper.TimedTokens, options: TranscribeOptions) -> Iterator[tuple[Word, ...]]:
    tokenizer = done.window.tokenizer
    # A translation is English, whose words have spaces, whatever language was spoken.
    split = tokenizer.split_tokens_on_spaces if options.task == "translate" else tokenizer.split_to_word_tokens
    raw, first = [], 0
    for cut in done.cuts:
        texts, tokens = split(list(cut.text))
        raw.append(_whisper.words(zip(texts, map(len, tokens), strict=True), timed, first))
        first += len(cut.text)
    usual = _whisper.usual_length(word for words in raw for word in words)
    sound = _whisper.sounding(done.window.chunk.samples)
    floor = 0.0
    ceilings = [cut.start for cut in done.cuts[1:]] + [done.window.chunk.duration]
    for cut, words, ceiling in zip(done.cuts, raw, ceilings, strict=True):
        settled = _whisper.settle(words, cut, floor=floor, ceiling=ceiling, usual=usual, sound=sound) if words else ()
        floor = settled[-1].end if settled else cut.end or floor
        yield settled
