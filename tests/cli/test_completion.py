import os
import subprocess
import sys
from pathlib import Path

import pytest

import speech
from speech.cli import main
from speech.cli.completion import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_every_shell(shell, capsys):
    assert main(["completion", shell]) == 0
    assert f"_SPEECH_COMPLETE={shell}_complete" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("speech tr", "transcribe"),
        ("speech transcribe --beam", "--beam-size"),
        ("speech transcribe -m tin", "tiny"),
        ("speech transcribe -f srt,v", "srt,vtt"),
        ("speech synthesize -f op", "opus"),
        ("speech synthesize --voice en_US-lj", "en_US-ljspeech-high"),
    ],
)
def test_what_the_shell_is_told(typed, expected):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1), "_SPEECH_COMPLETE": "bash_complete"}
    environment = {**os.environ, "PYTHONPATH": str(Path(speech.__file__).parents[1]), **words}
    command = [sys.executable, "-m", "speech"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f"plain,{expected}" in told.stdout.splitlines()
