import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.naming import Found, is_recording, outputs, search

EXTENSIONS = {"srt": ".srt", "json": ".json", "verbose_json": ".verbose.json"}


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def named(folder: Path, *inputs: str, recursive: bool = False) -> list[str]:
    found = search([str(folder / one) if one != "-" else one for one in inputs], recursive=recursive)
    return [str(Path(item.source).relative_to(folder)) if not item.error else f"! {item.error}" for item in found]


def srt(found: list[Found], output_dir: Path | None = None) -> list[str]:
    return [str(files["srt"]) for files in outputs(found, {"srt": ".srt"}, output_dir)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.mp3", True), ("a.MP4", True), ("a.srt", False), ("a.json", False), ("mp3", False), ("a.mp3.part", False)],
)
def test_recordings_are_known_by_their_ending(name, expected):
    assert is_recording(name) is expected


def test_folder_means_its_recordings_in_order(tmp_path):
    make(tmp_path, "b.mp3", "a.wav", "a.srt", ".hidden.mp3", ".a.wav.speech-journal", "sub/c.flac")
    assert named(tmp_path, ".") == ["a.wav", "b.mp3"]
    assert named(tmp_path, ".", recursive=True) == ["a.wav", "b.mp3", "sub/c.flac"]


def test_a_recording_meant_twice_is_one(tmp_path):
    make(tmp_path, "d/a.wav", "d/b.wav")
    (tmp_path / "same").symlink_to("d")
    assert named(tmp_path, "d/a.wav", "d", "d/../d/b.wav", "same/a.wav") == ["d/a.wav", "d/b.wav"]


def test_loops_of_links_end(tmp_path):
    make(tmp_path, "d/a.wav")
    (tmp_path / "d" / "back").symlink_to(tmp_path)
    assert named(tmp_path, "d", recursive=True) == ["d/a.wav"]


@pytest.mark.parametrize("asked", [".", "*.wav"])
def test_a_link_that_leads_nowhere_costs_only_itself(tmp_path, asked):
    make(tmp_path, "a.wav", "z.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    first, loop, last = named(tmp_path, asked)
    assert (first, last) == ("a.wav", "z.wav")
    assert "loop.wav' cannot be read (" in loop
    assert "is a link that leads nowhere" in named(tmp_path, "loop.wav")[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_read_only_where_it_is_named(tmp_path):
    make(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    for asked in (".", "*"):
        found, pipe = named(tmp_path, asked)
        assert found == "a.wav"
        assert "is no file but a pipe" in pipe
    assert named(tmp_path, "pipe.wav") == ["pipe.wav"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.wav", ["a.wav"]),
        ("*", ["a.wav", "b.mp3", "sub/c.flac"]),
        ("**/*.flac", ["sub/c.flac", "sub/sub/d.flac"]),
        ("s*/*", ["sub/c.flac", "sub/sub/d.flac"]),
        ("*.raw", ["e.raw"]),
    ],
)
def test_patterns_that_the_shell_left_alone(tmp_path, pattern, expected):
    make(tmp_path, "a.wav", "b.mp3", "a.srt", "e.raw", "sub/c.flac", "sub/sub/d.flac")
    assert named(tmp_path, pattern) == expected


def test_a_file_named_like_a_pattern_is_that_file(tmp_path):
    make(tmp_path, "a[1].wav", "a1.wav")
    assert named(tmp_path, "a[1].wav") == ["a[1].wav"]


@pytest.mark.parametrize(
    ("given", "word"), [("no.wav", "does not exist"), ("*.wav", "no recording matches"), ("empty", "no recordings")]
)
def test_inputs_that_mean_nothing_say_so(tmp_path, given, word):
    (tmp_path / "empty").mkdir()
    [error] = named(tmp_path, given)
    assert error.startswith("!")
    assert word in error


def test_a_folder_of_folders_says_how_to_look_into_them(tmp_path):
    make(tmp_path, "d/sub/a.wav")
    assert "--recursive" in named(tmp_path, "d")[0]


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_reported_and_the_others_done(tmp_path):
    make(tmp_path, "d/a.wav", "d/shut/b.wav")
    (tmp_path / "d" / "shut").chmod(0)
    try:
        assert [name[:1] for name in named(tmp_path, "d", recursive=True)] == ["d", "!"]
    finally:
        (tmp_path / "d" / "shut").chmod(0o700)


def test_names_beside_the_recordings(tmp_path):
    make(tmp_path, "x.mp3", "x.wav", "y.mp3", "sub/x.mp3")
    found = search([str(tmp_path)], recursive=True)
    assert [os.path.relpath(name, tmp_path) for name in srt(found)] == ["x.mp3.srt", "x.wav.srt", "y.srt", "sub/x.srt"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["a"], ["x.srt", "sub/x.srt"]),
        (["a/x.mp3"], ["x.srt"]),
        (["a/x.mp3", "b/y.mp3"], ["x.srt", "y.srt"]),
        (["a", "b"], ["a/x.srt", "a/sub/x.srt", "b/x.srt", "b/y.srt"]),
        (["a/x.mp3", "a"], ["x.srt", "sub/x.srt"]),
        (["a/sub/x.mp3", "a"], ["sub/x.srt", "x.srt"]),
        (["b/*.mp3"], ["x.srt", "y.srt"]),
        (["*/y.mp3"], ["b/y.srt"]),
    ],
)
def test_an_output_folder_mirrors_the_inputs(tmp_path, inputs, expected):
    make(tmp_path, "a/x.mp3", "a/sub/x.mp3", "b/x.mp3", "b/y.mp3")
    found = search([str(tmp_path / one) for one in inputs], recursive=True)
    assert srt(found, Path("out")) == [str(Path("out", name)) for name in expected]


