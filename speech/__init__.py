"""Recordings to text: public open-weight models behind one interface, on the user's own machine.

    import speech
    speech.transcribe("talk.mp3").save("talk.srt")
"""

from __future__ import annotations

__version__ = "0.1.0"
