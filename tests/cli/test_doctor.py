import json

from speech import engines
from speech.cli import main


def test_for_people(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for word in ("Packages", "Engines", "Models", *engines.names(), "offline", "auto"):
        assert word in out


def test_for_programs(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["engines"]["faster_whisper"]["works"] is True
    assert found["store"]["offline"] is True
    assert found["store"]["free_bytes"] > 0
    assert found["packages"]["numpy"]
    assert found["auto"].get("model") or found["auto"]["error"]


def test_a_broken_catalogue_is_a_finding(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.toml").write_text("no toml")
    assert main(["doctor"]) == 0
    assert "models.toml" in capsys.readouterr().out
