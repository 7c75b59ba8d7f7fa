"""Files that are written: as long as what went in, read back by other libraries, always the same, whole or absent."""

from __future__ import annotations

import errno
import gc
import io
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from speech.audio import blocks
from speech.audio.writing import formats, keeps_chapters, keeps_tags, of_file, rate_for, writing
from speech.errors import OutputError, UnsupportedError

RATE = 24_000
LENGTHS = (1, 2_400, 24_001, 240_890)
LOSSLESS = ("wav", "flac")
TAGS = {"title": "Grüße", "artist": "Ada", "comment": '{"ai_generated": true}'}


def voice(count, rate=RATE, channels=1):
    """Something like a vowel, with a beginning and an end that can be found."""
    time = np.arange(count) / rate
    sound = sum(np.sin(2 * np.pi * 140 * partial * time) / partial for partial in range(1, 12))
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * time)
    samples = (0.25 * swell * sound).astype(np.float32)
    return samples if channels == 1 else np.stack([samples, -0.5 * samples], axis=1)


def written(form, samples, rate=RATE, channels=1, cut=10_000, **options):
    file = io.BytesIO()
    with writing(file, form, rate, channels, **options) as writer:
        for at in range(0, len(samples), cut):
            writer.write(samples[at : at + cut])
    return file.getvalue()


