"""What a Piper voice is given to say, symbol by symbol, and which word each symbol belongs to.

eSpeak NG reads several words as one ("of the") and one as several, so the words of a sentence are found again in its
phonemes: each word is phonemised by itself, and the two strings are aligned.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from speech.data import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from speech.data import Phrase, Seconds

    Phonemize = Callable[[str], list[list[str]]]

STRESS, LENGTH = frozenset("ˈˌ"), frozenset("ːˑ")
LEADING = re.compile(r"^\s*([.,;:!?]+)")
ENDING = re.compile(r"([.!?\u2026])\W*$")
SPELLINGS = {
    "ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ʨ": "tɕ", "ʥ": "dʑ", "g": "\u0261", "\u0261": "g",
    "\u0361": "", "\u035c": "", "\u203f": "", ".": "",
}  # fmt: skip
"""Ways to write the same sound, for a voice that knows the other one; ties and marks of syllables are no sound."""
BAND = 60
"""How far an alignment may lead from the diagonal, in symbols."""
SURE = 0.5
"""Below this share of its symbols found again, a word's place is a guess."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """A sentence as the voice says it."""

    phonemes: tuple[str, ...]
    dropped: tuple[str, ...]
    """What the voice has no sound for: each once, in order."""

    @property
    def silent(self) -> bool:
        """Whether there is nothing in it to pronounce."""
        return not _sounds(self.phonemes)


def symbols(
    phrases: Sequence[Phrase],
    phonemize: Phonemize,
    known: Mapping[str, object],
    clusters: frozenset[tuple[str, ...]] = frozenset(),
) -> Symbols:
    """The sentence's phonemes as one list, whatever sentence ends eSpeak NG finds in it."""
    said: list[str] = []
    for text, raw in _stretches(phrases):
        said += _spelled(text, known, clusters) if raw else _read(text, phonemize, first=not said)
    spaced = [symbol for place, symbol in enumerate(said) if symbol != " " or (place and said[place - 1] != " ")]
    while spaced and spaced[-1] == " ":
        spaced.pop()
    dropped = dict.fromkeys(symbol for symbol in spaced if symbol not in known and not symbol.isspace())
    return Symbols(tuple(symbol for symbol in spaced if symbol in known), tuple(dropped))


def _stretches(phrases: Sequence[Phrase]) -> Iterator[tuple[str, bool]]:
    """What is said, in stretches, each with whether it is phonemes; neighbouring texts are put together."""
    text = ""
    for phrase in phrases:
        if phrase.phonemes is None:
            text += phrase.spoken
            continue
        before, after = _around(phrase.spoken)
        yield text + before, False
        yield phrase.phonemes, True
        text = after
    yield text, False


def _around(spoken: str) -> tuple[str, str]:
    """Spaces and punctuation on either side of the words."""
    edges = [unicodedata.category(letter)[0] in "PZ" or letter.isspace() for letter in spoken]
    if all(edges):
        return "", ""
    return spoken[: edges.index(False)], spoken[len(edges) - edges[::-1].index(False) :]


def _read(text: str, phonemize: Phonemize, *, first: bool) -> list[str]:
    """The phonemes of a text, with the spaces around it; what punctuation it begins with belongs to what is before."""
    said = []
    if not first and (leading := LEADING.match(text)):
        said += list(leading[1])
        text = text[leading.end() :]
    body = " ".join(_clean(text).split())
    if not body:
        return [*said, " "] if text else said
    if text[0].isspace():
        said.append(" ")
    for part in phonemize(body):
        said += [" ", *part] if said else part
    # eSpeak NG loses the end of a sentence where several signs stand together, or one before a quotation mark.
    if (ending := ENDING.search(body)) and said and _is_sound(said[-1]):
        said.append("." if ending[1] == "\u2026" else ending[1])
    return [*said, " "] if text[-1].isspace() else said


