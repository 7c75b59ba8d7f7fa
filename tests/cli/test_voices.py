"""``speech voices``: what there is to speak, in a table and as JSON; fetching it, and what is said of its licence."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner
from hub import COMMIT, Fault, Hub

from speech import hub as hub_client
from speech.cli import main
from speech.cli.voices import COUNTING, GREETINGS, command, greeting
from speech.data import ModelSpec
from speech.languages import tag

MODELS = Path(__file__).parent.parent / "models"
ANNA, BEN = b"a" * 40_000, b"b" * 600_000
CARD = "Anna\n\n* License: CC0\n"
FILES = {
    "de/de_DE/anna/low/de_DE-anna-low.onnx": ANNA,
    "de/de_DE/anna/low/de_DE-anna-low.onnx.json": b'{"a": 1}',
    "de/de_DE/anna/low/MODEL_CARD": CARD.encode(),
    "de/de_DE/ben/high/de_DE-ben-high.onnx": BEN,
    "de/de_DE/ben/high/de_DE-ben-high.onnx.json": b'{"b": 1}',
    "de/de_DE/ben/high/MODEL_CARD": b"Ben\n",
}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


VOICES = f"""
[chains.synthesize]
de.cpu = ["de_DE-anna-low", "de_DE-ben-high"]

[warnings]
en_US-lessac = "fine-tuned from en_US-lessac"

[families.mine]
task = "synthesize"
engine = "piper"
repo = "owner/model"
revision = "{COMMIT}"
pattern = '(?P<language>[a-z]+)_(?P<region>[A-Z]+)-(?P<voice>\\w+)-(?P<quality>\\w+)'
languages = ["{{language}}-{{region}}"]
quality = "{{quality}}"
sample_rate = 22050
files = [
    "{{language}}/{{language}}_{{region}}/{{voice}}/{{quality}}/{{name}}.onnx",
    "{{language}}/{{language}}_{{region}}/{{voice}}/{{quality}}/{{name}}.onnx.json",
    "{{language}}/{{language}}_{{region}}/{{voice}}/{{quality}}/MODEL_CARD",
]

[models]
de_DE-anna-low = {{ family = "mine", licence = "CC0-1.0", trained_from = "en_US-lessac", sample_rate = 16000, pins = [[40000, "{md5(ANNA)}"], [8]] }}
de_DE-ben-high = {{ family = "mine", licence = "MIT", pins = [[600000, "{hashlib.sha256(BEN).hexdigest()}"], [8, "{md5(b'{"b": 1}')}"]] }}