def decoded(data):
    """What FFmpeg hears in it: samples, its rate, the seconds that the track is said to have."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        parts = [frame.to_ndarray() for frame in container.decode(stream)]
        planar = stream.format.is_planar
        whole = np.concatenate([part if planar else part.reshape(-1, stream.channels).T for part in parts], axis=1)
        whole = whole / 32768 if whole.dtype == np.int16 else whole / 2**31 if whole.dtype == np.int32 else whole
        return whole.T, stream.rate, float(stream.duration * stream.time_base)


def whole(data):
    """What this package hears in it, mixed to one channel."""
    return np.concatenate(list(blocks(data, rate=RATE)))[:, 0]


class Pipe(io.RawIOBase):
    """Takes a part of what it is given, and never goes back."""

    def __init__(self, limit=None):
        self.data, self.limit = bytearray(), limit

    def writable(self):
        return True

    def write(self, data):
        if self.limit is not None and len(self.data) > self.limit:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.data += data[:1000]
        return min(1000, len(data))


# How long it is


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("form", LOSSLESS)
def test_lossless_files_hold_what_was_written(form, count):
    samples = np.rint(voice(count) * 32768) / 32768
    data = written(form, samples.astype(np.float32))
    heard, rate, duration = decoded(data)
    assert rate == RATE
    assert duration == pytest.approx(count / RATE, abs=1e-9)
    np.testing.assert_array_equal(heard[:, 0], samples)
    np.testing.assert_array_equal(soundfile.read(io.BytesIO(data))[0], samples)


@pytest.mark.parametrize("count", LENGTHS[1:])
@pytest.mark.parametrize("form", ["mp3", "opus"])
def test_compressed_files_are_as_long_as_what_was_written(form, count):
    samples = voice(count)
    data = written(form, samples, tags=TAGS)
    heard, rate, _ = decoded(data)
    assert len(heard) == count * rate // RATE
    again = soundfile.read(io.BytesIO(data))[0]
    assert len(again) == count
    # ... and stand where they were: neither early nor late by a sample, to the last of them
    assert np.corrcoef(again[1:], samples[1:])[0, 1] > 0.97
    assert np.corrcoef(again[-1200:], samples[-1200:])[0, 1] > 0.9


@pytest.mark.parametrize("rate", [24_000, 44_100])
@pytest.mark.parametrize("extra", [0, 1, 46, 47, 300, 575, 577, 1151])
def test_an_mp3_ends_to_the_sample_wherever_its_frames_do(rate, extra):
    count = 40 * 1152 + 47 + extra
    data = written("mp3", voice(count, rate), rate, tags=TAGS)
    assert len(decoded(data)[0]) == len(soundfile.read(io.BytesIO(data))[0]) == count


def test_even_one_sample_is_a_file():
    for form in ("mp3", "opus", "ogg"):
        assert len(soundfile.read(io.BytesIO(written(form, voice(1), tags=TAGS)))[0]) == 1


@pytest.mark.parametrize("count", LENGTHS)
def test_vorbis_is_as_long_as_what_was_written(count):
    data = written("ogg", voice(count))
    assert len(soundfile.read(io.BytesIO(data))[0]) == count
    heard, _, duration = decoded(data)
    assert duration == pytest.approx(count / RATE, abs=1e-9)
    assert len(heard) == count if count > 2 * RATE else len(heard) >= count  # FFmpeg trims no first page


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("form", ["m4a", "m4b"])
def test_an_mp4_says_its_length_to_the_sample(form, count):
    samples = voice(count)
    data = written(form, samples)
    heard, _, duration = decoded(data)
    assert duration == pytest.approx(count / RATE, abs=1e-9)
    assert movie_duration(data) == pytest.approx(count / RATE, abs=1e-9)
    assert edits(data) == [(count, 1024)]  # from after the encoder's delay to the last sample
    assert count <= len(heard) < count + 1024  # FFmpeg gives the last packet whole
    if count > 1:
        assert np.corrcoef(heard[:count, 0], samples)[0, 1] > 0.98


@pytest.mark.parametrize("form", ["aac"])
def test_bare_aac_loses_nothing(form):
    samples = voice(24_001)
    heard = decoded(written(form, samples))[0][:, 0]
    assert np.corrcoef(heard[1024 : 1024 + 24_001], samples)[0, 1] > 0.98


@pytest.mark.parametrize("form", [form for form in formats() if form != "pcm"])
def test_stereo_keeps_its_sides(form):
    samples = voice(48_000, 48_000, channels=2)
    heard = np.concatenate(list(blocks(written(form, samples, 48_000, 2), rate=48_000, channels="split")))
    at = 1024 if form == "aac" else 0
    heard = heard[at : at + 48_000]
    assert np.corrcoef(heard[:, 0], samples[:, 0])[0, 1] > 0.95
    assert np.corrcoef(heard[:, 1], samples[:, 1])[0, 1] > 0.95
    assert heard[:, 1].std() == pytest.approx(heard[:, 0].std() / 2, rel=0.1)


def test_mono_goes_to_both_sides_and_other_channels_nowhere():
    data = written("wav", voice(100), channels=2)
    heard = decoded(data)[0]
    np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    with pytest.raises(UnsupportedError, match="2 channels"):
        written("wav", voice(100, channels=2), channels=1)


@pytest.mark.parametrize("form", formats())
def test_nothing_spoken_is_a_file_too(form):
    data = written(form, voice(0))
    if form == "pcm":
        assert data == b""
    elif form == "wav":
        assert len(soundfile.read(io.BytesIO(data))[0]) == 0
    else:
        assert np.abs(decoded(data)[0]).max() < 1e-3


# What is in it


@pytest.mark.parametrize(("rate", "bit_rate"), [(24_000, None), (16_000, None), (44_100, 192_000), (48_000, 256_000)])
@pytest.mark.parametrize("form", ["mp3", "ogg", "m4a", "aac"])
def test_the_level_stays(form, rate, bit_rate):
    samples = voice(2 * rate, rate)
    heard = decoded(written(form, samples, rate, bit_rate=bit_rate))[0]
    assert 20 * np.log10(np.sqrt((heard**2).sum() / (samples**2).sum())) == pytest.approx(0, abs=0.06)


def test_samples_are_rounded_and_clipped():
    values = np.array([0.0, 0.6, -0.6, 1.4, 32767.4, 40000, -40000, 1], np.float32) / 32768
    data = written("pcm", values)
    assert np.frombuffer(data, "<i2").tolist() == [0, 1, -1, 1, 32767, 32767, -32768, 1]


@pytest.mark.parametrize("form", formats())
def test_the_same_samples_make_the_same_file_however_they_come(form):
    samples = voice(60_001) + np.random.default_rng(0).normal(0, 0.02, 60_001).astype(np.float32)
    first = written(form, samples, cut=777, tags=TAGS)
    assert first == written(form, samples, cut=60_001, tags=TAGS)
    assert first == written(form, samples, cut=150, tags=TAGS)


def test_a_path_and_a_file_object_are_given_the_same(tmp_path):
    for form in formats():
        path = tmp_path / f"x.{form}"
        with writing(path, of_file(path), RATE, tags=TAGS) as writer:
            writer.write(voice(3_000))
        assert path.read_bytes() == written(form, voice(3_000), tags=TAGS)


@pytest.mark.parametrize("form", [form for form in formats() if keeps_tags(form)])
def test_tags_are_read_back(form):
    with av.open(io.BytesIO(written(form, voice(5_000), tags=TAGS))) as container:
        found = {**container.metadata, **container.streams.audio[0].metadata}
    found = {name.lower(): value for name, value in found.items()}
    assert {name: found.get(name) for name in TAGS} == TAGS


def test_an_empty_tag_is_none():
    for form in formats():
        assert written(form, voice(500), tags={"title": "", "artist": "Ada"}) == written(
            form, voice(500), tags={"artist": "Ada"}
        )


def test_the_comment_of_mpeg_audio_is_the_one_that_players_show():
    for form in ("mp3", "aac"):
        data = written(form, voice(5_000), tags=TAGS)
        assert data.startswith(b"ID3\x03")
        assert b"COMM" in data[:500]
        assert b"TXXX" not in data


def test_the_comment_is_read_by_libsndfile_too():
    for form in ("wav", "flac", "mp3", "opus", "ogg"):
        with soundfile.SoundFile(io.BytesIO(written(form, voice(5_000), tags=TAGS))) as file:
            assert file.comment == TAGS["comment"]


@pytest.mark.parametrize("form", ["m4a", "m4b"])
def test_chapters_are_read_back_and_the_index_stands_first(form, tmp_path):
    path = tmp_path / f"book.{form}"
    with writing(path, form, RATE, tags=TAGS) as writer:
        writer.chapter("Erstes Kapitel: Größe")
        writer.write(voice(30_000))
        writer.chapter("Two")
        writer.write(voice(20_001))
        writer.chapter("Three", start=2.0)
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(io.BytesIO(data)) as container:
        chapters = container.chapters()
        seconds = [
            (float(each["start"] * each["time_base"]), float(each["end"] * each["time_base"])) for each in chapters
        ]
    assert [each["metadata"]["title"] for each in chapters] == ["Erstes Kapitel: Größe", "Two", "Three"]
    assert seconds == [(0.0, 1.25), (1.25, 2.0), (2.0, pytest.approx(50_001 / RATE, abs=1e-6))]
    assert decoded(data)[2] == pytest.approx(50_001 / RATE, abs=1e-9)
    assert list(tmp_path.iterdir()) == [path]


def test_only_mp4_has_chapters():
    assert {form for form in formats() if keeps_chapters(form)} == {"m4a", "m4b"}


# Pipes


@pytest.mark.parametrize("form", [form for form in formats() if not keeps_chapters(form)])
def test_a_pipe_loses_nothing(form):
    pipe = Pipe()
    samples = voice(24_001)
    with writing(pipe, form, RATE, tags=TAGS) as writer:
        for at in range(0, len(samples), 1_000):
            writer.write(samples[at : at + 1_000])
    data = bytes(pipe.data)
    heard = np.frombuffer(data, "<i2") / 32768 if form == "pcm" else whole(data)
    delay = {"aac": 1024, "mp3": 1105}.get(form, 0)  # of the encoder, with nowhere to say it
    assert len(heard) - delay >= len(samples)
    assert np.corrcoef(heard[delay : delay + len(samples)], samples)[0, 1] > 0.97


@pytest.mark.parametrize("form", [form for form in formats() if not keeps_chapters(form)])
def test_a_pipe_is_given_sound_before_the_end(form):
    pipe = Pipe()
    with writing(pipe, form, RATE, tags=TAGS) as writer:
        head = len(pipe.data)
        for _ in range(12):
            writer.write(voice(2_400))
        assert len(pipe.data) > head + 500


def test_a_pipe_is_given_uncompressed_sound_at_once():
    for form in ("pcm", "wav"):
        pipe = Pipe()
        with writing(pipe, form, RATE) as writer:
            head = len(pipe.data)
            writer.write(voice(500))
            assert len(pipe.data) == head + (1_000 if form == "pcm" else len(written("wav", voice(500))) - head)


def test_nothing_of_a_header_is_written_again_at_the_end_of_a_pipe():
    pipe = Pipe()
    with writing(pipe, "flac", RATE) as writer:
        writer.write(voice(20_000))
    whole_file = written("flac", voice(20_000))
    assert bytes(pipe.data[42:]) == whole_file[42:]  # all but the header's sizes and checksum


@pytest.mark.parametrize("form", ["m4a", "m4b"])
def test_an_mp4_is_refused_on_a_pipe(form):
    with pytest.raises(UnsupportedError, match="aac"), writing(Pipe(), form, RATE):
        pass


def test_a_file_object_is_written_from_where_it_stands(tmp_path):
    alone = written("mp3", voice(5_000), tags=TAGS)
    with (tmp_path / "x").open("w+b") as file:
        file.write(b"before")
        with writing(file, "mp3", RATE, tags=TAGS) as writer:
            writer.write(voice(5_000))
        file.write(b"after")
    assert (tmp_path / "x").read_bytes() == b"before" + alone + b"after"


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX flag")
def test_a_file_open_for_appending_is_treated_as_a_pipe(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(b"before")
    with path.open("a+b") as file, writing(file, "wav", RATE) as writer:
        writer.write(voice(5_000))
    data = path.read_bytes()
    assert data.startswith(b"beforeRIFF")
    assert len(whole(data[6:])) == 5_000


# Errors


def test_after_an_error_nothing_is_left(tmp_path):
    for form in formats():
        path = tmp_path / f"x.{form}"
        path.write_bytes(b"old")

        def attempt(path=path, form=form):
            with writing(path, form, RATE) as writer:
                writer.write(voice(50_000))
                raise OSError("of somebody else's")

        with pytest.raises(OSError, match="somebody else") as caught:
            attempt()
        assert type(caught.value) is OSError
        assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == len(formats())


def test_a_file_object_gets_nothing_more_after_an_error():
    for form in ("wav", "mp3", "ogg", "opus", "flac"):
        file = io.BytesIO()

        def stopped(file=file, form=form):
            with writing(file, form, RATE) as writer:
                writer.write(voice(50_000))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as caught:
            stopped()
        before = file.getvalue()
        del caught
        gc.collect()
        assert file.getvalue() == before


@pytest.mark.parametrize("form", [form for form in formats() if not keeps_chapters(form)])
def test_a_full_disk_is_told(form):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 100_000).astype(np.float32)

    def attempt():
        with writing(Pipe(limit=3_000), form, RATE) as writer:
            for _ in range(5):
                writer.write(noise)

    with pytest.raises(OutputError, match="free some space"):
        attempt()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
@pytest.mark.parametrize("form", ["wav", "ogg", "pcm", "mp3"])
def test_a_full_device_is_told_at_the_latest_at_the_end(form):
    def attempt(file):
        with writing(file, form, RATE) as writer:
            writer.write(voice(100))

    with suppress(OSError), Path("/dev/full").open("wb") as file, pytest.raises(OutputError, match="No space"):
        attempt(file)


@pytest.mark.skipif(sys.platform == "win32", reason="resource is POSIX")
def test_a_file_that_cannot_grow_is_told_and_leaves_nothing_in_any_format(tmp_path):
    """At the first write, and at the very end, where only headers and what the system held back are left."""
    script = f"""
