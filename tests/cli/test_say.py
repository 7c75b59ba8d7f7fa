"""``speech say``, with a player that keeps what it is given."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from speech_samples import PIPER_MICRO, SENTENCES

import speech
from speech.cli import main

ROOT = Path(speech.__file__).parents[1]
MICRO = ["--voice", str(PIPER_MICRO), "--offline"]
DOOR, HELLO = SENTENCES[4], SENTENCES[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="players of another kind")


@pytest.fixture
def player(tmp_path, monkeypatch):
    """The only player there is: a script that writes its arguments and what it hears into files."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "aplay"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n/bin/cat >> {tmp_path}/heard\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    return tmp_path / "heard"


def say(*args: str) -> int:
    return main(["say", *args, *MICRO])


def samples(path: Path) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), "<i2") / 32768


def test_everything_is_played_before_it_ends(player, capsys):
    assert say(HELLO) == 0
    assert np.abs(samples(player) - speech.synthesize(HELLO, PIPER_MICRO).samples).max() < 1e-4
    assert "-r 16000 -c 1" in (player.parent / "arguments").read_text()
    assert capsys.readouterr().out == ""


def test_words_without_quotes_are_one_text(player):
    assert say("-q", "hello", "world.") == 0
    assert len(samples(player)) == len(speech.synthesize(HELLO, PIPER_MICRO).samples)


def test_documents_are_played_one_after_the_other_and_the_bad_ones_reported(player, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("one.txt").write_text(HELLO)
    Path("two.csv").write_text(f"a||{DOOR}\nb||\n")
    assert say("one.txt", "none.txt", "two.csv") == 1
    expected = sum(len(speech.synthesize(text, PIPER_MICRO).samples) for text in (HELLO, DOOR))
    assert len(samples(player)) == expected
    err = capsys.readouterr().err
    assert "'none.txt' does not exist" in err
    assert "2 of 4 done, 2 not:\n  none.txt\n  two.csv:b" in err


def test_nothing_to_say(player, capsys):
    assert say("") == 1
    assert "there is nothing to speak" in capsys.readouterr().err
    assert not player.exists()


def test_without_a_player_it_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert say(HELLO) == 1
    assert "pip install 'speech-pipeline[play]'" in capsys.readouterr().err


def test_it_stops_at_once(player):
    (player.parent / "bin" / "aplay").write_text(f"#!/bin/sh\necho > {player}\nexec /bin/sleep 60\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = "import sys; sys.modules['sounddevice'] = None; from speech.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", script, "say", DOOR, "-q", *MICRO]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        while not player.exists():
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=30)[1]
    assert (process.returncode, err) == (130, b"")
