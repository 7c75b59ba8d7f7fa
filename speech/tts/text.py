"""Plain text to items of the plan, as it arrives: a book, lines, or the tokens of a language model.

    chunks -> pieces (a word and the space after it) -> items

The pieces of a text are the same whatever its chunks, and so is all that follows. What a line is (a heading, an item,
a wrapped line of a paragraph) often shows only in the next one; its words do not wait for that, only its end does.
"""

# ruff: noqa: RUF001, SIM905 - signs and lists of words are what this file is about

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from speech.tts.characters import Cleaner, texts
from speech.tts.plan import End, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.tts.plan import Item, Report

LONGEST_PIECE = 1000
"""Characters; what has no space in it for longer is cut there."""
LONGEST_WORD = 100
"""Characters; a longer one is not put together from two lines."""
LONGEST_TEXT = 400
"""Characters of one item, a word more or less."""
LONGEST_MARK = 200
"""Characters at the start of a line that may be a drawn rule."""
HEADING_LENGTH, HEADING_WORDS = 80, 12
"""A line that is longer is no heading."""
SHORT_LINE = 40
"""Nobody wraps a text as narrow as this: such a line was ended by its author."""
UNWRAPPED = 120
"""Nobody wraps a text as wide as this: where one line is longer, every line is a paragraph."""
SOFT_HYPHEN = "\u00ad"
INDENT = 2
"""Columns by which the first line of a paragraph is moved in, at least."""

_FULL = "。！？｡"
"""Sentence ends of Chinese and Japanese: no space follows them."""
_SPACE = "[^\\S\u00a0\u2007\u2009\u202f]"
_PIECE = re.compile(
    rf"(?s)(?:(?!{_SPACE})[^{_FULL}]){{{LONGEST_PIECE}}}"
    rf"|(?:(?!{_SPACE})[^{_FULL}]){{0,{LONGEST_PIECE - 1}}}(?:[{_FULL}].|{_SPACE})"
)
_BOUNDARY = re.compile(rf"{_SPACE}|[{_FULL}]")
_NEWLINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_CLOSERS = "\"'”’»›)\\]」』）*_"
_MAY_END = re.compile(rf"[.!?…{_FULL}؟۔।॥።։][{_CLOSERS}]*$|[…{_FULL}]")
_FINAL = re.compile(rf"[.!?…:;,{_FULL}，、；：؟۔،؛।॥።։—–-][{_CLOSERS}]*$")
_SENTENCE_FINAL = re.compile(rf"[.!?…{_FULL}؟۔।॥።։][{_CLOSERS}]*$")
_LEADER = re.compile(r"(?:\s?\.){4,}\s*([0-9]{1,4}|[ivxlc]{1,7})$")
_DRAWN = re.compile(r"[-*_=~#+•·⁂—–◆◇★☆❦❧§. ]+")
_RULE = re.compile(r"(?:[-*_=~#+•·—–◆◇★☆§] ?){3,}|[⁂❦❧] ?|(?:[*⁂❦❧◆◇★☆] ?){1,2}")
_UNDERLINE = re.compile(r"[-=~]{3,}")
_BULLET = re.compile(r"[-*+•‣◦▪●·] ")
_NUMBER = re.compile(r"(?!\(\d{3}\))\(?(\d{1,3})[.)] ")
_HASHES = re.compile(r"#{1,6} ")
_HYPHENATED = re.compile(r"(?:^|[^\w-])([^\W\d_]{2,})-$")

_KEEPS_HYPHEN = frozenset(
    "all anti co cross ex first full half high ill left long low mid much non off old one open post pre quasi right "
    "second self semi short so ten third three twenty thirty forty fifty sixty seventy eighty ninety two well".split()
)
"""First halves of words that are written with a hyphen wherever they stand."""
_AND = frozenset("and or to und oder bis sowie en of et ou y o e og och i a".split())
"""After these a hyphen stands for what is left out: Haupt- und Nebensatz."""
_DANGLING = _AND | frozenset(
    "an the of in on at by for from with as is was are that if but my our his her "
    "der die das den dem des ein eine im am von zu mit für auf "
    "le la les un une des du de el los las del con por il lo".split()
)
"""A line that ends in one of these goes on."""

