"""Subtitle cues, cut from segments by the rules that broadcasters publish: from whatever times there are.

Word times are used where the segments have them; otherwise (a translation, an engine without them) the time of a
segment is shared out over its characters. Cues of one channel never overlap; those of two channels may, as the
speakers did: players stack them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from speech.errors import UnsupportedError
from speech.formats.cues import layout
from speech.formats.cues.breaking import Breaker, Unit, running
from speech.formats.cues.clock import milliseconds
from speech.formats.cues.schedule import character_times, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from speech.data import Seconds, Segment

PAUSE = 1500
"""Milliseconds of silence that always end a cue: shown on, it would run ahead of the speaker."""

SENTENCE_PAUSE = 600
"""Milliseconds of silence that end a cue where a sentence ends too, however short it is."""

LEAST = 300
"""Milliseconds that a cue keeps, if it has them, though the gap to the next be smaller than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRules:
    """How subtitles are cut.

    The defaults are those of Netflix's Timed Text Style Guide for English: 42 characters a line, two lines, 5/6 s
    to 7 s, two frames (at 24 a second) between cues, 20 characters a second for adults (17 for children, which is
    also about the BBC's 160 to 180 words a minute). Wide characters count as two.
    """

    max_line_width: int = 42
    max_lines: int = 2
    max_duration: Seconds = 7.0
    min_duration: Seconds = 5 / 6
    """A shorter cue stays longer where the next one leaves room, and otherwise joins a neighbour where both fit."""
    min_gap: Seconds = 2 / 24
    """Between two cues of a channel; only a cue that would last less than 0.3 s for it comes closer to the next."""
    max_cps: float | None = 20.0
    """Characters a second: a cue read faster than this stays longer, where the next one leaves room."""
    sentences: bool = True
    """One cue per sentence (two, where one is too short to be read), also where the model cut inside one; False:
    cues as the model cut, unless too long or too short."""
    max_words: int | None = None
    """Words in a cue; characters, in a script without spaces."""
    highlight_words: bool = False
    """Each word underlined while it is spoken: in srt and vtt, and as karaoke in ass and lrc."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and not isinstance(value, bool) and not value >= 0:
                raise UnsupportedError(f"{item.name} cannot be {value!r}; give a number from 0 up")
        self._at_least("max_line_width", 4)
        self._at_least("max_lines", 1)
        self._at_least("max_duration", max(self.min_duration, 2 * self.min_gap, 0.1))
        self._at_least("max_words", 1)
        self._at_least("max_cps", 0.1)

    def _at_least(self, name: str, least: float) -> None:
        value = getattr(self, name)
        if value is not None and value < least:
            raise UnsupportedError(f"{name} cannot be {value!r}; give {least:g} or more")


@dataclass(frozen=True, slots=True)
class Cue:
    """A few lines and when they show, in milliseconds."""

    start: int
    end: int
    rows: tuple[tuple[Unit, ...], ...]
    label: str = ""
    """Who speaks, where that is worth saying."""
    channel: int | None = None
    speaker: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as they show."""
        return tuple(running(row) for row in self.rows)

    @property
    def text(self) -> str:
        """All on one line."""
        return running([unit for row in self.rows for unit in row])


def inline_label(label: str) -> str:
    """A label as it stands before a text."""
    return f"[{label}] " if label else ""


def labels(segments: Sequence[Segment]) -> Callable[[Segment], str]:
    """What to call the voice of a segment: its speaker, else its channel (from 1); "" where there is only one voice."""

    def name(segment: Segment) -> str:
        if segment.speaker:
            return layout.clean(segment.speaker)
        return "" if segment.channel is None else f"Channel {segment.channel + 1}"

    several = any(segment.speaker for segment in segments) or len({segment.channel for segment in segments}) > 1
    return name if several else lambda _: ""


def highlights(cue: Cue) -> Iterator[tuple[int, int, Unit]]:
    """The cue's time shared among its words: each from its own start to the next one's; none of no length."""
    units = [unit for row in cue.rows for unit in row]
    starts = [cue.start, *(min(max(unit.start, cue.start), cue.end) for unit in units[1:]), cue.end]
    for unit, (start, end) in zip(units, pairwise(starts), strict=True):
        if start < end:
            yield start, end, unit


