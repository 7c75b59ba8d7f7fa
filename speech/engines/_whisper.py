"""What Whisper's tokens mean: the prompt that goes in, and the segments and words that come out.

No model is touched here. Tokens are Whisper's: text below ``end_of_text``, and from ``first_timestamp`` on one token
for every 0.02 s of the window (Radford et al. 2022, section 2.3).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speech.data import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from speech.data import Samples, Seconds

    Encode = Callable[[str], list[int]]

TICK: Seconds = 0.02
"""One timestamp token, and one step of an alignment."""
PROMPT_TOKENS = 223
"""Half of the 448 positions of the decoder, less the token that opens the prompt (OpenAI's ``n_text_ctx // 2 - 1``)."""
# Upstream's marks that belong to the next word, and to the one before. The wide forms are East Asian.
PREPENDED = set("\"'“¿([{-")
APPENDED = set("\"'.。,，!！?？:：”)]}、")  # noqa: RUF001
SENTENCE_ENDS = tuple(".。!！?？")  # noqa: RUF001

FRAME: Seconds = 0.01
SILENT = -45.0
"""Decibels under the loudest frame; weak consonants lie 30 to 40 under the vowels. Where noise is louder than this,
nothing counts as silence, and the alignment's times stay as they are."""
LONG_SILENCE: Seconds = 0.1
"""Longer than the closure of a stop, so that a word keeps its own."""
LONGEST_MEDIAN: Seconds = 0.7
"""No speaker's median word is longer; upstream's figure."""
SHORTEST_WORD: Seconds = 0.01
SECONDS_PER_LETTER: Seconds = 0.08
"""What a word without a time of its own is given, where there is room: about 15 letters with their spaces a second."""


@dataclass(frozen=True, slots=True)
class Specials:
    """Where the vocabulary's kinds of tokens begin."""

    end_of_text: int
    first_timestamp: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of tokens between two timestamps."""

    tokens: tuple[int, ...]
    text: tuple[int, ...]
    """The tokens without timestamps and other specials."""
    start: Seconds
    end: Seconds | None
    """None where the model stopped before it said so."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The tokens before a window's own, and what they had no room for."""

    tokens: tuple[int, ...] = ()
    hotwords_left_out: tuple[str, ...] = ()
    tokens_left_out: int = 0


@dataclass(frozen=True, slots=True)
class TimedTokens:
    """Text tokens with where each starts (one more: where the last one ends) and its probability."""

    starts: tuple[Seconds, ...]
    probabilities: tuple[float, ...]


def prompt(encode: Encode, hotwords: Sequence[str], text: str, room: int = PROMPT_TOKENS) -> Prompt:
    """Hotwords first, each whole or not at all, then as much of the end of ``text`` as fits."""
    tokens: list[int] = []
    left_out = []
    for word in filter(None, map(str.strip, hotwords)):
        more = [*(encode(",") if tokens else []), *encode(f" {word}")]
        if len(tokens) + len(more) <= room:
            tokens += more
        else:
            left_out.append(word)
    said = encode(f" {text.strip()}") if text.strip() else []
    space = room - len(tokens)
    kept = said[-space:] if space else []
    return Prompt((*tokens, *kept), tuple(left_out), len(said) - len(kept))


def cuts(tokens: Sequence[int], specials: Specials) -> Iterator[Cut]:
    """Split a window's tokens where timestamps stand; a stretch without text is left out."""
    start, first, text = 0.0, 0, list[int]()
    for place, token in enumerate(tokens):
        if token < specials.first_timestamp:
            if token < specials.end_of_text:
                text.append(token)
            continue
        time = (token - specials.first_timestamp) * TICK
        if text:
            yield Cut(tuple(tokens[first : place + 1]), tuple(text), start, time)
        first, text = (place + 1, []) if text else (place, text)
        start = time
    if text:
        yield Cut(tuple(tokens[first:]), tuple(text), start, None)


def unfinished_from(tokens: Sequence[int], found: Sequence[Cut], specials: Specials, limit: int) -> Seconds | None:
    """Where a window should be taken up again because the model stopped before its end; None: it did not.

    So it did where it opened a stretch after others and never closed it (Whisper's own code then moves the next
    window there), and where it reached ``limit``, the tokens that a window may have.
    """
    if not found:
        return None
    opened = [(token - specials.first_timestamp) * TICK for token in tokens[-2:] if token >= specials.first_timestamp]
    if len(opened) == 2:
        return opened[-1]
    if found[-1].end is None and len(found) > 1:
        return found[-1].start
    return (found[-1].end or found[-1].start) if len(tokens) >= limit else None


def inside(found: Iterable[Cut], duration: Seconds) -> tuple[list[Cut], list[Cut]]:
    """The cuts with increasing times inside the audio, and those of which nothing lies there."""
    kept: list[Cut] = []
    dropped = []
    for cut in found:
        start = max(cut.start, kept[-1].end or 0.0) if kept else cut.start
        end = min(duration if cut.end is None else cut.end, duration)
        if start < end:
            kept.append(replace(cut, start=start, end=end))
        else:
            dropped.append(cut)
    return kept, dropped


def compression_ratio(text: str) -> float:
    """How much shorter zlib makes the text; repetition shows as more than about 2.4."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def token_starts(alignment: Iterable[tuple[int, int]], count: int) -> tuple[Seconds, ...]:
    """The start of each of ``count`` tokens, from the path of (token, step) pairs.

    A token that the path leaves out starts with the one before it.
    """
    first: dict[int, int] = {}
    for token, step in alignment:
        first.setdefault(token, step)
    starts, last = [], 0
    for token in range(count):
        last = max(last, first.get(token, last))
        starts.append(last * TICK)
    return tuple(starts)


def words(parts: Iterable[tuple[str, int]], timed: TimedTokens, first: int) -> list[Word]:
    """Words with their punctuation, from their texts and token counts; ``first`` is the place of the first token.

    Times are the alignment's own: they may be of no length, and may stretch over a pause. Punctuation has a time in
    the alignment too, mostly the pause's, which is not taken over.
    """
    found = []
    for text, count in parts:
        probabilities = timed.probabilities[first : first + count]
        mean = sum(probabilities) / max(1, len(probabilities))
        found.append(Word(text, timed.starts[first], timed.starts[first + count], mean))
        first += count
    return [replace(word, text=word.text.strip()) for word in _joined(found)]


def _joined(found: Sequence[Word]) -> Iterator[Word]:
    held: Word | None = None
    for word in found:
        if held is None:
            held = word
        elif set(held.text.strip()) <= PREPENDED and held.text.startswith(" "):
            held = replace(word, text=held.text + word.text)
        elif word.text and set(word.text) <= APPENDED:
            held = replace(held, text=held.text + word.text)
        else:
            yield held
            held = word
    if held is not None:
        yield held


def usual_length(found: Iterable[Word]) -> Seconds:
    """The median length of the words that have one."""
    lengths = sorted(word.end - word.start for word in found if word.end > word.start)
    return min(LONGEST_MEDIAN, lengths[len(lengths) // 2]) if lengths else 0.0


def sounding(samples: Samples) -> NDArray[np.bool_]:
    """For every ``FRAME`` of 16 kHz audio, whether anything is to be heard in it."""
    import numpy as np

    length = round(FRAME * 16_000)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    power = np.square(frames).mean(axis=1)
    return np.asarray(power > power.max(initial=0.0) * 10 ** (SILENT / 10))


def settle(
    found: Sequence[Word],
    cut: Cut,
    *,
    floor: Seconds,
    ceiling: Seconds,
    usual: Seconds,
    sound: NDArray[np.bool_],
) -> tuple[Word, ...]:
    """The words of one cut: in order, inside the cut, none stretched over a pause and none without length.

    The model's own timestamps hold (they are right to 0.02 s where the alignment starts a window's first word at 0),
    unless they leave a word wholly outside, in sound that is no neighbour's (``floor`` and ``ceiling`` bound it).
    """
    end = ceiling if cut.end is None else cut.end
    low, high = cut.start, end
    if floor <= found[0].start and found[0].end <= cut.start and _sound_between(found[0].start, found[0].end, sound):
        low = found[0].start
    if end <= found[-1].start and found[-1].end <= ceiling and _sound_between(found[-1].start, found[-1].end, sound):
        high = found[-1].end
    bounded = [_bounded(word, low, high) for word in _unstretched(found, usual)]
    heard = _to_sound(list(_in_order(bounded)), low, high, sound)
    return tuple(_rounded(word) for word in _shared_out(heard, low, high))


def _bounded(word: Word, low: Seconds, high: Seconds) -> Word:
    return replace(word, start=min(max(word.start, low), high), end=min(max(word.end, low), high))


def _in_order(found: Iterable[Word]) -> Iterator[Word]:
    at = 0.0
    for word in found:
        start = max(at, word.start)
        at = max(start, word.end)
        yield replace(word, start=start, end=at)


def _rounded(word: Word) -> Word:
    return replace(word, start=round(word.start, 3), end=round(word.end, 3))


def _unstretched(found: Sequence[Word], usual: Seconds) -> Iterator[Word]:
    """A word after a pause starts where the pause does, for the alignment; it lasts two usual lengths at most."""
    after_pause = True
    for word in found:
        stretched = after_pause and usual and word.end - word.start > 2 * usual
        yield replace(word, start=word.end - 2 * usual) if stretched else word
        after_pause = word.text.endswith(SENTENCE_ENDS)


def _to_sound(found: Sequence[Word], low: Seconds, high: Seconds, sound: NDArray[np.bool_]) -> list[Word]:
    """Take long silences off both ends of every word; one that lies in silence goes to the sound beside it."""
    result = list(found)
    for place, word in enumerate(found):
        if word.end - word.start < SHORTEST_WORD and _sound_between(word.start, word.start + FRAME, sound):
            continue  # it needs a length, not a place
        if span := _sound_between(word.start, word.end, sound):
            start = span[0] if span[0] - word.start >= LONG_SILENCE else word.start
            end = span[1] if word.end - span[1] >= LONG_SILENCE else word.end
            result[place] = replace(word, start=start, end=end)
            continue
        left = result[place - 1].end if place else low
        right = found[place + 1].start if place + 1 < len(found) else high
        if span := _sound_between(left, right, sound):
            result[place] = replace(word, start=span[0], end=span[1], interpolated=True)
    return result


def _sound_between(start: Seconds, end: Seconds, sound: NDArray[np.bool_]) -> tuple[Seconds, Seconds] | None:
    first = round(start / FRAME)
    loud = sound[first : round(end / FRAME)].nonzero()[0]
    if not len(loud):
        return None
    return max(start, float(first + loud[0]) * FRAME), min(end, float(first + loud[-1] + 1) * FRAME)


def _shared_out(found: Sequence[Word], low: Seconds, high: Seconds) -> list[Word]:
    """Give words of no length the gap they stand in; where it is too small, with the next word (or the last) in it."""
    result = list(found)
    for begin, after in list(_without_length(found)):
        left = result[begin - 1].end if begin else low
        right = result[after].start if after < len(result) else high
        longest = SECONDS_PER_LETTER
        if right - left < SHORTEST_WORD * (after - begin):
            longest = high - low
            if after < len(result):
                after, right = after + 1, result[after].end  # noqa: PLW2901 - the stretch grows by one
            elif begin:
                begin, left = begin - 1, result[begin - 1].start  # noqa: PLW2901
        result[begin:after] = _spread(result[begin:after], left, right, longest)
    return result


def _without_length(found: Sequence[Word]) -> Iterator[tuple[int, int]]:
    begin = None
    for place, word in enumerate(found):
        if word.end - word.start >= SHORTEST_WORD:
            if begin is not None:
                yield begin, place
            begin = None
        elif begin is None:
            begin = place
    if begin is not None:
        yield begin, len(found)


def _spread(found: Sequence[Word], left: Seconds, right: Seconds, longest: Seconds) -> list[Word]:
    """The words side by side between two times, each by its letters, and none longer than ``longest`` a letter."""
    letters = [max(1, len(word.text)) for word in found]
    scale = min(longest, (right - left) / sum(letters))
    at = max(left, min(found[0].start, right - scale * sum(letters)))
    result = []
    for word, count in zip(found, letters, strict=True):
        result.append(replace(word, start=at, end=at + scale * count, interpolated=True))
        at += scale * count
    return result
