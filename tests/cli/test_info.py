"""``speech info``: what files say of themselves."""

import json

import numpy as np
import pytest
import soundfile
from speech_samples import PIPER_MICRO, SENTENCES

import speech
from speech.cli import main


@pytest.fixture(scope="module")
def spoken():
    return speech.synthesize(SENTENCES[2], PIPER_MICRO, seed=7)


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "opus", "ogg", "aac", "m4b"])
def test_the_mark_of_every_container(tmp_path, spoken, capsys, name):
    spoken.save(path := tmp_path / f"x.{name}")
    assert main(["info", str(path)]) == 0
    lines = {line.split(maxsplit=1)[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert "made by a machine, AIGC label '1'" in lines["mark"]
    assert "piper-micro" in lines["voice"]
    assert "seed 7" in lines["options"]
    assert f"{48_000 if name == 'opus' else spoken.rate} Hz, mono" in lines["sound"]
    assert "comment" not in lines
    assert not {"encoder", "major_brand", "language"} & set(lines)
    if name != "aac":
        assert float(lines["length"].split()[1]) == pytest.approx(spoken.duration, abs=0.01)


def test_as_json_everything(tmp_path, spoken, capsys):
    spoken.save(path := tmp_path / "x.flac")
    assert main(["info", "--json", str(path), str(path)]) == 0
    found, same = map(json.loads, capsys.readouterr().out.splitlines())
    assert found == same
    assert (found["container"], found["codec"], found["rate"], found["channels"]) == ("flac", "flac", 16_000, 1)
    assert found["duration"] == pytest.approx(spoken.duration, abs=0.01)
    assert found["mark"]["AIGC"]["Label"] == "1"
    assert found["mark"]["options"] == {"seed": 7}


def test_chapters_and_tags(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.md").write_text("".join(f"# Part {number}\n\nhello.\n\n" for number in range(12)))
    assert main(["synthesize", "book.md", "-o", "book.m4b", "-q", "--voice", str(PIPER_MICRO)]) == 0
    assert main(["info", "book.m4b"]) == 0
    out = capsys.readouterr().out
    assert "chapter       0:00 Part 0\n" in out
    assert "Part 9\n             and 2 chapters more\n" in out
    assert "title      Part 0\n" in out


def test_what_nobody_marked(tmp_path, capsys):
    soundfile.write(tmp_path / "x.wav", np.zeros((800, 2)), 8_000)
    assert main(["info", str(tmp_path / "x.wav")]) == 0
    out = capsys.readouterr().out
    assert "no mark of ours" in out
    assert "8000 Hz, stereo" in out


def test_files_that_cannot_be_read_are_errors_and_the_others_are_told(tmp_path, capsys):
    soundfile.write(tmp_path / "x.wav", np.zeros(800), 8_000)
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    assert main(["info", str(tmp_path / "bad.wav"), str(tmp_path / "none.wav"), str(tmp_path / "x.wav")]) == 1
    captured = capsys.readouterr()
    assert captured.err.count("speech: ") == 2
    assert "x.wav" in captured.out
