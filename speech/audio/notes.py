"""What was not as it should be while a source was read, as lines for the transcript's record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speech.data import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from speech.data import Seconds

WORTH_A_LINE: Seconds = 1.0
"""A gap this long gets its own line; shorter ones are counted together."""
CUT_SHORT: Seconds = 1.0
"""A file that ends this much before its header says so may have lost its end."""
MOST_LINES = 20
"""Lines about leaping clocks: a damaged file could write thousands."""


@dataclass(slots=True)
class Notes:
    """Collects what happens, and passes it on as events: at once what has a place, counted at the end what is small."""

    report: Callable[[Event], None]
    damaged: int = 0
    cause: str = ""
    """Of the first damage."""
    silence: Seconds = 0.0
    """Put in for gaps, all together."""
    resumed: Seconds = 0.0
    """Where the last gap ended, or the clock leapt."""
    now: Seconds = 0.0
    """How far the recording has been read."""
    _small: int = 0
    _leaps: int = 0
    _said: set[str] = field(default_factory=set)

    def say(self, message: str, start: Seconds | None = None, end: Seconds | None = None) -> None:
        """One line for the record."""
        self.report(Event("input", message, start, end))

    def once(self, kind: str, message: str, start: Seconds | None) -> None:
        """One line, the first time only."""
        if kind not in self._said:
            self._said.add(kind)
            self.say(message, start)

    def damage(self, cause: str) -> None:
        """A packet could not be decoded."""
        self.damaged += 1
        self.cause = self.cause or cause

    def gap(self, start: Seconds, seconds: Seconds) -> None:
        """Silence was put in."""
        self.silence += seconds
        self.resumed = start + seconds
        if seconds >= WORTH_A_LINE:
            self.say(f"nothing was recorded for {seconds:.1f} s; silence put in", start, start + seconds)
        else:
            self._small += 1

    def leap(self, start: Seconds, seconds: Seconds) -> None:
        """The container's clock jumped, and was not followed."""
        self._leaps += 1
        self.resumed = start
        if self._leaps <= MOST_LINES:
            self.say(f"the times leap by {seconds:.1f} s; what follows is joined without a gap", start)

    def total(self) -> None:
        """The lines about what was only counted."""
        if self.damaged:
            what = "1 damaged packet was" if self.damaged == 1 else f"{self.damaged} damaged packets were"
            self.say(f"{what} skipped ({self.cause})")
        if self._small:
            self.say(f"short gaps filled with silence: {self._small}")
        if self._leaps > MOST_LINES:
            self.say(f"the times leap {self._leaps} times in all; the file's clock is damaged")

    def ended(self, declared: Seconds | None, *, estimated: bool) -> None:
        """The source was read to its end, which is not always where its header puts it."""
        slack = max(CUT_SHORT, 0.05 * (declared or 0) if estimated else 0)
        if declared is not None and self.now < declared - slack:
            where = f"the sound ends at {self.now:.1f} s, and the header puts the end at {declared:.1f} s"
            self.say(f"{where}; the file may be cut short", self.now, declared)
