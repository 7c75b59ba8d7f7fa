"""From plan items to plan steps: sentences with an end, a manner, words to say, and the pauses between them.

    items -> pieces of one open sentence -> its end (ends.py) -> utterances, one for each manner -> steps

A sentence goes out as soon as its end is sure. What goes out depends on the text alone: neither on how it was cut
into items nor on when they came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from speech.data import Event, Phrase, Sentence, SynthesizeOptions
from speech.tts.draft import Draft, Piece, by_manner
from speech.tts.lexicon import EMPTY, Lexicon
from speech.tts.plan import Chapter, End, Mark, Pause, Text, Utterance
from speech.tts.wording import Wording, audible, silent_by_nature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from speech.tts.plan import Item, Manner, Report, Step
    from speech.tts.voices import Profile

STRETCH = 256
"""Characters taken up at a time, so that a long text is never searched again and again."""

# Spaces at which a line may break become one; no-break spaces say what belongs together until the words are settled.
SPACES = re.compile(r"[^\S\xa0\u2007\u202f]+")

# Hints for the typesetter, control characters, and halves of characters: nothing to say.
UNSEEN = re.compile(r"[\xad\u2060\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")
HALVES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a document is read: the same for all of its sentences."""

    settle: Callable[[Manner], Manner]
    """The document's options and profiles applied: a language is always named then, and a voice is a model's name, or
    None for the document's."""
    lexicon: Lexicon = EMPTY
    options: SynthesizeOptions = field(default_factory=SynthesizeOptions)
    """Of these: ``normalize``, ``seed`` and the pauses."""
    speaking: Callable[[str | None], Profile | None] = lambda _: None
    """The profile of a role: its name is one of those the lexicon asks for, its pauses are made where it speaks."""


def steps(items: Iterable[Item], reading: Reading, report: Report) -> Iterator[Step]:
    """What is to be done for a document, one after the other, each as soon as the items so far decide it."""
    reader = _Reader(reading, report)
    for item in items:
        yield from reader.take(item)
    yield from reader.end()


def show(steps: Iterable[Step]) -> Iterator[str]:
    """Steps as a person reads them, a line for each: what is said in the end, and how.

    A sentence stands in the words that are said, phonemes in double brackets, and before it in brackets what is not
    as in the sentence before. ``[pause 0.6 s]``, ``[mark name]``, ``[chapter title]`` and ``[clip source]``
    stand alone.
    """
    manner = ""
    for step in steps:
        if isinstance(step, Utterance):
            now = _manner(step)
            yield (f"[{now}] " if now != manner else "") + "".join(map(_shown, step.sentence.phrases))
            manner = now
        elif isinstance(step, Pause):
            yield f"[pause {step.seconds:g} s]"
        elif isinstance(step, Mark):
            yield f"[mark {step.name}]"
        elif isinstance(step, Chapter):
            yield f"[chapter {step.title}]"
        else:
            yield f"[clip {step.source}]"


def _manner(step: Utterance) -> str:
    sentence = step.sentence
    parts = [step.voice, sentence.speaker and f"speaker {sentence.speaker}", sentence.language]
    changes = [("rate", sentence.rate, 1), ("pitch", sentence.pitch, 0), ("volume", sentence.volume, 0)]
    parts += [f"{name} {value:g}" for name, value, usual in [*changes, ("pan", step.pan, 0)] if value != usual]
    return ", ".join(part for part in parts if part)


def _shown(phrase: Phrase) -> str:
    if phrase.phonemes is None:
        return phrase.spoken
    return f"[[{phrase.phonemes}]]"


class _Between:
    """What stands between two utterances: one pause, the longest that is due or the one that is told; and marks."""

    def __init__(self) -> None:
        self._begun = False
        self._due = 0.0
        self._told = False
        self._held: list[Step] = []

    def due(self, seconds: float) -> None:
        self._due = max(self._due, seconds)

    def told(self, seconds: float) -> None:
        self._told = True
        if self._held and isinstance(last := self._held[-1], Pause):
            self._held[-1] = Pause(last.seconds + seconds)
        elif seconds > 0:
            self._held.append(Pause(seconds))

    def hold(self, *steps: Step) -> None:
        self._held += steps

    def before(self) -> Iterator[Step]:
        """What stands before something that is heard."""
        if self._begun and self._due > 0 and not self._told:
            yield Pause(self._due)
        yield from self._held
        self._begun, self._due, self._told, self._held = True, 0.0, False, []

    def end(self) -> Iterator[Step]:
        yield from self._held


