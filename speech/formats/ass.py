"""Advanced SubStation Alpha 4.00+, in hundredths of a second; voices go into the Name field.

The format cannot escape braces (which hold commands) nor the backslash: they are written as the full-width
characters of the same look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues import cues, highlights
from speech.formats.cues.breaking import running

if TYPE_CHECKING:
    from speech.formats.cues import Cue, CueRules
    from speech.formats.cues.breaking import Unit
    from speech.transcript import Transcript

EXTENSION = ".ass"
CUES = True
STEP = 10
"""Milliseconds of its clock."""

_HEADER = """\
[Script Info]
ScriptType: v4.00+
WrapStyle: 2
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,64,&H00FFFFFF,&H0000FFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,60,60,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_WRITABLE = str.maketrans({"{": "\uff5b", "}": "\uff5d", "\\": "\uff3c"})


def render(transcript: Transcript, rules: CueRules) -> str:
    """One style and an event for each cue; highlighted words as karaoke, which fills each word as it is spoken."""
    made = cues(transcript.segments, rules, end=transcript.end, step=STEP)
    return _HEADER + "".join(_event(cue, rules.highlight_words) for cue in made)


def clock(ms: int) -> str:
    """``1:02:03.45``."""
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000 // 10:02}"


def _event(cue: Cue, karaoke: bool) -> str:
    name = cue.label.translate(_WRITABLE).replace(",", ";")
    text = _karaoke(cue) if karaoke else r"\N".join(line.translate(_WRITABLE) for line in cue.lines)
    return f"Dialogue: 0,{clock(cue.start)},{clock(cue.end)},Default,{name},0,0,0,,{text}\n"


def _karaoke(cue: Cue) -> str:
    # From whole hundredths of absolute times, so that the words' lengths add up to the cue's.
    lengths = {id(unit): end // STEP - start // STEP for start, end, unit in highlights(cue)}

    def timed(unit: Unit) -> str:
        return f"{{\\k{lengths.get(id(unit), 0)}}}" + unit.text.translate(_WRITABLE)

    return r"\N".join(running(row, timed) for row in cue.rows)
