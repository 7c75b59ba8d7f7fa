"""Many texts at once, with the micro voice."""

from pathlib import Path

import pytest
from speech_samples import PIPER_MICRO, SENTENCES

import speech
from speech import readings
from speech.errors import UnsupportedError
from speech.journal import Journal, beside
from speech.synthesizer import Synthesizer

TEXTS = {"a.txt": SENTENCES[2], "b.md": SENTENCES[4], "deep/c.txt": SENTENCES[5]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def made(planned, **how):
    with Synthesizer(PIPER_MICRO) as tts:
        return list(readings.run(tts, planned, **how))


@pytest.mark.parametrize(
    ("inputs", "settings", "outputs"),
    [
        (["a.txt"], {}, [["a.wav"]]),
        (["a.txt", "b.md"], {"subtitles": ["srt"]}, [["a.wav", "a.srt"], ["b.wav", "b.srt"]]),
        (["."], {}, [["a.wav"], ["b.wav"]]),
        (["."], {"recursive": True, "output_dir": "o"}, [["o/a.wav"], ["o/b.wav"], ["o/deep/c.wav"]]),
        (["*.md"], {}, [["b.wav"]]),
        (["b.md", "b.md"], {}, [["b.wav"]]),
    ],
)
def test_what_is_meant_and_where_it_goes(here, inputs, settings, outputs):
    planned = readings.plan(inputs, "wav", **settings)
    assert [[str(path) for path in reading.task.outputs.values()] for reading in planned] == outputs


def test_a_table_has_a_reading_for_each_line(here):
    (here / "t.csv").write_text("x||hello.\ny.z|someone|stop.\nw||\n")
    planned = readings.plan(["t.csv"], "mp3", ["verbose_json"], output_dir="o")
    assert [reading.task.source for reading in planned] == ["t.csv:x", "t.csv:y.z", "t.csv:w"]
    assert {str(path) for path in planned[1].task.outputs.values()} == {"o/y.z.mp3", "o/y.z.verbose.json"}
    assert [reading.task.error is None for reading in planned] == [True, True, False]
    assert planned[1].document().voice == "someone"


def test_what_cannot_be_used_is_kept_from_the_others(here):
    (here / "bad.csv").write_text("no table\n")
    planned = readings.plan(["none.txt", "bad.csv", "a.txt"], "wav")
    assert [isinstance(reading.task.error, UnsupportedError) for reading in planned] == [True, True, False]
    with pytest.raises(UnsupportedError, match="no audio format 'wma'"):
        readings.plan(["a.txt"], "wma")


def test_the_results_come_in_order_and_are_what_each_alone_would_be(here):
    planned = readings.plan(["."], "wav", ["json"], recursive=True, output_dir="o")
    results = made(planned)
    assert [result.task for result in results] == [reading.task for reading in planned]
    for result, text in zip(results, TEXTS.values(), strict=True):
        assert result.outcome == "done"
        assert result.transcript.text == text
        speech.synthesize(text, PIPER_MICRO).save("alone.wav")
        assert result.written[0].read_bytes() == Path("alone.wav").read_bytes()
        assert result.written[1].exists()


def test_what_is_there_is_touched_on_request_only(here):
    planned = readings.plan(["a.txt"], "wav", ["srt"])
    assert made(planned)[0].outcome == "done"
    (here / "a.wav").write_bytes(b"mine")
    assert [made(planned, existing=how)[0].outcome for how in ("keep", "skip")] == ["kept", "skipped"]
    (here / "a.srt").unlink()
    [result] = made(planned, existing="skip")
    assert result.written == (Path("a.srt"),)
    assert (here / "a.wav").read_bytes() == b"mine"
    assert made(planned, existing="overwrite")[0].outcome == "done"
    assert (here / "a.wav").read_bytes() != b"mine"


def test_two_processes_do_not_make_the_same_file(here):
    planned = readings.plan(["a.txt"], "wav")
    other = Journal(beside(Path("a.wav"), "a.wav"), {})
    [result] = made(planned)
    assert "another process" in str(result.error)
    other.close()
    (here / ".a.wav.speech-journal").write_text("left by a killed process")
    assert made(planned)[0].outcome == "done"
    assert not list(here.glob(".*"))


def test_a_consumer_that_leaves_stops_the_work(here):
    (here / "long.txt").write_text(f"{SENTENCES[0]} " * 500)
    (here / "longer.txt").write_text(f"{SENTENCES[0]} " * 500)
    planned = readings.plan(["a.txt", "long.txt", "longer.txt"], "wav")
    with Synthesizer(PIPER_MICRO) as tts:
        results = readings.run(tts, planned)
        assert next(results).outcome == "done"
        results.close()
    assert sorted(path.name for path in here.iterdir() if path.suffix == ".wav") == ["a.wav"]
    assert not list(here.glob(".*"))
