"""The elements of HTML as items of the plan: what a book's pages and Markdown's blocks compile with.

Elements are taken as they come (``pages.py`` reads them): no tree is built, so that neither depth nor size of a page
costs more than its text.
"""

# ruff: noqa: RUF001, SIM905 - signs and lists of names are what this file is about

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from speech import languages
from speech.errors import UnsupportedError
from speech.tts.characters import texts
from speech.tts.plan import Chapter, End, Manner, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from speech.tts.plan import Item
    from speech.tts.tally import Tally

MARK_LENGTH, MARK_PARTS = 200, 40
"""Characters, and stretches of text, that a footnote's mark or a reading may have."""

_Kind = Literal["paragraph", "item", "heading"]
_Attributes = dict[str, str]

_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_ITEMS = frozenset(["li", "dt", "dd", "tr", "option"])
_BLOCKS = (
    _HEADINGS
    | _ITEMS
    | frozenset(
        "address article aside blockquote body caption center div dl fieldset figcaption figure footer header html "
        "main ol p pre section table tbody tfoot thead ul".split()
    )
)
_INLINE = frozenset(["a", "sup", "ruby", "rt", "q"])
"""Those whose end matters."""
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_SILENT = frozenset("script style head template rp input button select textarea param source track".split())
_TALLIED = {
    "svg": "drawings", "canvas": "drawings", "math": "formulas", "audio": "recordings", "video": "recordings",
    "object": "embedded objects", "iframe": "embedded objects", "embed": "embedded objects",
    "nav": "tables of contents",
}  # fmt: skip
_TYPES = {
    "pagebreak": "", "noteref": "references to footnotes",
    **dict.fromkeys(("footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"), "footnotes"),
    **dict.fromkeys(("toc", "landmarks", "page-list", "loi", "lot"), "tables of contents"),
    "cover": "covers",
}  # fmt: skip
"""Values of ``epub:type``, and of ``role`` behind ``doc-``, that are not read, and how they are told; "" is not."""
_CLOSED_BY = {
    "p": {"p"}, "li": {"li", "p"}, "dt": {"dt", "dd", "p"}, "dd": {"dt", "dd", "p"}, "tr": {"tr", "p"},
}  # fmt: skip
"""What the start of an element ends, in HTML whose ends were left out."""

NO_LANGUAGE = ("und", "mul", "zxx", "mis")
"""ISO 639-2 for what is not known, several, none, and one without a code."""

_NOTE_MARK = re.compile(r"\s*[\[(]?(?:\d{1,4}|[a-z]|[ivxl]{1,6}|[*†‡§¶]{1,3})[\])]?\s*")
_BRACKETED_MARK = re.compile(r"\s*(?:\[\d{1,4}\]|[*†‡§¶]{1,3})\s*")
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_KANA = re.compile(r"[\u3040-\u30ff\s]+")
_FINAL = re.compile(r"[.!?…,;:。！？，、；：–—-][\s\"'”’»›)\]」』]*$")
_FILE = re.compile(r"\S+\.(?:jpe?g|png|gif|svg|webp|tiff?)|image|cover|\W*", re.IGNORECASE)
"""Descriptions that describe nothing."""


@dataclass(slots=True)
class _Open:
    """An element that has begun; ``at`` is how many parts of text there were before it in the page."""

    name: str
    kind: _Kind
    at: int = 0
    count: int = 0
    """Of a numbered list: the number of the next item."""
    link: bool = False
    """Of a link: it leads to a place in a page. Of what is raised: such a link is in it."""
    reading: str = ""
    """Of ruby: how it is pronounced."""
    language: str | None = None
    """None: the document's."""
    foreign: bool = False
    """Its language is another than that around it."""


