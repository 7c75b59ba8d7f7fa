"""One recording as a stream of segments: soon, in order, bounded, and gone when it is closed."""

from __future__ import annotations

import gc
import io
import threading
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from speech_samples import RATE, SENTENCES, WHISPER_MICRO, say

import speech
from speech.audio import Audio
from speech.data import Chunk, Heard, ModelSpec, Segment, TranscribeOptions
from speech.errors import AudioError, EngineError, SpeechError, StoppedError
from speech.stream import Setting, Stream
from speech.stt.batcher import Batcher
from speech.transcript import ModelUse

DATA = Path(__file__).parent / "data"
GAP = np.zeros(2 * RATE, np.float32)
SAID = (SENTENCES[2], SENTENCES[4], SENTENCES[1], SENTENCES[6])


@pytest.fixture(scope="module")
def stt():
    with speech.Transcriber(WHISPER_MICRO) as transcriber:
        yield transcriber


@pytest.fixture(scope="module")
def talk():
    """Four sentences, one every few seconds, so far apart that each has a chunk of its own with max_chunk=5."""
    parts = []
    for text in SAID:
        parts += [GAP, say(text, gain=0.9).samples]
    return np.concatenate([*parts, GAP])


def wav(samples, channels=1):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


class Pipe(io.RawIOBase):
    """A file that cannot seek, and knows how far it was read."""

    def __init__(self, data):
        self.data = memoryview(data)
        self.at = 0

    def readable(self):
        return True

    def seekable(self):
        return False

    def read(self, size=-1):
        piece = self.data[self.at : self.at + min(size if size >= 0 else 1 << 16, 1 << 16)]
        self.at += len(piece)
        return bytes(piece)


def open_files():
    gc.collect()
    return sorted(str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.exists())


def test_segments_come_in_order_with_their_times(stt, talk):
    stream = stt.stream(Audio(talk, RATE), max_chunk=5.0, words=True)
    segments = list(stream)
    assert [segment.text for segment in segments] == list(SAID)
    assert stream.language == "en"
    at = 2.0
    for segment, text in zip(segments, SAID, strict=True):
        spoken = say(text)
        assert segment.start == pytest.approx(at + spoken.spans[0][0], abs=0.2)
        assert segment.end == pytest.approx(at + spoken.spans[-1][1], abs=0.3)
        assert [word.text for word in segment.words] == text.split()
        for word, (start, end) in zip(segment.words, spoken.spans, strict=True):
            assert (word.start, word.end) == (pytest.approx(at + start, abs=0.3), pytest.approx(at + end, abs=0.3))
        at += spoken.duration + 2.0
    transcript = stream.transcript()
    assert transcript.segments == tuple(segments)
    assert transcript.duration == pytest.approx(len(talk) / RATE)
    assert 0 < transcript.speech < transcript.duration


def test_the_first_segment_comes_before_the_last_block_is_read(stt, talk):
    pipe = Pipe(wav(np.tile(talk, 12)))
    with stt.stream(pipe, max_chunk=5.0) as stream:
        first = next(stream)
        assert first.text == SAID[0]
        assert pipe.at < len(pipe.data) / 4
        assert stream.language == "en"
    assert pipe.at < len(pipe.data) / 2


def test_an_iterator_is_used_up_once(stt, talk):
    stream = stt.stream(Audio(talk, RATE))
    assert iter(stream) is stream
    assert list(stream)
    assert list(stream) == []


def test_transcript_goes_through_what_is_left(stt, talk):
    stream = stt.stream(Audio(talk, RATE), max_chunk=5.0)
    first = next(stream)
    transcript = stream.transcript()
    assert transcript.segments[0] == first
    assert [segment.text for segment in transcript.segments] == list(SAID)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux lists them")