def _spelled(phonemes: str, known: Mapping[str, object], clusters: frozenset[tuple[str, ...]]) -> list[str]:
    """IPA as the voice's symbols: decomposed, in the letters that it has for the same sound."""
    text = "".join(
        letter if letter in known and letter != "." else SPELLINGS.get(letter, letter)
        for letter in unicodedata.normalize("NFD", " ".join(phonemes.split()))
    )
    longest_first = sorted(clusters, key=len, reverse=True)
    letters, said = list(text), []
    while letters:
        merged = next((one for one in longest_first if tuple(letters[: len(one)]) == one), (letters[0],))
        said.append("".join(merged))
        del letters[: len(merged)]
    return said


@dataclass(frozen=True, slots=True)
class Span:
    """Where a word lies among the symbols: from ``start`` up to, not including, ``end``."""

    start: int
    end: int
    sure: bool


def spans(phrases: Sequence[Phrase], said: Sequence[str], phonemize: Phonemize) -> list[Span]:
    """The place of each word of the spoken text among the symbols."""
    alone = [_sounds(symbols) for symbols in _alone(phrases, phonemize)]
    groups = _groups(said)
    found: list[list[int]] = [[] for _ in alone]
    sure = [False] * len(alone)
    for words, heard in _stretched(alone, [[said[place] for place in group] for group in groups]):
        ours, theirs = alone[words], groups[heard]
        alike = map(_alike, ours, [[said[at] for at in group] for group in theirs])
        if len(ours) == len(theirs) and ((len(ours) == 1 and ours[0]) or all(alike)):
            found[words], sure[words] = theirs, [True] * len(ours)
        elif ours:
            found[words], matched = _aligned(ours, theirs, said)
            sure[words] = [count >= SURE * len(sounds) > 0 for count, sounds in zip(matched, ours, strict=True)]
    return _spans(found, sure, said)


def _stretched(alone: Sequence[list[str]], heard: Sequence[list[str]]) -> Iterator[tuple[slice, slice]]:
    """The words and what was heard for them, stretch by stretch: most words sound in the sentence as they do alone."""
    matcher = SequenceMatcher(None, ["".join(one) for one in alone], ["".join(one) for one in heard], autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        yield slice(i1, i2), slice(j1, j2)


def _clean(text: str) -> str:
    """Without what eSpeak NG cannot take: control characters, and halves of characters."""
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)


def _alone(phrases: Sequence[Phrase], phonemize: Phonemize) -> Iterator[list[str]]:
    """What each word would be by itself."""
    text = "".join(phrase.spoken for phrase in phrases)
    raw, start = [], 0
    for phrase in phrases:
        if phrase.phonemes is not None:
            raw.append((start, start + len(phrase.spoken), phrase))
        start += len(phrase.spoken)
    for word in re.finditer(r"\S+", text):
        inside = next((one for one in raw if one[0] < word.end() and word.start() < one[1]), None)
        if inside is None:
            yield [symbol for part in phonemize(_clean(word[0])) for symbol in part]
        else:
            begin, _, phrase = inside
            before = len(text[begin : word.start()].split()) if word.start() > begin else 0
            yield _share(phrase, before)


