"""From any source to blocks: the same samples whatever the way in, right times, errors that name the cause."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.audio import Audio, AudioInfo, blocks, describe, name_of
from speech.audio.sound import as_float
from speech.errors import AudioError

DATA = Path(__file__).parent / "data"
MANIFEST = [json.loads(line) for line in (DATA / "manifest.jsonl").read_text("utf-8").splitlines()]
FLAC = DATA / "en/librispeech_1089-134691-0000.flac"  # 2.085 s
LONGER = DATA / "en/librispeech_2033-164914-0002.flac"  # 7.53 s
JFK = DATA / "en/jfk.mp3"
M4A = DATA / "en/jfk_441khz.m4a"
STEREO = DATA / "made/two_channels.flac"
VIDEO = DATA / "made/video.mp4"
FDS = Path("/proc/self/fd")
TWO_TRACKS = DATA / "made/two_tracks.mkv"


def whole(source, **options):
    parts = list(blocks(source, **options))
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def heard(source, **options):
    """What the record would say, in one line."""
    events = []
    samples = whole(source, on_event=events.append, **options)
    assert all(event.kind == "input" for event in events)
    return samples, "; ".join(event.message for event in events)


def written(samples, rate=16_000, kind="WAV", subtype=None):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def tone(seconds, rate=16_000, pitch=440.0):
    return (0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@contextmanager
def piped(data, held=0):
    """A pipe with the data in it, the last ``held`` bytes only once ``go`` is set."""
    reading, writing = os.pipe()
    go = threading.Event()

    def feed():
        with os.fdopen(writing, "wb", buffering=0) as file:
            try:
                file.write(data[: len(data) - held])
                if held:
                    go.wait(30)
                    file.write(data[len(data) - held :])
            except BrokenPipeError:
                pass  # the reader had enough

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reading, "rb") as file:
        try:
            yield file, go
        finally:
            go.set()
            file.close()
            thread.join()


def movie(path, samples, *, codec="aac", delay=0.0, lost=(), video=True):
    """A file whose audio starts ``delay`` seconds in and lacks the packets between each pair of times in ``lost``."""
    rate = 48_000 if codec == "libopus" else 16_000
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=5) if video else None
        sound = container.add_stream(codec, rate=rate)
        sound.layout = "mono"
        if picture:
            picture.width = picture.height = 64
            picture.pix_fmt = "yuv420p"
            for number in range(int((delay + len(samples) / rate) * 5)):
                image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                image.pts, image.time_base = number, Fraction(1, 5)
                container.mux(picture.encode(image))
            container.mux(picture.encode(None))
        for packet in encoded(sound, samples, rate, delay):
            time = float(packet.pts * packet.time_base) - delay
            if not any(first <= time < last for first, last in lost):
                container.mux(packet)
    return path


def encoded(stream, samples, rate, delay):
    pcm = (samples * 32767).astype(np.int16)
    for at in range(0, len(pcm), 1000):
        frame = av.AudioFrame.from_ndarray(pcm[None, at : at + 1000], format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), at + round(delay * rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def beeps(places, seconds, rate):
    samples = np.zeros(round(seconds * rate), np.float32)
    for place in places:
        samples[round(place * rate) : round((place + 0.1) * rate)] = tone(0.1, rate)
    return samples


def onsets(samples, rate=16_000):
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.1) / rate
    return [float(time) for index, time in enumerate(loud) if index == 0 or time - loud[index - 1] > 0.5]


# What is in memory


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.array([-32768, 0, 16384], np.int16), [-1, 0, 0.5]),
        (np.array([0, 128, 192], np.uint8), [-1, 0, 0.5]),
        (np.array([-(2**31), 2**30], np.int32), [-1, 0.5]),
        (np.array([0.25, -1.5]), [0.25, -1.5]),
    ],
)
def test_audio_takes_integers_at_full_scale_and_floats_as_they_are(samples, expected):
    audio = Audio(samples, 8000)
    assert audio.samples.dtype == np.float32
    assert audio.samples.tolist() == expected


def test_audio_knows_its_channels_and_duration():
    assert (Audio(np.zeros((800, 2)), 8000).channels, Audio(np.zeros((800, 2)), 8000).duration) == (2, 0.1)
    assert Audio(np.zeros(0), np.int64(16_000)).duration == 0.0
    assert type(Audio(np.zeros(4), 44_100.0).rate) is int


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        ([0.0, 1.0], 16_000, "numpy array, not list"),
        (np.zeros((2, 800)), 16_000, "pass samples.T"),
        (np.zeros((2, 2, 2)), 16_000, "frames, channels"),
        (np.zeros((4, 0)), 16_000, "frames, channels"),
        (np.array(["a"]), 16_000, "floats or integers"),
        (np.zeros(4, complex), 16_000, "floats or integers"),
        (np.zeros(4, bool), 16_000, "floats or integers"),
        (np.array([0, np.nan]), 16_000, "NaN"),
        (np.array([1e300]), 16_000, "infinity"),
        (np.zeros(4), 0, "rate cannot be 0"),
        (np.zeros(4), -8000, "rate"),
        (np.zeros(4), 16_000.5, "rate"),
        (np.zeros(4), "16000", "rate"),
        (np.zeros(4), True, "rate"),
        (np.zeros(4), float("nan"), "rate"),
    ],
)
def test_audio_refuses_what_is_none(samples, rate, message):
    with pytest.raises(AudioError, match=message):
        Audio(samples, rate)


# Real recordings


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["path"])
def test_every_recording_decodes_to_its_length(row):
    path = DATA / row["path"]
    samples, said = heard(path)
    assert said == ""
    assert samples.dtype == np.float32
    assert samples.shape[1] == 1
    assert np.abs(samples).max() <= 1
    # MP4 pads its last frame; everything else is known to the sample.
    assert len(samples) / 16_000 == pytest.approx(
        row["seconds"], abs=0.07 if path.suffix in {".mp4", ".mkv", ".webm"} else 0.001
    )
    info = describe(path)
    assert info.name == str(path)
    assert info.duration == pytest.approx(row["seconds"], abs=0.07)
    assert info.channels == row["channels"]
    assert len(info.tracks) == (2 if path == TWO_TRACKS else 1)


def test_every_recording_has_its_licence():
    files = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()}
    assert files - {"manifest.jsonl", "README.md"} == {row["path"] for row in MANIFEST}
    allowed = {"CC0-1.0", "CC-BY-4.0", "Apache-2.0", "public domain"}
    assert {row["licence"] for row in MANIFEST} <= allowed
    assert all(row["source"] and row["attribution"] for row in MANIFEST)


@pytest.mark.parametrize("path", [FLAC, STEREO, DATA / "nl/flemishguy_nl_rhasspy_1076_1601732082.wav"])
def test_lossless_audio_comes_out_as_it_is(path):
    expected, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert np.array_equal(whole(path, rate=rate, channels="split"), expected)


def test_an_mp3_starts_where_its_recording_does():
    expected, _ = soundfile.read(JFK, dtype="float32", always_2d=True)
    got = whole(JFK)
    assert len(got) == len(expected)
    assert np.abs(got - expected).max() < 1e-4


def test_mp3_and_m4a_of_one_speech_lie_on_each_other():
    mp3, m4a = (np.pad(part, (0, 200_000 - len(part))) for part in (whole(JFK)[:, 0], whole(M4A)[:, 0]))
    product = np.fft.irfft(np.fft.rfft(mp3) * np.conj(np.fft.rfft(m4a)))
    assert int(np.argmax(product)) == 0


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM"]
)
def test_every_kind_of_wav_sample(subtype):
    data = written(tone(0.5), subtype=subtype)
    expected = soundfile.read(io.BytesIO(data), dtype="float32")[0]
    assert np.abs(whole(data)[: len(expected), 0] - expected).max() < 1e-3


@pytest.mark.parametrize(
    "kind", ["AIFF", "AU", "CAF", "W64", "RF64", "NIST", "FLAC", "VOC", "IRCAM", "HTK", "MAT5", "PVF"]
)
def test_the_other_containers(kind):
    assert np.abs(whole(written(tone(0.5), kind=kind, subtype="PCM_16"))[:, 0] - tone(0.5)).max() < 1e-4


def test_g721_is_left_to_the_library_that_decodes_it():
    data = written(tone(0.5), 8000, "AU", "G721_32")
    expected = soundfile.read(io.BytesIO(data), dtype="float32")[0]
    assert np.abs(whole(data, rate=8000)[:, 0] - expected).max() < 1e-4
    assert len(whole(data, rate=8000, start=0.25)) == len(expected) - 2000


def test_more_than_eight_channels():
    # In a process of its own: reading beyond the last channel brings it down.
    code = """if True:
        import io, av, numpy as np
        from av.audio.plane import AudioPlane
        from speech.audio import blocks
        pcm = np.random.default_rng(0).integers(-9000, 9000, (16, 16_000)).astype(np.int16)
        file = io.BytesIO()
        with av.open(file, "w", format="wv") as container:
            sound = container.add_stream("wavpack", rate=16_000)
            sound.layout, sound.format = "16 channels", "s16p"
            frame = av.AudioFrame("s16p", "16 channels", 16_000)
            for index, channel in enumerate(pcm):
                AudioPlane(frame, index).update(channel)
            frame.sample_rate = 16_000
            container.mux([*sound.encode(frame), *sound.encode(None)])
        got = np.concatenate(list(blocks(file.getvalue(), channels="split")))
        print(np.array_equal(got * 32768, pcm.T))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


