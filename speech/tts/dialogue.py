"""Dialogue scripts to items of the plan.

    Anna: Good morning. [pause 2s] Did you sleep?      a speaker, a colon, and what is said
    and what follows belongs to the last speaker.
    Bert (yawning): Not at all. [laughs]               directions are left out, or are pauses
    # or // begins a line for nobody                   a blank line is the pause of a paragraph

A script is read whole before its first word is given out, so that a name that nobody knows is told at once.
"""

# ruff: noqa: RUF001, SIM905 - brackets of East Asian scripts are meant; lists of words read best as words

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from speech.data import Event
from speech.errors import UnsupportedError
from speech.tts.characters import Cleaner, texts
from speech.tts.directions import DIRECTION, directs, seconds_of
from speech.tts.plan import End, Manner, Pause
from speech.tts.voices import named, plain, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from speech.data import Seconds
    from speech.tts.plan import Item, Report
    from speech.tts.voices import Profile

LONGEST_NAME, MOST_WORDS = 40, 4
"""Characters and words; what is longer before a colon is a sentence."""
LONGEST_PAUSE = 60.0
_LABEL = re.compile(
    r"(?:[-*•–>]\s+)?(?P<before>(?:\[(?!\[)[^\[\]]*\]\s*+)*+)"  # a time, or a direction
    r"(?P<bold>[*_]{0,3})(?P<name>[^:：()\[\]]{1,100}?)\s*+(?P<how>(?:\([^()]*\)\s*+|\[[^\[\]]*\]\s*+)*+)"
    r"(?P=bold)?\s*(?P<colon>[:：])(?P=bold)?(?P<said>.*)",
)
_STAMP = re.compile(r"(\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?)\s+(?:[-–—]\s+)?")
_CUE = re.compile(r"(?P<name>[^:()\[\]]{1,40}?)\s*(?P<how>(?:\([^()]*\)\s*)*)")
_SEVERAL = re.compile(r"\s*[,&+/]\s*|\s+and\s+")
_COMMENT = re.compile(r"\s*(?:#|//)")
_NO_NAME = re.compile(r"[\"“”„«»‹›!?…,;=<>{}|@\\~^$%*`。！？，；]")
_LIKE_A_MODEL = re.compile(r"[^\W\d_][^\s#_]*[_#]\S+")
PARTICLES = frozenset(
    "and the of de la le du des del der den die das von van und et y e da dos di bin ibn al el".split()
)
"""Words inside a name that are written small."""

LABELS = frozenset(
    "note nb n.b. ps p.s. warning caution attention important tip hint example remember reminder question summary "
    "conclusion update edit todo fixme result fact disclaimer title subtitle subject date time place setting location "
    "characters scene source sources credits copyright author http https ftp mailto file re fwd cc yes no well so look "
    "listen okay ok now then first second third finally also but because however "
    "hinweis achtung wichtig beispiel anmerkung merke remarque exemple nota ejemplo importante".split()
)
"""What stands before a colon without being a speaker: such a line is text, unless the cast has the name."""
SENTENCES = frozenset(
    "a an at on in by from to until if when while he she it they we i you what this that these those there here my "
    "your his her its our their why how where who".split()
)
"""First of several words that begin a sentence, not a name."""
SECTIONS = frozenset(
    "chapter scene act part episode section step figure table int. ext. kapitel szene akt teil".split()
)


def items(
    lines: Iterable[str], cast: Mapping[str, Profile] | None, report: Report, voices: Iterable[str] = ()
) -> Iterator[Item]:
    """The items of a script. All of it is read, and every name checked, before this returns.

    Args:
        lines: the script's.
        cast: who may speak; None or empty: every name is that of a voice or a profile.
        report: told of directions that are left out and of lines that only look like a speaker's.
        voices: names that are taken as such where there is no cast, however they look.

    Raises:
        UnsupportedError: a name that is not in the cast; the message names it, its line, and what comes nearest.
    """
    script = _Script(lines, cast or {}, voices)
    script.check()
    return script.items(report)


def names(text: str, cast: Mapping[str, Profile] | None = None, voices: Iterable[str] = ()) -> list[tuple[str, int]]:
    """Who speaks in a script, each once, with the line of the first word.

    Raises:
        UnsupportedError: a name that is not in the cast, where there is one.
    """
    script = _Script(text.splitlines(), cast or {}, voices)
    script.check()
    first: dict[str, int] = {}
    for part in script.parts:
        if part.speaker is not None:
            first.setdefault(part.speaker, part.line)
    return list(first.items())


@dataclass(frozen=True, slots=True)
class _Label:
    """The beginning of a line, as far as it may name a speaker."""

    name: str
    said: str
    """What follows the colon; before it the directions that stood before the colon."""
    how: str
    spaced: bool
    """A space, or the line's end, follows the colon, as it does in writing."""
    indented: bool


