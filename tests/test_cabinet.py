"""Voices that are settled when they are named, and loaded when they speak."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile, copytree

import pytest

from speech.cabinet import Cabinet, tag
from speech.data import ModelSpec
from speech.errors import StoppedError, UnknownModelError

MODELS = Path(__file__).parent / "models"
TWO = str(MODELS / "piper-vits-micro")


@pytest.fixture
def seen():
    return []


@pytest.fixture
def cabinet(seen):
    cabinet = Cabinet(offline=True, progress=seen.append)
    yield cabinet
    cabinet.close()


def test_a_voice_is_settled_once_and_known_by_its_own_name_too(cabinet):
    choice = cabinet.choice(TWO)
    assert cabinet.choice(TWO) is choice
    assert cabinet.choice(choice.spec.name) is choice
    assert cabinet.choice("auto", "de") is cabinet.choice("auto", "de")
    with pytest.raises(UnknownModelError):
        cabinet.choice("nobody")


def test_a_voice_is_loaded_once_for_all_threads(cabinet, seen):
    cabinet.choice(TWO)
    assert seen == []
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: cabinet.loaded(TWO), range(8)))
    assert len({id(loaded) for loaded in found}) == 1
    assert [progress.stage for progress in seen] == ["load"]


def test_a_closed_cabinet_loads_nothing(cabinet):
    cabinet.close()
    with pytest.raises(StoppedError):
        cabinet.loaded(TWO)


def test_voices_of_one_name_in_two_places_are_two(cabinet, tmp_path):
    copy = tmp_path / "piper-vits-micro"
    copytree(TWO, copy, copy_function=copyfile)
    names = {cabinet.name(cabinet.choice(name)) for name in (TWO, str(copy))}
    assert names == {"piper-vits-micro", str(copy)}
    assert {cabinet.loaded(name).spec.path for name in names} == {Path(TWO), copy}
    keys = {cabinet.loaded(name).key for name in (TWO, str(copy), "espeak-ng")}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("name", "languages", "expected"),
    [
        ("en_GB-alan-low", ("en",), "en-GB"),
        ("de_DE-thorsten-high", ("de",), "de-DE"),
        ("my_voice-x", ("fr",), "fr"),
        ("plain", ("de",), "de"),
        ("espeak-ng", ("af", "de", "en"), "en"),
        ("unknown", (), "en"),
    ],
)
def test_the_language_of_a_voice_has_its_region(name, languages, expected):
    spec = ModelSpec(name=name, task="synthesize", engine="piper", languages=languages)
    assert tag(spec) == expected
