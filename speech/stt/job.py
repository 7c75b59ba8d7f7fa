"""A chunk on its way through the recognizer."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Chunk, Event, Heard, TranscribeOptions


@dataclass(slots=True, eq=False)
class Job:
    """A chunk, how it is to be recognized, and a promise of what is heard in it."""

    chunk: Chunk
    options: TranscribeOptions
    urgent: bool = False
    """Whether its text is waited for by somebody who has none yet."""
    ready: bool = False
    """Whether it may leave with whatever is there, though nobody waits for it."""
    notes: tuple[Event, ...] = ()
    """What is to be told with the result."""
    result: Future[Heard] = field(default_factory=Future)

    @property
    def key(self) -> tuple[TranscribeOptions, bool]:
        """Jobs with equal keys may share a batch."""
        return self.options, self.urgent

    def settle(self, heard: Heard) -> None:
        """Keep the promise."""
        self.result.set_result(replace(heard, events=(*self.notes, *heard.events)) if self.notes else heard)