class Compiler:
    """Takes elements and text; ``items`` gives what is complete.

    Args:
        tally: told of what is not read.
        targets: the title of the chapter that begins at an element of that id.
        chapters: the headings (such as ``h1``) that begin a chapter.
        language: the document's: what is marked as that is not told apart.
    """

    def __init__(
        self,
        tally: Tally,
        targets: Mapping[str, str] | None = None,
        chapters: Collection[str] = (),
        language: str | None = None,
    ) -> None:
        self._tally = tally
        self._targets = targets or {}
        self._chapters = chapters
        self._out: list[Item] = []
        self._run: list[str | Text] = []
        self._open: list[_Open] = []
        self._names: Counter[str] = Counter()
        self._base = 0  # parts of text before the run
        self._skipped = ""
        self._depth = 0
        self._links = 0
        self._cell = False
        self._number = ""
        self._own = languages.base(language) if language else None
        self._language: str | None = None
        """Of what the run begins with."""

    def items(self) -> list[Item]:
        """What is complete, once."""
        out, self._out = self._out, []
        return out

    # What the parsers call.

    def start(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        """An element begins; names may carry a namespace or a prefix."""
        name = _local(tag).lower()
        given = {_local(key): value or "" for key, value in attributes.items()}
        if self._skipped == "head" and name == "body":  # whose end was left out
            self._skipped = ""
        if self._skipped:
            self._depth += name == self._skipped
            return
        if given.get("id") in self._targets:
            self._break()
            self._out.append(Chapter(self._targets[given["id"]]))
        what = _unread(name, given)
        if what is not None:
            self._skip(name, what, given)
        elif name in _BLOCKS:
            self._start_block(name, given)
        elif name in _INLINE or (name not in VOID and ("lang" in given or self._names[name])):
            self._start_inline(name, given)
        else:
            self._mark(name, given)

    def end(self, tag: str) -> None:
        """An element ends; an end without a start is nothing."""
        name = _local(tag).lower()
        if self._skipped:
            self._depth -= name == self._skipped
            self._skipped = self._skipped if self._depth else ""
        elif self._names[name]:
            while self._pop() != name:
                pass

    def data(self, text: str) -> None:
        """Text between elements."""
        if self._skipped:
            return
        text = self._tally.cleaner.clean(text)
        if not self._names["pre"]:
            self._add(text)
            return
        for turn, line in enumerate(text.split("\n")):
            if turn:
                self._end_line()
            self._add(line)

    def close(self) -> None:
        """The page has ended."""
        self._tally.add("elements without an end" if self._skipped else "")
        self._skipped = ""
        while self._open:
            self._pop()
        self._break()

    # Elements.

    @property
    def _kind(self) -> _Kind:
        return self._open[-1].kind if self._open else "paragraph"

    def _skip(self, name: str, what: str, given: _Attributes) -> None:
        if name == "math" and given.get("alttext"):
            self._add(given["alttext"])
            what = ""
        self._tally.add(what)
        self._skipped, self._depth = name, 1

    def _start_block(self, name: str, given: _Attributes) -> None:
        while self._open and self._open[-1].name in _CLOSED_BY.get(name, ()):
            self._pop()
        self._break()
        if name == "li" and self._open and self._open[-1].name == "ol":
            counting = self._open[-1]
            counting.count = _number(given.get("value"), counting.count)
            self._number = str(counting.count)
            counting.count += 1
        kind: _Kind = "heading" if name in _HEADINGS else "item" if name in _ITEMS else self._kind
        self._push(_Open(name, kind, count=_number(given.get("start"), 1)), given)

    def _start_inline(self, name: str, given: _Attributes) -> None:
        link = name == "a" and "#" in given.get("href", "")
        self._links += link
        self._push(_Open(name, self._kind, link=link), given)

    def _mark(self, name: str, given: _Attributes) -> None:
        """An element that stands for something by itself, or nothing that matters."""
        if name == "br":
            self._end_line()
        elif name == "hr":
            self._break()
            self._out.append(End("paragraph"))
        elif name == "img":
            described = given.get("alt", "")
            found = not _FILE.fullmatch(described)
            self._tally.add("images" if found else "images without a description")
            self._add(self._tally.cleaner.clean(described) if found else "")
        elif name in ("td", "th"):
            self._cell = True
        elif name == "code" and self._names["pre"]:
            self._tally.add("blocks of code")
            self._skipped, self._depth = name, 1

    def _push(self, element: _Open, given: _Attributes) -> None:
        around = self._open[-1].language if self._open else None
        element.language = self._tongue(given.get("lang", ""), around)
        element.foreign = element.language != around
        if element.foreign:
            self._run.append(Text("", Manner(language=element.language)))
        if element.name == "q":
            self._run.append("“")
        element.at = self._base + len(self._run)
        self._open.append(element)
        self._names[element.name] += 1

    def _tongue(self, given: str, around: str | None) -> str | None:
        """The language of an element, which its attribute names; None: the document's."""
        try:
            named = languages.tag(given) if given.strip() else None
        except UnsupportedError:
            named = None
        if named is None or languages.base(named) in (languages.base(around or self._own or ""), *NO_LANGUAGE):
            return around
        return None if languages.base(named) == self._own else named

    def _pop(self) -> str:
        element = self._open[-1]
        if element.name in _BLOCKS:
            self._break()
            self._number = "" if element.name == "li" else self._number
        else:
            self._end_inline(element)
        self._open.pop()
        self._names[element.name] -= 1
        if element.foreign:
            self._run.append(Text("", Manner(language=self._open[-1].language if self._open else None)))
        return element.name

    def _end_inline(self, element: _Open) -> None:
        said = self._since(element)
        around = self._open[-2] if len(self._open) > 1 else element
        if element.name == "a":
            self._links -= element.link
            around.link = around.link or (element.link and around.name == "sup")
            if element.link and _BRACKETED_MARK.fullmatch(said):
                self._drop(element, "references to footnotes")
        elif element.name == "sup" and (element.link or self._links) and _NOTE_MARK.fullmatch(said):
            self._drop(element, "references to footnotes")
        elif element.name == "sup" and said.strip("0123456789+-") == "":
            self._put(element, said.translate(_RAISED))
        elif element.name == "rt":
            self._drop(element, "")
            around.reading += said
        elif element.name == "ruby" and said.strip() and element.reading.strip():
            self._pronounce(element, said)
        elif element.name == "q":
            self._run.append("”")

    def _pronounce(self, ruby: _Open, said: str) -> None:
        """Japanese readings are what is said; other annotations are not read."""
        if _KANA.fullmatch(ruby.reading):
            self._put(ruby, Text(said.strip(), spoken=ruby.reading.strip()))
        else:
            self._tally.add("annotations")

    def _since(self, element: _Open) -> str:
        """What was said in an element; "" where that is too much for a mark or a reading."""
        parts = self._run[max(0, element.at - self._base) :][:MARK_PARTS]
        said = [part if isinstance(part, str) else part.text for part in parts]
        return "".join(said) if sum(map(len, said)) < MARK_LENGTH and len(said) < MARK_PARTS else ""

    def _put(self, element: _Open, *parts: str | Text) -> None:
        """Put something in place of what was said in an element."""
        self._run[max(0, element.at - self._base) :] = parts

    def _drop(self, element: _Open, what: str) -> None:
        if len(self._run) > max(0, element.at - self._base):
            self._put(element)
            self._tally.add(what)

    # Text.

    def _add(self, text: str) -> None:
        last = self._run[-1] if self._run else ""
        if self._cell and not text.isspace():
            self._cell = False
            if said := self._said():
                while isinstance(last := self._run[-1], str) and last.isspace():
                    self._run.pop()
                self._run.append(" " if _FINAL.search(said) else ", ")
        if text and not (text.isspace() and isinstance(last, str) and last.isspace()):
            self._run.append(text)

    def _said(self) -> str:
        """The last words since the block began."""
        for part in reversed(self._run):
            said = part[-MARK_LENGTH:].strip() if isinstance(part, str) else part.text
            if said:
                return said
        return ""

    def _end_line(self) -> None:
        """A line that the author ended: a verse, an address."""
        said = self._said()
        if not said or _FINAL.search(said):
            self._add(" ")
        elif self._kind == "heading":
            self._run.append(", ")
        else:
            self._break("item")

    def _break(self, kind: _Kind | None = None) -> None:
        """What was said is complete."""
        run, self._run = self._run, []
        self._base += len(run)
        self._cell = False
        found, self._language = _joined(run, self._language)
        if not found:
            return
        if self._kind == "heading" and any(self._names[name] for name in self._chapters):
            self._out.append(Chapter("".join(item.text for item in found)))
        if self._number:
            self._out.append(Text(f"{self._number}. ", found[0].manner, spoken=f"{self._number}, "))
            self._number = ""
        self._out += found
        self._out.append(End(kind or self._kind))


def _unread(name: str, given: _Attributes) -> str | None:
    """How an element that is not read is told; None: it is read."""
    for kind in (*given.get("type", "").split(), *given.get("role", "").replace("doc-", "").split()):
        if kind in _TYPES:
            return _TYPES[kind]
    style = given.get("style", "").replace(" ", "")
    if "hidden" in given or given.get("aria-hidden") == "true" or "display:none" in style:
        return "hidden passages"
    return "" if name in _SILENT else _TALLIED.get(name)


def _joined(run: list[str | Text], language: str | None) -> tuple[list[Text], str | None]:
    """A run as items: spaces as HTML counts them, nothing where there is nothing to say; and the language at its end.

    A text without a word begins another language.
    """
    found: list[Text] = []
    words: list[str] = []
    for part in run:
        if isinstance(part, str):
            words.append(part)
            continue
        found += texts("".join(words), Manner(language=language))
        words = []
        if part.text:
            found.append(replace(part, manner=Manner(language=language)))
        else:
            language = part.manner.language
    found += texts("".join(words), Manner(language=language))
    if found and not found[0].spoken:
        found[0] = replace(found[0], text=found[0].text.lstrip())
    if found and not found[-1].spoken:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
    return [item for item in found if item.text], language


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _number(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"-?\d{1,6}", written) else otherwise
