import json

import pytest

from speech import engines
from speech.cli import main


def test_for_people(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for word in ("Packages", "Engines", "Models", *engines.names(), "offline", "auto", "at once"):
        assert word in out


def test_for_programs(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["engines"]["faster_whisper"]["works"] is True
    assert found["store"]["offline"] is True
    assert found["store"]["free_bytes"] > 0
    assert found["packages"]["numpy"]
    cpu = found["engines"]["faster_whisper"]["devices"][0]
    assert cpu["workers"] * cpu["threads"] >= 1
    assert cpu["batch"] >= 1
    assert found["auto"].get("model") or found["auto"]["error"]


def test_a_broken_catalogue_is_a_finding(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.toml").write_text("no toml")
    assert main(["doctor"]) == 0
    assert "models.toml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("locale", "language", "title", "better"),
    [
        ("de_AT.UTF-8", "de-AT", "voice for de-AT", "de_DE-thorsten-medium"),
        ("en_GB", "en-GB", "voice for en-GB", "en_GB-cori-high"),
        ("C.UTF-8", None, "voice for en", "en_US-ljspeech-high"),
        ("", None, "voice for en", "en_US-ljspeech-high"),
    ],
)
def test_the_voice_is_the_one_for_the_users_language(locale, language, title, better, monkeypatch, capsys):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert main(["doctor", "--json"]) == 0
    voice = json.loads(capsys.readouterr().out)["voice"]
    assert (voice["language"], voice["model"]) == (language, "espeak-ng")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert title in out
    assert f"`speech voices pull {better}` fetches a better one" in out