@pytest.mark.parametrize("taken", [0, 1])
def test_a_closed_stream_lets_go_of_everything(stt, talk, tmp_path, taken):
    path = tmp_path / "long.wav"
    path.write_bytes(wav(np.tile(talk, 6)))
    threads, files = threading.active_count(), open_files()
    stream = stt.stream(path, max_chunk=5.0)
    for _ in range(taken):
        next(stream)
    assert (str(path) in open_files()) == bool(taken)
    stream.close()
    assert open_files() == files  # while the stream is still there
    assert threading.active_count() <= max(threads, 3)
    assert list(stream) == []
    assert len(stream.transcript().segments) == taken
    stream.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux lists them")
def test_a_stream_that_fails_lets_go_of_its_file(tmp_path, talk):
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(talk))
    with scripted(lambda chunk: 1 / 0) as open_stream:
        stream = open_stream(path)
        with pytest.raises(EngineError, match="ZeroDivisionError"):
            next(stream)
        assert str(path) not in open_files()
        assert list(stream) == []


def test_a_file_object_stays_open_and_stands_where_it_stood(stt, talk):
    file = io.BytesIO(wav(talk))
    file.seek(7)
    with stt.stream(file, max_chunk=5.0) as stream:
        next(stream)
    assert not file.closed
    assert file.tell() == 7


def test_progress_tells_how_far_it_is(stt, talk):
    steps = []
    stream = stt.stream(Audio(talk, RATE), max_chunk=5.0, progress=steps.append)
    list(stream)
    length = len(talk) / RATE
    assert [step.stage for step in steps] == ["transcribe"] * len(SAID) + ["done"]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == pytest.approx(length)
    assert all(step.total == pytest.approx(length) and step.source == "<audio>" for step in steps)


def test_progress_of_a_clip_counts_from_its_start(stt, talk):
    steps = []
    list(stt.stream(Audio(talk, RATE), start=5.0, end=12.0, progress=steps.append))
    assert steps[-1].done == pytest.approx(7.0)
    assert {step.total for step in steps} == {7.0}
    assert all(0 < step.done <= 7.0 for step in steps)


def test_progress_of_a_pipe_has_no_total(stt, talk):
    steps = []
    assert list(stt.stream(Pipe(wav(talk)), progress=steps.append))
    assert {step.total for step in steps} == {None}


def test_what_there_is_of_a_failed_stream_is_never_the_whole(stt, talk):
    def failing(step):
        raise KeyError(step.stage)

    stream = stt.stream(Audio(talk, RATE), progress=failing)
    for _ in range(2):
        with pytest.raises(KeyError):
            stream.transcript()


def test_a_stream_that_was_closed_early_says_so(stt, talk):
    with stt.stream(Audio(talk, RATE)) as stream:
        next(stream)
    (event,) = stream.transcript().record
    assert "missing" in event.message


def test_a_hook_that_fails_stops_the_stream_with_its_error(stt, talk):
    def fails(step):
        raise KeyError("hook")

    stream = stt.stream(Audio(talk, RATE), max_chunk=5.0, progress=fails)
    with pytest.raises(KeyError, match="hook"):
        list(stream)
    assert list(stream) == []
    assert stt.transcribe(Audio(talk, RATE), max_chunk=5.0).segments  # nothing is stuck


def test_a_source_that_cannot_be_read_says_so(stt, tmp_path):
    with pytest.raises(AudioError, match=r"nowhere\.mp3"):
        list(stt.stream(tmp_path / "nowhere.mp3"))
    with pytest.raises(AudioError, match=r"nowhere\.mp3"):
        stt.stream(tmp_path / "nowhere.mp3", progress=print)
    with pytest.raises(AudioError, match="bare array"):
        stt.stream(np.zeros(100, np.float32))


# --- With an engine that says what the test wants


class Scripted:
    """Says what ``say`` gives for each chunk: one segment that covers it."""

    parallel = 1
    batch = 4

    def __init__(self, say):
        self.say = say

    def recognize(self, chunks: list[Chunk], options):
        return [Heard((Segment(self.say(chunk), 0.0, chunk.duration),)) for chunk in chunks]

    def detect(self, chunks):
        return [{} for _ in chunks]

    def close(self):
        pass


