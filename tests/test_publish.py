"""What was spoken as a file: the same bytes every time, at its loudness, whole or not there."""

import io
import json
import os
import resource
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from speech import publish as publishing
from speech.audio import blocks, marking, writing
from speech.audio.loudness import measure
from speech.errors import EngineError, OutputError, StoppedError, UnsupportedError
from speech.publish import publish
from speech.synthesizer import Synthesizer

MODELS = Path(__file__).parent / "models"
PIPER = MODELS / "piper-micro" / "piper-micro.onnx"
TWO = MODELS / "piper-vits-micro" / "piper-vits-micro.onnx"
TEXT = "the red fox ran home. big dogs sleep."
BOOK = f"# One\n\n{TEXT}\n\n# Two\n\nbig dogs sleep."
FORMATS = writing.formats()


@pytest.fixture(scope="module")
def vits():
    with Synthesizer(TWO) as tts:
        yield tts


@pytest.fixture(scope="module")
def espeak():
    with Synthesizer("espeak-ng") as tts:
        yield tts


def made(tts, path, text=TEXT, kind=None, **options):
    name = writing.of_file(path)
    return publish(tts.stream(text, kind, suited=partial(writing.rate_for, name), **options), path, name)


def heard(path, rate):
    return np.concatenate([*blocks(path, rate=rate), np.zeros((0, 1), np.float32)])[:, 0]


OTHERWISE = """
import sys
from pathlib import Path
from functools import partial
from speech.audio import writing
from speech.publish import publish
from speech.synthesizer import Synthesizer

with Synthesizer(sys.argv[1], threads=1, cache=True) as tts:
    for folder in sys.argv[3:]:
        for name in writing.formats():
            speaking = tts.stream(iter(sys.argv[2]), suited=partial(writing.rate_for, name))
            publish(speaking, Path(folder, f"a.{name}"), name)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="encoders of other systems are not held to it")
def test_the_same_bytes_in_another_process_however_it_works(tmp_path, own_folders):
    """Elsewhere with one thread, letter by letter, first spoken and then from the cache; here beside other work."""
    folders = [tmp_path / name for name in ("here", "spoken", "cached")]
    for folder in folders:
        folder.mkdir()
    subprocess.run(
        [sys.executable, "-c", OTHERWISE, str(TWO), TEXT, *map(str, folders[1:])],
        check=True, timeout=120, env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert list(own_folders.rglob("*.sentence"))
    stop = threading.Event()
    with Synthesizer(TWO, threads=4) as tts:

        def disturb():
            while not stop.is_set():
                tts.synthesize("other words.", seed=9)

        other = threading.Thread(target=disturb)
        other.start()
        for name in FORMATS:
            made(tts, folders[0] / f"a.{name}")
        stop.set()
        other.join()
    for name in FORMATS:
        here, *others = ((folder / f"a.{name}").read_bytes() for folder in folders)
        assert [here] * 2 == others, name


PADDED = {"aac": 2048, "m4a": 1024, "m4b": 1024}
"""Frames that a decoder may give beyond the end; MP4's header says where it is."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_what_would_be_heard(tmp_path, name):
    path, rate = tmp_path / f"a.{name}", writing.rate_for(name, 16_000)
    with Synthesizer(PIPER) as tts:
        transcript = made(tts, path)
        samples = tts.synthesize(TEXT, sample_rate=rate).samples
    sound = np.frombuffer(path.read_bytes(), "<i2") / np.float32(2**15) if name == "pcm" else heard(path, rate)
    assert transcript.duration == len(samples) / rate
    assert len(samples) <= len(sound) <= len(samples) + PADDED.get(name, 0)
    late = 1024 if name == "aac" else 0  # bare AAC has no place to say that its first frame is nothing
    assert np.corrcoef(sound[late : len(samples)], samples[: len(samples) - late])[0, 1] > 0.97


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pcm"])
def test_every_file_says_that_a_machine_made_it(vits, tmp_path, name):
    made(vits, tmp_path / f"a.{name}", seed=5, speed=1.2)
    mark = marking.read(tmp_path / f"a.{name}")
    assert (mark["voice"], mark["engine"], mark["options"]) == ("piper-vits-micro", "piper", {"seed": 5, "speed": 1.2})
    assert mark["AIGC"]
    vits.synthesize(TEXT).save(tmp_path / f"b.{name}")
    assert marking.read(tmp_path / f"b.{name}")["voice"] == "piper-vits-micro"


