"""How far a command's work is, over all its files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Progress


class Tally:
    """How far the work is, over all files, from the progress of each."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.files_done = 0
        self._done: dict[str, float] = {}
        self._total: dict[str, float] = {}
        self._finished: set[str] = set()
        self._begin = time.monotonic()

    def begin(self) -> None:
        """The work begins now: what came before was loading."""
        self._begin = time.monotonic()

    def update(self, progress: Progress) -> None:
        """Take in how far one recording is."""
        self._done[progress.source] = progress.done
        if progress.total:
            self._total[progress.source] = progress.total
        if progress.stage == "done":
            self._total[progress.source] = progress.done
            self._finished.add(progress.source)

    @property
    def current(self) -> str:
        """The recording that was begun first of those under way."""
        return next((source for source in self._done if source not in self._finished), "")

    @property
    def done(self) -> float:
        """Seconds of audio."""
        return sum(self._done.values())

    @property
    def total(self) -> float | None:
        """Seconds of audio of all files, as if those to come were like those seen; None where nothing is known."""
        if not self._total:
            return None
        seen = sum(self._total.values())
        return seen / len(self._total) * max(self.files, len(self._total))

    @property
    def speed(self) -> float | None:
        """Seconds of audio per second."""
        spent = time.monotonic() - self._begin
        return self.done / spent if spent and self.done else None

    @property
    def left(self) -> float | None:
        """Seconds until everything is done."""
        return max(0.0, self.total - self.done) / self.speed if self.total and self.speed else None
