"""The functions that need no object: the last model stays loaded, and nothing else of a call."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from speech_samples import RATE, SENTENCES, WHISPER_MICRO, clip, say

import speech
from speech import oneshot
from speech.audio import Audio
from speech.data import Chunk, Piece, TranscribeOptions
from speech.engines import faster_whisper
from speech.errors import EngineError, SpeechError, StoppedError

SILENT = Chunk(np.zeros(2 * RATE, np.float32), (Piece(0.0, 0.0, 2.0, 0.0, 2.0),))


def sound(text):
    return Audio(say(text, lead=0.5).samples, RATE)


@pytest.fixture
def cold():
    """The one-shot functions with no model loaded, before and after."""
    yield oneshot._recognizers
    last, oneshot._recognizers._last = oneshot._recognizers._last, None
    if last:
        last.close()


def test_one_shot(cold):
    transcript = speech.transcribe(sound(SENTENCES[1]), WHISPER_MICRO, words=True)
    assert transcript.text == SENTENCES[1]
    assert transcript.words
    assert speech.detect(Audio(clip("de")[0].samples, RATE), WHISPER_MICRO).language == "de"


def test_the_last_model_stays_loaded_and_the_one_before_is_closed(cold, monkeypatch):
    loads, load = [], faster_whisper.load

    def counted(*arguments):
        loads.append(load(*arguments))
        return loads[-1]

    monkeypatch.setattr(faster_whisper, "load", counted)
    for options in ({"words": True}, {}, {"language": "en"}):
        assert speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO, **options).options == TranscribeOptions(**options)
    assert len(loads) == 1
    speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO, threads=1)
    assert len(loads) == 2
    with pytest.raises(EngineError, match="closed"):
        loads[0].detect([SILENT])
    speech.transcribe(sound(SENTENCES[5]), "pocketsphinx")
    with pytest.raises(EngineError, match="closed"):
        loads[1].detect([SILENT])


def test_a_model_in_use_is_closed_only_after(cold):
    with oneshot._transcriber(WHISPER_MICRO, {}, {}) as first:
        speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO, threads=1)
        assert first.transcribe(sound(SENTENCES[4])).text == SENTENCES[4]
    with pytest.raises(StoppedError, match="closed"):
        first.transcribe(sound(SENTENCES[4]))


def test_a_hook_is_of_its_own_call_only(cold):
    steps = []
    speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO, progress=steps.append)
    assert {step.stage for step in steps} == {"load", "transcribe", "done"}
    count = len(steps)
    speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO)
    assert len(steps) == count
    speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO, progress=steps.append)
    assert "load" not in {step.stage for step in steps[count:]}
    assert len(steps) > count


def test_a_bad_call_leaves_the_functions_working(cold):
    for arguments in ({"model": "whisper-nano"}, {"wrods": True}):
        with pytest.raises(SpeechError):
            speech.transcribe(sound(SENTENCES[5]), **{"model": WHISPER_MICRO} | arguments)
    assert speech.transcribe(sound(SENTENCES[5]), WHISPER_MICRO).text == SENTENCES[5]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_is_told_instead_of_hanging(tmp_path):
    """In a process of its own: a fork of the test runner would be a fork of all its threads."""
    script = tmp_path / "forks.py"
    script.write_text(
        "import os, sys, speech\n"
        "from speech.audio import Audio\n"
        "import numpy as np\n"
        "quiet, model = Audio(np.zeros(16000, np.float32), 16000), sys.argv[1]\n"
        "with speech.Transcriber(model) as stt:\n"
        "    speech.transcribe(quiet, model)\n"
        "    if not os.fork():\n"
        "        for call in (lambda: speech.transcribe(quiet, model), lambda: stt.transcribe(quiet, vad=False)):\n"
        "            try:\n"
        "                call()\n"
        "            except speech.SpeechError as error:\n"
        "                print(error, flush=True)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, WHISPER_MICRO], capture_output=True, text=True, timeout=120, check=True
    )
    assert "get_context('spawn')" in done.stdout
    assert "make a new one in this one" in done.stdout


def test_detect_looks_for_a_model_that_can(cold):
    with pytest.raises(SpeechError, match="detect"):  # the embedded one, all that is here, cannot
        speech.detect(sound(SENTENCES[5]))