# Rates, channels, blocks


@given(
    frames=st.integers(0, 40_000),
    source_rate=st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 12_345]),
    rate=st.sampled_from([8000, 16_000, 22_050, 48_000]),
)
@settings(deadline=None, max_examples=60)
def test_the_length_is_kept_at_any_rate(frames, source_rate, rate):
    audio = Audio(np.zeros(frames, np.float32), source_rate)
    assert len(whole(audio, rate=rate)) == round(frames * rate / source_rate)


@given(
    start=st.floats(0, 8),
    length=st.floats(0.001, 8),
    rate=st.sampled_from([8000, 16_000, 22_050, 44_100]),
    source=st.sampled_from([LONGER, Audio(tone(7.53, 44_100), 44_100), JFK]),
)
@settings(deadline=None, max_examples=40)
def test_a_clip_is_the_slice_of_the_whole(start, length, rate, source):
    end = start + length
    expected = whole(source, rate=rate)[round(start * rate) : round(end * rate)]
    got = whole(source, rate=rate, start=start, end=end)
    assert got.shape == expected.shape
    assert np.abs(got - expected).max(initial=0) < 1e-5


@pytest.mark.parametrize(
    "path", [M4A, VIDEO, TWO_TRACKS, DATA / "de/kerstin_de_rhasspy-0042.webm", DATA / "de/fleurs-de-001.ogg"]
)
def test_a_clip_lies_where_the_whole_has_it(path):
    expected, got = whole(path)[34_000:48_000, 0], whole(path, start=2.125, end=3)[:, 0]
    assert len(got) == len(expected)
    product = np.fft.irfft(np.fft.rfft(got, 32_768) * np.conj(np.fft.rfft(expected, 32_768)))
    lag = (int(np.argmax(product)) + 16_384) % 32_768 - 16_384
    assert abs(lag) <= 16  # Matroska's clock counts milliseconds


