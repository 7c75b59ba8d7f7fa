"""``speech synthesize`` in this process, with the micro voice and the embedded one."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_samples import PIPER_MICRO, SENTENCES, WHISPER_MICRO

import speech
from speech import audio
from speech.audio import marking
from speech.cli import main

ROOT = Path(speech.__file__).parents[1]
MICRO = ["--voice", str(PIPER_MICRO), "--offline"]
FOX, DOOR, HELLO = SENTENCES[1], SENTENCES[4], SENTENCES[2]
QUIET = ["--lead-in", "0.3", "--lead-out", "0.3"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: documents of several kinds."""
    folder = tmp_path / "here"
    (folder / "talks").mkdir(parents=True)
    (folder / "one.txt").write_text(HELLO)
    (folder / "talks" / "two.md").write_text(f"# {DOOR}\n\n{FOX}\n")
    (folder / "lines.csv").write_text(f"a|{PIPER_MICRO}|{HELLO}\nb||{DOOR}\n")
    monkeypatch.chdir(folder)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def synthesize(*args: str) -> int:
    return main(["synthesize", *args, *MICRO])


def heard(path: Path) -> str:
    return speech.transcribe(path, WHISPER_MICRO).text


def errors(capsys) -> str:
    return capsys.readouterr().err


def start(*args: object, **settings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "speech", "synthesize", *map(str, args), *MICRO]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **settings)


def test_a_text_becomes_a_file_that_says_what_it_is(here, capsys):
    assert synthesize(FOX, "-o", "fox.flac", *QUIET) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("speech: voice piper-micro on cpu")
    assert heard(here / "fox.flac") == FOX
    mark = marking.read(here / "fox.flac")
    assert (mark["ai_generated"], mark["voice"]) == (True, "piper-micro")
    assert mark["options"] == {"lead_in": 0.3, "lead_out": 0.3}


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "opus", "ogg", "aac", "m4a", "m4b", "pcm"])
def test_every_format_by_the_end_of_the_name(here, name):
    assert synthesize(DOOR, "-o", f"x.{name}") == 0
    whole = speech.synthesize(DOOR, PIPER_MICRO).duration
    if name == "pcm":
        assert (here / "x.pcm").stat().st_size == round(whole * 16_000) * 2
    else:
        found = sum(map(len, audio.blocks(here / f"x.{name}"))) / 16_000
        exact = {"aac": 0.1, "m4a": 0.02, "m4b": 0.02}  # the last frame of AAC is decoded whole
        assert found == pytest.approx(whole, abs=exact.get(name, 0.001))
    if name.startswith("m4"):
        assert marking.details(here / f"x.{name}").duration == pytest.approx(whole, abs=0.001)


