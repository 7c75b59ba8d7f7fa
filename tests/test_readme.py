"""The README's examples run as they stand, against a hub on this machine: its "small" is whisper-micro, and its voices
are piper-micro under names of the catalogue.

PYTHONPATH=tests python tests/test_readme.py --write      # brings the README's tables of models and voices up to date
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech import catalog
from speech.audio import marking
from speech.store import human

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA = ROOT / "tests" / "data"
TABLE = re.compile(r"(<!-- (models|voices):[^\n]*-->\n).*?(<!-- /\2 -->)", re.DOTALL)

SHELL = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "venv" not in block]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

VOICES = {"en_US-ljspeech-high": "piper-micro", "en_US-libritts-high": "piper-micro-multi"}
SPEAKERS = ("p3922", "p8699")
"""The first two of the real voice."""
PLAYERS = ("paplay", "pw-play", "aplay")
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": "<container><rootfiles><rootfile full-path='book.opf'/></rootfiles></container>",
    "book.opf": """<package xmlns='http://www.idpf.org/2007/opf' version='3.0'>
        <metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>The Door</dc:title></metadata>
        <manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>
        <item id='b' href='b.xhtml' media-type='application/xhtml+xml'/></manifest>
        <spine><itemref idref='a'/><itemref idref='b'/></spine></package>""",
    "a.xhtml": "<html><body><h1>One</h1><p>Please open the door.</p></body></html>",
    "b.xhtml": "<html><body><h1>Two</h1><p>Thank you.</p></body></html>",
}


def models() -> str:
    rows = ["| model | size | languages | translates | licence |", "|---|---|---|---|---|"]
    for spec in catalog.load().of("transcribe"):
        if spec.origin != "speech":
            continue
        size = human(spec.size) if spec.size else "with the package" if spec.embedded else ""
        languages = spec.languages[0] if len(spec.languages) == 1 else len(spec.languages)
        translates = "yes" if "translate" in spec.features else ""
        rows.append(f"| {spec.name} | {size} | {languages} | {translates} | {spec.licence} |")
    return "\n".join(rows) + "\n"


def voices() -> str:
    """The voice of each language, as far as there is one that may be taken unasked."""
    rows = ["| language | voice | size | licence of its data | class |", "|---|---|---|---|---|"]
    known = catalog.load()
    for task, language, _ in sorted(known.chains):
        if task == "synthesize":
            spec = known.chain(task, language, "cpu")[0]
            licence = str(spec.licence).replace("LicenseRef-public-domain", "public domain")
            rows.append(
                f"| {language} | {spec.name} | {human(spec.size)} | {licence} | {'B' if spec.warning else ''} |"
            )
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """The text with its tables as the catalogue has them."""
    tables = {"models": models, "voices": voices}
    return TABLE.sub(lambda found: found[1] + tables[found[2]]() + found[3], text)


def test_the_tables_are_the_catalogue():
    assert "models" in {found[2] for found in TABLE.finditer(README)}
    assert written(README) == README, "python tests/test_readme.py --write"


def test_nothing_is_left_to_fill_in():
    assert not re.search(r"\b(COMPARED|TODO|TBD)\b", README)


def test_ci_runs_the_readme():
    assert README.count("```sh\npython3 -m venv") == 2
    assert "command_of_readme 1" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture(scope="module")
def hub():
    from hub import Hub
    from speech_samples import WHISPER_MICRO

    server = Hub({path.name: path.read_bytes() for path in WHISPER_MICRO.iterdir()} | voice_files())
    yield server
    server.close()


def voice_files() -> dict[str, bytes]:
    found = {}
    for name, micro in VOICES.items():
        folder = ROOT / "tests" / "models" / micro
        settings = json.loads((folder / f"{micro}.onnx.json").read_text(encoding="utf-8"))
        if settings["num_speakers"] > 1:
            settings["speaker_id_map"] = {speaker: number for number, speaker in enumerate(SPEAKERS)}
        found[f"{name}.onnx"] = (folder / f"{micro}.onnx").read_bytes()
        found[f"{name}.onnx.json"] = json.dumps(settings).encode()
    return found


@pytest.fixture(scope="module")
def folder(hub, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    prepare(folder, hub)
    return folder


def prepare(folder: Path, hub) -> None:
    """A user's folder: recordings and texts under the README's names, and a models.toml of what the hub has."""
    from speech_samples import JFK, clip, say

    talk = say(JFK, lead=0.5).samples
    soundfile.write(folder / "talk.mp3", talk, 16_000)
    (folder / "interviews" / "more").mkdir(parents=True)
    soundfile.write(folder / "interviews" / "anna.mp3", talk, 16_000)
    soundfile.write(folder / "interviews" / "more" / "ben.flac", say("hello world.").samples, 16_000)
    soundfile.write(folder / "vortrag.ogg", clip("de")[0].samples, 16_000)
    left, right = say("please open the door.", tail=4.0).samples, say("stop.", lead=3.0).samples
    length = max(len(left), len(right))
    channels = [np.pad(side, (0, length - len(side))) for side in (left, right)]
    soundfile.write(folder / "call.wav", np.stack(channels, axis=1), 16_000)
    (folder / "film.mkv").write_bytes((DATA / "made" / "two_tracks.mkv").read_bytes())
    with zipfile.ZipFile(folder / "book.epub", "w") as book:
        for name, content in BOOK.items():
            book.writestr(name, content)
    (folder / "chapters").mkdir()
    (folder / "chapters" / "01.md").write_text("# One\n\nPlease open the door. Thank you for your help today.\n")
    (folder / "chapters" / "02.md").write_text("# Two\n\n- Good morning.\n- Thank you.\n")
    entries = [*whisper(hub), *(line for name in VOICES for line in voice(hub, name))]
    (folder / "models.toml").write_text("\n".join(["schema = 1", *entries]), encoding="utf-8")
    (folder / "home" / "bin").mkdir(parents=True)
    for player in PLAYERS:  # there is no loudspeaker here
        program = folder / "home" / "bin" / player
        program.write_text('#!/bin/sh\nexec cat > "$HOME/played.raw"\n')
        program.chmod(0o755)


def whisper(hub) -> list[str]:
    spec = catalog.load().find("small")
    return [
        "[models.small]",
        "task = 'transcribe'",
        "engine = 'faster_whisper'",
        "licence = 'MIT'",
        f"languages = {list(spec.languages)}",
        f"features = {sorted(spec.features)}",
        *files(hub, [name for name in hub.files if ".onnx" not in name]),
    ]


def voice(hub, name: str) -> list[str]:
    spec = catalog.load().find(name)
    return [
        f"[models.{name}]",
        "task = 'synthesize'",
        "engine = 'piper'",
        f"licence = '{spec.licence}'",
        f"languages = {list(spec.languages)}",
        f"features = {sorted(spec.features)}",
        "sample_rate = 16_000",
        *([f"speakers = {list(SPEAKERS)}"] if spec.speakers else []),
        *files(hub, [f"{name}.onnx", f"{name}.onnx.json"]),
    ]


def files(hub, names: list[str]) -> list[str]:
    rows = []
    for name in names:
        content = hub.files[name]
        digest = hashlib.sha256(content).hexdigest()
        rows.append(f"{{ name = {json.dumps(name)}, size = {len(content)}, sha256 = '{digest}' }}")
    return [f"repo = '{hub.repo}'", f"revision = '{hub.commit}'", f"files = [{', '.join(rows)}]"]


@pytest.fixture
def run(hub, folder):
    """Runs a command line in the user's folder, and gives what it printed."""
    home = folder / "home"

    def run(*command: str) -> str:
        environment = {
            "PATH": os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "HF_ENDPOINT": hub.url,
            "LANG": "C.UTF-8",
        }
        done = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("block", SHELL, ids=[block.split("\n")[0][:60] for block in SHELL])