def test_resampling_is_soxr_of_the_whole():
    samples, rate = soundfile.read(DATA / "en/ljspeech_LJ001-0001.flac", dtype="float32")
    expected = soxr.resample(samples, rate, 16_000)
    assert np.abs(whole(DATA / "en/ljspeech_LJ001-0001.flac")[:, 0] - expected[:154_480]).max() < 1e-4


def test_blocks_are_even_and_bounded():
    sizes = [len(block) for block in blocks(JFK)]
    assert sizes == [32_000] * 5 + [16_000]
    # One sample a packet, and a header that claims a million samples a second.
    assert [len(block) for block in blocks(written(np.zeros(3_000_000), 1_000_000))] == [32_000, 16_000]


def test_mix_is_the_mean_and_split_keeps_the_channels():
    samples = np.stack([tone(1), np.zeros(16_000, np.float32), -tone(1, pitch=300.0)], axis=1)
    assert np.allclose(whole(Audio(samples, 16_000)), samples.mean(axis=1, keepdims=True), atol=1e-6)
    assert np.array_equal(whole(Audio(samples, 16_000), channels="split"), samples)
    assert whole(written(np.zeros((1600, 6)), 192_000), channels="split").shape[1] == 6


def test_a_change_of_rate_and_channels_on_the_way():
    # One file after the other in the same stream of bytes, as cutting mp3 files together makes them.
    stereo = written(np.stack([tone(2, 44_100)] * 2, axis=1), 44_100, "MP3")
    samples = whole(stereo + written(tone(2, 22_050), 22_050, "MP3"), channels="split")
    assert samples.shape[1] == 2
    assert len(samples) / 16_000 == pytest.approx(4, abs=0.15)
    crossings = [np.count_nonzero(np.diff(np.sign(samples[at : at + 16_000, 1]))) for at in (8000, 40_000)]
    assert crossings == pytest.approx([880, 880], abs=5)  # 440 Hz in both halves