@pytest.mark.parametrize(
    ("args", "made"),
    [
        (["one.txt"], ["one.wav"]),
        (["one.txt", "-f", "opus"], ["one.opus"]),
        (["one.txt", "-o", "x.mp3", "--subtitles", "srt,json"], ["x.json", "x.mp3", "x.srt"]),
        (["one.txt", "-o", "out"], ["out/one.wav"]),
        (["one.txt", "talks/two.md"], ["one.wav", "talks/two.wav"]),
        (["talks"], ["talks/two.wav"]),
        (["*.txt", "-o", "out/"], ["out/one.wav"]),
        (["lines.csv"], ["a.wav", "b.wav"]),
        (["lines.csv", "-o", "out", "-f", "flac", "--subtitles", "srt"],
         ["out/a.flac", "out/a.srt", "out/b.flac", "out/b.srt"]),
        (["lines.csv", "-o", "all.wav"], ["all.wav"]),
        ([".", "--recursive", "-o", "out"], ["out/a.wav", "out/b.wav", "out/one.wav", "out/talks/two.wav"]),
        (["one.txt", "-f", "opus", "-o", "x.ogg"], ["x.ogg"]),
    ],
)  # fmt: skip
def test_files_are_made_where_they_are_expected(here, args, made):
    before = names(here)
    assert synthesize(*args, "-q") == 0
    assert sorted(set(names(here)) - set(before)) == made


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ([HELLO], "a terminal shows no sound; add -o hello.wav, or hear it with `speech say`"),
        ([HELLO, "-o", "-", "--subtitles", "srt"], "--subtitles lie beside a file"),
        ([HELLO, "-o", "-", "--loudness", "-16"], "a pipe cannot wait"),
        ([HELLO, "-o", "-", "-f", "m4b"], "m4b cannot go to a pipe"),
        ([HELLO, "-o", "-", "--overwrite"], "--overwrite: for results in files"),
        ([HELLO, "-o", "hello"], "-o hello/hello.wav"),
        ([HELLO, "-o", "x.docx"], "sound is not written as .docx"),
        ([HELLO, "-f", "srt", "-o", "x.wav"], "subtitles come with --subtitles"),
        ([HELLO, "-f", "mp3", "-o", "x.wav"], "contradict"),
        ([HELLO, "--subtitles", "doc", "-o", "x.wav"], "no format is called 'doc'"),
        ([HELLO, "one.txt", "-o", "out"], "several inputs must all be files"),
        (["hello", "world", "-o", "x.wav"], "stands in quotes"),
        (["one.txt", "talks/two.md", "-o", "x.wav"], "names one file"),
        (["one.txt", "talks", "-o", "-"], "one document"),
        (["one.txt", "-o", "y.wav", "--subtitles", "txt", "--overwrite"], ""),
        (["one.txt", "-o", "one.wav", "--subtitles", "txt", "--overwrite"], "is the input itself"),
        ([HELLO, "--seed", "dice", "-o", "x.wav"], "neither a whole number nor 'random'"),
    ],
)
def test_contradictions_are_wrong_usage(here, capsys, monkeypatch, args, word):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert synthesize(*args) == (2 if word else 0)
    assert word in errors(capsys)
    assert (here / "one.txt").read_text() == HELLO


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("none.md", "'none.md' does not exist"),
        ("talks/none", "does not exist"),
        ("none.pdf", "does not exist"),
        ("none/*.md", "no document matches"),
    ],
)
def test_a_name_of_nothing_is_never_spoken(here, capsys, given, word):
    assert synthesize(given, "-o", "out") == 1
    assert word in errors(capsys)
    assert not (here / "out").exists()


@pytest.mark.parametrize("text", ["", " \n", "..."])
def test_a_text_without_a_word_is_an_error_and_makes_no_file(here, capsys, text):
    assert synthesize(text, "-o", "x.wav") == 1
    assert "there is nothing to speak in '<text>'" in errors(capsys)
    assert not list(here.glob("*x.wav*"))


def test_a_question_is_no_pattern_and_a_file_is_never_spoken_by_its_name(here):
    assert synthesize("hello world?", "-o", "x.wav", "-q", *QUIET) == 0
    assert heard(here / "x.wav").startswith("hello world")
    assert synthesize("one.txt", "-o", "y.wav", "-q", *QUIET) == 0
    assert heard(here / "y.wav") == HELLO


def test_standard_output_gets_samples(here, capfdbinary):
    assert synthesize(HELLO, "-f", "pcm", "-v") == 0
    captured = capfdbinary.readouterr()
    samples = np.frombuffer(captured.out, "<i2") / 32768
    assert b"speech: pcm: 16000 Hz, mono, s16le\n" in captured.err
    assert np.abs(samples - speech.synthesize(HELLO, PIPER_MICRO).samples).max() < 1e-4


def test_standard_output_gets_a_wav(here, capfdbinary):
    assert synthesize("one.txt", "-o", "-", "-q") == 0
    samples, rate = soundfile.read(io.BytesIO(capfdbinary.readouterr().out))
    assert (len(samples), rate) == (len(speech.synthesize(HELLO, PIPER_MICRO).samples), 16_000)


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="no devices")
def test_a_device_is_written_to_and_not_replaced(here):
    assert synthesize(HELLO, "-o", "/dev/null", "-q") == 0
    assert Path("/dev/null").is_char_device()


