"""Where caches go."""

import sys
from pathlib import Path

import pytest

from speech.folders import cache


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/speech"),
        ("linux", {"XDG_CACHE_HOME": "/else"}, "/else/speech"),
        ("linux", {"XDG_CACHE_HOME": ""}, "home/.cache/speech"),
        ("linux", {"LOCALAPPDATA": "/windows"}, "home/.cache/speech"),
        ("darwin", {}, "home/Library/Caches/speech"),
        ("darwin", {"XDG_CACHE_HOME": "/else"}, "/else/speech"),
        ("win32", {"LOCALAPPDATA": "/windows"}, "/windows/speech"),
        ("win32", {}, "home/AppData/Local/speech"),
    ],
)
def test_the_folder_of_each_system(monkeypatch, tmp_path, platform, variables, expected):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert cache() == tmp_path / expected
    assert not cache().exists()
