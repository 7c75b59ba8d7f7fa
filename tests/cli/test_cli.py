"""The program as a whole: exit statuses, signals, pipes, encodings."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_samples import RATE, WHISPER_MICRO, say

import speech
from speech import __version__
from speech.cli import COMMANDS, cli, main

ROOT = Path(speech.__file__).parents[1]
MICRO = ["-m", str(WHISPER_MICRO), "--offline"]


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    path = tmp_path / "hello.wav"
    soundfile.write(path, say("hello world.").samples, RATE)
    return path


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(say("hello world.", tail=2.0).samples, 120), RATE)
    return path


def start(*args: str, **settings) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    return subprocess.Popen(
        [sys.executable, "-m", "speech", *map(str, args)],
        stdout=settings.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
        text=True, encoding="utf-8", env=environment, **settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("args", "status", "word"),
    [
        (["--version"], 0, f"speech {__version__}"),
        (["--help"], 0, "transcribe"),
        (["nonsense"], 2, "No such command"),
        (["my talk.mp3", "--model", "small"], 2, "did you mean: speech transcribe 'my talk.mp3'?"),
        (["transcribe"], 2, "Missing argument"),
        (["transcribe", "--nonsense", "x.wav"], 2, "No such option"),
        (["transcribe", "none.wav", *MICRO], 1, "speech: there is no file 'none.wav'"),
        (["transcribe", "none.wav", "-m", "no-such-model"], 1, "no model is called 'no-such-model'"),
        (["transcribe", "none.wav", "-l", "klingon", *MICRO], 1, "no language is called 'klingon'"),
        (["transcribe", "none.wav", "--max-line-width", "1", *MICRO], 1, "max_line_width"),
    ],
)
def test_exit_statuses(args, status, word, capsys):
    assert main(args) == status
    captured = capsys.readouterr()
    assert word in captured.out + captured.err
    assert "Traceback" not in captured.err


def test_every_command_is_listed_and_there(capsys):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    for name, line in COMMANDS.items():
        assert f"{name} " in listed
        assert " ".join(line.split()[:4]) in listed
        assert cli.get_command(None, name).name in {name, "command"}


def test_signals_are_left_as_they_were():
    before = signal.getsignal(signal.SIGINT)
    main(["--version"])
    assert signal.getsignal(signal.SIGINT) is before


def test_text_is_utf8_whatever_the_locale(tmp_path, hello):
    named = hello.rename(tmp_path / "h\u00e9llo \u65e5.wav")
    with start("detect", named, *MICRO, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}) as process:
        out, err = process.communicate()
    assert (process.returncode, err.count("Traceback")) == (0, 0)
    assert "h\u00e9llo \u65e5.wav" in out


def test_a_reader_that_goes_away_ends_it_quietly(long):
    with start("transcribe", long, *MICRO, "--max-chunk", "5") as process:
        assert process.stdout.readline() == "hello world.\n"
        process.stdout.close()
        err = process.stderr.read()
    assert process.wait() == 141
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [["transcribe", "hello.wav", "-q"], ["models"], ["doctor"], ["completion", "fish"]])
def test_a_full_disk_is_an_error_with_a_message(hello, command):
    asked = [*command, *MICRO] if command[0] == "transcribe" else command
    with Path("/dev/full").open("w") as full, start(*asked, stdout=full, cwd=hello.parent) as process:
        err = process.stderr.read()
    assert (process.returncode, err.count("\n")) == (1, 1)
    assert err.startswith("speech: cannot write to standard output (No space left on device); ")


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_whole_files_and_says_how_to_go_on(tmp_path, hello, long, number, status):
    out = tmp_path / "out"
    arguments = ["transcribe", hello, long, "-o", out, "-f", "txt", *MICRO, "--max-chunk", "5", "--batch-size", "1"]
    with start(*arguments, "--progress", "json") as process:
        for line in process.stderr:
            if '"done"' in line and '"event": "done"' in line:
                break
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.wait() == status
    assert "Traceback" not in rest
    assert "--resume" in rest
    assert "1 of 2 done" in rest
    assert json.loads(rest.splitlines()[-1])["event"] == "summary"
    assert {path.name for path in out.iterdir()} <= {"hello.txt", ".long.wav.speech-journal"}
    assert (out / "hello.txt").read_text() == "hello world.\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
@pytest.mark.parametrize("end", [">out.txt 2>&-", ">out.txt 2>/dev/full", "2>&1 >out.txt | true"])
def test_standard_error_that_takes_nothing_costs_no_text(hello, end):
    command = shlex.join([sys.executable, "-m", "speech", "transcribe", "hello.wav", *MICRO, "--progress", "json"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = f"set -o pipefail; {command} {end}"
    assert subprocess.run(["bash", "-c", line], cwd=hello.parent, env=environment, check=False).returncode == 0
    assert (hello.parent / "out.txt").read_text() == "hello world.\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of another kind")
@pytest.mark.parametrize("args", [["transcribe", "hello.wav", "-q", *MICRO], ["--version"], ["models"]])
def test_standard_output_that_is_closed_is_an_error_with_a_message(hello, args):
    command = shlex.join([sys.executable, "-m", "speech", *args])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", f"{command} >&-"], cwd=hello.parent, env=environment, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("speech: standard output is closed")


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("module", ["click", "numpy", "ctranslate2._ext"])
def test_a_signal_while_modules_are_imported_ends_it_without_a_word(hello, module):
    script = (
        "import os, runpy, signal, sys\n"
        "sent = []\n"
        "def stop(event, args):\n"
        f"    if event == 'import' and args[0] == {module!r} and not sent:\n"
        "        sent.append(os.kill(os.getpid(), signal.SIGINT))\n"
        "sys.addaudithook(stop)\n"
        "runpy.run_module('speech', run_name='__main__', alter_sys=True)\n"
    )
    command = [sys.executable, "-c", script, "transcribe", hello, "-q", *MICRO]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