[speakers]
de_DE-ben-high = 'low high'
"""  # noqa: E501


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "models.toml").write_text(VOICES)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def served(monkeypatch):
    hub = Hub(dict(FILES))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub_client, "PAUSES", (0.0, 0.0))
    yield hub
    hub.close()


def run(*args):
    """Through the whole command line: the exit status."""
    return main(["voices", *args])


def rows(text):
    """The lines of the table by the name of the voice, each as its cells with the marks before them."""
    lines = text.split("\n\n")[0].splitlines()[1:]
    return {line[4:].split()[0]: (line[:3].replace(" ", ""), line[4:].split()[1:]) for line in lines}


def test_alone_it_lists(capsys):
    assert run() == 0
    alone = capsys.readouterr().out
    assert run("list") == 0
    assert capsys.readouterr().out == alone
    assert alone.split("\n")[0].split() == ["voice", "language", "quality", "speakers", "Hz", "size", "licence"]
    table = rows(alone)
    assert table["de_DE-anna-low"] == (">!", ["de-DE", "low", "1", "16000", "40", "kB", "CC0-1.0"])
    assert table["de_DE-ben-high"] == ("", ["de-DE", "high", "2", "22050", "600", "kB", "MIT"])
    assert table["espeak-ng"][0] == "*"
    assert table["en_US-ljspeech-high"][0] == ">"
    assert "tiny" not in table


@pytest.mark.parametrize(
    ("language", "there", "not_there"),
    [
        ("de", {"de_DE-anna-low", "de_DE-thorsten-medium", "espeak-ng"}, {"en_US-ljspeech-high"}),
        ("german", {"de_DE-anna-low"}, {"en_US-ljspeech-high"}),
        ("en-GB", {"en_GB-cori-high", "espeak-ng"}, {"en_US-ljspeech-high"}),
        ("en-AU", {"en_GB-cori-high", "en_US-ljspeech-high"}, {"de_DE-anna-low"}),
    ],
)
def test_a_language_narrows_the_list(language, there, not_there, capsys):
    assert run("--language", language) == 0
    names = set(rows(capsys.readouterr().out))
    assert there <= names
    assert not not_there & names


def test_programs_get_json(capsys):
    run("--json", "-l", "de")
    voices = {voice["name"]: voice for voice in json.loads(capsys.readouterr().out)}
    anna = voices["de_DE-anna-low"]
    assert (anna["here"], anna["quality"], anna["sample_rate"], anna["default_for"]) == (False, "low", 16_000, ["de"])
    assert (anna["trained_from"], anna["warning"]) == ("en_US-lessac", "fine-tuned from en_US-lessac")
    assert voices["de_DE-ben-high"]["speakers"] == ["low", "high"]
    run("list", "--json", "--language", "de")
    assert json.loads(capsys.readouterr().out) == list(voices.values())


def test_from_pull_to_remove_one_voice_leaves_the_other_alone(served, capsys):
    assert run("pull", "de_DE-ben-high") == 0
    ben = Path(capsys.readouterr().out.strip())
    assert ben.read_bytes() == BEN
    assert (ben.parent / "MODEL_CARD").read_text() == "Ben\n"
    assert run("pull", "-l", "de") == 0
    shown = capsys.readouterr()
    anna = Path(shown.out.strip())
    assert anna.name == "de_DE-anna-low.onnx"
    assert "speech: de_DE-anna-low (CC0-1.0): fine-tuned from en_US-lessac\n" in shown.err
    assert "fetching voice de_DE-anna-low (40 kB)" in shown.err

    run("--installed")
    assert set(rows(capsys.readouterr().out)) == {"espeak-ng", "de_DE-anna-low", "de_DE-ben-high"}
    assert run("path", "de_DE-anna-low") == 0
    assert capsys.readouterr().out.strip() == str(anna)
    assert run("verify") == 0
    assert capsys.readouterr().out.splitlines() == [
        "de_DE-anna-low: 3 files are right, 2 of them against the first download",
        "de_DE-ben-high: 3 files are right, 1 of them against the first download",
    ]
    assert run("remove", "de_DE-ben-high") == 0
    assert "de_DE-ben-high: removed, 600 kB freed" in capsys.readouterr().out
    assert (anna.exists(), ben.exists()) == (True, False)
    assert run("path", "de_DE-ben-high") == 1
    assert "speech voices pull de_DE-ben-high" in capsys.readouterr().err
    assert run("verify", "de_DE-anna-low") == 0


def test_a_profile_is_pulled_as_its_voice(served, project, capsys):
    (project / "models.toml").write_text(VOICES + "[profiles.narrator]\nmodel = 'de_DE-ben-high'\n")
    assert run("pull", "narrator") == 0
    assert capsys.readouterr().out.strip().endswith("de_DE-ben-high.onnx")
    assert run("info", "narrator") == 0
    assert "name: de_DE-ben-high\nhere: yes\n" in capsys.readouterr().out
    run()
    assert ", verse, narrator\n" in capsys.readouterr().out


def test_info_tells_licence_lineage_speakers_and_the_card(served, capsys):
    run("info", "de_DE-anna-low", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert facts["card"] is None
    assert [(file.get("md5"), file["hash"]) for file in facts["files"]] == [
        (md5(ANNA), "pinned"), (None, None), (None, None),
    ]  # fmt: skip
    run("pull", "de_DE-anna-low", "de_DE-ben-high", "-q")
    capsys.readouterr()
    run("info", "de_DE-anna-low", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert facts["card"] == CARD.strip()
    assert [file["hash"] for file in facts["files"]] == ["pinned", "recorded", "recorded"]
    run("info", "de_DE-ben-high")
    text = capsys.readouterr().out
    assert "speakers: low, high\n" in text
    assert text.endswith("\n\nBen\n")


def test_a_pull_that_was_cut_goes_on_and_survives_the_removal_of_another_voice(served, capsys):
    name = "de/de_DE/ben/high/de_DE-ben-high.onnx"
    run("pull", "de_DE-anna-low")
    served.fault(name, Fault(cut=300_000), Fault(status=404))
    assert run("pull", "de_DE-ben-high") == 1
    assert run("remove", "de_DE-anna-low") == 0
    assert run("remove", "de_DE-anna-low") == 1, "what is left belongs to the other"
    served.faults.clear()
    served.ranges.clear()
    assert run("pull", "de_DE-ben-high") == 0
    assert served.ranges == [f"bytes={hub_client.PIECE}-"]
    assert run("verify", "de_DE-ben-high") == 0


def test_a_wrong_md5_is_refused(served, capsys):
    served.files["de/de_DE/anna/low/de_DE-anna-low.onnx"] = b"x" * 40_000
    assert run("pull", "de_DE-anna-low") == 1
    assert f"has the md5 {md5(b'x' * 40_000)} in place of {md5(ANNA)}, so it is not used" in capsys.readouterr().err
    assert run("path", "de_DE-anna-low") == 1


def test_another_tools_file_with_a_wrong_md5_does_not_count(own_folders, capsys):
    snapshot = own_folders / "huggingface" / "hub" / "models--owner--model" / "snapshots" / COMMIT
    for name, content in FILES.items():
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_bytes(content.replace(b"a", b"x") if name.endswith("anna-low.onnx") else content)
    assert run("verify", "de_DE-anna-low") == 1
    assert "is damaged: de/de_DE/anna/low/de_DE-anna-low.onnx has the md5" in capsys.readouterr().err
    assert run("verify", "de_DE-ben-high") == 0


def test_a_voice_travels_in_a_file(served, tmp_path, monkeypatch, capsys):
    run("pull", "de_DE-anna-low", "de_DE-ben-high")
    archive = tmp_path / "anna.speech"
    assert run("export", "de_DE-anna-low", "-o", str(archive)) == 0
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    assert run("import", str(archive)) == 0
    capsys.readouterr()
    run("--installed")
    assert set(rows(capsys.readouterr().out)) == {"espeak-ng", "de_DE-anna-low"}


def test_a_sample_is_spoken_in_the_voices_language(project, capsys):
    assert run("sample", "espeak-ng") == 0
    shown = capsys.readouterr()
    assert shown.out == "espeak-ng.wav\n"
    assert "voice espeak-ng on cpu, float32: asked for by name" in shown.err
    made = soundfile.info(str(project / "espeak-ng.wav"))
    assert (made.samplerate, made.channels) == (22_050, 1)
    assert 1 < made.duration < 6
    assert run("sample", "espeak-ng", "-o", "s.flac", "--speaker", "whisper") == 0
    assert soundfile.info(str(project / "s.flac")).format == "FLAC"
    assert run("sample", "de_DE-anna-low") == 1
    assert "speech voices pull de_DE-anna-low" in capsys.readouterr().err


def test_a_voice_that_was_fetched_speaks_beside_another_of_its_repository(served, project, capsys):
    for name, micro in (("en_US-micro-low", "piper-micro"), ("en_US-vits-low", "piper-vits-micro")):
        place = f"en/en_US/{name.split('-')[1]}/low"
        for ending in ("onnx", "onnx.json"):
            served.files[f"{place}/{name}.{ending}"] = (MODELS / micro / f"{micro}.{ending}").read_bytes()
        served.files[f"{place}/MODEL_CARD"] = b"micro"
    lines = "".join(f"{name} = {{ family = 'mine' }}\n" for name in ("en_US-micro-low", "en_US-vits-low"))
    (project / "models.toml").write_text(VOICES.replace("[models]\n", f"[models]\n{lines}"))
    assert run("pull", "en_US-micro-low", "en_US-vits-low") == 0
    assert run("sample", "en_US-micro-low", "-q") == 0
    assert soundfile.info(str(project / "en_US-micro-low.wav")).duration > 0.5


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["pull"], 2, "Name a voice, or a language with --language"),
        (["pull", "de_DE-ana-low"], 1, "no voice is called 'de_DE-ana-low'; did you mean 'de_DE-anna-low'"),
        (["pull", "espeak-ng"], 1, "voice 'espeak-ng' is not from the hub: there is nothing to fetch"),
        (["pull", "-l", "tr"], 1, "no voice for Turkish ('tr') is free for any use; name one that `speech voices --l"),
        (["pull", "-l", "klingon"], 1, "klingon"),
        (["info", "tyny"], 1, "no voice is called 'tyny'; `speech voices` lists them all"),
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


def test_greetings_are_in_languages_that_may_be_asked_for():
    assert all(tag(code) == code for code in GREETINGS)
    assert greeting(ModelSpec(name="x", task="synthesize", engine="e", languages=("pt-PT",))) == GREETINGS["pt"]
    assert greeting(ModelSpec(name="x", task="synthesize", engine="e", languages=("tlh",))) == COUNTING
    assert greeting(ModelSpec(name="x", task="synthesize", engine="e", languages=("af", "en-GB"))) == GREETINGS["en"]


def test_help_loads_nothing_heavy():
    program = "import sys; from speech.cli.voices import command\n"
    program += "try: command(['--help'])\nexcept SystemExit: pass\n"
    program += "heavy = {'numpy', 'huggingface_hub', 'rich', 'tomllib', 'importlib.metadata'} & set(sys.modules)\n"
    program += "assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
