"""The public names: there, complete, and nothing heavy before one is used."""

import os
import subprocess
import sys

import pytest

import speech

HEAVY = (
    "numpy", "av", "soundfile", "soxr", "onnxruntime", "ctranslate2", "faster_whisper", "pocketsphinx",
    "huggingface_hub", "rich", "click", "httpx", "tomllib", "importlib.metadata",
)  # fmt: skip


def run(code):
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_importing_loads_nothing_heavy():
    loaded = run("import sys, speech; print(*sys.modules)")
    assert not [name for name in HEAVY if name in loaded]
    assert [name for name in loaded if name.startswith("speech")] == ["speech"]


@pytest.mark.parametrize("name", ["SpeechError", "Segment", "Word", "TranscribeOptions", "Progress"])
def test_the_plain_data_needs_nothing_heavy(name):
    loaded = run(f"import sys, speech; speech.{name}; print(*sys.modules)")
    assert not [heavy for heavy in HEAVY if heavy in loaded]


@pytest.mark.parametrize("name", ["Transcriber", "transcribe", "Stream", "Audio", "Transcript", "load", "CueRules"])
def test_the_working_names_load_no_engine(name):
    loaded = run(f"import sys, speech; speech.{name}; print(*sys.modules)")
    assert not [heavy for heavy in ("numpy", "av", "onnxruntime", "ctranslate2", "huggingface_hub") if heavy in loaded]


@pytest.mark.parametrize("name", speech.__all__)
def test_every_public_name_is_there(name):
    assert getattr(speech, name) is getattr(speech, name)
    assert name in dir(speech)
    assert getattr(speech, name).__module__.startswith("speech.")
    assert getattr(speech, name).__doc__


def test_the_list_is_sorted_and_the_same_three_times():
    from ast import ImportFrom, parse, walk
    from pathlib import Path

    assert list(speech.__all__) == sorted(speech.__all__)
    assert set(speech._HOMES) == set(speech.__all__)
    typed = {
        alias.name: node.module
        for node in walk(parse(Path(speech.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ImportFrom) and (node.module or "").startswith("speech.")
        for alias in node.names
    }
    assert typed == {name: f"speech.{home}" for name, home in speech._HOMES.items()}


def test_other_names_are_no_attributes():
    with pytest.raises(AttributeError, match="no attribute 'transcripe'"):
        _ = speech.transcripe
    assert not hasattr(speech, "__wrapped__")


def test_the_version_is_one():
    assert all(part.isdigit() for part in speech.__version__.split(".")[:2])


def test_onnx_runtime_tells_nobody_and_keeps_no_number_of_the_device(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", "import speech, onnxruntime"], check=True, env=environment)
    assert list(tmp_path.rglob("*")) == []