def test_float_samples_that_are_no_samples_are_cleaned_and_reported():
    samples = tone(1)
    samples[100], samples[200], samples[300] = np.nan, np.inf, 50
    got, said = heard(written(samples, subtype="FLOAT"))
    assert got[[100, 200, 300], 0].tolist() == [0, 0, 1]
    assert "NaN" in said
    assert "samples reach 50" in said


# Sources


@pytest.mark.parametrize("path", [FLAC, JFK, DATA / "en/ljspeech_LJ001-0002.wav", M4A, VIDEO, TWO_TRACKS])
def test_every_way_in_gives_the_same(path, monkeypatch):
    data, expected = path.read_bytes(), whole(path)
    with path.open("rb") as file:
        file.seek(7)
        assert np.array_equal(whole(file), expected)
        assert file.tell() == 7
        assert describe(file).duration == describe(path).duration
        assert not file.closed
    assert np.array_equal(whole(data), expected)
    assert np.array_equal(whole(bytearray(data)), expected)
    assert np.array_equal(whole(str(path)), expected)
    assert np.array_equal(whole(io.BytesIO(data)), expected)
    for way in ("stdin", "object"):
        with piped(data) as (file, _):
            monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=file, isatty=lambda: False))
            source = "-" if way == "stdin" else file
            assert describe(source).duration is None
            got = whole(source)
            # The end of an mp3 is padding, and without the file's size nobody knows where it starts.
            assert np.array_equal(got[: len(expected)], expected)
            assert len(got) - len(expected) < 1200


def test_redirected_stdin_is_read_from_where_it_stands(monkeypatch, tmp_path):
    (tmp_path / "f").write_bytes(b"header\n" + FLAC.read_bytes())
    with (tmp_path / "f").open("rb") as file:
        file.readline()
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=file, isatty=lambda: False))
        assert describe("-").rate == 16_000
        assert np.array_equal(whole("-"), whole(FLAC))


