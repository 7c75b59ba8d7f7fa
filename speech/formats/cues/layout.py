"""Text on lines: what may stand in a file, how wide it shows, and where a line may end.

Line breaking follows the ideas of UAX 14, cut down to what subtitles need: spaces, East Asian text without spaces
(with the characters that may not begin or end a line) and the scripts of South-East Asia.
"""

# ruff: noqa: RUF001, SIM905 - letters of many scripts, some of which look like others; word lists read best as text

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# White space and control characters, but not the spaces that hold words together (French has them before "!").
_BLANK = re.compile(r"(?:[^\S\u00a0\u2007\u202f]|[\x00-\x1f\x7f-\x9f])+")
_FOREIGN = re.compile(r"[\ud800-\udfff]")
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"  # Thai Lao Tibetan Myanmar Khmer
    "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff"  # Han, kana, bopomofo
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")

_CLOSING = frozenset("、。，．・：；？！゛゜ヽヾゝゞ々ー—…‥）］｝〉》」』】〕〗〙〛”’〞〟｠»›)]}.,:;?!%％‰°℃ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ｡｣､･ｰฯๆ།")  # fmt: skip  # noqa: E501
"""May not begin a line."""
_OPENING = frozenset("（［｛〈《「『【〔〖〘〚“‘〝｟«‹([{$¥￥£＄เแโใไເແໂໃໄ")
"""May not end a line; among them the vowels that Thai and Lao write before their consonant."""
_STACKERS = frozenset("\u17d2\u1039")
"""The next consonant is written under the last one."""

_SENTENCE_END = re.compile(r"[.!?…。！？｡؟۔।॥։።][\"'”’»›)\]}」』）】]*$")
_CLAUSE_END = re.compile(r"[,;:，、；：،؛—–][\"'”’»›)\]}」』）】]*$")
_ABBREVIATION = re.compile(
    r"^[(\"'“‘«]*(?:mr|mrs|ms|dr|prof|st|vs|no|nr|jr|sr|bzw|ca|etc|usw|e\.g|i\.e|z\.b|d\.h|u\.a|mme|mlle|[^\W\d_])\.$",
    re.IGNORECASE,
)
_CONJUNCTIONS = frozenset(
    "and but or nor so because that which who when where while although if "
    "und aber oder denn weil dass daß wenn als ob sondern damit "
    "et mais ou donc car que qui quand parce lorsque puisque "
    "y e pero sino porque cuando aunque como "
    "ma però perché quando che o mas porém "
    "en maar omdat wanneer terwijl ale lub że и но или что когда".split()
)
_LEADERS = frozenset(
    "a an the of to in on at by for from with my your his her its our their "
    "der die das den dem des ein eine einen einem einer im am zu von mit "
    "le la les un une du de au aux l' el los las una del al il lo gli".split()
)
"""Words that belong to the next one."""

SENTENCE, CLAUSE, CONJUNCTION, SPACE, CHARACTER, LEADER, TORN = 0, 1, 2, 4, 5, 6, 8
"""How bad it is to end a line or a cue at a place: after a sentence, ..., within what belongs together."""


def clean(text: str) -> str:
    """``text`` on one line: single spaces, none at the ends, nothing that a file or a parser would trip over."""
    spaced = _BLANK.sub(" ", encodable(text).replace("\ufeff", ""))
    return " ".join(word for word in map(str.strip, spaced.split(" ")) if word)


def encodable(text: str) -> str:
    """``text`` as UTF-8 can hold it: the name of a file may have bytes in it that are none (as lone surrogates)."""
    return _FOREIGN.sub("\ufffd", text)


def join(texts: Iterable[str]) -> str:
    """Texts one after the other, with a space between them where their script writes one."""
    joined: list[str] = []
    last = ""
    for text in filter(None, map(clean, texts)):
        joined += [glue(last, text), text]
        last = text
    return "".join(joined)


