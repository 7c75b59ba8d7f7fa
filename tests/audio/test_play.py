"""Playing: the player gets every sample, as it comes, is waited for, and is stopped with whoever listens."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from speech.audio.play import PLAYERS, play
from speech.errors import MissingDependencyError, OutputError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the players here are scripts")

RATE = 22_050
SAMPLES = (0.3 * np.sin(np.arange(30_001) / 20)).astype(np.float32)
RECORDS = """
    import json, pathlib, sys
    here = pathlib.Path(__file__).parent
    heard = sys.stdin.buffer.read()
    (here / "heard").write_bytes(heard)
    (here / "arguments").write_text(json.dumps(sys.argv[1:]))
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that holds all the programs there are; no PortAudio."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    return tmp_path


def install(folder, name, code=RECORDS):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(code))
    path.chmod(0o755)


def pcm(samples):
    return np.rint(samples * 32768).astype("<i2").tobytes()


def pieces(samples=SAMPLES, size=7_000):
    return (samples[at : at + size] for at in range(0, len(samples), size))


@pytest.mark.parametrize("name", ["paplay", "pw-play", "aplay", "play"])
def test_a_player_of_bare_samples_gets_all_of_them(name, programs):
    install(programs, name)
    play(pieces(), RATE, 1)
    assert (programs / "heard").read_bytes() == pcm(SAMPLES)
    arguments = json.loads((programs / "arguments").read_text())
    assert any("22050" in each for each in arguments)
    assert any(each in ("1", "--channels=1") for each in arguments)


def test_stereo_goes_out_in_turn(programs):
    install(programs, "aplay")
    stereo = np.stack([SAMPLES, -SAMPLES], axis=1)
    play(pieces(stereo), RATE, 2)
    assert (programs / "heard").read_bytes() == pcm(stereo)


def test_ffplay_is_given_a_wav(programs):
    install(programs, "ffplay")
    play(pieces(), RATE, 1)
    heard = (programs / "heard").read_bytes()
    assert heard.startswith(b"RIFF")
    assert heard.endswith(pcm(SAMPLES))


def test_a_player_of_files_is_given_one(programs):
    install(programs, "afplay", """
        import pathlib, shutil, sys
        shutil.copy(sys.argv[1], pathlib.Path(__file__).parent / "heard.wav")
        print(sys.argv[1], file=open(pathlib.Path(__file__).parent / "path", "w"))
    """)  # fmt: skip
    play(pieces(), RATE, 1)
    samples, rate = soundfile.read(programs / "heard.wav", dtype="int16")
    assert rate == RATE
    assert samples.tobytes() == pcm(SAMPLES)
    assert not os.path.exists((programs / "path").read_text().strip())  # noqa: PTH110


def test_the_first_of_several_plays(programs):
    for player in PLAYERS:
        install(programs, player.program, "import sys; sys.exit(3)")
    install(programs, PLAYERS[0].program)
    play(pieces(), RATE, 1)
    assert (programs / "heard").exists()


def test_the_player_is_waited_for(programs):
    install(programs, "aplay", RECORDS + "    import time; time.sleep(0.1); (here / 'drained').touch()\n")
    play(pieces(), RATE, 1)
    assert (programs / "drained").exists()


def test_sound_is_given_out_as_it_comes(programs):
    install(programs, "aplay", """
        import pathlib, sys
        here = pathlib.Path(__file__).parent
        sys.stdin.buffer.read(2_000)
        (here / "first").touch()
        sys.stdin.buffer.read()
    """)  # fmt: skip

    def spoken():
        yield SAMPLES[:1_000]
        deadline = time.monotonic() + 30
        while not (programs / "first").exists():
            assert time.monotonic() < deadline, "the first block was held back"
            time.sleep(0.01)
        yield SAMPLES[1_000:]

    play(spoken(), RATE, 1)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interruption_stops_the_player(programs):
    install(programs, "aplay", """
        import os, pathlib, signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (pathlib.Path(__file__).parent / "pid.new").write_text(str(os.getpid()))
        (pathlib.Path(__file__).parent / "pid.new").rename(pathlib.Path(__file__).parent / "pid")
        time.sleep(60)
    """)  # fmt: skip

    def spoken():
        yield SAMPLES[:1_000]
        while not (programs / "pid").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(spoken(), RATE, 1)
    assert not alive(int((programs / "pid").read_text()))


def test_a_player_that_fails_says_why(programs):
    install(programs, "aplay", "import sys; sys.exit('no such device')")
    with pytest.raises(OutputError, match=r"aplay cannot play \(no such device\)"):
        play(pieces(np.tile(SAMPLES, 20)), RATE, 1)


def test_without_anything_to_play_with_it_says_what_to_install(programs):
    with pytest.raises(MissingDependencyError, match=r"speech-pipeline\[play\].*paplay"):
        play(pieces(), RATE, 1)


class Stream:
    """An output stream as sounddevice has it."""

    def __init__(self, samplerate, channels, dtype):
        self.said, self.blocks = [(samplerate, channels, dtype)], []

    def write(self, block):
        self.blocks.append(block)

    def __getattr__(self, name):
        return lambda: self.said.append(name)


def test_portaudio_comes_first_and_is_drained(programs, monkeypatch):
    made = []
    monkeypatch.setitem(
        sys.modules, "sounddevice", SimpleNamespace(OutputStream=lambda **how: made.append(Stream(**how)) or made[0])
    )
    play(pieces(), RATE, 1)
    np.testing.assert_array_equal(np.concatenate(made[0].blocks)[:, 0], SAMPLES)
    assert made[0].said == [(RATE, 1, "float32"), "start", "stop", "close"]

    def broken():
        yield SAMPLES
        raise KeyboardInterrupt

    made.clear()
    with pytest.raises(KeyboardInterrupt):
        play(broken(), RATE, 1)
    assert made[0].said[1:] == ["start", "abort", "close"]


def test_without_a_device_for_portaudio_the_systems_player_is_asked(programs, monkeypatch):
    class PortAudioError(Exception):
        pass

    def refused(**_):
        raise PortAudioError("Error querying device -1")

    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(OutputStream=refused))
    install(programs, "aplay")
    play(pieces(), RATE, 1)
    assert (programs / "heard").read_bytes() == pcm(SAMPLES)


def test_a_device_that_goes_away_is_told(monkeypatch):
    class PortAudioError(Exception):
        pass

    class Unplugged:
        def write(self, _):
            raise PortAudioError("Device unavailable")

        start = abort = close = lambda self: None

    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(OutputStream=lambda **_: Unplugged()))
    with pytest.raises(OutputError, match="Device unavailable"):
        play(pieces(), RATE, 1)


def test_what_the_voice_raises_is_not_taken_for_the_device_s(monkeypatch):
    device = SimpleNamespace(start=lambda: None, write=lambda _: None, abort=lambda: None, close=lambda: None)
    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(OutputStream=lambda **_: device))

    def broken():
        yield SAMPLES
        raise ValueError("the text's own")

    with pytest.raises(ValueError, match="own"):
        play(broken(), RATE, 1)


def test_a_quote_in_the_name_of_a_folder_ends_no_command_of_powershell(programs, monkeypatch):
    install(programs, "powershell")
    folder = programs / "O'Brien"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    play(pieces(), RATE, 1)
    command = json.loads((programs / "arguments").read_text())[-1]
    assert "O''Brien" in command
    assert command.count("'") % 2 == 0
