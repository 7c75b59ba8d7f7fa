"""From plan items to plan steps: sentences with an end, a manner, words to say, and the pauses between them.

    items -> pieces of one open sentence -> its end (ends.py) -> utterances, one for each manner -> steps

A sentence goes out as soon as its end is sure. What goes out depends on the text alone: neither on how it was cut
into items nor on when they came.
"""

# ruff: noqa: RUF001 - the signs of many scripts, some of which look like others
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import groupby

from speech.data import Event, Phrase, Sentence, SynthesizeOptions
from speech.tts import ends
from speech.tts.lexicon import EMPTY, Lexicon
from speech.tts.plan import Chapter, End, Item, Manner, Mark, Pause, Report, Step, Text, Utterance

STRETCH = 256
"""Characters taken up at a time, so that a long text is never searched again and again."""

# Spaces at which a line may break become one; no-break spaces say what belongs together until the words are settled.
SPACES = re.compile(r"[^\S\xa0\u2007\u202f]+")

# Hints for the typesetter, control characters, and halves of characters: nothing to say.
UNSEEN = re.compile(r"[\xad\u2060\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")
HALVES = re.compile(r"[\ud800-\udfff]")

# Marks that belong to the word they stand at, whoever speaks what follows.
TRAILING = re.compile(r"[.,;:!?…)\]}”’»。！？，、；：）」』]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a document is read: the same for all of its sentences."""

    settle: Callable[[Manner], Manner]
    """The document's options and profiles applied: a language is always named then, and a voice is a model's name, or
    None for the document's."""
    lexicon: Lexicon = EMPTY
    options: SynthesizeOptions = field(default_factory=SynthesizeOptions)
    """Of these: ``normalize``, ``seed`` and the pauses."""


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the open sentence: words of one manner, or a mark."""

    shown: str
    """Stands for it where the sentence's end is looked for."""
    manner: Manner
    source: Text | Mark | None = None
    """None: plain text, which may be cut anywhere."""


class _Open:
    """The sentence whose end is not known yet."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._text = ""
        self._seen = 0

    @property
    def empty(self) -> bool:
        return not self._pieces

    def write(self, text: str, manner: Manner) -> None:
        """Add plain text, with single spaces."""
        if not self._text or self._text.endswith(" "):
            text = text.removeprefix(" ")
        if text and self._text and manner != (before := self._manner):
            stays = TRAILING.match(text) if self._text[-1] != " " else None
            if stays:
                self._add(_Piece(stays[0], before))
                text = text[stays.end() :]
        if text:
            self._add(_Piece(text, manner))

    def insert(self, piece: _Piece) -> None:
        """Add a piece that is not cut."""
        self._add(piece)

    @property
    def _manner(self) -> Manner:
        return next(piece.manner for piece in reversed(self._pieces) if not isinstance(piece.source, Mark))

    def _add(self, piece: _Piece) -> None:
        self._text += piece.shown
        last = self._pieces[-1] if self._pieces else None
        if last and last.source is None and piece.source is None and last.manner == piece.manner:
            self._pieces[-1] = replace(last, shown=last.shown + piece.shown)
        else:
            self._pieces.append(piece)

    def cut(self, *, complete: bool) -> tuple[list[_Piece], bool] | None:
        """Take off the first sentence; the second is False where it was only too long."""
        if not self._text:
            return None
        language = next(piece.manner.language for piece in self._pieces if piece.shown)
        found = ends.first(self._text, language or "en", self._seen, self._whole(), complete=complete)
        if found is None:
            self._seen = len(self._text)
            return None
        return self._take(found[0]), found[1]

    def marks(self) -> list[Mark]:
        """Take off marks with no word behind them."""
        left = [piece.source for piece in self._pieces if isinstance(piece.source, Mark)]
        self._pieces.clear()
        return left

    def _whole(self) -> list[tuple[int, int]]:
        spans, at = [], 0
        for piece in self._pieces:
            if isinstance(piece.source, Text):
                spans.append((at, at + len(piece.shown)))
            at += len(piece.shown)
        return spans

    def _take(self, length: int) -> list[_Piece]:
        taken: list[_Piece] = []
        while self._pieces and length > 0:
            piece = self._pieces.pop(0)
            if len(piece.shown) > length:
                rest = piece.shown[length:]
                self._pieces.insert(0, replace(piece, shown=rest))
                piece = replace(piece, shown=piece.shown[:length])
            taken.append(piece)
            length -= len(piece.shown)
        left, self._pieces, self._text, self._seen = self._pieces, [], "", 0
        for piece in left:
            if piece.source is None:
                self.write(piece.shown, piece.manner)
            else:
                self.insert(piece)
        return taken


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

    def hold(self, step: Step) -> None:
        self._held.append(step)

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
        self._open = _Open()
        self._between = _Between()
        self._early = True
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
            self._mark(item)
        else:
            yield from self._sentences(complete=True)
            if isinstance(item, Pause):
                self._between.told(item.seconds)
            elif isinstance(item, End):
                self._between.due(self._pauses[item.of])
            elif isinstance(item, Chapter):
                self._between.hold(item)
            else:
                yield from self._between.before()
                yield replace(item, manner=self._reading.settle(item.manner))

    def end(self) -> Iterator[Step]:
        yield from self._sentences(complete=True)
        yield from self._between.end()

    def _mark(self, mark: Mark) -> None:
        if self._open.empty:
            self._between.hold(mark)
        else:
            self._open.insert(_Piece("", Manner(), mark))

    def _text(self, item: Text) -> Iterator[Step]:
        manner = self._reading.settle(item.manner)
        if item.phonemes is None and item.spoken is None and item.say_as is None:
            for start in range(0, len(item.text), STRETCH):
                self._open.write(_spaced(item.text[start : start + STRETCH]), manner)
                yield from self._sentences()
            return
        text = _spaced(item.text)
        core = text.strip()
        shown = core or item.phonemes or item.spoken or ""
        lead, trail = (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]) if core else ("", text)
        self._open.write(lead, manner)
        if shown:
            self._open.insert(_Piece(shown, manner, replace(item, text=core)))
        self._open.write(trail, manner)
        yield from self._sentences()

    def _sentences(self, *, complete: bool = False) -> Iterator[Step]:
        while found := self._open.cut(complete=complete):
            pieces, by_itself = found
            for manner, group in _groups(pieces):
                yield from self._utterance(manner, group)
            if by_itself:
                self._between.due(self._pauses["sentence"])
        if complete:
            for mark in self._open.marks():
                self._between.hold(mark)

    def _utterance(self, manner: Manner, pieces: list[_Piece]) -> Iterator[Step]:
        phrases, marks = _Wording(self._reading, self._report, manner).words(pieces)
        said = tuple(_tidy(phrases))
        if not _audible(said):
            self._drop("".join(phrase.written for phrase in said))
            for name, _ in marks:
                self._between.hold(Mark(name))
            return
        sentence = Sentence(
            said, manner.speaker, manner.language, manner.rate, manner.pitch, manner.volume, early=self._early
        )
        self._early = False
        yield from self._between.before()
        sentence = replace(sentence, seed=_seed(self._reading.options.seed, sentence))
        yield Utterance(sentence, manner.voice, manner.pan, tuple(marks))

    def _drop(self, text: str) -> None:
        if any(unicodedata.category(letter)[0] not in "PZ" for letter in text):
            self._report(Event("dropped", f"there is nothing to say in {text!r}", details={"text": text}))


def _groups(pieces: list[_Piece]) -> Iterator[tuple[Manner, list[_Piece]]]:
    """Pieces of one manner that follow each other; a mark goes with what stands before it."""
    manners: list[Manner] = []
    for piece in pieces:
        manners.append(manners[-1] if isinstance(piece.source, Mark) and manners else piece.manner)
    if manners and isinstance(pieces[0].source, Mark):
        first = next((piece.manner for piece in pieces if not isinstance(piece.source, Mark)), manners[0])
        manners = [first if isinstance(piece.source, Mark) else manner for piece, manner in zip(pieces, manners, strict=True)]
    for manner, group in groupby(zip(manners, pieces, strict=True), lambda pair: pair[0]):
        yield manner, [piece for _, piece in group]


@dataclass(slots=True)
class _Wording:
    """What is said in place of the pieces of one utterance."""

    reading: Reading
    report: Report
    manner: Manner
    phrases: list[Phrase] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.manner.language or "en"

    def words(self, pieces: list[_Piece]) -> tuple[list[Phrase], list[tuple[str, int]]]:
        """The phrases, and the marks with how many words stand before each."""
        places: list[tuple[str, int, int]] = []
        stretch = ""
        waiting: list[tuple[str, int]] = []
        for piece in pieces:
            if isinstance(piece.source, Mark):
                waiting.append((piece.source.name, len(stretch)))
            elif (phrase := self._told(piece)) is None:
                stretch += unicodedata.normalize("NFC", piece.shown)
            else:
                places += self._plain(stretch, waiting)
                stretch, waiting = "", []
                self.phrases.append(phrase)
        places += self._plain(stretch, waiting)
        return self.phrases, [(name, self._words_before(at, offset)) for name, at, offset in places]

    def _told(self, piece: _Piece) -> Phrase | None:
        """What the author says is to be said; None where that is left to us."""
        text = piece.source
        if not isinstance(text, Text):
            return None
        if text.phonemes is not None:
            return Phrase(text.text or text.phonemes, text.text or text.phonemes, text.phonemes)
        if text.spoken is not None:
            return Phrase(text.text, text.spoken)
        from speech.tts.normalize import say_as

        kind = text.say_as or ""
        spoken = say_as(text.text, kind, self.language)
        if spoken is None:
            message = f"{text.text!r} cannot be said as {kind!r}: it is read as it stands"
            self.report(Event("ignored", message, details={"text": text.text, "say_as": kind}))
            return None
        return Phrase(text.text, spoken)

    def _plain(self, text: str, marks: list[tuple[str, int]]) -> Iterator[tuple[str, int, int]]:
        """Say a stretch of plain text; yields each mark as the phrase it stands in and the place in that."""
        first = len(self.phrases)
        at = 0
        for hit in self.reading.lexicon.hits(text, self.language, self.manner.voice):
            self._read(text[at : hit.start])
            self.phrases.append(Phrase(text[hit.start : hit.end], hit.spoken, hit.phonemes))
            at = hit.end
        self._read(text[at:])
        for name, offset in marks:
            index, rest = first, offset
            while index < len(self.phrases) and rest >= len(self.phrases[index].written):
                rest -= len(self.phrases[index].written)
                index += 1
            yield name, index, rest

    def _read(self, text: str) -> None:
        if not text.strip() or not self.reading.options.normalize:
            self.phrases += [Phrase(text, text)] if text else []
            return
        from speech.tts.normalize import normalize

        self.phrases += normalize(text, self.language)

    def _words_before(self, index: int, offset: int) -> int:
        before = "".join(phrase.spoken for phrase in self.phrases[:index])
        after = "".join(phrase.spoken for phrase in self.phrases[index:])
        if index < len(self.phrases) and self.phrases[index].written == self.phrases[index].spoken:
            before, after = before + after[:offset], after[offset:]
        inside = before and after and not before[-1].isspace() and not after[0].isspace()
        return len(before.split()) - bool(inside)


def _spaced(text: str) -> str:
    return SPACES.sub(" ", UNSEEN.sub("", HALVES.sub("\ufffd", text)))


def _tidy(phrases: list[Phrase]) -> Iterator[Phrase]:
    """The phrases with single spaces and none at either end, in what is written as in what is spoken."""
    written = _single([phrase.written for phrase in phrases])
    spoken = _single([phrase.spoken for phrase in phrases])
    for phrase, ours, theirs in zip(phrases, written, spoken, strict=True):
        if ours or theirs or phrase.phonemes:
            yield Phrase(ours, theirs, phrase.phonemes)


def _single(texts: list[str]) -> list[str]:
    single: list[str] = []
    space = True
    for text in texts:
        tidy = re.sub(r"\s+", " ", text)
        single.append(tidy.lstrip() if space else tidy)
        space = single[-1].endswith(" ") or (space and not single[-1])
    for index in range(len(single) - 1, -1, -1):
        single[index] = single[index].rstrip()
        if single[index]:
            break
    return single


def _audible(phrases: tuple[Phrase, ...]) -> bool:
    return any(
        phrase.phonemes or any(unicodedata.category(letter)[0] in "LNS" for letter in phrase.spoken)
        for phrase in phrases
    )


def _seed(seed: int, sentence: Sentence) -> int:
    """63 bits from what is said and how: not from where, so that a sentence put in changes no other."""
    phrases = [(phrase.written, phrase.spoken, phrase.phonemes) for phrase in sentence.phrases]
    content = repr((seed, phrases, sentence.speaker, sentence.language, sentence.rate, sentence.pitch))
    return int.from_bytes(blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1
