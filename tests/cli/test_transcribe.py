"""``speech transcribe`` in this process, with the micro model."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_samples import RATE, WHISPER_MICRO, clip, say

from speech import formats
from speech.cli import main

MICRO = ["-m", str(WHISPER_MICRO), "--offline"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two recordings, one of them in a folder."""
    for name in ("hello.wav", "talks/one.wav"):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, say("hello world.").samples, RATE)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def transcribe(*args: str) -> int:
    return main(["transcribe", *args, *MICRO])


def test_one_recording_goes_to_standard_output(here, capsys):
    assert transcribe("hello.wav") == 0
    captured = capsys.readouterr()
    assert captured.out == "hello world.\n"
    assert captured.err.startswith("speech: model whisper-micro on cpu")
    assert names(here) == ["hello.wav", "talks/one.wav"]


def test_standard_input(here, capsys, monkeypatch):
    class Stdin(io.StringIO):
        buffer = io.BytesIO((here / "hello.wav").read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin())
    assert transcribe("-", "-q") == 0
    assert capsys.readouterr() == ("hello world.\n", "")


def test_standard_output_gets_what_a_file_gets(here, capsys):
    assert transcribe("hello.wav", "-f", "all", "-q", "-o", "out/") == 0
    assert names(here / "out") == sorted(f"hello{formats.find(name).EXTENSION}" for name in formats.names())
    for name in ("txt", "srt"):
        assert transcribe("hello.wav", "-f", name, "-q") == 0
        assert (here / "out" / f"hello.{name}").read_text() == capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "made"),
    [
        (["hello.wav", "-f", "srt,json"], ["hello.json", "hello.srt"]),
        (["hello.wav", "talks/one.wav"], ["hello.txt", "talks/one.txt"]),
        (["talks"], ["talks/one.txt"]),
        (["*.wav"], ["hello.txt"]),
        ([".", "--recursive", "-f", "vtt"], ["hello.vtt", "talks/one.vtt"]),
        ([".", "--recursive", "--output_format", "vtt", "--output_dir", "out"], ["out/hello.vtt", "out/talks/one.vtt"]),
        (["hello.wav", "-o", "out"], ["out/hello.txt"]),
        (["hello.wav", "-o", "sub/x.srt"], ["sub/x.srt"]),
        (["hello.wav", "-o", "x.verbose.json"], ["x.verbose.json"]),
        (["hello.wav", "-f", "json", "-o", "x.json"], ["x.json"]),
    ],
)
def test_files_are_made_where_they_are_expected(here, args, made):
    before = names(here)
    assert transcribe(*args) == 0
    assert sorted(set(names(here)) - set(before)) == made


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["hello.wav", "talks/one.wav", "-o", "x.srt"], "several inputs"),
        (["hello.wav", "-f", "vtt", "-o", "x.srt"], "contradict"),
        (["hello.wav", "-f", "vtt,srt", "-o", "-"], "one input and one format"),
        (["hello.wav", "-o", "out.docx"], "no format writes .docx"),
        (["hello.wav", "-f", "doc"], "no format is called 'doc'"),
        (["hello.wav", "-f", "txt", "-o", "o", "--overwrite", "--skip-existing"], "exclude each other"),
        (["hello.wav", "--resume", "--skip-existing"], "--resume, --skip-existing: for results in files"),
        (["hello.wav", "--overwrite", "-f", "srt", "-o", "-"], "add -o with a file or a folder"),
    ],
)
def test_contradictions_are_wrong_usage(here, capsys, args, word):
    assert transcribe(*args) == 2
    assert word in capsys.readouterr().err


def test_the_input_is_never_the_output(here, capsys):
    (here / "hello.wav").rename(here / "hello.txt")
    assert transcribe("hello.txt", "-o", "hello.txt", "--overwrite") == 2
    assert transcribe("hello.txt", "-f", "txt,srt", "--overwrite", "-q") == 0
    assert {"hello.txt.txt", "hello.txt.srt"} <= set(names(here))
    assert (here / "hello.txt").read_bytes()[:4] == b"RIFF"