import resource, signal, numpy as np
from pathlib import Path
from speech.audio.writing import formats, writing
from speech.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
samples = np.random.default_rng(0).uniform(-.3, .3, 60_000).astype(np.float32)
for form in formats():
    path = Path({str(tmp_path)!r}, "x." + form)
    def attempt():
        with writing(path, form, 24_000) as file:
            for at in range(0, len(samples), 10_000):
                file.write(samples[at : at + 10_000])
    attempt()
    size = path.stat().st_size
    path.unlink()
    for limit in (100, size // 3, size - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            attempt()
        except OutputError as error:
            assert "free some space" in str(error), error
        else:
            print(form, limit, "was written")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(*Path({str(tmp_path)!r}).iterdir())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_what_is_there_is_kept_where_asked(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="kept"), writing(path, "wav", RATE, overwrite=False):
        pass
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_lies_behind_a_link_is_replaced_and_not_the_link(tmp_path):
    (tmp_path / "music").mkdir()
    link = tmp_path / "link.wav"
    link.symlink_to(tmp_path / "music" / "real.wav")
    for count in (10, 20):
        with writing(link, "wav", RATE) as writer:
            writer.write(voice(count))
        assert link.is_symlink()
        assert len(soundfile.read(tmp_path / "music" / "real.wav")[0]) == count
    assert [path.name for path in (tmp_path / "music").iterdir()] == ["real.wav"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_written_to_and_stays(tmp_path):
    pipe, heard = tmp_path / "pipe.wav", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    with writing(pipe, "pcm", RATE, overwrite=False) as writer:
        writer.write(voice(1_000))
    reader.join(10)
    assert pipe.is_fifo()
    assert len(heard[0]) == 2_000


@pytest.mark.parametrize("form", formats())
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused_before_an_encoder_ends_the_process(form, value):
    with pytest.raises(UnsupportedError, match="numbers"):
        written(form, np.full(3_000, value, np.float32))


def test_tags_that_do_not_fit_into_a_page_of_opus_are_told():
    longest = 255 * 255 - 1 - len("OpusTags") - 3 * 4 - len("TITLE=")
    assert whole(written("opus", voice(100), tags={"title": "x" * longest})).size
    with pytest.raises(UnsupportedError, match="shorten"):
        written("opus", voice(100), tags={"title": "x" * (longest + 1)})


def test_no_folder_is_told(tmp_path):
    with pytest.raises(OutputError, match="check the folder"), writing(tmp_path / "no" / "x.wav", "wav", RATE):
        pass


def test_a_reader_that_goes_away_is_no_error_of_the_output():
    reading, feeding = os.pipe()
    os.close(reading)

    def attempt(file):
        with writing(file, "mp3", RATE) as writer:
            writer.write(voice(50_000))

    with os.fdopen(feeding, "wb", buffering=0) as file, pytest.raises(BrokenPipeError):
        attempt(file)


@pytest.mark.parametrize(
    ("form", "rate", "channels", "tags", "message"),
    [
        ("opus", 22_050, 1, {}, "24000"),
        ("mp3", 96_000, 1, {}, "48000"),
        ("wav", 24_000, 3, {}, "choose 1 or 2"),
        ("wma", 24_000, 1, {}, "choose one of wav"),
        ("wav", 24_000, 1, {"mood": "glad"}, "no tag 'mood'"),
    ],
)
def test_what_a_format_does_not_take_is_refused(form, rate, channels, tags, message):
    with pytest.raises(UnsupportedError, match=message), writing(io.BytesIO(), form, rate, channels, tags=tags):
        pass


@pytest.mark.parametrize(
    ("form", "rate", "expected"),
    [
        ("opus", 22_050, 24_000), ("opus", 44_100, 48_000), ("opus", 96_000, 48_000), ("opus", 16_000, 16_000),
        ("mp3", 22_050, 22_050), ("mp3", 96_000, 48_000), ("m4b", 90_000, 96_000), ("aac", 24_000, 24_000),
        ("wav", 22_050, 22_050), ("flac", 7, 1_000), ("ogg", 22_050, 22_050),
    ],
)  # fmt: skip
def test_the_rate_a_format_takes(form, rate, expected):
    assert rate_for(form, rate) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a.MP3", "mp3"), ("b/c.m4b", "m4b"), ("x.oga", "ogg"), ("x.raw", "pcm"), ("x.y.wav", "wav")]
)
def test_the_end_of_a_name_says_the_format(name, expected):
    assert of_file(name) == expected
    assert of_file(Path(name)) == expected


@pytest.mark.parametrize("name", ["talk", "talk.txt", "mp3", ""])
def test_a_name_that_says_no_format_is_refused(name):
    with pytest.raises(UnsupportedError, match=r"\.wav, \.flac, \.mp3"):
        of_file(name)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="resource is POSIX")