_Kind = Literal["paragraph", "item", "heading"]


def items(chunks: Iterable[str], report: Report) -> Iterator[Item]:
    """The items of a plain text, each as soon as it is sure; the chunks make no difference to them.

    Args:
        chunks: the text, cut anywhere.
        report: told of what is left out.
    """
    reader = _Reader()
    for piece in _pieces(chunks):
        reader.read(piece)
        yield from reader.take()
    reader.finish()
    reader.cleaner.tell(report)
    yield from reader.take()


def _pieces(chunks: Iterable[str]) -> Iterator[str]:
    """A text cut after every space, and after the character that follows a full stop without one."""
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        after_full = bool(parts) and parts[-1][-1] in _FULL
        if not chunk:
            continue
        parts.append(chunk)
        size += len(chunk)
        if size < LONGEST_PIECE and not after_full and not _BOUNDARY.search(chunk):
            continue
        text, at = "".join(parts), 0
        while found := _PIECE.match(text, at):
            yield found.group()
            at = found.end()
        parts = [text[at:]] if at < len(text) else []
        size = len(text) - at
    if parts:
        yield "".join(parts)


@dataclass(slots=True)
class _Line:
    """What is known of a line once its words have gone."""

    first: str = ""
    """Its first character that counts."""
    length: int = 0
    words: int = 0
    last: str = ""
    """Its last word."""
    capitals: bool = False
    small: bool = False
    indent: int = 0
    contents: bool = False
    """It is a line of a table of contents."""

    def add(self, word: str) -> None:
        """Count a word."""
        self.words += 1
        self.length += len(word) + 1
        self.last = word
        self.capitals = self.capitals or any(letter.isupper() for letter in word)
        self.small = self.small or any(letter.islower() for letter in word)

    @property
    def shouted(self) -> bool:
        """Whether it is a heading by its capitals."""
        own = self.capitals and not self.small and 1 < self.length <= HEADING_LENGTH
        return own and (self.last[-1:] in "!?" or not _FINAL.search(self.last))

    @property
    def stands_alone(self) -> bool:
        """Whether its author ended it, short of a full stop: a verse, an address, a list without marks."""
        if self.length > SHORT_LINE or _FINAL.search(self.last):
            return False
        if unspaced(self.last[-1:]):
            return self.length <= SHORT_LINE // 2
        return (self.first.isupper() or self.first.isdigit()) and self.last not in _DANGLING


