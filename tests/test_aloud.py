"""The function that needs no object: the last voice stays loaded, and nothing else of a call."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import speech
from speech import aloud
from speech.errors import SpeechError, UnsupportedError

MODELS = Path(__file__).parent / "models"
PIPER = MODELS / "piper-micro" / "piper-micro.onnx"
TWO = MODELS / "piper-vits-micro" / "piper-vits-micro.onnx"
TEXT = "big dogs sleep."


@pytest.fixture
def cold():
    """The function with no voice loaded, before and after."""
    yield aloud._voices
    last, aloud._voices._last = aloud._voices._last, None
    if last:
        last.close()


def test_one_shot(cold, tmp_path):
    spoken = speech.synthesize(TEXT, PIPER)
    assert " ".join(word.text for word in spoken.marks) == TEXT
    spoken.save(tmp_path / "a.flac")
    assert (tmp_path / "a.flac").stat().st_size > 1000


def test_the_last_voice_stays_loaded_and_the_one_before_is_closed(cold, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    speech.synthesize(TEXT, PIPER)
    first = cold._last
    (tmp_path / "new.txt").touch()  # what happens in the folder one stands in is nothing to a voice
    speech.synthesize(TEXT, str(PIPER), speed=2.0)
    assert cold._last is first
    speech.synthesize(TEXT, "espeak-ng")
    assert cold._last is not first
    with pytest.raises(SpeechError):
        first.synthesize(TEXT)


def test_options_are_of_their_own_call_only(cold):
    plain = speech.synthesize(TEXT, TWO)
    speech.synthesize(TEXT, TWO, seed=7, speaker="s1", lead_in=1.0, channels="stereo")
    assert np.array_equal(speech.synthesize(TEXT, TWO).samples, plain.samples)


def test_a_hook_is_of_its_own_call_only(cold):
    first, second = [], []
    speech.synthesize(TEXT, "espeak-ng", progress=first.append)
    known = len(first)
    assert {"load", "synthesize", "done"} <= {step.stage for step in first}
    other = f'<speak>One <voice name="{PIPER}">big dogs.</voice></speak>'
    speech.synthesize(other, "espeak-ng", progress=second.append)
    speech.synthesize(TEXT, "espeak-ng")
    assert len(first) == known
    assert [step.source for step in second if step.stage == "load"] == ["piper-micro"]


def test_a_lexicon_that_was_corrected_is_read_again(cold, tmp_path):
    words, plain = tmp_path / "words.toml", speech.synthesize("nginx", "espeak-ng")
    for number, content in enumerate(('nginx = "engine x, engine x"\n', 'nginx = "engine x, engine x, engine x"\n')):
        words.write_text(content)
        os.utime(words, (number, number))
        spoken = speech.synthesize("nginx", "espeak-ng", lexicon=[words])
        assert spoken.duration > plain.duration * (1.5 + number)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"speeed": 1.0}, "speed"),
        ({"speed": 90.0}, "speed"),
        ({"lexicon": "no.toml"}, "no.toml"),
        ({"device": "tpu"}, "tpu"),
    ],
)
def test_a_bad_call_leaves_the_function_working(cold, arguments, says):
    with pytest.raises(UnsupportedError, match=says):
        speech.synthesize(TEXT, PIPER, **arguments)
    assert speech.synthesize(TEXT, PIPER).duration


def test_from_many_threads(cold):
    alone = speech.synthesize(TEXT, PIPER).samples
    voices, found = [PIPER, "espeak-ng", PIPER, PIPER, "espeak-ng"], {}

    def work(number):
        found[number] = speech.synthesize(TEXT, voices[number]).samples

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(voices))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == len(voices)
    assert all(np.array_equal(found[number], alone) for number, voice in enumerate(voices) if voice == PIPER)


FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads, which is what is tested
import numpy as np
import speech

first = speech.synthesize("big dogs sleep.", sys.argv[1])
child = os.fork()
if not child:
    again = speech.synthesize("big dogs sleep.", sys.argv[1])
    os._exit(0 if np.array_equal(again.samples, first.samples) else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert np.array_equal(speech.synthesize("big dogs sleep.", sys.argv[1]).samples, first.samples)
"""


def test_a_voice_that_is_none_is_refused(cold):
    with pytest.raises(UnsupportedError, match="a name or a path"):
        speech.synthesize(TEXT, 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("voice", [PIPER, "espeak-ng"], ids=["piper", "espeak"])
def test_a_forked_child_speaks_too(voice):
    subprocess.run([sys.executable, "-c", FORKED, str(voice)], check=True, timeout=60)