SPEC = ModelSpec(name="scripted", task="transcribe", engine="x", languages=("en",), features=frozenset({"temperature"}))


class scripted:  # noqa: N801 - reads as a function
    """Opens streams on a scripted engine."""

    def __init__(self, say, stopped=lambda: False):
        self.batcher = Batcher(Scripted(say), 4)
        self.setting = Setting(SPEC, ModelUse(name="scripted", engine="x", device="cpu"), (), stopped)

    def __enter__(self):
        return self.open

    def open(self, source, **options):
        return Stream(source, self.setting, TranscribeOptions(**options), self.batcher.lane())

    def __exit__(self, *_):
        self.batcher.close()


def test_stopping_from_outside_ends_it_with_an_error(talk):
    stop = threading.Event()
    with scripted(lambda chunk: str(chunk.index), stop.is_set) as open_stream:
        stream = open_stream(Audio(np.tile(talk, 20), RATE), max_chunk=5.0)
        assert next(stream).text == "0"
        stop.set()
        with pytest.raises(StoppedError, match="stopped while transcribing '<audio>'") as caught:
            list(stream)
        assert isinstance(caught.value, SpeechError)


def test_split_channels_are_labelled_and_in_the_order_of_time(talk):
    left, right = np.concatenate((talk, np.zeros_like(talk))), np.concatenate((np.zeros(9 * RATE, np.float32), talk))
    both = np.stack((left, np.pad(right, (0, len(left) - len(right)))), axis=1)
    with scripted(lambda chunk: f"{chunk.channel}") as open_stream:
        stream = open_stream(Audio(both, RATE), channels="split", max_chunk=5.0)
        segments = list(stream)
    assert [segment.start for segment in segments] == sorted(segment.start for segment in segments)
    assert [segment.channel for segment in segments] == [int(segment.text) for segment in segments]
    assert {segment.channel for segment in segments} == {0, 1}
    assert stream.transcript().duration == pytest.approx(len(both) / RATE)


def test_sampling_goes_on_record(talk):
    with scripted(lambda chunk: "x") as open_stream:
        (event,) = open_stream(Audio(talk, RATE), temperature=0.4).record
    assert event.kind == "flagged"
    assert "0.4" in event.message


def test_damage_goes_on_record_at_its_time(talk):
    data = wav(talk)
    with scripted(lambda chunk: "x") as open_stream:
        stream = open_stream(data[: len(data) - 40_000])
        list(stream)
    (event,) = (event for event in stream.record if event.kind == "input")
    assert "40000" in event.message
    starts = [event.start or 0.0 for event in stream.record]
    assert starts == sorted(starts)


def peak(path, channels):
    """Segments of a recording, and the most bytes that Python and numpy held at once on the way."""
    tracemalloc.start()
    try:
        with scripted(lambda chunk: "x") as open_stream:
            return sum(1 for _ in open_stream(path, channels=channels, max_chunk=5.0)), tracemalloc.get_traced_memory()[
                1
            ]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("channels", ["mix", "split"])
def test_memory_does_not_grow_with_the_length(tmp_path, talk, channels):
    both = (np.stack((talk, talk[::-1]), axis=1) * 32767).astype("<i2").tobytes()
    measured = []
    for minutes in (3, 15):
        path = tmp_path / f"{minutes}.wav"
        with wave.open(str(path), "wb") as writer:
            writer.setnchannels(2)
            writer.setsampwidth(2)
            writer.setframerate(RATE)
            for _ in range(minutes * 60 * RATE // len(talk)):
                writer.writeframes(both)
        measured.append(peak(path, channels))
    (few, small), (many, large) = measured
    assert many >= 4 * few
    assert large < 1.25 * small