def test_a_terminal_is_no_recording(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    with pytest.raises(AudioError, match="terminal"):
        whole("-")


@pytest.mark.parametrize("size", [None, b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"])
@pytest.mark.parametrize("way", ["pipe", "bytes"])
def test_a_wav_of_unknown_size(size, way):
    samples = tone(20)
    data = bytearray(written(samples))
    if size is not None:
        data[4:8] = data[40:44] = size
    if way == "bytes":
        assert len(whole(bytes(data))) == len(samples)
        return
    with piped(bytes(data), held=200_000) as (file, go):
        stream = blocks(file)
        first = next(stream)  # would never come if the rest were waited for
        assert len(first) == 32_000
        go.set()
        assert len(first) + sum(map(len, stream)) == len(samples)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_the_first_block_comes_before_the_pipe_ends(kind):
    data = written(np.random.default_rng(0).normal(0, 0.1, 60 * 16_000), kind=kind)
    with piped(data, held=len(data) // 5) as (file, go):
        stream = blocks(file)
        next(stream)
        assert not go.is_set()
        stream.close()


def test_a_file_object_that_gives_more_than_asked_for():
    class Generous:
        def __init__(self, data):
            self.file = io.BytesIO(data)

        def read(self, size):
            return self.file.read(100_000)

    assert np.abs(whole(Generous(written(tone(10))))[:, 0] - tone(10)).max() < 1e-4


@pytest.mark.parametrize(
    "name", ["-dash.flac", "concat:a|b.flac", "a%03d.flac", "ümlaut 'n\".flac", b"\xff\xfe.flac", "#?.FLAC"]
)
def test_any_file_name(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(name)
    Path(name).write_bytes(FLAC.read_bytes())
    assert len(whole(name)) == 33_360
    assert len(whole(tmp_path / name)) == 33_360
    with pytest.raises(AudioError, match="has no track"):
        whole(name, track=3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.zeros(16_000), "wrap it: speech.Audio"),
        (None, "NoneType is no source"),
        (3, "int is no source"),
        (io.StringIO("x"), "binary"),
        ("https://example.org/a.mp3", "URL"),
        ("file:///a.mp3", "URL"),
        ("nowhere.wav", "there is no file 'nowhere.wav'"),
        ("a\0b.wav", "cannot be opened"),
        (str(DATA), "is a folder"),
        ("", "name of the file is empty"),
    ],
)
def test_what_is_no_source(source, message):
    with pytest.raises(AudioError, match=message):
        whole(source)
    with pytest.raises(AudioError, match=message):
        describe(source)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "x.wav").write_bytes(b"")
    (tmp_path / "x.wav").chmod(0)
    with pytest.raises(AudioError, match="Permission"):
        whole(tmp_path / "x.wav")


def test_names():
    assert name_of("a/b.wav") == "a/b.wav"
    assert name_of(Path("a.wav")) == "a.wav"
    assert [name_of("-"), name_of(b""), name_of(io.BytesIO()), name_of(Audio(np.zeros(1), 8000))] == [
        "<stdin>",
        "<bytes>",
        "<file>",
        "<audio>",
    ]


@pytest.mark.parametrize(
    ("option", "value"), [("start", -1), ("start", float("nan")), ("start", float("inf")), ("end", 0), ("end", -1),
    ("end", float("nan")), ("rate", 0), ("channels", "left")],
)  # fmt: skip
def test_arguments_are_checked_at_once(option, value):
    with pytest.raises(AudioError, match=option):
        blocks(FLAC, **{option: value})
    with pytest.raises(AudioError, match="not after the start"):
        blocks(FLAC, start=2, end=2)


def test_a_clip_beyond_the_end_is_empty():
    for source in (FLAC, JFK, M4A, TWO_TRACKS, Audio(tone(1), 16_000)):
        assert list(blocks(source, start=100)) == []
    assert len(whole(FLAC, start=2, end=float("inf"))) == 1360


@pytest.mark.parametrize(
    "content",
    ["#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{}'\n",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"],
)  # fmt: skip
def test_a_playlist_opens_nothing(content):
    with pytest.raises(AudioError):
        whole(content.format(FLAC).encode())


# Tracks and times


def test_tracks():
    info = describe(TWO_TRACKS)
    assert [(track.codec, track.language) for track in info.tracks] == [("opus", "eng"), ("opus", "ger")]
    first, second = whole(TWO_TRACKS, track=0), whole(TWO_TRACKS, track=1)
    assert np.array_equal(whole(TWO_TRACKS), first)
    assert len(second) / 16_000 == pytest.approx(8.4, abs=0.03)
    for wrong in (2, -1):
        with pytest.raises(AudioError, match=r"no track .*0: opus, eng; 1: opus, ger"):
            whole(TWO_TRACKS, track=wrong)


def test_a_video_without_sound_says_so(tmp_path):
    with av.open(str(tmp_path / "mute.mp4"), "w") as container:
        picture = container.add_stream("mpeg4", rate=5)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        container.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(picture.encode(None))
    for call in (whole, describe):
        with pytest.raises(AudioError, match=r"mute.mp4' is a video without an audio track"):
            call(tmp_path / "mute.mp4")


def test_a_cover_picture_is_no_video(tmp_path):
    with av.open(str(tmp_path / "x.mkv"), "w", format="matroska") as container:
        sound = container.add_stream("aac", rate=16_000)
        sound.layout = "mono"
        picture = container.add_stream("mjpeg", rate=1)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuvj420p"
        container.mux(picture.encode(av.VideoFrame(64, 64, "yuvj420p")))
        container.mux(list(encoded(sound, tone(3), 16_000, 0)))
    assert len(whole(tmp_path / "x.mkv")) / 16_000 == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "aac"), ("mkv", "libopus"), ("ts", "aac"), ("mov", "pcm_s16le")])
