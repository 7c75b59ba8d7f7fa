"""Items in order, as they come out of marked-up text."""

# ruff: noqa: RUF001 - quotes are meant

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from speech.tts.characters import tidy
from speech.tts.plan import Clip, End, Manner, Mark, Pause, Text

if TYPE_CHECKING:
    from speech.tts.plan import Item

SPACES = re.compile("[ \t\r\n]+")
"""XML's own; others belong to the text."""
STOPS = frozenset(".!?…:;。！？")
CLOSERS = " \"'”’»)」"


class Flow:
    """Items in order, with single spaces between words and one end where several meet."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._spoken = False
        """Something was said since the last end."""
        self._space = self._apart = False
        self._end: End | None = None
        self._last = ""
        """The text that was last."""

    def text(self, raw: str, manner: Manner, say_as: str | None = None) -> None:
        """Words as they stand in the document."""
        spaced = SPACES.sub(" ", raw)
        bare = spaced.strip(" ") if say_as else tidy(spaced).strip(" ")
        self._space = self._space or spaced.startswith(" ")
        if not bare:
            return
        if self._apart and bare[0].isalnum() and (self._last[-1:].isalnum() or self._last[-1:] in STOPS):
            self._space = True
        self._apart = False
        if say_as:
            self.told(Text(bare, manner, say_as=say_as))
        else:
            gap = " " if self._space and self._spoken else ""
            self._put(Text(gap + bare, manner))
        self._spoken, self._space = True, spaced.endswith(" ")

    def told(self, item: Text) -> None:
        """Words that are said in their own way."""
        if self._space and self._spoken:
            self._put(Text(" ", item.manner))
        self._put(item)
        self._spoken, self._space = True, False

    def end(self, of: Literal["sentence", "paragraph"]) -> None:
        """What was said is complete."""
        if self._spoken or (self._end and of == "paragraph"):
            self._end = End(of)
        self._spoken = self._space = False

    def put(self, item: Pause | Mark | Clip) -> None:
        """Something between words."""
        self._put(item)

    def space(self) -> None:
        """A place where one word ends and another begins."""
        self._space = True

    def apart(self) -> None:
        """A place where somebody else begins to speak: no word goes on behind it, though signs may."""
        self._apart = True

    def breaks_off(self) -> bool:
        """Whether a pause would stand here by itself: after a sentence."""
        return not self._spoken or self._last.rstrip(CLOSERS)[-1:] in STOPS

    def take(self) -> list[Item]:
        """What came together so far, once."""
        items, self.items = self.items, []
        return items

    def finish(self) -> list[Item]:
        """All that is left."""
        if self._end:
            self.items.append(self._end)
            self._end = None
        return self.take()

    def _put(self, item: Item) -> None:
        if self._end:
            self.items.append(self._end)
            self._end = None
        self.items.append(item)
        self._last = item.text if isinstance(item, Text) else self._last