def test_what_is_in_memory_is_saved_as_what_is_streamed(vits, tmp_path):
    for name in ("wav", "flac", "m4b"):
        made(vits, tmp_path / f"a.{name}", BOOK, "markdown")
        vits.synthesize(BOOK, "markdown").save(tmp_path / f"b.{name}")
        assert np.array_equal(heard(tmp_path / f"a.{name}", 16_000), heard(tmp_path / f"b.{name}", 16_000))
    ours, theirs = (marking.details(tmp_path / f"{one}.m4b").chapters for one in "ab")
    assert [chapter.title for chapter in ours] == ["One", "Two"]
    assert ours == theirs


def test_a_piece_of_a_stream_can_be_saved_too(vits, tmp_path):
    with vits.stream(TEXT) as stream:
        piece = next(stream)
    piece.save(tmp_path / "a.opus")
    assert len(heard(tmp_path / "a.opus", 16_000)) == len(piece.samples)
    assert marking.read(tmp_path / "a.opus")["AIGC"]


def test_a_stream_gets_its_first_bytes_before_the_text_has_ended(vits):
    target, seen = io.BytesIO(), []

    def texts():
        yield f"{TEXT} the "
        for _ in range(200):
            seen.append(len(target.getvalue()))
            if seen[-1]:
                break
            threading.Event().wait(0.05)
        yield "man."

    publish(vits.stream(texts()), target, "pcm")
    assert 0 < seen[-1] < len(target.getvalue())


def test_a_stage_for_a_watermark_hears_everything(vits, tmp_path, monkeypatch):
    made(vits, tmp_path / "a.flac")

    def turned(samples):
        for block in samples:
            yield -block

    monkeypatch.setattr(publishing, "WATERMARKS", (turned,))
    made(vits, tmp_path / "b.flac")
    vits.synthesize(TEXT).save(tmp_path / "c.flac")
    for name in ("b", "c"):
        assert np.abs(heard(tmp_path / "a.flac", 16_000) + heard(tmp_path / f"{name}.flac", 16_000)).max() < 1e-4


# Loudness.


@pytest.mark.parametrize("target", [-5.0, -16.0, -23.0])
@pytest.mark.parametrize("channels", ["mono", "stereo"])
def test_two_passes_give_the_loudness_that_is_asked_for_or_tell_what_they_give(espeak, tmp_path, target, channels):
    text = "This is a sentence of some length. And this is another one, spoken after it."
    transcript = made(espeak, tmp_path / "a.flac", text, loudness=target, channels=channels)
    samples = np.concatenate(list(blocks(tmp_path / "a.flac", rate=22_050, channels="split")))
    reached = measure([samples], 22_050, samples.shape[1])
    flagged = [event for event in transcript.record if event.kind == "flagged"]
    assert reached.true_peak <= -0.9
    if flagged:
        assert flagged[0].details["lufs"] == pytest.approx(reached.integrated, abs=0.1)
    assert bool(flagged) == (abs(reached.integrated - target) > 0.5)
    assert not flagged or target > -20


def test_two_passes_are_the_same_as_in_memory(espeak, tmp_path):
    made(espeak, tmp_path / "a.wav", BOOK, "markdown", loudness=-24.0)
    spoken = espeak.synthesize(BOOK, "markdown", loudness=-24.0)
    sound = heard(tmp_path / "a.wav", spoken.rate)
    assert len(sound) == len(spoken.samples)
    assert np.abs(sound - spoken.samples).max() <= 1.01 / 2**15


def test_chapters_come_through_two_passes(espeak, tmp_path):
    made(espeak, tmp_path / "a.m4b", BOOK, "markdown", loudness=-24.0)
    made(espeak, tmp_path / "b.m4b", BOOK, "markdown")
    ours, theirs = (marking.details(tmp_path / f"{one}.m4b").chapters for one in "ab")
    assert ours == theirs
    assert len(ours) == 2