def test_audio_that_starts_late_keeps_its_times(tmp_path, suffix, codec):
    rate = 48_000 if codec == "libopus" else 16_000
    path = movie(tmp_path / f"late.{suffix}", beeps((1, 3), 4, rate), codec=codec, delay=2.0)
    samples, said = heard(path)
    assert onsets(samples) == pytest.approx([3, 5], abs=0.02)
    assert "silence put in" in said
    assert onsets(whole(path, start=2.5)) == pytest.approx([0.5, 2.5], abs=0.02)
    assert describe(path).duration == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "aac"), ("mkv", "libopus"), ("webm", "libopus"), ("ts", "mp2")])
def test_packets_that_were_lost_leave_silence(tmp_path, suffix, codec):
    rate = 48_000 if codec == "libopus" else 16_000
    sound = beeps((1, 5, 9), 10, rate)
    path = movie(tmp_path / f"gap.{suffix}", sound, codec=codec, lost=[(2, 4), (6.5, 6.8)], video=suffix != "webm")
    samples, said = heard(path)
    assert onsets(samples) == pytest.approx([1, 5, 9], abs=0.05)
    assert "nothing was recorded for" in said
    assert "short gaps filled with silence: 1" in said
    assert onsets(whole(path, start=4.5, end=9.5)) == pytest.approx([0.5, 4.5], abs=0.05)


def test_a_clock_that_leaps_is_not_followed(tmp_path):
    with av.open(str(tmp_path / "leap.mkv"), "w") as container:
        sound = container.add_stream("flac", rate=16_000)
        sound.layout = "mono"
        for packet in list(encoded(sound, tone(6), 16_000, 0)):
            if 2 <= float(packet.pts * packet.time_base) < 4:
                packet.pts += 7200 * 16_000
                packet.dts = packet.pts
            elif float(packet.pts * packet.time_base) >= 4:
                packet.pts += 7200 * 16_000 * 2
                packet.dts = packet.pts
            container.mux(packet)
    samples, said = heard(tmp_path / "leap.mkv")
    assert len(samples) / 16_000 == pytest.approx(6, abs=0.1)
    assert "the times leap by" in said


