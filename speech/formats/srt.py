"""SubRip: UTF-8 without a mark, line feeds, numbers from 1, a comma before the milliseconds.

The format has no escape: what a player would take for an arrow is written as "->", and tags are left as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.formats.cues import cues, inline_label, passages
from speech.formats.cues.clock import hours

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".srt"
CUES = True


def render(transcript: Transcript, rules: CueRules) -> str:
    """Numbered cues; the voice's name in brackets where there are several."""
    blocks = []
    made = cues(transcript.segments, rules, end=transcript.end, inline=True)
    for number, (start, end, cue, lines) in enumerate(passages(made, rules, _escape, "<u>{}</u>"), start=1):
        text = inline_label(_escape(cue.label)) + "\n".join(lines)
        blocks.append(f"{number}\n{hours(start, ',')} --> {hours(end, ',')}\n{text}\n")
    return "\n".join(blocks)


def _escape(text: str) -> str:
    return re.sub("-{2,}>", "->", text)
