"""The README's examples run as they stand, against a hub on this machine whose "small" is whisper-micro.

PYTHONPATH=tests python tests/test_readme.py --write      # brings the README's tables of models and voices up to date
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech import catalog
from speech.store import human

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA = ROOT / "tests" / "data"
TABLE = re.compile(r"(<!-- (models|voices):[^\n]*-->\n).*?(<!-- /\2 -->)", re.DOTALL)

SHELL = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "venv" not in block]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


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
    rows = ["| language | voice | size | licence of its data | to know |", "|---|---|---|---|---|"]
    known = catalog.load()
    for task, language, _ in sorted(known.chains):
        if task == "synthesize":
            spec = known.chain(task, language, "cpu")[0]
            licence = str(spec.licence).replace("LicenseRef-public-domain", "public domain")
            rows.append(f"| {language} | {spec.name} | {human(spec.size)} | {licence} | {spec.warning} |")
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

    server = Hub({path.name: path.read_bytes() for path in WHISPER_MICRO.iterdir()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def folder(hub, tmp_path_factory) -> Path:
    """A user's folder: recordings under the README's names, and a models.toml whose small is the hub's."""
    from speech_samples import JFK, clip, say

    folder = tmp_path_factory.mktemp("readme")
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
    (folder / "models.toml").write_text(entry(hub), encoding="utf-8")
    return folder


def entry(hub) -> str:
    spec = catalog.load().find("small")
    files = [
        f"{{ name = {json.dumps(name)}, size = {len(content)}, sha256 = '{hashlib.sha256(content).hexdigest()}' }}"
        for name, content in hub.files.items()
    ]
    return "\n".join(
        [
            "schema = 1",
            "[models.small]",
            "task = 'transcribe'",
            "engine = 'faster_whisper'",
            "licence = 'MIT'",
            f"languages = {list(spec.languages)}",
            f"features = {sorted(spec.features)}",
            f"repo = '{hub.repo}'",
            f"revision = '{hub.commit}'",
            f"files = [{', '.join(files)}]",
        ]
    )


@pytest.fixture
def run(hub, folder):
    """Runs a command line in the user's folder, and gives what it printed."""
    home = folder / "home"

    def run(*command: str) -> str:
        environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "HF_ENDPOINT": hub.url,
            "LANG": "C.UTF-8",
        }
        done = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


# In the README's order: some take up what others left.
@pytest.mark.parametrize("block", SHELL, ids=[block.split("\n")[0][:60] for block in SHELL])
def test_shell(block, run, folder):
    printed = run("bash", "-euo", "pipefail", "-c", block)
    if "talk.mp3" in block or "-o subtitles" in block or "call.json" in block or "anna.vtt" in block:
        text = printed + "".join(path.read_text() for path in folder.rglob("*.*t*") if path.suffix in (".srt", ".vtt"))
        assert "my fellow americans" in text


def test_what_the_shell_left(folder):
    if not (folder / "call.vtt").exists():
        pytest.skip("the shell examples did not run")
    assert (folder / "subtitles" / "more" / "ben.srt").read_text().splitlines()[2].lower().startswith("hello world")
    call = (folder / "call.vtt").read_text()
    assert "please open the door" in call
    assert "stop" in call
    words = [
        word for segment in json.loads((folder / "call.json").read_text())["segments"] for word in segment["words"]
    ]
    assert words


@pytest.mark.parametrize("block", PYTHON)
def test_python(block, run, folder):
    run("bash", "-c", "speech models pull small")
    printed = run(sys.executable, "-c", block)
    assert "my fellow americans" in printed
    assert (folder / "talk.srt").exists()
    assert (folder / "call.wav.vtt").exists()


if __name__ == "__main__" and "--write" in sys.argv:
    (ROOT / "README.md").write_text(written(README), encoding="utf-8")
