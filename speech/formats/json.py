"""Our own JSON: everything a transcript holds, so that any other format can be made of it later.

``transcript.schema.json`` beside this file describes it. Times have three decimals, other floats six. A key may be
added at any time; the number in ``schema`` rises only when something means another thing than before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".json"
CUES = False


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """What ``speech.transcript.load`` reads."""
    return json.dumps(transcript.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
