"""The rules of the house: who imports whom, and how little a start loads."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import speech
from speech.cli import COMMANDS

PACKAGE = Path(speech.__file__).parent
ROOT = PACKAGE.parent

LAYERS = {
    "data": 0, "errors": 0, "languages": 0, "folders": 0, "machine": 0,
    "audio": 1, "formats": 1, "transcript": 1, "catalog": 1, "entries": 1, "store": 1, "archive": 1, "hub": 1,
    "snapshot": 1,
    "engines": 2,
    "stt": 3, "tts": 3,
    "options": 1,
    "devices": 4, "checks": 4, "choice": 4, "stream": 4, "detection": 4, "api": 4, "many": 4,
    "oneshot": 4, "warm": 4, "aloud": 4, "naming": 4, "journal": 4, "jobs": 4,
    "spool": 4, "cabinet": 4, "casting": 4, "documents": 4, "incoming": 1, "speaking": 4,
    "synthesizer": 4, "publish": 4, "readings": 4,
    "pool": 5, "cluster": 5, "cli": 5, "__main__": 5,
}  # fmt: skip
"""What each module or folder of the package is, from the ground up."""

ENGINES_SEE = {"data", "errors", "languages", "folders", "machine", "audio", "engines"}
STT_SEES = {"data", "errors", "languages", "audio", "engines", "stt"}
TTS_SEES = {"data", "errors", "languages", "machine", "audio", "engines", "tts"}

HEAVY = (
    "av", "ctranslate2", "faster_whisper", "huggingface_hub", "httpx", "numpy", "onnxruntime", "pocketsphinx",
    "requests", "rich", "soundfile", "soxr", "tokenizers",
)  # fmt: skip
NOT_FOR_HELP = (*HEAVY, "tomllib", "importlib.metadata", "speech.api", "speech.catalog", "speech.engines")

FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The module or folder at the top of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, checker_too: bool) -> set[str]:
    """The modules of this package that a file imports anywhere: for types only too, or not."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = set()
    if not checker_too:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                skipped |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [alias.name for alias in node.names]
            found |= {f"speech.{name}" for name in names} if node.module == "speech" else {node.module or ""}
    return {name.split(".")[1] for name in found if name.startswith("speech.")} - {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_imports_upward(path):
    here = room(path)
    if here == "__init__":
        return
    assert here in LAYERS, "a new room: give it a layer"
    above = {name for name in imports(path, checker_too=False) if LAYERS[name] > LAYERS[here]}
    assert not above


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "engines"], ids=lambda path: path.name)
def test_engines_see_nothing_but_the_contract(path):
    assert imports(path, checker_too=True) <= ENGINES_SEE


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "stt"], ids=lambda path: path.name)
def test_recognition_sees_no_catalogue_files_or_formats(path):
    assert imports(path, checker_too=True) <= STT_SEES


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "tts"], ids=lambda path: path.name)
def test_synthesis_sees_no_catalogue_files_or_formats(path):
    assert imports(path, checker_too=True) <= TTS_SEES


def test_engines_do_not_see_each_other():
    engines = [path for path in (PACKAGE / "engines").glob("*.py") if not path.stem.startswith("_")]
    names = {path.stem for path in engines}
    for path in engines:
        tree = ast.parse(path.read_text("utf-8"))
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {f"speech.engines.{name}" for name in names - {path.stem}} & modules, path.name


def loaded(code: str) -> list[str]:
    """The modules that a fresh process holds after running the code."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit: pass\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    return done.stderr.splitlines()


# What a bare interpreter loads by itself here (an editable installation has hooks of its own).
@pytest.fixture(scope="module")
def bare() -> set[str]:
    return set(loaded("pass"))


def test_importing_loads_nothing_heavy(bare):
    assert not set(HEAVY) & set(loaded("import speech")) - bare


def command_lines() -> list[list[str]]:
    from speech.cli import cli, models

    subcommands = [["models", name] for name in models.command.commands]
    assert cli.list_commands(None) == list(COMMANDS)
    return [[], *([name] for name in COMMANDS), *subcommands]


@pytest.mark.parametrize("line", command_lines(), ids=" ".join)
def test_help_loads_nothing_heavy_scans_nothing_and_reads_no_catalogue(line, bare):
    modules = set(loaded(f"from speech.cli import main; main([*{line!r}, '--help'])"))
    assert "speech.cli" in modules
    assert not set(NOT_FOR_HELP) & (modules - bare)


def test_a_version_is_cheap(bare):
    assert not set(NOT_FOR_HELP) & (set(loaded("from speech.cli import main; main(['--version'])")) - bare)


def test_finding_the_detectors_file_does_not_import_faster_whisper():
    source = (PACKAGE / "stt" / "vad.py").read_text("utf-8")
    names = {alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names}
    modules = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in names | modules if (name or "").startswith("faster_whisper")}


def test_functions_are_short():
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    assert sorted(lengths)[len(lengths) // 2] <= 10
    assert max(lengths) <= 60


def test_the_wheel_carries_what_the_package_reads():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert (
        settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]["models.toml"] == "speech/models.toml"
    )
    assert settings["project"]["scripts"] == {"speech": "speech.__main__:main"}