class _Reader:
    """Reads one document."""

    def __init__(self, reading: Reading, report: Report) -> None:
        self._reading = reading
        self._report = report
        self._draft = Draft()
        self._between = _Between()
        self._early = True
        self._profiles: dict[str | None, Profile | None] = {}
        self._profile: Profile | None = None
        """Who spoke last."""
        options = reading.options
        self._pauses = {
            "sentence": options.sentence_pause,
            "item": options.item_pause,
            "paragraph": options.paragraph_pause,
            "heading": options.heading_pause,
        }

    def take(self, item: Item) -> Iterator[Step]:
        if isinstance(item, Text):
            yield from self._text(item)
        elif isinstance(item, Mark):
            if self._draft.empty:
                self._between.hold(item)
            else:
                self._draft.mark(item)
        else:
            yield from self._sentences(complete=True)
            if isinstance(item, Pause):
                self._between.told(item.seconds)
            elif isinstance(item, End):
                self._between.due(self._pause(item.of))
            elif isinstance(item, Chapter):
                self._between.hold(item)
            else:
                yield from self._between.before()
                yield replace(item, manner=self._reading.settle(item.manner))

    def end(self) -> Iterator[Step]:
        yield from self._sentences(complete=True)
        yield from self._between.end()

    def _text(self, item: Text) -> Iterator[Step]:
        manner = self._reading.settle(item.manner)
        if item.phonemes is None and item.spoken is None and item.say_as is None:
            for start in range(0, len(item.text), STRETCH):
                self._draft.write(_spaced(item.text[start : start + STRETCH]), manner)
                yield from self._sentences()
        else:
            self._told(item, manner)
            yield from self._sentences()

    def _told(self, item: Text, manner: Manner) -> None:
        """A text of which the author says how it is said, between the spaces around it."""
        text = _spaced(item.text)
        core = text.strip()
        lead, trail = text.split(core) if core else (text, "")
        self._draft.write(lead, manner)
        if shown := core or item.phonemes or item.spoken:
            self._draft.insert(Piece(shown, manner, replace(item, text=core)))
        self._draft.write(trail, manner)

    def _sentences(self, *, complete: bool = False) -> Iterator[Step]:
        while found := self._draft.cut(complete=complete):
            pieces, by_itself = found
            for number, (manner, group) in enumerate(by_manner(pieces)):
                yield from self._utterance(manner, group, continues=number > 0)
            if by_itself:
                self._between.due(self._pause("sentence"))
            self._between.hold(*self._draft.leading_marks())

    def _utterance(self, manner: Manner, pieces: list[Piece], *, continues: bool) -> Iterator[Step]:
        profile = self._speaking(manner.role)
        name = profile.name if profile else None
        wording = Wording(manner, self._reading.lexicon, self._reading.options.normalize, self._report, name)
        phrases, marks = wording.words(pieces)
        if not audible(phrases):
            self._drop("".join(phrase.written for phrase in phrases))
            self._between.hold(*(Mark(name) for name, _ in marks))
            return
        sentence = Sentence(phrases, manner.speaker, manner.language, manner.rate, manner.pitch, manner.volume)
        sentence = replace(sentence, seed=_seed(self._reading.options.seed, sentence), early=self._early)
        self._early, self._profile = False, profile
        yield from self._between.before()
        yield Utterance(sentence, manner.voice, manner.pan, manner.role, continues, marks)

    def _speaking(self, role: str | None) -> Profile | None:
        if role not in self._profiles:
            self._profiles[role] = self._reading.speaking(role)
        return self._profiles[role]

    def _pause(self, of: str) -> float:
        """The pause after what was said last: its speaker's own, where there is one."""
        own = self._profile.pauses if self._profile else {}
        return own.get(of, self._pauses[of])

    def _drop(self, text: str) -> None:
        if not silent_by_nature(text):
            self._report(Event("dropped", f"there is nothing to say in {text!r}", details={"text": text}))


def _spaced(text: str) -> str:
    return SPACES.sub(" ", UNSEEN.sub("", HALVES.sub("\ufffd", text)))


def _seed(seed: int, sentence: Sentence) -> int:
    """63 bits from what is said and how: not from where, so that a sentence put in changes no other."""
    phrases = [(phrase.written, phrase.spoken, phrase.phonemes) for phrase in sentence.phrases]
    content = repr((seed, phrases, sentence.speaker, sentence.language, sentence.rate, sentence.pitch))
    return int.from_bytes(blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1