def passages(
    made: Sequence[Cue], rules: CueRules, escape: Callable[[str], str], marked: str
) -> Iterator[tuple[int, int, Cue, list[str]]]:
    """Start, end and escaped lines of what shows, one after the other: cues, or each word's turn in its cue.

    Args:
        made: the cues.
        rules: whether words are highlighted.
        escape: makes text safe for the format.
        marked: how the format marks a word, with ``{}`` in its place.
    """
    for cue in made:
        if not rules.highlight_words:
            yield cue.start, cue.end, cue, [escape(line) for line in cue.lines]
            continue
        for start, end, spoken in highlights(cue):

            def mark(unit: Unit, spoken: Unit = spoken) -> str:
                return marked.format(escape(unit.text)) if unit is spoken else escape(unit.text)

            yield start, end, cue, [running(row, mark) for row in cue.rows]


def cues(
    segments: Sequence[Segment],
    rules: CueRules,
    *,
    end: Seconds | None = None,
    inline: bool = False,
    step: int = 1,
) -> list[Cue]:
    """The cues of a transcript, by their starts.

    Args:
        segments: in any order; times need not be sound.
        rules: how to cut.
        end: of the transcript: where the last cue ends at the latest. Without it that is the last segment's end.
        inline: whether the label will stand in the first line (``[Channel 1] ...``), which keeps room for it.
        step: milliseconds of the clock that the cues will be written with.
    """
    name = labels(segments)
    voices: dict[int | None, list[Segment]] = {}
    for segment in sorted(segments, key=lambda segment: milliseconds(segment.start)):
        voices.setdefault(segment.channel, []).append(segment)
    limit = milliseconds(max([end or 0.0, *(segment.end for segment in segments)]))
    cased = any(segment.text != segment.text.lower() for segment in segments)
    made = [
        cue
        for channel in voices.values()
        for cue in _Channel(rules, name, inline, step, cased).cut(channel, limit)
    ]  # fmt: skip
    return sorted(made, key=lambda cue: (cue.start, cue.end))


