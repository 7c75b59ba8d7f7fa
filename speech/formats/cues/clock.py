"""Times in whole milliseconds: the one place where seconds become them, and how clocks are written."""

from __future__ import annotations

import math


def milliseconds(seconds: float) -> int:
    """The nearest millisecond, never before 0.

    Rounding to three decimals first gives the float that is nearest to a whole number of milliseconds; what is left
    of its error then cannot reach the next one. (Cutting off instead makes 1.001 s into 1000 ms.)
    """
    return max(0, round(round(seconds, 3) * 1000)) if math.isfinite(seconds) else 0


def hours(ms: int, point: str = ".") -> str:
    """``01:02:03.004``: at least two digits of hours, as many as it takes."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def decimal(ms: int) -> str:
    """``3723.004``: seconds, written from the whole number so that no digit is lost."""
    return f"{ms // 1000}.{ms % 1000:03}"
