"""Markdown to items of the plan: CommonMark with GitHub's tables and strike-through, footnotes and front matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.data import Event
from speech.tts.xhtml import Compiler, Html, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from speech.tts.plan import Item, Report

DEEPEST = 100
"""Blocks inside blocks; the parser leaves out what lies deeper."""

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(?=[\w\"'#][^\n]*[:=]|#)(?:.*\n)*?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)")
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
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
    tokens = parser.parse(text)
    compiler = Compiler(tally, chapters="h1" if any(token.tag == "h1" for token in tokens) else "h2")
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