def test_the_first_sentence_is_heard_before_the_text_has_ended(here):
    with start("-", "-f", "pcm", stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        process.stdin.write(f"{HELLO}\n\n{DOOR} \n".encode())
        process.stdin.flush()
        first = process.stdout.read(2_000)  # waits for it
        rest = process.communicate(FOX.encode())[0]
    assert process.returncode == 0
    assert np.abs(np.frombuffer(first, "<i2")).max() > 0
    expected = speech.synthesize(f"{HELLO}\n\n{DOOR} \n{FOX}", PIPER_MICRO)
    assert len(first + rest) == 2 * len(expected.samples)


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
def test_a_reader_that_goes_away_ends_it_quietly_even_while_the_text_is_waited_for(here):
    with start("-", "-f", "pcm", "-q", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(f"{HELLO}\n\n".encode())
        process.stdin.flush()
        process.stdout.read(100)
        process.stdout.close()
        while process.poll() is None:
            with suppress(BrokenPipeError):
                os.write(process.stdin.fileno(), f"{HELLO}\n\n".encode())
            time.sleep(0.05)
        err = process.stderr.read()
    assert (process.wait(), err) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_a_signal_leaves_nothing_half(here):
    with start("-", "-o", "out/x.wav", "--progress", "json", stdin=subprocess.PIPE) as process:
        process.stdin.write(f"{HELLO}\n\n{DOOR}\n\n".encode() * 3)
        process.stdin.flush()
        next(line for line in process.stderr if b'"progress"' in line)
        assert names(here / "out")
        process.send_signal(signal.SIGINT)
        err = process.stderr.read().decode()
    assert process.wait() == 130
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    assert names(here / "out") == []


def test_existing_files_decide_before_a_voice_is_loaded(here, capsys):
    (here / "one.wav").write_text("mine")
    absent = ["synthesize", "one.txt", "--voice", "no-such-voice"]
    assert main(absent) == 1
    said = errors(capsys)
    assert all(option in said for option in ("--overwrite", "--skip-existing", "--resume"))
    assert main([*absent, "--skip-existing"]) == 0
    assert main([*absent, "--resume"]) == 0
    assert (here / "one.wav").read_text() == "mine"
    assert synthesize("one.txt", "--overwrite", "-q") == 0
    assert (here / "one.wav").read_bytes()[:4] == b"RIFF"


def test_to_resume_makes_only_what_is_missing(here):
    assert synthesize("one.txt", "-q") == 0
    (here / "one.wav").write_bytes(b"kept")
    assert synthesize("one.txt", "--subtitles", "srt", "--resume", "-q") == 0
    assert (here / "one.wav").read_bytes() == b"kept"
    assert "hello world." in (here / "one.srt").read_text()


def test_of_many_the_bad_ones_are_listed(here, capsys):
    (here / "bad.txt").write_bytes(b"caf\xe9")
    (here / "still.md").write_text("```\ncode\n```\n")
    assert synthesize("bad.txt", "one.txt", "still.md", "-o", "out") == 1
    err = errors(capsys)
    assert "1 of 3 done, 2 not:\n  bad.txt\n  still.md" in err
    assert "nothing to speak in 'still.md' (a block of code" in err
    assert names(here / "out") == ["one.wav"]


def test_a_line_of_a_table_that_fails_is_named_and_the_others_are_made(here, capsys):
    (here / "lines.csv").write_text(f"a||{HELLO}\nb|nobody|{HELLO}\nc||\n")
    assert synthesize("lines.csv", "-o", "out") == 1
    err = errors(capsys)
    assert "1 of 3 done, 2 not:\n  lines.csv:b\n  lines.csv:c" in err
    assert "'nobody'" in err
    assert names(here / "out") == ["a.wav"]


def test_what_is_not_spoken_as_it_stands_is_said(here, capsys):
    (here / "x.ssml").write_text("<speak>hello <foo>world.</foo><voice name='nobody'>hello.</voice></speak>")
    assert synthesize("x.ssml") == 0
    err = errors(capsys)
    assert "x.ssml: ignored" in err
    assert "<foo>" in err
    assert "x.ssml: swapped" in err


def test_the_text_as_it_would_be_spoken(here, capsys):
    assert synthesize("it costs $49.95.", "--show-text") == 0
    captured = capsys.readouterr()
    assert captured.out.endswith("it costs forty-nine dollars and ninety-five cents.\n")
    assert captured.err == ""
    assert main(["synthesize", "one.txt", "talks", "--show-text", "--offline"]) == 0
    assert capsys.readouterr().out.startswith("[document one.txt]\n")
    assert names(here) == ["lines.csv", "one.txt", "talks/two.md"]


def test_a_text_is_shown_in_the_language_of_a_voice_that_is_not_here(here, capsys):
    assert main(["synthesize", "3,14", "--voice", "de_DE-thorsten-high", "--show-text"]) == 0
    assert capsys.readouterr().out.endswith("drei Komma eins vier\n")


def test_the_names_of_pipers_options_are_taken(here):
    assert synthesize(HELLO, "--length_scale", "2", "--output_file", "x.wav") == 0
    assert marking.read(here / "x.wav")["options"] == {"speed": 0.5}


def test_a_yes_behind_a_switch_is_a_text(here, capsys):
    assert synthesize("--normalize", "Yes", "--show-text") == 0
    assert capsys.readouterr().out.endswith("Yes\n")


def test_a_random_seed_is_said_and_kept(here, capsys):
    assert synthesize(HELLO, "--seed", "random", "-o", "x.wav") == 0
    seed = marking.read(here / "x.wav")["options"]["seed"]
    assert f"speech: seed {seed}: --seed {seed} says it the same way again" in errors(capsys)


def test_a_cast_speaks_a_script(here, capsys):
    (here / "talk.script").write_text("Ann: hello world.\nBob: please open the door.\n")
    cast = f'[cast.Ann]\nmodel = "{PIPER_MICRO}"\npan = -1\n[cast.Bob]\nmodel = "{PIPER_MICRO}"\npan = 1\n'
    (here / "cast.toml").write_text(cast)
    assert synthesize("talk.script") == 1
    assert "'Ann', 'Bob' speak, and there is neither a voice nor a profile" in errors(capsys)
    assert synthesize("talk.script", "--voices", "cast.toml", "--stereo", "-q") == 0
    samples, _ = soundfile.read(here / "talk.wav")
    assert samples.shape[1] == 2
    half = len(samples) // 2
    assert np.abs(samples[: half // 2, 1]).max() < 0.01 < np.abs(samples[: half // 2, 0]).max()


def test_a_book_has_its_chapters_and_its_title(here):
    assert synthesize("talks/two.md", "-o", "book.m4b", "-q") == 0
    found = marking.details(here / "book.m4b")
    assert [chapter.title for chapter in found.chapters] == [DOOR]
    assert found.tags["title"] == DOOR


def test_progress_for_programs(here, capsys):
    assert synthesize("one.txt", "none.txt", "-o", "out", "--progress", "json") == 1
    events = [json.loads(line) for line in errors(capsys).splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.index("model") < kinds.index("progress") < kinds.index("done")
    assert events[-1] == {"event": "summary", "done": 1, "skipped": 0, "failed": 1, "files": 2}
    last = [event for event in events if event["event"] == "progress"][-1]
    whole = soundfile.info(here / "out" / "one.wav").duration
    assert (last["file"], last["done"], last["total"]) == ("one.txt", pytest.approx(whole, abs=0.001), last["done"])


def test_a_finished_sentence_is_kept_unless_nobody_wants_it(here, own_folders):
    kept = own_folders / "xdg_cache_home"
    assert synthesize(HELLO, "-o", "x.wav", "--no-cache", "-q") == 0
    assert not list(kept.rglob("*.sentence"))
    assert synthesize(HELLO, "-o", "y.wav", "-q") == 0
    assert len(list(kept.rglob("*.sentence"))) == 1
    assert (here / "x.wav").read_bytes() == (here / "y.wav").read_bytes()


def test_the_loudness_of_the_whole(here):
    assert synthesize(FOX, "-o", "x.wav", "--loudness", "-30", "-q") == 0
    from speech.audio.loudness import measure

    samples, rate = soundfile.read(here / "x.wav", dtype="float32")
    assert measure([samples], rate, 1).integrated == pytest.approx(-30, abs=0.2)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_a_killed_run_begun_again_gives_the_undisturbed_file_and_leaves_no_litter(here):
    text = "\n\n".join(f"{sentence} {DOOR} {FOX}" for sentence in SENTENCES * 8)
    (here / "book.txt").write_text(text)
    assert synthesize("book.txt", "-o", "whole.mp3", "--subtitles", "json", "--no-cache", "-q") == 0
    for moment in (0.0, 0.3, 0.8):
        with start("book.txt", "-o", "out/book.mp3", "--subtitles", "json", "-q") as process:
            while not names(here / "out") and process.poll() is None:  # it has begun
                time.sleep(0.02)
            time.sleep(moment)
            process.kill()
        assert not (here / "out" / "book.mp3").exists()
    assert synthesize("book.txt", "-o", "out/book.mp3", "--subtitles", "json", "-q") == 0
    assert names(here / "out") == ["book.json", "book.mp3"]
    assert (here / "out" / "book.mp3").read_bytes() == (here / "whole.mp3").read_bytes()
    assert (here / "out" / "book.json").read_text() == (here / "whole.json").read_text()


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
def test_standard_output_that_is_closed_is_an_error_with_a_message(here):
    command = shlex.join([sys.executable, "-m", "speech", "synthesize", "hello.", "-q", *MICRO])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", f"{command} >&-"], env=environment, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("speech: standard output is closed")