def test_shell(block, run, folder):
    printed = run("bash", "-euo", "pipefail", "-c", block)
    looked = [look(printed, folder) for command, look in LOOKS.items() if command in block]
    assert looked or "detect" in block, "say here what is to be seen of it"


def look_at_talk(printed, folder):
    assert "my fellow americans" in printed


def look_at_subtitles(printed, folder):
    assert "my fellow americans" in (folder / "anna.vtt").read_text().replace("\n", " ")
    assert (folder / "subtitles" / "more" / "ben.srt").read_text().splitlines()[2].lower().startswith("hello world")


def look_at_call(printed, folder):
    call = (folder / "call.vtt").read_text()
    assert "please open the door" in call
    assert "stop" in call
    assert all(segment["words"] for segment in json.loads((folder / "call.json").read_text())["segments"])


def look_at_hello(printed, folder):
    assert "made by a machine" in printed
    assert "en_US-ljspeech-high" in printed
    assert played(folder) > 0.5


def look_at_book(printed, folder):
    book = marking.details(folder / "book.m4b")
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]
    assert "Please open the door." in (folder / "book.srt").read_text()
    assert book.mark["voice"] == "en_US-ljspeech-high"


def look_at_packed(printed, folder):
    assert "my fellow americans" in (folder / "packed" / "anna.txt").read_text().lower()


def look_at_chapters(printed, folder):
    for name in ("out/01.opus", "out/02.opus", "prompts/welcome.wav", "prompts/goodbye.wav"):
        assert marking.details(folder / name).duration > 0.5


def look_at_script(printed, folder):
    talk = marking.details(folder / "talk.flac")
    assert talk.channels == 2
    assert talk.duration > 3


def look_at_text(printed, folder):
    assert "[[ʃɪˈvɔːn]] paid forty-nine dollars and ninety-five cents for engine x" in printed  # noqa: RUF001
    assert marking.details(folder / "door.wav").duration > 2


def look_at_stream(printed, folder):
    assert played(folder) > 2


def look_at_lists(printed, folder):
    assert "en_US-ljspeech-high" in printed
    assert (folder / "small.tar").exists()


def played(folder) -> float:
    """Seconds of what the loudspeaker got: 16-bit samples at 16 kHz."""
    return (folder / "home" / "played.raw").stat().st_size / 2 / 16_000


LOOKS = {
    "talk.mp3": look_at_talk,
    "render": look_at_subtitles,
    "call.json": look_at_call,
    "speech say": look_at_hello,
    "book.m4b": look_at_book,
    "prompts/": look_at_chapters,
    "packed/": look_at_packed,
    "talk.script": look_at_script,
    "--show-text": look_at_text,
    "aplay": look_at_stream,
    "voices pull": look_at_lists,
}
"""A command of a block, and what is to be seen when it ran."""


@pytest.mark.parametrize("block", PYTHON, ids=["transcribe", "synthesize"])
def test_python(block, run, folder):
    run("bash", "-c", "speech models pull small")
    printed = run(sys.executable, "-c", block)
    if "Synthesizer" in block:
        assert "please open the door" in printed  # heard in what was spoken
        assert (folder / "door.flac").exists()
    else:
        assert "my fellow americans" in printed
        assert (folder / "talk.srt").exists()
        assert (folder / "call.wav.vtt").exists()


if __name__ == "__main__" and "--write" in sys.argv:
    (ROOT / "README.md").write_text(written(README), encoding="utf-8")