def test_the_order_of_inputs_does_not_matter(tmp_path):
    make(tmp_path, "x.mp3", "x.wav", "x.mp3.wav", "X.MP3")
    names = [str(path) for path in tmp_path.iterdir()]
    forth, back = search(sorted(names)), search(sorted(names, reverse=True))
    assert srt(forth) == srt(back)[::-1]


def test_an_output_is_never_a_recording(tmp_path):
    make(tmp_path, "talk.json", "talk.srt")
    found = search([str(tmp_path / "talk.json"), str(tmp_path / "talk.srt")])
    assert [Path(name).name for name in srt(found)] == ["talk.json.srt", "talk.srt.srt"]


STEMS = st.sampled_from(
    ["x", "X", "x.mp3", "x.verbose", "x (2)", "x.json", "\u00e9", "e\u0301", "\u00c9", "stra\u00dfe", "STRASSE"]
)
ENDINGS = st.sampled_from(["", ".mp3", ".MP3", ".wav", ".json", ".srt"])
FOLDERS = st.sampled_from(["", "a", "a/b", "A"])


@given(st.lists(st.tuples(FOLDERS, STEMS, ENDINGS), min_size=1, max_size=12, unique=True), st.booleans())
def test_no_two_outputs_are_alike_on_any_file_system(parts, mirrored):
    import unicodedata

    def fold(path: Path) -> str:
        return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(path)).casefold())

    root = Path("/nowhere")
    found = [
        Found(str(root / folder / f"{stem}{end}"), Path(folder, f"{stem}{end}"), root) for folder, stem, end in parts
    ]
    files = [path for each in outputs(found, EXTENSIONS, Path("/out") if mirrored else None) for path in each.values()]
    assert len({fold(path) for path in files}) == len(found) * len(EXTENSIONS)
    assert not {fold(path) for path in files} & {fold(Path(item.source)) for item in found}
    again = outputs(found[::-1], EXTENSIONS, Path("/out") if mirrored else None)[::-1]
    assert [path for each in again for path in each.values()] == files