@dataclass(frozen=True, slots=True)
class _Draft:
    """Units that will be one cue, or several."""

    units: Sequence[Unit]
    label: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class _Channel:
    rules: CueRules
    name: Callable[[Segment], str]
    inline: bool
    step: int
    cased: bool
    """Whether there are capitals, so that a small letter says that a sentence goes on."""

    def cut(self, segments: Sequence[Segment], limit: int) -> list[Cue]:
        drafts = self._joined([part for draft in self._sentences(segments) for part in self._split(draft)], limit)
        return [
            Cue(
                start,
                end,
                Breaker(draft.units, self.rules, self._lead(draft.label)).rows(),
                draft.label,
                draft.segment.channel,
                draft.segment.speaker,
            )
            for draft, (start, end) in zip(drafts, self._times(drafts, limit), strict=True)
        ]

    def _split(self, draft: _Draft) -> Iterator[_Draft]:
        for units in Breaker(draft.units, self.rules, self._lead(draft.label)).cues():
            yield replace(draft, units=units)

    def _joined(self, drafts: Sequence[_Draft], limit: int) -> list[_Draft]:
        """The drafts, with each that cannot show long enough put together with a neighbour where both fit."""
        done: list[_Draft] = []
        rest = deque(drafts)
        while rest:
            draft = rest.popleft()
            before, after = done[-1:], [rest[0]] if rest else []
            whole = None
            if self._is_short(draft, after[0].units[0].start - self._gap if after else limit):
                pairs = [*((draft, right) for right in after), *((left, draft) for left in before)]
                whole = next(filter(None, (self._one(*pair) for pair in sorted(pairs, key=self._distance))), None)
            if whole is None:
                done.append(draft)
            elif whole.units[0] is draft.units[0]:
                rest[0] = whole
            else:
                done.pop()
                rest.appendleft(whole)
        return done

    def _is_short(self, draft: _Draft, latest: int) -> bool:
        return latest - draft.units[0].start < milliseconds(self.rules.min_duration)

    def _distance(self, pair: tuple[_Draft, _Draft]) -> tuple[bool, int]:
        """How far two neighbours are apart: by sense, then by time."""
        last, first = pair[0].units[-1], pair[1].units[0]
        return self._ends_sentence(last, first), first.start - last.end

    def _one(self, left: _Draft, right: _Draft) -> _Draft | None:
        """Both as one cue, if the rules allow it; it is read no faster than the faster of the two was."""
        units = [*left.units, *right.units]
        same = (left.label, left.segment.speaker) == (right.label, right.segment.speaker)
        if not same or self._pauses(left.units[-1], right.units[0]):
            return None
        return replace(left, units=units) if Breaker(units, self.rules, self._lead(left.label)).is_one() else None

    def _times(self, drafts: Sequence[_Draft], limit: int) -> list[tuple[int, int]]:
        rules, step = self.rules, self.step
        placed = in_order(
            [(_ticks(draft.units[0].start, step), _ticks(draft.units[-1].end, step)) for draft in drafts],
            _ticks(limit, step),
            wanted=[-(-self._reading_time(draft) // step) for draft in drafts],
            longest=milliseconds(rules.max_duration) // step,
            gap=-(-self._gap // step),
            least=LEAST // step,
        )
        return [(start * step, end * step) for start, end in placed]

    @property
    def _gap(self) -> int:
        return milliseconds(self.rules.min_gap)

    def _reading_time(self, draft: _Draft) -> int:
        pace = self.rules.max_cps
        needed = layout.width(running(draft.units)) / pace if pace else 0.0
        return milliseconds(max(needed, self.rules.min_duration))

    def _label(self, segment: Segment) -> str:
        """The name; where it will stand in a line, cut to leave at least half of that."""
        name, most = self.name(segment), self.rules.max_line_width // 2 - 3
        if not self.inline or layout.width(name) <= most:
            return name
        return layout.shorten(name, most)

    def _lead(self, label: str) -> int:
        return layout.width(inline_label(label)) if self.inline else 0

    def _sentences(self, segments: Sequence[Segment]) -> Iterator[_Draft]:
        """Runs of units that no cue goes beyond: sentences, or the segments themselves."""
        joining = self.rules.sentences and any(layout.punctuated(segment.text) for segment in segments)
        run: list[Unit] = []
        last = before = None
        for segment in segments:
            label = self._label(segment)
            for index, unit in enumerate(self._units(segment, self.rules.max_line_width - self._lead(label))):
                if index == 0 and before:
                    unit = replace(unit, space=bool(layout.glue(before.text, unit.text)))  # noqa: PLW2901
                before = unit
                apart = index == 0 and not (joining and last and last.segment.speaker == segment.speaker)
                if last and (apart or self._ends(run, unit)):
                    yield last
                    last = None
                if last:
                    run.append(unit)
                else:
                    run = [unit]
                    last = _Draft(run, label, segment)
        if last:
            yield last

    def _ends(self, run: Sequence[Unit], following: Unit) -> bool:
        if self._pauses(run[-1], following):
            return True
        # A sentence too short to be read before the next one begins stays with it.
        readable = following.start - run[0].start >= milliseconds(self.rules.min_duration) + self._gap
        return self.rules.sentences and readable and self._ends_sentence(run[-1], following)

    def _pauses(self, last: Unit, following: Unit) -> bool:
        """Whether the silence between them ends a cue."""
        pause = following.start - last.end
        ended = self.rules.sentences and layout.closes_sentence(last.text)
        return pause >= PAUSE or (ended and pause >= SENTENCE_PAUSE)

    def _ends_sentence(self, last: Unit, following: Unit) -> bool:
        return layout.ends_sentence(last.text, following.text if self.cased else "")

    def _units(self, segment: Segment, limit: int) -> Iterator[Unit]:
        text = layout.clean(segment.text)
        begins, ends = character_times(segment, text.replace(" ", ""))
        place = 0
        for word in filter(None, text.split(" ")):
            for index, part in enumerate(layout.units(word, limit)):
                after = place + len(part)
                yield Unit(part, begins[place], ends[after - 1], index == 0)
                place = after


def _ticks(ms: int, step: int) -> int:
    return (ms + step // 2) // step
