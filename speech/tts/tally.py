"""What of a page is not read as it stands: counted, and told once for each kind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from speech.data import Event
from speech.tts.characters import Cleaner

if TYPE_CHECKING:
    from speech.data import EventKind
    from speech.tts.plan import Report


class Tally:
    """What is not read as it stands, counted over all pages."""

    def __init__(self) -> None:
        self.cleaner = Cleaner()
        self._counts: Counter[str] = Counter()

    def add(self, what: str) -> None:
        """Count one of what a table above names; "" is not told."""
        if what:
            self._counts[what] += 1

    def copy(self) -> Tally:
        """As it is now."""
        other = Tally()
        other._counts = self._counts.copy()
        other.cleaner.lost, other.cleaner.line = self.cleaner.lost, self.cleaner.line
        return other

    def reset(self, other: Tally) -> None:
        """Go back to a copy."""
        self._counts, self.cleaner = other._counts, other.cleaner

    def tell(self, report: Report) -> None:
        """One event for each kind of thing."""
        self.cleaner.tell(report)
        for what, count in self._counts.items():
            kind: EventKind = "swapped" if what == "images" else "dropped"
            does = "are read as their descriptions" if what == "images" else "are not read"
            report(Event(kind, f"{what}: {count} {does}", details={"what": what, "count": count}))