class _Reader:
    """The state between two pieces; ``out`` holds what is sure."""

    def __init__(self) -> None:
        self.out: list[Item] = []
        self.cleaner = Cleaner()
        self._number = 1
        self._returned = self._soft = False
        # The block: a paragraph, an item or a heading. None between two.
        self._block: _Kind | None = None
        self._lines = 0
        self._previous = _Line()
        self._longest = 0
        # The line.
        self._line: _Line | None = None
        self._held = ""
        self._indent = 0
        self._ideographic = False
        # The text that waits.
        self._bracket = ""
        self._waiting: list[str] = []
        self._size = 0
        self._after_end = False

    def take(self) -> list[Item]:
        """What is sure, once."""
        out, self.out = self.out, []
        return out

    def read(self, piece: str) -> None:
        """Take the next piece."""
        space = piece[-1]
        if space in _NEWLINES:
            half = self._returned and piece == "\n"  # the other half of a Windows line end
            self._returned = space == "\r"
            if not half:
                self._soft = piece[-2:-1] == SOFT_HYPHEN
                self._word(self.cleaner.clean(piece[:-1], self._number), "\n")
                self._number += 1
                if space == "\u2029":
                    self._blank()
            return
        self._returned = False
        gap = " " if space.isspace() else ""
        word = self.cleaner.clean(piece[:-1] if gap else piece, self._number)
        self._ideographic = self._ideographic or (space == "\u3000" and not word and self._line is None)
        self._indent += (4 if space == "\t" else 1) if not word and gap and not self._held else 0
        if word or (gap and self._waiting):
            self._word(word, gap)

    def finish(self) -> None:
        """The text has ended."""
        if self._held or self._bracket or self._line:
            self._word("", "\n")
        self._close(self._block if self._block == "item" else "paragraph")

    # Lines.

    def _word(self, word: str, gap: str) -> None:
        """A word and what follows it: a space, the end of the line, or nothing."""
        if self._line is not None:
            self._add(word, gap)
        else:
            self._held += word + (" " if gap == " " and self._held + word else "")
            drawn = not self._held or _DRAWN.fullmatch(self._held)
            if gap == "\n" or (self._held and (not drawn or len(self._held) > LONGEST_MARK)):
                held, self._held = self._held, ""
                self._begin(held, gap)
        if gap == "\n":
            self._end_line()

    def _begin(self, held: str, gap: str) -> None:
        """The start of a line, as far as it tells what the line is; all of the line, where ``gap`` is a line's end."""
        bare = held.strip()
        if gap == "\n" and not bare:
            self._blank()
        elif gap == "\n" and _RULE.fullmatch(bare):
            self._rule(bare)
        else:
            self._open(held)
            word = self._marked(held).rstrip(" ")
            if word or gap == "\n":
                self._add(word, gap)

    def _open(self, held: str) -> None:
        """End the block before or go on with it, now that the next line has begun."""
        numbered = _NUMBER.match(held)
        kind: _Kind = "item" if _BULLET.match(held) or (numbered and self._counts(numbered)) else "paragraph"
        kind = "heading" if _HASHES.match(held) else kind
        first = next((letter for letter in held if letter.isalnum()), held[:1])
        if self._block is not None:
            ended = self._ended(kind, first)
            if ended:
                self._close(ended)
            else:
                self._join(held)
        if self._block is None:
            self._block, self._lines = kind, 0
        self._line = _Line(first, indent=self._indent)

    def _marked(self, held: str) -> str:
        """What follows the mark of an item or a heading; a number is said."""
        if mark := _BULLET.match(held) or _HASHES.match(held):
            return held[mark.end() :]
        if self._block == "item" and not self._lines and (mark := _NUMBER.match(held)):
            # Neither an ordinal nor a sentence of its own.
            self.out.append(Text(mark[0], spoken=f"{mark[1]}, "))
            return held[mark.end() :]
        return held

    def _counts(self, numbered: re.Match[str]) -> bool:
        """Whether a number at the start of a line is an item's, not the last word of a sentence that was wrapped."""
        before = self._previous
        wrapped = self._block == "paragraph" and before.length > SHORT_LINE and not _FINAL.search(before.last)
        return int(numbered[1]) == 1 or not wrapped

    def _ended(self, kind: _Kind, first: str) -> _Kind | None:
        """As what the block ended with the line before, seeing how the next one begins; None: it goes on."""
        before, block = self._previous, self._block or "paragraph"
        if before.shouted and self._lines == 1 and block == "paragraph" and not first.islower():
            return "heading"
        if kind != "paragraph" or block == "heading" or before.contents:
            return block
        if _SENTENCE_FINAL.search(before.last):
            moved_in = self._indent >= INDENT and self._indent > before.indent and block == "paragraph"
            return block if moved_in or self._ideographic or self._longest > UNWRAPPED else None
        capital = first.isupper() or first.isdigit() or unspaced(first)
        return "item" if before.stands_alone and capital else None

    def _end_line(self) -> None:
        if self._line is not None:
            self._previous = self._line
            self._longest = max(self._longest, self._line.length)
            self._lines += 1
            if self._line.contents:
                self._close("paragraph")
        self._line = None
        self._indent, self._ideographic = 0, False

    def _blank(self) -> None:
        before = self._previous
        alone = self._lines == 1 and before.length <= HEADING_LENGTH and before.words <= HEADING_WORDS
        heading = self._block == "paragraph" and alone and (before.shouted or not _FINAL.search(before.last))
        self._close("heading" if heading else self._block)

    def _rule(self, rule: str) -> None:
        """A line drawn: under a heading, or between two scenes."""
        under = self._block == "paragraph" and self._lines == 1 and self._previous.length <= 2 * HEADING_LENGTH
        if under and _UNDERLINE.fullmatch(rule):
            self._close("heading")
            return
        self._close(self._block)
        self.out.append(End("paragraph"))

    def _close(self, kind: _Kind | None) -> None:
        if kind is None or self._block is None:
            return
        self._flush()
        self.out.append(End(kind))
        self._block, self._lines, self._previous, self._after_end = None, 0, _Line(), False

    # Words.

    def _add(self, word: str, gap: str) -> None:
        """A word of a line that has begun."""
        if self._bracket or "[[" in word:  # a pronunciation is one piece, whatever spaces stand in it
            self._bracket += word + (gap if gap == " " else "")
            if gap != "\n" and len(self._bracket) < LONGEST_PIECE and _open_bracket(self._bracket):
                return
            word, self._bracket = self._bracket.rstrip(" "), ""
        if self._line is not None and word:
            self._line.add(word)
        self._waiting.append(word + (" " if gap == " " else ""))
        self._size += len(word) + 1
        if gap == "\n":
            self._end_text()
        elif not any(letter.isalnum() for letter in word) and self._size < LONGEST_TEXT:
            pass  # a dash, or dots that may become a leader or an ellipsis with those that follow
        elif _MAY_END.search(word) and not word.endswith("...."):
            self._flush()
            self._after_end = True
        elif self._size > LONGEST_TEXT or self._after_end:
            # The word after what may be an end tells whether it was one: it goes at once, too.
            self._flush()

    def _end_text(self) -> None:
        """The line is complete: all of it goes, but for a word that may go on in the next."""
        text = "".join(self._waiting).rstrip(" ")
        if found := _LEADER.search(text):
            text = f"{text[: found.start()].rstrip()}, {found[1]}"
            if self._line is not None:
                self._line.contents = True
        before, space, last = text.rpartition(" ")
        if last == "-" and len(text) < LONGEST_TEXT:
            before, space, last = "", "", text
        elif not last.endswith("-") or len(last) > LONGEST_WORD:
            before, space, last = text, "", ""
        self._waiting = [before + space]
        self._flush()
        self._waiting = [last] if last else []

    def _join(self, held: str) -> None:
        """Between two lines of a block: a space, nothing in scripts without spaces, or a word made whole again."""
        last, next_word = self._previous.last, held.strip()
        hyphenated = _HYPHENATED.search(last)
        if not last.endswith("-") or last == "-":
            close = self._soft or (unspaced(last[-1:]) and unspaced(next_word[:1]))
            self._waiting.append("" if close else " ")
            return
        text = "".join(self._waiting)
        word = re.split(r"\W", next_word, maxsplit=1)[0]
        if word in _AND or not next_word[:1].isalnum():
            text += " "
        elif hyphenated and _divided(hyphenated[1], word):
            text = text[:-1]
        self._waiting = [text]

    def _flush(self) -> None:
        text = "".join(self._waiting)
        self._waiting, self._size, self._after_end = [], 0, False
        self.out += texts(text)


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def unspaced(letter: str) -> bool:
    """Whether the letter belongs to a script that is written without spaces between words."""
    return bool(letter) and bool(_UNSPACED.match(letter))


def _open_bracket(text: str) -> bool:
    return "]]" not in text[text.rfind("[[") :]


def _divided(first: str, second: str) -> bool:
    """Whether a hyphen at the end of a line only divides a word, as far as its halves tell."""
    return (
        first[1:].islower()
        and second.islower()
        and len(second) > 1
        and second.isalpha()
        and first.lower() not in _KEEPS_HYPHEN
    )