@dataclass(slots=True)
class _Part:
    """A paragraph of what one speaker says."""

    speaker: str | None
    line: int
    text: str
    how: str = ""
    begins: bool = True
    """It is the first of its turn."""
    after_blank: bool = False


class _Script:
    """A script, read and taken apart."""

    def __init__(self, lines: Iterable[str], cast: Mapping[str, Profile], voices: Iterable[str]) -> None:
        self.cast = cast
        self.cleaner = Cleaner()
        self.lines = [self.cleaner.clean(line.rstrip(), number) for number, line in enumerate(lines, start=1)]
        margin = min((len(line) - len(line.lstrip()) for line in self.lines if line), default=0)
        self.labels = {number: label for number, line in self._written() if (label := _label(line, margin))}
        cues = self._cues() if cast else {}
        self.known = {} if cast else self._voices({plain(voice) for voice in voices})
        self.unknown: dict[str, int] = {}
        self.doubtful: list[tuple[str, int]] = []
        self._take_up(cues)
        self.parts = list(self._parts())

    def check(self) -> None:
        """Every name is known."""
        if not self.unknown:
            return
        told = ", ".join(f"{name!r} in line {line}{self._nearest(name)}" for name, line in self.unknown.items())
        raise UnsupportedError(
            f"the cast has no {told}; correct the name or add it to the cast ({', '.join(self.cast)}), and where it is "
            r"no name, write \: in place of the colon"
        )

    def items(self, report: Report) -> Iterator[Item]:
        """What is said, by whom, with its pauses."""
        self.cleaner.tell(report)
        for name, line in self.doubtful:
            report(_event("flagged", line, f"{name!r} is read as text, not as the name of a speaker"))
        if self.cast and self.parts and not any(part.speaker for part in self.parts):
            report(Event("flagged", "no line of the script names a speaker of the cast: it is read by one voice"))
        report = _once(report)
        before: _Part | None = None
        for part in self.parts:
            if before is not None:
                yield End("paragraph" if part.after_blank else "sentence")
                yield from self._pause(before) if part.begins else ()
            yield from _said(part, report)
            before = part
        if before is not None:
            yield End("paragraph")
            yield from self._pause(before)

    def _pause(self, part: _Part) -> Iterator[Pause]:
        profile = named(split(part.speaker)[0], self.cast) if part.speaker else None
        if profile and profile.pause is not None:
            yield Pause(profile.pause)

    def _nearest(self, name: str, likeness: float = 0.6) -> str:
        spelled = {plain(known): known for known in self.cast}
        near = get_close_matches(plain(name), spelled, n=1, cutoff=likeness)
        return f" (did you mean {spelled[near[0]]!r}?)" if near else ""

    # Reading.

    def _cues(self) -> dict[int, _Label]:
        """Names on lines of their own, in capitals, over what they say: as in the script of a film."""
        written = [(0, ""), *self._written(), (0, "")]
        cues: dict[int, _Label] = {}
        for (_, before), (number, line), (after, following) in zip(written, written[1:], written[2:], strict=False):
            found = _CUE.fullmatch(line.strip()) if line.isupper() and following and after not in self.labels else None
            name = found["name"].strip() if found else ""
            if found and (named(name, self.cast) or (not before and name and _like_a_name(name))):
                cues[number] = _Label(name, "", found["how"].strip(), spaced=False, indented=False)
        return cues

    def _take_up(self, cues: dict[int, _Label]) -> None:
        """Cues are labels where somebody of the cast has one: elsewhere capitals are only loud."""
        if any(named(label.name, self.cast) for label in cues.values()):
            self.labels |= cues
            for number, label in cues.items():
                if not named(label.name, self.cast):
                    self.unknown.setdefault(label.name, number)

    def _written(self) -> Iterator[tuple[int, str]]:
        """The lines that are for somebody, and those that are blank."""
        return ((number, line) for number, line in enumerate(self.lines, start=1) if not _COMMENT.match(line))

    def _voices(self, voices: set[str]) -> dict[str, str]:
        """The names where there is no cast: by how they are compared, as they are first written."""
        often = Counter(plain(label.name) for label in self.labels.values())
        first = self.labels.get(next((number for number, line in self._written() if line), 0))
        small = (
            first is not None and first.name[0].islower() and _like_a_word(first.name)
        )  # so are the other names, then
        found: dict[str, str] = {}
        for label in self.labels.values():
            name = plain(label.name)
            sure = _LIKE_A_MODEL.fullmatch(label.name) or _like_a_name(label.name) or plain(split(name)[0]) in voices
            if label.spaced and not label.indented and (sure or (_like_a_word(name) and (small or often[name] > 1))):
                found.setdefault(name, label.name)
        return found

    def _speaker(self, number: int) -> str | None:
        """Who begins to speak in a line; None: it goes on."""
        label = self.labels.get(number)
        if label is None:
            return None
        if not self.cast:
            return self.known.get(plain(label.name))
        voice, speaker = split(label.name)
        if profile := named(label.name, self.cast) or named(voice, self.cast):
            return profile.name if profile is named(label.name, self.cast) else f"{profile.name}#{speaker}"
        if label.spaced and not label.indented:
            self._judge(label.name, number)
        return None

    def _judge(self, name: str, number: int) -> None:
        """Whether what stands before a colon was meant as a name, though the cast does not have it."""
        several = [part for part in _SEVERAL.split(name) if named(part, self.cast)]
        if len(several) > 1 or _like_a_name(name) or (_like_a_word(name) and self._nearest(name, 0.8)):
            self.unknown.setdefault(name, number)
        elif _labels(name):
            self.doubtful.append((name, number))

    def _parts(self) -> Iterator[_Part]:
        part: _Part | None = None
        speaker: str | None = None
        blank = False
        for number, line in self._written():
            if not line:
                blank = True
            elif (name := self._speaker(number)) is not None:
                if part:
                    yield part
                label = self.labels[number]
                speaker, part = name, _Part(name, number, label.said, label.how, after_blank=blank)
                blank = False
            elif part and not blank:
                part.text += " " + line.strip()
            else:
                if part:
                    yield part
                part, blank = _Part(speaker, number, line.strip(), begins=part is None, after_blank=blank), False
        if part:
            yield part