def _share(phrase: Phrase, number: int) -> list[str]:
    """The symbols of one of the words that a pronunciation was given for."""
    count, phonemes = max(1, len(phrase.spoken.split())), unicodedata.normalize("NFD", phrase.phonemes or "")
    parts = phonemes.split()
    if len(parts) == count:
        return list(parts[number])
    whole = [symbol for symbol in phonemes if not symbol.isspace()]
    return whole[len(whole) * number // count : len(whole) * (number + 1) // count]


def _sounds(symbols: Sequence[str]) -> list[str]:
    return [symbol for symbol in symbols if _is_sound(symbol)]


def _is_sound(symbol: str) -> bool:
    """Neither a space, nor punctuation, nor a mark on its neighbours."""
    return symbol not in STRESS and symbol not in LENGTH and unicodedata.category(symbol[0])[0] not in "PZC"


def _groups(said: Sequence[str]) -> list[list[int]]:
    """The places of the sounds, those together that no space parts."""
    groups: list[list[int]] = [[]]
    for place, symbol in enumerate(said):
        if symbol.isspace():
            groups.append([])
        elif _is_sound(symbol):
            groups[-1].append(place)
    return [group for group in groups if group]


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one:
        return False
    common = sum(min(one.count(symbol), other.count(symbol)) for symbol in set(one))
    return 2 * common >= max(len(one), len(other)) or (one[0] == other[0] and len(other) <= 2 + len(one))


def _aligned(
    alone: Sequence[Sequence[str]], groups: Sequence[Sequence[int]], said: Sequence[str]
) -> tuple[list[list[int]], list[int]]:
    """For each word the places of its sounds, and how many of them are the very same."""
    ours = [(symbol, number) for number, sounds in enumerate(alone) for symbol in (*sounds, " ")]
    theirs = [(said[place] if place >= 0 else " ", place) for group in groups for place in (*group, -1)]
    found: list[list[int]] = [[] for _ in alone]
    matched = [0] * len(alone)
    owner: dict[int, int] = {}
    for here, there in _path([symbol for symbol, _ in ours], [symbol for symbol, _ in theirs]):
        (symbol, number), (other, place) = ours[here], theirs[there]
        if place >= 0 and symbol != " ":
            owner[place] = number
            matched[number] += symbol == other
    for group in groups:
        mine = next((owner[place] for place in group if place in owner), None)
        for place in group:
            mine = owner.get(place, mine)
            if mine is not None:
                found[mine].append(place)
    return found, matched


def _path(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of the cheapest alignment (Needleman and Wunsch, 1970); a space pairs with nothing but a space."""
    rows, columns = len(ours), len(theirs)
    width = abs(rows - columns) + BAND
    far = float("inf")
    previous = {column: 0.5 * column for column in range(min(columns, width) + 1)}
    steps: list[dict[int, int]] = []
    for row in range(1, rows + 1):
        here = ours[row - 1]
        current: dict[int, float] = {}
        step: dict[int, int] = {}
        skip = 0.5 if here == " " else 1.0
        for column in range(max(0, row - width), min(columns, row + width) + 1):
            best, way = previous.get(column, far) + skip, 1
            if column:
                there = theirs[column - 1]
                pair = 0.0 if here == there else far if " " in (here, there) else 1.2
                if previous.get(column - 1, far) + pair <= best:
                    best, way = previous.get(column - 1, far) + pair, 0
                if (left := current.get(column - 1, far) + (0.5 if there == " " else 1.0)) < best:
                    best, way = left, 2
            current[column], step[column] = best, way
        previous = current
        steps.append(step)
    return _walked(steps, rows, columns)


def _walked(steps: Sequence[Mapping[int, int]], row: int, column: int) -> list[tuple[int, int]]:
    pairs = []
    while row and column:
        way = steps[row - 1][column]
        if way == 0:
            pairs.append((row - 1, column - 1))
        row, column = row - (way != 2), column - (way != 1)
    return pairs[::-1]


def _spans(found: Sequence[Sequence[int]], sure: Sequence[bool], said: Sequence[str]) -> list[Span]:
    """From the first sound to the last, with the marks of stress and length on them."""
    made: list[Span] = []
    end = 0
    for places, certain in zip(found, sure, strict=True):
        start = end
        if places:
            start, end = min(places), max(places) + 1
            while start and said[start - 1] in STRESS and start - 1 >= (made[-1].end if made else 0):
                start -= 1
            while end < len(said) and (said[end] in LENGTH or unicodedata.combining(said[end][0])):
                end += 1
        made.append(Span(start, end, certain and bool(places)))
    return made


def words(tokens: Sequence[str], places: Sequence[Span], ends: Sequence[Seconds]) -> list[Word]:
    """Each word with its time; ``ends`` has where each symbol ends, after a first entry where the first one begins."""
    return [
        Word(token, ends[place.start], ends[place.end], interpolated=not place.sure)
        for token, place in zip(tokens, places, strict=True)
    ]