def test_existing_files_decide_before_a_model_is_loaded(here, capsys):
    (here / "hello.srt").write_text("mine")
    assert main(["transcribe", "hello.wav", "-o", "hello.srt", "-m", "no-such-model"]) == 1
    said = capsys.readouterr().err
    assert all(option in said for option in ("--overwrite", "--skip-existing", "--resume"))
    assert main(["transcribe", "hello.wav", "-o", "hello.srt", "-m", "no-such-model", "--skip-existing"]) == 0
    assert main(["transcribe", "hello.wav", "-o", "hello.srt", "-m", "no-such-model", "--resume"]) == 0
    assert (here / "hello.srt").read_text() == "mine"
    assert transcribe("hello.wav", "-o", "hello.srt", "--overwrite") == 0
    assert "hello world." in (here / "hello.srt").read_text()


def test_of_many_the_bad_ones_are_listed(here, capsys):
    (here / "bad.mp3").write_bytes(b"not sound")
    assert transcribe("bad.mp3", "hello.wav", "-o", "out") == 1
    err = capsys.readouterr().err
    assert "1 of 2 done, 1 not:\n  bad.mp3" in err
    assert names(here / "out") == ["hello.txt"]


def test_where_nothing_is_said_a_notice_says_so(here, capsys):
    soundfile.write(here / "still.wav", np.zeros(8 * RATE, "float32"), RATE)
    assert transcribe("still.wav") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "still.wav: no speech found in 8.0 s; --no-vad recognizes everything\n" in captured.err


def test_an_empty_file_is_no_error_and_has_one_notice(here, capsys):
    (here / "empty.wav").touch()
    assert transcribe("empty.wav") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line for line in captured.err.splitlines() if "empty.wav" in line] == [
        "speech: empty.wav: input: the source is empty (0 bytes)"
    ]


def test_a_folder_may_be_called_as_a_file_is(here):
    (here / "v.docx").mkdir()
    assert transcribe("hello.wav", "-q", "-o", "v.docx") == 0
    assert transcribe("hello.wav", "-q", "-o", "new.docx/") == 0
    assert transcribe("hello.wav", "-q", "-o", "v1.2") == 0
    assert {"v.docx/hello.txt", "new.docx/hello.txt", "v1.2/hello.txt"} <= set(names(here))


def test_what_is_raw_gets_a_line_to_type(here, capsys):
    (here / "x.bin").write_bytes(bytes(1000))
    assert transcribe("x.bin", "-q") == 1
    assert "ffmpeg -f s16le -ar 16000 -ac 1 -i x.raw x.wav" in capsys.readouterr().err


def test_quiet_says_nothing_but_errors(here, capsys):
    (here / "bad.mp3").write_bytes(b"not sound")
    assert transcribe("hello.wav", "-o", "out", "-q") == 0
    assert capsys.readouterr() == ("", "")
    assert transcribe("bad.mp3", "-q") == 1
    assert capsys.readouterr().err.startswith("speech: 'bad.mp3'")


def test_verbose_says_what_was_decided_and_made(here, capsys):
    assert transcribe("hello.wav", "-o", "out", "-v") == 0
    err = capsys.readouterr().err
    assert "language en" in err
    assert f"hello.wav -> {Path('out', 'hello.txt')}" in err


def test_progress_for_programs(here, capsys):
    (here / "bad.mp3").write_bytes(b"not sound")
    assert transcribe("hello.wav", "bad.mp3", "-o", "out", "--progress", "json") == 1
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.index("model") < kinds.index("progress") < kinds.index("done")
    assert events[-1] == {"event": "summary", "done": 1, "skipped": 0, "failed": 1, "files": 2}
    [failed] = [event for event in events if event["event"] == "failed"]
    assert (failed["file"], failed["error"]) == ("bad.mp3", "AudioError")
    [done] = [event for event in events if event["event"] == "done"]
    assert done["outputs"] == [str(Path("out", "hello.txt"))]
    [model] = [event for event in events if event["event"] == "model"]
    assert (model["name"], model["device"]) == ("whisper-micro", "cpu")


