"""Markdown to items of the plan: CommonMark with GitHub's tables and strike-through, footnotes and front matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.data import Event
from speech.tts.pages import Html
from speech.tts.tally import Tally
from speech.tts.xhtml import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from speech.tts.plan import Item, Report

DEEPEST = 100
"""Blocks inside blocks; the parser leaves out what lies deeper."""
DEEPEST_LINK = 50
"""Square brackets inside each other: the parser's work grows with the square of it, and links have two or three."""

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(?=[\w\"'#][^\n]*[:=]|#)(?:.*\n)*?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)")
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_ALERT = re.compile(r"\[!(\w+)\][ \t]*(?:\n|\Z)")
_ANCHOR = re.compile(r"[ \t]*\{[ \t]*[#.][^{}]*\}[ \t]*\Z")
_UNREAD = {"fence": "a block of code", "code_block": "a block of code", "footnote": "a footnote"}


def items(text: str, report: Report) -> Iterator[Item]:
    """The items of a Markdown document.

    Args:
        text: the document.
        report: told of code, footnotes and front matter, which are not read, and of images, whose descriptions are.
    """
    tally = Tally()
    lines = re.split(r"\r\n?|\n", text)
    text = "\n".join(tally.cleaner.clean(line, number) for number, line in enumerate(lines, 1))
    first = 1
    if matter := _FRONT_MATTER.match(text):
        report(_dropped("the front matter", matter[0], 1))
        text, first = text[matter.end() :], first + matter[0].count("\n")
    parser = _parser()
    tokens = parser.parse(text, {"tally": tally})
    titles = sum(token.type == "heading_open" and token.tag == "h1" for token in tokens)
    compiler = Compiler(tally, chapters=("h1",) if titles > 1 else ("h1", "h2"))  # a single one is the book's
    html = Html(compiler)
    for block in _blocks(tokens):
        html.feed(parser.renderer.render(list(_read(block, first, report)), parser.options, {}))
        yield from compiler.items()
    html.close()
    compiler.close()
    yield from compiler.items()
    tally.tell(report)


def _blocks(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens, block by block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if not token.level and token.nesting <= 0:
            yield block
            block = []


def _read(block: Iterable[Token], first: int, report: Report) -> Iterator[Token]:
    """Those tokens that are read."""
    deep = False
    for token in block:
        line = first + (token.map[0] if token.map else 0)
        if token.level >= DEEPEST - 1 and not deep:
            deep = True
            report(Event("dropped", f"what lies deeper than {DEEPEST} blocks, near line {line}, is not read"))
        if token.type in _UNREAD:
            report(_dropped(_UNREAD[token.type], token.content, line))
        else:
            yield token


def _dropped(what: str, content: str, line: int) -> Event:
    details = {"line": line, "characters": len(content)}
    return Event("dropped", f"{what} in line {line} ({len(content)} characters) is not read", details=details)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph"]})
    parser.inline.ruler.before("link", "footnote_reference", _reference)
    parser.core.ruler.before("inline", "signs", _signs)
    return parser


def _footnote(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A footnote's text: from ``[^1]:`` to a blank line, and what is moved in after that."""

    def line(number: int) -> str:
        return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]

    mark = _NOTE.match(line(first))
    if not mark or not line(first)[mark.end() :].startswith(":") or state.sCount[first] - state.blkIndent >= 4:
        return False
    if silent:
        return True
    end = first + 1
    while end < last and (_goes_on(state, end, last) or not (state.isEmpty(end) or _NOTE.match(line(end)))):
        end += 1
    token = state.push("footnote", "", 0)
    token.map = [first, end]
    token.content = state.getLines(first, end, 0, False)
    state.line = end
    return True


def _goes_on(state: StateBlock, number: int, last: int) -> bool:
    """Whether a blank line is inside a footnote."""
    following = number + 1
    return state.isEmpty(number) and following < last and state.sCount[following] >= 4 and not state.isEmpty(following)


def _reference(state: StateInline, silent: bool) -> bool:
    """``[^1]``: rendered as a reference that is not read."""
    mark = _NOTE.match(state.src, state.pos)
    if not mark or mark.end() > state.posMax:
        return False
    if not silent:
        token = state.push("html_inline", "", 0)
        token.content = '<a role="doc-noteref"></a>'
    state.pos = mark.end()
    return True


def _signs(state: StateCore) -> None:
    """What GitHub and Pandoc write into a block besides its words, before these are looked at."""
    types = ["", "", *(token.type for token in state.tokens)]
    for *around, token in zip(types, types[1:], state.tokens, strict=False):
        if token.type != "inline":
            continue
        if around == ["list_item_open", "paragraph_open"] and (box := _BOX.match(token.content)):
            token.content = token.content[box.end() :]
            state.env["tally"].add("check boxes")
        elif around == ["blockquote_open", "paragraph_open"]:
            token.content = _ALERT.sub(lambda alert: f"{alert[1].capitalize()}:\n", token.content, count=1)
        elif around[1] == "heading_open":
            token.content = _ANCHOR.sub("", token.content)
        if _depth(token.content) > DEEPEST_LINK:
            token.content = token.content.replace("[", "\\[")
            state.env["tally"].add("links in links")


def _depth(text: str) -> int:
    """How many square brackets are open at once, at most."""
    deepest = now = 0
    for bracket in re.findall(r"[\[\]]", text):
        now = now + 1 if bracket == "[" else max(0, now - 1)
        deepest = max(deepest, now)
    return deepest
