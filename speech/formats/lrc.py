"""LRC, as music players show it: one line at a time, in hundredths of a second; minutes go beyond 99."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.formats.cues import cues, highlights, inline_label
from speech.formats.cues.breaking import running
from speech.formats.cues.clock import milliseconds

if TYPE_CHECKING:
    from speech.formats.cues import Cue, CueRules
    from speech.transcript import Transcript

EXTENSION = ".lrc"
CUES = True
STEP = 10
"""Milliseconds of its clock."""


def render(transcript: Transcript, rules: CueRules) -> str:
    """Lines at their starts, and an empty one where nothing is said for a while.

    Two voices at once stand one after the other; highlighted words get times of their own (``<01:02.03>word``).
    """
    lines = [f"[length:{clock(milliseconds(transcript.end))[:-3]}]\n"]
    shown, pause = None, milliseconds(rules.min_gap) + STEP
    for cue in cues(transcript.segments, rules, end=transcript.end, inline=True, step=STEP):
        if shown is not None and cue.start - shown >= pause:
            lines.append(f"[{clock(shown)}]\n")
        text = _timed(cue) if rules.highlight_words else _escape(cue.text)
        voice = inline_label(cue.label.replace(":", " "))
        lines.append(f"[{clock(cue.start)}]{voice}{text}\n")
        shown = max(shown or 0, cue.end)
    if shown is not None:
        lines.append(f"[{clock(shown)}]\n")
    return "".join(lines)


def clock(ms: int) -> str:
    """``62:03.45``: minutes, as many digits as it takes, and hundredths of a second."""
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02}.{ms % 1000 // 10:02}"


def _timed(cue: Cue) -> str:
    stamps = {id(unit): f"<{clock(start)}>" for start, _, unit in highlights(cue)}
    units = [unit for row in cue.rows for unit in row]
    return running(units, lambda unit: stamps.get(id(unit), "") + _escape(unit.text))


def _escape(text: str) -> str:
    """The text, with round brackets where it would read as a time or a tag."""
    return re.sub(r"\[(?=\w+:)|<(?=\d+:)", "(", text)