@pytest.mark.parametrize("name", ["txt", "srt"])
def test_progress_for_programs_is_the_same_where_the_text_goes_to_standard_output(here, capsys, name):
    assert transcribe("hello.wav", "-f", name, "--progress", "json", "--fp16", "False", "-q") == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert events[-2:] == [
        {"event": "done", "file": "hello.wav", "outputs": [], "message": ""},
        {"event": "summary", "done": 1, "skipped": 0, "failed": 0, "files": 1},
    ]
    (here / "bad.mp3").write_bytes(b"not sound")
    assert transcribe("bad.mp3", "-f", name, "--progress", "json") == 1
    *_, failed, summary = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (failed["event"], failed["file"], failed["error"]) == ("failed", "bad.mp3", "AudioError")
    assert (summary["event"], summary["failed"]) == ("summary", 1)


def test_an_unknown_model_is_an_event_too(here, capsys):
    assert main(["transcribe", "hello.wav", "-m", "no-such-model", "--progress", "json"]) == 1
    [event, summary] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (event["event"], event["error"]) == ("failed", "UnknownModelError")
    assert (summary["event"], summary["done"]) == ("summary", 0)


def test_nothing_is_listed_where_no_recording_was_begun(here, capsys):
    assert main(["transcribe", "hello.wav", "talks", "-m", "no-such-model"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("speech: no model is called")


def test_options_reach_the_transcript(here, tmp_path):
    (tmp_path / "terms.txt").write_text("Ada\n\n Byron \n", "utf-8")
    args = ["--words", "--language", "English", "--hotwords", "Jane", "--hotwords-file", str(tmp_path / "terms.txt")]
    assert transcribe("hello.wav", "-o", "x.json", "--to", "0:00:30", *args) == 0
    written = json.loads((here / "x.json").read_text())
    assert written["options"]["hotwords"] == ["Jane", "Ada", "Byron"]
    assert (written["options"]["language"], written["options"]["end"]) == ("en", 30.0)
    assert [word["text"] for word in written["segments"][0]["words"]] == ["hello", "world."]


def test_marked_words_bring_their_times(here, capsys):
    assert transcribe("hello.wav", "-f", "vtt", "--highlight_words", "True", "-q") == 0
    assert "<u>hello</u>" in capsys.readouterr().out


def test_subtitle_rules_reach_the_cues(here, capsys):
    assert transcribe("hello.wav", "-f", "srt", "--max_words_per_line", "1", "-q") == 0
    assert capsys.readouterr().out.count("-->") == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--max-lines", "1", "--highlight_words", "True"], "speech: --max-lines, --highlight-words: for subtitles"),
        (["-f", "txt,json", "--max-cps", "off"], "speech: --max-cps: for subtitles, and there are none in txt, json;"),
        (["-f", "txt,srt", "-o", "out", "--max-cps", "off"], ""),
        (["--highlight_words", "False", "--max_line_count", "2"], ""),
    ],
)
def test_options_for_subtitles_are_noted_where_there_are_none(here, capsys, args, said):
    assert transcribe("hello.wav", *args) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "subtitles" in line]
    assert len(told) == bool(said)
    assert all(line.startswith(said) and "-f takes ass, lrc, srt, vtt" in line for line in told)


def test_a_mark_at_the_head_of_a_terms_file_is_no_letter(here):
    (here / "terms.txt").write_text("\ufeffAda\n", "utf-8")
    assert transcribe("hello.wav", "--hotwords-file", "terms.txt", "-o", "x.json") == 0
    assert json.loads((here / "x.json").read_text())["options"]["hotwords"] == ["Ada"]


def test_a_terms_file_that_is_no_text_is_wrong_usage(here, capsys):
    (here / "terms").write_bytes(b"\xff\xfe\x00")
    assert transcribe("hello.wav", "--hotwords-file", "terms") == 2
    assert "UTF-8" in capsys.readouterr().err


def test_translation(here, capsys):
    spoken, english = clip("de")
    soundfile.write(here / "de.wav", spoken.samples, RATE)
    assert transcribe("de.wav", "--task", "translate", "-q") == 0
    assert capsys.readouterr().out.strip() == english


def test_that_the_embedded_model_stands_in_is_said_once_and_recorded_always(here, capsys):
    assert main(["transcribe", "hello.wav", "--offline", "-f", "json"]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("it knows English only") == 1
    assert [event["kind"] for event in json.loads(captured.out)["record"]] == ["swapped"]