def _label(line: str, margin: int) -> _Label | None:
    stamp = _STAMP.match(bare := line.strip())
    found = _LABEL.match(bare[stamp.end() if stamp else 0 :])
    if not found or not found["name"].strip() or found["name"].endswith("\\"):
        return None
    said, how = found["said"], found["how"].strip()
    # Behind a time of day there may be anything: a label only if the name is known.
    spaced = not stamp and (not said or said[0].isspace() or found["colon"] == "：")
    before = f"[{stamp[1]}] {found['before']}" if stamp else found["before"]
    indented = len(line) - len(line.lstrip()) > margin
    return _Label(found["name"].strip(), f"{before}{said.strip()}", how, spaced, indented)


def _labels(name: str) -> bool:
    """Whether it is a heading of a line or of a scene rather than a name."""
    return plain(name) in LABELS or plain(name).split()[0] in SECTIONS


def _like_a_name(name: str) -> bool:
    """Whether a writer would take it for a name: few words, and none of them small but particles."""
    words = name.split()
    if len(name) > LONGEST_NAME or len(words) > MOST_WORDS or _NO_NAME.search(name) or _labels(name):
        return False
    if not any(letter.isalpha() for letter in name) or words[0][0].islower():
        return False
    sentence = len(words) > 1 and words[0].casefold() in SENTENCES
    return not sentence and all(not word[0].islower() or word in PARTICLES for word in words)


def _like_a_word(name: str) -> bool:
    one = len(name.split()) == 1 and len(name) <= LONGEST_NAME
    return one and name[0].isalpha() and not _NO_NAME.search(name) and not _labels(name)


# What is said.


def _said(part: _Part, report: Report) -> Iterator[Item]:
    manner = Manner(voice=part.speaker)
    how = part.how.strip(" ()[]")
    if (seconds := seconds_of(how)) is not None:
        yield _bounded(seconds, part.line, report)
    elif how:
        report(_event("ignored", part.line, f"the direction {how!r} is left out"))
    text = part.text.replace("\\:", ":")
    left, at = "", 0
    for found in DIRECTION.finditer(text):
        if not directs(found, text):
            continue
        left += text[at : found.start()]
        at = found.end()
        inner = found["square"] or found["round"] or found["full"] or ""
        seconds = seconds_of(inner, bare=found["round"] is None)
        if seconds is not None:
            yield from texts(left, manner) if left.strip() else ()
            left = ""
            yield _bounded(seconds, part.line, report)
        elif inner.strip():
            report(_event("ignored", part.line, f"the direction {inner.strip()!r} is left out"))
        if text[at : at + 1] in ".,;:!?…":
            left = left.rstrip()
    left += text[at:]
    yield from texts(left, manner) if left.strip() else ()


def _once(report: Report) -> Report:
    """Tells what is said of a line for the first such line only; those that differ in numbers are alike."""
    told: set[str] = set()

    def tell(event: Event) -> None:
        what = re.sub(r"\d", "0", event.message.partition(": ")[2])
        if what not in told:
            told.add(what)
            report(event)

    return tell


def _bounded(seconds: Seconds, line: int, report: Report) -> Pause:
    if seconds > LONGEST_PAUSE:
        report(_event("flagged", line, f"a pause of {seconds:g} s is cut to {LONGEST_PAUSE:g} s"))
    return Pause(min(seconds, LONGEST_PAUSE))


def _event(kind: Literal["ignored", "flagged"], line: int, message: str) -> Event:
    return Event(kind, f"line {line}: {message}", details={"line": line})
