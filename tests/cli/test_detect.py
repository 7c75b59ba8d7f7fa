import json

import pytest
import soundfile
from speech_samples import RATE, WHISPER_MICRO, clip

from speech.cli import main

MICRO = ["-m", str(WHISPER_MICRO), "--offline", "-q"]


@pytest.fixture
def german(tmp_path):
    path = tmp_path / "de.wav"
    soundfile.write(path, clip("de")[0].samples, RATE)
    return str(path)


def test_the_language_of_each_file_on_a_line(german, capsys):
    assert main(["detect", german, *MICRO]) == 0
    assert capsys.readouterr().out.startswith(f"{german}: german (de) ")


def test_as_json(german, capsys):
    assert main(["detect", german, "--json", *MICRO]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["file"], found["language"]) == (german, "de")
    assert found["probability"] == found["languages"]["de"] > 0.9
    assert len(found["places"]) == 1


def test_silence_has_none(tmp_path, capsys):
    path = tmp_path / "silence.wav"
    soundfile.write(path, [0.0] * RATE, RATE)
    assert main(["detect", str(path), *MICRO]) == 0
    assert capsys.readouterr().out == f"{path}: no speech\n"


def test_without_a_model_that_can_it_fails_once_before_any_file(german, capsys):
    assert main(["detect", german, "none.wav", "--offline", "-q"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("speech: no model with detect is on this machine")


def test_programs_hear_of_every_file(german, tmp_path, capsys):
    missing = str(tmp_path / "none.wav")
    assert main(["detect", missing, german, *MICRO, "--progress", "json"]) == 1
    *_, failed, done, summary = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (failed["event"], failed["file"]) == ("failed", missing)
    assert (done["event"], done["file"], done["outputs"]) == ("done", german, [])
    assert summary == {"event": "summary", "done": 1, "skipped": 0, "failed": 1, "files": 2}


def test_one_bad_file_harms_no_other(german, tmp_path, capsys):
    assert main(["detect", str(tmp_path / "none.wav"), german, *MICRO]) == 1
    captured = capsys.readouterr()
    assert "german" in captured.out
    assert "none.wav" in captured.err
