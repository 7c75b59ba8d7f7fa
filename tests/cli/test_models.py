"""``speech models``: one library call a command, and what people and programs read."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hub import COMMIT, Hub

from speech.cli import main
from speech.cli.models import command

FILES = {"model.bin": b"m" * 5000, "config.json": b"{}"}
HASH = hashlib.sha256(FILES["model.bin"]).hexdigest()
MODELS = f"""
[models.mine]
task = "transcribe"
engine = "faster_whisper"
repo = "owner/model"
revision = "{COMMIT}"
parameters = 1_000_000
languages = ["en", "de"]
licence = "MIT"
files = [{{ name = "model.bin", size = 5000, sha256 = "{HASH}" }}, "config.json"]
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "models.toml").write_text(MODELS)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def served(monkeypatch):
    hub = Hub(dict(FILES))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    yield hub
    hub.close()


def run(*args):
    """Through the whole command line: the exit status."""
    return main(["models", *args])


def test_alone_it_lists(capsys):
    assert run() == 0
    alone = capsys.readouterr().out
    assert run("list") == 0
    assert capsys.readouterr().out == alone
    lines = alone.splitlines()
    assert lines[0].split() == ["model", "size", "languages", "licence"]
    assert any(line.split()[:5] == ["tiny", "78", "MB", "99", "MIT"] for line in lines)
    assert any(line.split()[:3] == ["mine", "2", "MIT"] for line in lines), "no size where one is not known"


def test_programs_get_json(capsys):
    run("--json")
    models = {model["name"]: model for model in json.loads(capsys.readouterr().out)}
    assert models["small"]["bytes"] == 486_212_372
    assert models["mine"]["here"] is False
    assert models["mine"]["languages"] == ["en", "de"]
    run("list", "--json")
    assert json.loads(capsys.readouterr().out) == list(models.values())


def test_from_pull_to_remove(served, capsys):
    assert run("pull", "mine") == 0
    shown = capsys.readouterr()
    folder = shown.out.strip()
    assert folder.endswith(COMMIT)
    assert f"fetching model mine (5 kB) from {served.url}/owner/model" in shown.err

    run()
    assert any(line.split()[:2] == ["*", "mine"] for line in capsys.readouterr().out.splitlines())
    assert run("path", "mine") == 0
    assert capsys.readouterr().out.strip() == folder
    assert run("verify") == 0
    assert capsys.readouterr().out == "mine: 2 files are right, 1 of them against the first download\n"
    assert run("remove", "mine") == 0
    assert capsys.readouterr().out == "mine: removed, 6 kB freed\n", "with what was noted of it"
    assert run("path", "mine") == 1
    assert "speech models pull mine" in capsys.readouterr().err


def test_info_says_where_each_hash_comes_from(served, capsys):
    run("info", "mine", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert [(file["name"], file["hash"]) for file in facts["files"]] == [("model.bin", "pinned"), ("config.json", None)]
    run("pull", "mine", "-q")
    capsys.readouterr()
    run("info", "mine", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert facts["here"] is True
    assert [(file["hash"], file["bytes"]) for file in facts["files"]] == [("pinned", 5000), ("recorded", 2)]
    run("info", "mine")
    text = capsys.readouterr().out
    for line in ("here: yes", "parameters: 1,000,000", "languages: en, de", "    recorded at the first download"):
        assert line in text.splitlines()


@pytest.mark.parametrize("name", ["small", "distil-large-v2", "pocketsphinx-en-us"])
def test_info_on_models_that_are_not_fetched(name, capsys):
    assert run("info", name) == 0
    assert f"name: {name}\n" in capsys.readouterr().out


def test_of_many_the_bad_ones_are_reported_and_the_others_fetched(served, project, capsys):
    text = MODELS.replace("models.mine", "models.gone").replace("owner/model", "owner/gone")
    (project / "models.toml").write_text(text + MODELS)
    assert run("pull", "gone", "mine") == 1
    shown = capsys.readouterr()
    assert shown.out.strip().endswith(COMMIT)
    assert "speech: cannot fetch model.bin of owner/gone: the hub has no such file" in shown.err


def test_damage_is_found_and_told(served, capsys):
    run("pull", "mine")
    (Path(capsys.readouterr().out.strip()) / "model.bin").write_bytes(b"x" * 5000)
    assert run("verify", "mine") == 1
    assert "model 'mine' is damaged: model.bin has the sha256" in capsys.readouterr().err


def test_nothing_to_verify_is_no_failure(capsys):
    assert run("verify") == 0
    assert "nothing to verify" in capsys.readouterr().err


def test_a_model_travels_in_a_file(served, tmp_path, monkeypatch, capsys):
    run("pull", "mine")
    archive = tmp_path / "mine.speech"
    assert run("export", "mine", "-o", str(archive)) == 0
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    served.close()
    assert run("path", "mine") == 1
    assert run("import", str(archive)) == 0
    assert "mine: imported" in capsys.readouterr().out
    assert run("path", "mine") == 0
    archive.write_bytes(archive.read_bytes()[:3000])
    assert run("import", str(archive)) == 1
    assert "cannot be imported" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["pull", "smal"], 1, "speech: no model is called 'smal'; did you mean 'small'"),
        (["pull", "small"], 1, "speech: model 'small' (486 MB) is not on this machine; with a network, type: speech"),
        (["pull", "pocketsphinx"], 1, "there is nothing to fetch; just use it"),
        (["path", "pocketsphinx"], 1, "is not from the hub: it has no files in the store; just use it"),
        (["remove", "pocketsphinx"], 1, "is not from the hub"),
        (["pull"], 2, "Missing argument 'NAME...'"),
        (["export", "small"], 2, "Missing option '-o'"),
        (["push"], 2, "No such command 'push'"),
    ],
)
def test_what_goes_wrong_is_told(args, status, message, capsys):
    assert run(*args) == status
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(command.commands))
def test_every_command_has_help(name):
    result = CliRunner().invoke(command, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_help_loads_nothing_heavy():
    program = "import sys; from speech.cli.models import command\n"
    program += "try: command(['--help'])\nexcept SystemExit: pass\n"
    program += "heavy = {'numpy', 'huggingface_hub', 'rich', 'tomllib', 'importlib.metadata'} & set(sys.modules)\n"
    program += "assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