def glue(left: str, right: str) -> str:
    """What stands between two texts: nothing where either side's script writes no spaces, as Chinese and Thai."""
    bare = not left or not right or _SPACELESS.match(left[-1]) or _SPACELESS.match(right[0])
    return "" if bare else " "


def width(text: str) -> int:
    """Columns that a text takes: two for a wide character, none for marks that sit on another."""
    return len(text) if text.isascii() else sum(map(_columns, clusters(text)))


def clusters(text: str) -> Iterator[str]:
    """The characters as a reader sees them: each with the marks and joined signs that belong to it."""
    begin = 0
    for place in range(1, len(text)):
        if not _extends(text, begin, place):
            yield text[begin:place]
            begin = place
    if text:
        yield text[begin:]


def _extends(text: str, begin: int, place: int) -> bool:
    left, char = text[place - 1], text[place]
    if char.isascii():
        return False
    if _is_regional(char):
        return _is_regional(left) and place == begin + 1
    return left == "\u200d" or _is_mark(char)


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@lru_cache(4096)
def _is_mark(char: str) -> bool:
    # Thai and Lao AM, Hangul vowels and finals, skin tones and tags are marks too, whatever their category.
    return (
        category(char) in {"Mn", "Me", "Mc"}
        or char in "\u200d\u0e33\u0eb3"
        or "\u1160" <= char <= "\u11ff"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


@lru_cache(16384)
def _columns(cluster: str) -> int:
    if _is_regional(cluster[0]):
        return len(cluster)
    return max(0 if category(c) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(c) in "WF" else 1 for c in cluster)


def units(word: str, limit: int) -> list[str]:
    """The parts of a word between which a line may end; what is wider than ``limit`` is broken.

    Most words are one part; text without spaces falls into its characters.
    """
    if word.isascii() and len(word) <= limit:
        return [word]
    parts = [""]
    for cluster in clusters(word):
        if parts[-1] and _may_part(parts[-1], cluster):
            parts.append(cluster)
        else:
            parts[-1] += cluster
    return [piece for part in parts for piece in _pieces(part, limit)]


def shorten(text: str, limit: int) -> str:
    """The beginning of a text, at most ``limit`` columns of it; nothing where not even a character fits."""
    piece = next(_pieces(text, limit), "")
    return piece.strip() if width(piece) <= limit else ""


def _may_part(left: str, right: str) -> bool:
    if right[0] in _CLOSING or left[-1] in _OPENING or left[-1] in _STACKERS:
        return False
    return any(_SPACELESS.match(side) or _EMOJI.match(side) for side in (left[-1], right[0]))


def _pieces(part: str, limit: int) -> Iterator[str]:
    if width(part) <= limit:
        yield part
        return
    piece, used = "", 0
    for cluster in clusters(part):
        columns = _columns(cluster)
        if piece and used + columns > limit:
            yield piece
            piece, used = "", 0
        piece += cluster
        used += columns
    yield piece


def ends_sentence(left: str, right: str) -> bool:
    """Whether a sentence ends between two parts of a text."""
    return closes_sentence(left) and not right[:1].islower()


def closes_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, whatever comes next."""
    return bool(_SENTENCE_END.search(text)) and not _ABBREVIATION.match(text)


def punctuated(text: str) -> bool:
    """Whether a text ends a sentence anywhere: some models write no punctuation."""
    return any(_SENTENCE_END.search(word) for word in clean(text).split(" "))


def penalty(left: str, right: str, space: bool) -> int:
    """How bad it is to part the two: from ``SENTENCE`` to ``TORN``."""
    if ends_sentence(left, right):
        return SENTENCE
    if _CLAUSE_END.search(left):
        return CLAUSE
    if not space:
        return CHARACTER if _may_part(left, right) else TORN
    if right.lower() in _CONJUNCTIONS:
        return CONJUNCTION
    return LEADER if left.lower() in _LEADERS else SPACE