def spread(seconds, clock, places):
    """A Matroska file with gaps, each a number of frames (of 0.072 s) before it and a length in seconds."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska", options={"live": str(int(clock == "live"))}) as container:
        sound = container.add_stream("flac", rate=16_000)
        sound.layout = "mono"
        for number, packet in enumerate(encoded(sound, tone(seconds), 16_000, 0)):
            packet.pts = packet.dts = packet.pts + round(16_000 * sum(gap for at, gap in places if number >= at))
            container.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(("clock", "length"), [("declared", 2006), ("live", 6)])
def test_a_long_gap_is_believed_where_the_header_allows_for_it(clock, length):
    data = spread(6, clock, [(20, 2000)])
    assert (describe(data).duration is None) == (clock == "live")
    samples, said = heard(data)
    assert len(samples) / 16_000 == pytest.approx(length, abs=0.2)
    assert ("nothing was recorded for 2000" in said) == (clock == "declared")
    assert ("the times leap by 2000" in said) == (clock == "live")


def test_pauses_that_are_left_out_are_believed_without_a_header():
    # Opus sends one frame in 0.4 s while nobody speaks; the gap of nearly a minute is somebody who joins late.
    samples, said = heard(spread(4, "live", [(3, 55), *((number, 0.38) for number in range(4, 54))]))
    assert len(samples) / 16_000 == pytest.approx(4 + 55 + 19, abs=0.6)
    assert "leap" not in said


@pytest.mark.parametrize("ticks", [0, 1, 44, 441])
def test_a_damaged_clock_does_not_become_hours_of_silence(ticks):
    data = bytearray(M4A.read_bytes())
    place = data.index(b"mdhd") + 16
    data[place : place + 4] = ticks.to_bytes(4, "big")  # a second
    samples, said = heard(bytes(data))
    assert len(samples) / 16_000 < 2 * 60 + 21 * 11
    assert "the file's clock is damaged" in said


# Empty, silent, damaged


@pytest.mark.parametrize(
    "source", [b"", written(np.zeros(0)), Audio(np.zeros(0), 16_000), Audio(np.zeros((0, 2)), 16_000)]
)
def test_nothing_is_no_error(source):
    assert list(blocks(source)) == []
    assert describe(source).duration in (0.0, None)


def test_an_empty_file_is_reported(tmp_path):
    (tmp_path / "x.wav").write_bytes(b"")
    assert "empty (0 bytes)" in heard(tmp_path / "x.wav")[1]
    assert "holds no samples" in heard(written(np.zeros(0)))[1]
    assert describe(tmp_path / "x.wav") == AudioInfo(str(tmp_path / "x.wav"), 0.0)


def test_silence_is_silence():
    assert not whole(DATA / "made/silence.flac").any()


@pytest.mark.parametrize(
    "content", [b"This is a text, and not a recording.\n" * 50, b"\0" * 5000, bytes(range(256)) * 200, b"RIFF"]
)
def test_what_is_no_audio_is_named(tmp_path, content):
    (tmp_path / "talk.wav").write_bytes(content)
    with pytest.raises(AudioError, match=r"talk.wav' is no audio .*Audio\(samples, rate\)"):
        whole(tmp_path / "talk.wav")


@pytest.mark.parametrize("path", [LONGER, JFK, DATA / "de/fleurs-de-001.ogg", DATA / "en/ami_ES2011a_40-46s.wav"])
def test_a_file_that_breaks_off_gives_what_it_has(path):
    data = path.read_bytes()
    expected = whole(data)
    samples, said = heard(data[: len(data) * 6 // 10])
    assert 0.4 < len(samples) / len(expected) < 0.8
    assert np.abs(samples[:32_000] - expected[:32_000]).max() < 1e-5
    assert "cut short" in said or path.suffix == ".ogg"  # an Ogg file says its length at its end


@pytest.mark.parametrize("path", [LONGER, M4A, JFK])
def test_damage_is_skipped_and_the_rest_keeps_its_place(path):
    data = bytearray(path.read_bytes())
    expected = whole(bytes(data))
    middle = len(data) * 7 // 10
    data[middle : middle + 3000] = bytes(np.random.default_rng(1).integers(0, 256, 3000, np.uint8))
    samples, said = heard(bytes(data))
    assert said
    if path == JFK:  # nothing in an mp3 says when a frame is: what is lost is missing
        assert len(samples) == pytest.approx(len(expected), abs=16_000)
        return
    assert len(samples) == pytest.approx(len(expected), abs=1700)
    tail = slice(-16_000, -2000)
    product = np.fft.irfft(np.fft.rfft(samples[tail, 0], 32_768) * np.conj(np.fft.rfft(expected[tail, 0], 32_768)))
    assert abs((int(np.argmax(product)) + 16_384) % 32_768 - 16_384) <= 1700


def test_nothing_but_damage_is_an_error():
    data = bytearray(M4A.read_bytes())
    start = data.index(b"mdat") + 4
    data[start : start + 95_000] = b"\xff" * 95_000
    with pytest.raises(AudioError, match=r"nothing in '<bytes>' can be decoded"):
        whole(bytes(data[: start + 95_000]) + bytes(data[start + 95_000 :]))


@pytest.mark.parametrize("tag", [b"", b"ID3\3\0\0\0\0\0\012" + bytes(10)], ids=["bare", "tagged"])
@pytest.mark.parametrize("size", [4, 200])
def test_a_damaged_mp3_writes_nothing_to_standard_error(tag, size, capfd):
    noise = np.random.default_rng(0).integers(0, 256, 5000, np.uint8).tobytes()
    with pytest.raises(AudioError, match="no audio or video that can be decoded"):
        whole(tag + JFK.read_bytes()[:size] + noise)
    assert capfd.readouterr() == ("", "")


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_no_damage_does_worse_than_an_audio_error(data):
    path = data.draw(
        st.sampled_from(
            [FLAC, VIDEO, TWO_TRACKS, DATA / "en/common_voice_en_651325.mp3", DATA / "en/fleurs-en-004.ogg"]
        )
    )
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, 600) | st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    with suppress(AudioError):
        for block in blocks(bytes(content)):
            assert np.isfinite(block).all()
            assert np.abs(block).max() <= 1


FUZZ = """if True:
    import random, sys
    from pathlib import Path
    import numpy as np
    from speech.audio import blocks, describe
    from speech.errors import AudioError

    path, seeds = Path(sys.argv[1]), range(int(sys.argv[2]), int(sys.argv[3]))
    whole = path.read_bytes()
    for seed in seeds:
        rng, data = random.Random(seed), bytearray(whole)
        near = rng.choice([60, 400, len(data), len(data)])
        for _ in range(rng.choice([1, 3, 10, 60])):
            data[rng.randrange(min(near, len(data)))] = rng.randrange(256)
        print(seed, flush=True)
        total = 0
        try:
            describe(bytes(data))
            for block in blocks(bytes(data)):
                assert np.abs(block).max() <= 1
                total += len(block)
        except AudioError:
            pass
        assert total < 16_000 * 3600, total
    print("done")"""


def fuzzed(path, first, last):
    """What remains of a process that read damaged copies of the file: a crash must not take the tests with it."""
    command = [sys.executable, "-X", "faulthandler", "-c", FUZZ, str(path), str(first), str(last)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.split()[-1], done.stderr


def test_damage_that_makes_many_channels_of_one(tmp_path):
    data = bytearray(M4A.read_bytes())
    data[1238], data[74_812] = 87, 91  # "32 channels", says the packet there
    (tmp_path / "x.m4a").write_bytes(data)
    code = "import sys; from speech.audio import blocks; print(sum(map(len, blocks(sys.argv[1]))) > 160_000)"
    command = [sys.executable, "-c", code, str(tmp_path / "x.m4a")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["en/jfk_441khz.m4a", "made/video.mp4", "made/two_tracks.mkv", "de/kerstin_de_rhasspy-0042.webm",
    "en/fleurs-en-004.ogg", "en/common_voice_en_651325.mp3", "made/two_channels.flac", "en/ljspeech_LJ001-0002.wav"],
)  # fmt: skip
def test_no_damage_brings_the_process_down(name):
    assert fuzzed(DATA / name, 0, 60) == (0, "done", "")


# Resources


def test_nothing_stays_open_when_the_caller_stops_early(capfd):
    before = len(list(FDS.iterdir())) if FDS.exists() else 0
    for path in (JFK, M4A, TWO_TRACKS, FLAC):
        stream = blocks(path)
        next(stream)
        stream.close()
        with pytest.raises(AudioError):
            whole(path, track=9)
    if before:
        assert len(list(FDS.iterdir())) == before
    assert capfd.readouterr() == ("", "")


def test_importing_it_loads_nothing_heavy():
    code = "import sys, speech.audio; print([m for m in ('numpy', 'av', 'soundfile', 'soxr') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "rate"), [("WAV", 8000), ("MP3", 16_000), ("FLAC", 44_100)])
def test_memory_does_not_grow_with_the_length(tmp_path, kind, rate):
    minute = np.random.default_rng(0).normal(0, 0.1, 60 * rate).astype(np.float32)
    code = """if True:
        import resource, sys
        from speech.audio import blocks
        print(sum(map(len, blocks(sys.argv[1]))), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"""
    peaks = []
    for minutes in (2, 20):
        path = tmp_path / f"{minutes}.{kind.lower()}"
        with soundfile.SoundFile(path, "w", rate, 1, format=kind) as file:
            for _ in range(minutes):
                file.write(minute)
        got = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
        frames, peak = map(int, got.split())
        assert frames == pytest.approx(minutes * 60 * 16_000, abs=2)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 8000  # kilobytes


@given(st.integers(-(2**15), 2**15 - 1))
def test_integers_lose_nothing(value):
    assert as_float(np.array([value], np.int16))[0] * 32768 == value
