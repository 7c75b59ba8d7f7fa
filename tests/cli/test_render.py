import io
import json
from pathlib import Path

import pytest

from speech.cli import main
from speech.data import Segment
from speech.transcript import ModelUse, Transcript


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    (folder / "sub").mkdir(parents=True)
    segments = (Segment("one two three four five six seven eight nine ten", 0.0, 6.0), Segment("end.", 6.5, 7.0))
    made = Transcript(segments, "en", {"en": 1.0}, 7.0, 6.5, "talk.mp3", ModelUse("tiny", "faster_whisper"))
    for name in ("talk.json", "talk.verbose.json", "sub/talk.json"):
        made.save(folder / name)
    monkeypatch.chdir(folder)
    return folder


def test_subtitles_from_json_on_standard_output(here, capsys):
    assert main(["render", "talk.json", "-f", "srt", "--max-line-width", "12", "--max-lines", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines if line and "-->" not in line) <= 12
    assert "end." in lines


class Stdin(io.StringIO):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.buffer = io.BytesIO(content)


def test_json_from_standard_input(here, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", Stdin((here / "talk.json").read_bytes()))
    assert main(["render", "-", "-f", "srt"]) == 0
    assert "end." in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", Stdin((here / "talk.json").read_bytes()))
    assert main(["render", "-", "-f", "srt,vtt", "-o", "out"]) == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == ["stdin.srt", "stdin.vtt"]
    monkeypatch.setattr("sys.stdin", Stdin(b"{"))
    assert main(["render", "-"]) == 1
    assert "speech: '-' is not whole JSON" in capsys.readouterr().err


def test_a_folder_means_our_json_only(here):
    assert main(["render", ".", "--recursive", "-f", "srt,vtt", "-o", "out"]) == 0
    made = sorted(str(path.relative_to(here / "out")) for path in (here / "out").rglob("*.*"))
    assert made == ["sub/talk.srt", "sub/talk.vtt", "talk.srt", "talk.vtt"]


def test_json_again_is_not_written_over_its_source(here):
    before = (here / "talk.json").read_text()
    assert main(["render", "talk.json", "sub/talk.json", "-f", "json", "--overwrite"]) == 0
    assert (here / "talk.json").read_text() == before
    assert json.loads((here / "talk.json.json").read_text()) == json.loads(before)


def test_options_that_would_change_nothing_are_told(here, capsys):
    assert main(["render", "talk.json", "-f", "srt", "--overwrite"]) == 2
    assert "--overwrite: for results in files" in capsys.readouterr().err
    assert main(["render", "talk.json", "--max-lines", "1"]) == 0
    assert "--max-lines: for subtitles" in capsys.readouterr().err


def test_what_is_no_transcript_is_reported_and_the_others_done(here, capsys):
    (here / "bad.json").write_text("[]")
    assert main(["render", "bad.json", "talk.json", "-f", "srt"]) == 1
    assert "bad.json" in capsys.readouterr().err
    assert (here / "talk.srt").exists()
    assert main(["render", "bad.json", "-f", "srt"]) == 1
    assert main(["render", "none.json", "-f", "srt"]) == 1