@pytest.mark.parametrize(("text", "told"), [("", 0), ("<speak><break time='1s'/></speak>", 0), ("Oh.", 1)])
def test_loudness_of_what_cannot_be_measured(espeak, tmp_path, text, told):
    transcript = made(espeak, tmp_path / "a.wav", text, loudness=-16.0, speed=3.0)
    assert [event.kind for event in transcript.record] == ["flagged"] * told
    if told:
        assert "too little" in transcript.record[0].message


def test_the_loudness_of_a_stream_is_refused_before_a_word_is_spoken(espeak):
    target = io.BytesIO()
    with pytest.raises(UnsupportedError, match="write a file"):
        publish(espeak.stream(TEXT, loudness=-16.0), target, "wav")
    assert target.getvalue() == b""


# Whole, or not there.


@contextmanager
def full_disk(size):
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("loudness", [None, -20.0])
@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_is_told_and_nothing_stays(espeak, tmp_path, name, loudness):
    with full_disk(4096), pytest.raises(OutputError, match="free some space"):
        made(espeak, tmp_path / f"a.{name}", TEXT * 3, loudness=loudness)
    assert left_in(tmp_path) == []
    made(espeak, tmp_path / f"a.{name}", TEXT, loudness=loudness)
    assert left_in(tmp_path) == [f"a.{name}"]


class Fails:
    """Texts that break off."""

    def __init__(self, error):
        self.error = error

    def __iter__(self):
        yield f"{TEXT} {TEXT} the"
        raise self.error


@pytest.mark.parametrize("loudness", [None, -20.0])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, EngineError("gone; try again")])
def test_what_breaks_off_leaves_the_file_before_as_it_was(espeak, tmp_path, error, loudness):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"before")
    with pytest.raises(error if isinstance(error, type) else type(error)):
        made(espeak, path, Fails(error), loudness=loudness)
    assert left_in(tmp_path) == ["a.mp3"]
    assert path.read_bytes() == b"before"


def test_what_is_closed_meanwhile_is_no_file(espeak, tmp_path):
    stream = espeak.stream(f"{TEXT} " * 200)

    def close(step):
        stream.close()

    stream._progress = close
    with pytest.raises(StoppedError):
        publish(stream, tmp_path / "a.wav", "wav")
    assert left_in(tmp_path) == []


def test_a_file_that_is_there_is_kept_if_so_asked(espeak, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"before")
    with pytest.raises(OutputError, match="there already"):
        publish(espeak.stream(TEXT), path, "wav", overwrite=False)
    with pytest.raises(OutputError, match="there already"):
        espeak.synthesize(TEXT).save(path, overwrite=False)
    assert path.read_bytes() == b"before"


def test_a_mark_is_json_of_what_was_asked():
    with Synthesizer(TWO) as tts:
        facts = json.loads(publishing.mark(tts.model, tts.options))
    assert facts["voice"] == "piper-vits-micro"
    assert not {"options", "device", "compute_type", "embedded", "name"} & facts.keys()


# Length.


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length_of_the_text(tmp_path):
    """What grows is the transcript: some 4 kB for a sentence, where its samples would be a hundred."""
    grown, seconds = {}, {}
    for length in (100_000, 1_000_000):
        ran = subprocess.run(
            [sys.executable, "-c", BOOKS, str(PIPER), str(length), str(tmp_path / "a.opus")],
            check=True, capture_output=True, text=True, timeout=1800,
        )  # fmt: skip
        grown[length], seconds[length] = map(float, ran.stdout.split())
    assert grown[1_000_000] < 250
    assert seconds[1_000_000] < 15 * seconds[100_000]


BOOKS = """
import random, resource, sys, time
from pathlib import Path
from speech.publish import publish
from speech.synthesizer import Synthesizer

WORDS = "the red fox ran home big dogs sleep".split()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

def texts(length):
    chance = random.Random(0)
    while length > 0:
        sentence = " ".join(chance.choices(WORDS, k=chance.randint(3, 12))) + ". "
        length -= len(sentence)
        yield sentence

with Synthesizer(sys.argv[1]) as tts:
    publish(tts.stream(texts(2000)), Path(sys.argv[3]), "flac")
    before, begun = resident(), time.process_time()
    publish(tts.stream(texts(int(sys.argv[2]))), Path(sys.argv[3]), "flac")
    print(resident() - before, time.process_time() - begun)
"""