@pytest.mark.parametrize("form", ["mp3", "m4b", "ogg"])
def test_memory_does_not_grow_with_the_length(form, tmp_path):
    script = f"""
import resource, numpy as np
from speech.audio.writing import writing
block = np.random.default_rng(0).uniform(-.1, .1, 160_000).astype(np.float32)
with writing({str(tmp_path / "x")!r}, {form!r}, 16_000) as file:
    for number in range(90):
        file.write(block)
        if number == 5:
            first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
last = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((last - first) * (1 if {sys.platform!r} == "darwin" else 1024))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 12 << 20


# An MP4's own words, read by hand


def boxes(data, start=0, end=None):
    end = len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        yield kind, data[start + 8 : start + size]
        start += size


def box(data, *path):
    for name in path:
        data = next(content for kind, content in boxes(data) if kind == name)
    return data


def movie_duration(data):
    scale, duration = struct.unpack(">II", box(data, b"moov", b"mvhd")[12:20])
    return duration / scale


def edits(data):
    """Duration and first sample of each entry of the edit list."""
    content = box(data, b"moov", b"trak", b"edts", b"elst")
    count = struct.unpack(">I", content[4:8])[0]
    return [struct.unpack(">Ii", content[8 + 12 * n : 16 + 12 * n]) for n in range(count)]
