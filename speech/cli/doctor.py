"""``speech doctor``: what is installed, what works, and what "auto" would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from speech.cli import parsing, stdout
from speech.cli.parsing import option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speech.data import Task

PACKAGES = (
    "av", "click", "ctranslate2", "espeakng-loader", "faster-whisper", "huggingface_hub", "numpy", "onnx",
    "onnxruntime", "piper-tts", "pocketsphinx", "rich", "soundfile", "soxr",
)  # fmt: skip
"""What the core brings, directly or through faster-whisper and piper-tts."""


@parsing.command()
@option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
@option("--offline", is_flag=True, help="Do not ask whether the hub answers.")
def command(as_json: bool, offline: bool) -> None:
    """Say what is installed, which devices really work, where models are kept, and what model and voice auto takes."""
    findings = examine(offline=offline)
    stdout.write(
        (json.dumps(findings, indent=2, ensure_ascii=False) if as_json else "\n".join(_lines(findings))) + "\n"
    )


def examine(*, offline: bool = False) -> dict[str, Any]:
    """Everything that a report of trouble should hold, as JSON values; nothing is fetched."""
    import platform

    from speech import __version__, engines

    return {
        "speech": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "ffmpeg": _ffmpeg(),
        "engines": {name: _engine(name) for name in engines.names()},
        "store": _store(offline),
        "catalogue": _catalogue(),
        "auto": _auto("transcribe"),
        "voice": {"language": _language(), **_auto("synthesize", _language())},
    }


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _ffmpeg() -> dict[str, Any]:
    """The libraries that PyAV carries; broken ones are a finding, not a failure."""
    try:
        import av
    except (ImportError, OSError) as error:
        return {"error": str(error)}
    return {name: ".".join(map(str, numbers)) for name, numbers in av.library_versions.items()}


def _engine(name: str) -> dict[str, Any]:
    from speech import engines
    from speech.errors import SpeechError
    from speech.transcript import to_dict

    try:
        engine = engines.find(name)
        devices = engine.probe()
    except SpeechError as error:
        return {"works": False, "requires": "", "devices": [], "error": str(error)}
    works = any(device.compute_types for device in devices)
    return {"works": works, "requires": engine.REQUIRES, "devices": [to_dict(device) for device in devices]}


def _store(offline: bool) -> dict[str, Any]:
    from speech.store import Store

    store = Store(offline=offline)
    return {
        "folder": str(store.cache),
        "free_bytes": _free(store.cache),
        "hub": store.endpoint,
        "offline": store.offline,
        "answers": store.reachable(),
    }


def _free(folder: Path) -> int | None:
    """Bytes left where the folder is, or will be."""
    import shutil

    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def _catalogue() -> dict[str, Any]:
    from speech import catalog
    from speech.errors import SpeechError

    try:
        known = catalog.load()
    except SpeechError as error:
        return {"error": str(error)}
    counts = {"models": len(known.of("transcribe")), "voices": len(known.of("synthesize"))}
    return {**counts, "own": str(catalog.user_file())}


def _language() -> str | None:
    """The language of the user's locale, with its region."""
    import os

    from speech.errors import SpeechError
    from speech.languages import tag

    given = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    try:
        return tag(given.partition(".")[0].partition("@")[0])
    except SpeechError:  # C, POSIX, or nothing
        return None


def _auto(task: Task, language: str | None = None) -> dict[str, Any]:
    """What would run if nothing could be fetched, and what would be fetched."""
    from speech.choice import choose
    from speech.errors import SpeechError

    try:
        choice = choose("auto", task=task, language=language, offline=True)
    except SpeechError as error:
        return {"error": str(error)}
    device = choice.device
    pace = {"workers": device.workers, "threads": device.threads, "batch": device.batch}
    return {"model": choice.spec.name, "device": device.name, **pace, "reason": choice.reason, "hint": choice.hint}


def _lines(findings: dict[str, Any]) -> Iterator[str]:
    yield f"speech {findings['speech']}, Python {findings['python']}, {findings['system']}"
    yield "\nPackages"
    for name, version in findings["packages"].items():
        yield f"  {name:<16} {version or 'not installed'}"
    ffmpeg = findings["ffmpeg"]
    yield f"  {'FFmpeg in av':<16} {ffmpeg.get('error') or ', '.join(f'{k} {v}' for k, v in ffmpeg.items())}"
    yield "\nEngines"
    for name, engine in findings["engines"].items():
        yield from _engine_lines(name, engine)
    yield "\nModels"
    yield from _model_lines(findings)


def _engine_lines(name: str, engine: dict[str, Any]) -> Iterator[str]:
    broken = engine.get("error") or (
        f"not installed: pip install '{engine['requires']}'" if not engine["devices"] else ""
    )
    yield f"  {name:<16} {'works' if engine['works'] else broken or 'does not work'}"
    for device in engine["devices"]:
        types = ", ".join(device["compute_types"]) or "cannot be used"
        note = f" ({device['note']})" if device["note"] else ""
        yield f"    {device['name']:<14} {types}{note}"
        if device["workers"]:
            yield f"    {'':<14} {_pace(device)}"


def _pace(device: dict[str, Any]) -> str:
    """How the engine keeps a device busy, and what changes it."""
    threads = f" of {device['threads']} threads" if device["threads"] > 1 else ""
    calls = f"{device['workers']} calls at once{threads}, {device['batch']} chunks each"
    return f"{calls} (--workers, --threads, --batch-size)"


def _model_lines(findings: dict[str, Any]) -> Iterator[str]:
    from speech.store import human

    store, catalogue = findings["store"], findings["catalogue"]
    answers = "offline" if store["offline"] else "answers" if store["answers"] else "does not answer"
    yield f"  {'folder':<16} {store['folder']} ({human(store['free_bytes'])} free)"
    yield f"  {'hub':<16} {store['hub']} ({answers})"
    known = ""
    if "models" in catalogue:
        known = f"{catalogue['models']} models, {catalogue['voices']} voices; your own: {catalogue['own']}"
    yield f"  {'catalogue':<16} {known or catalogue['error']}"
    voice = findings["voice"]
    for title, auto in (("auto", findings["auto"]), (f"voice for {voice['language'] or 'en'}", voice)):
        yield f"  {title:<16} {auto.get('reason') or auto['error']}"
        if auto.get("hint"):
            yield f"  {'':<16} {auto['hint']}"
            if store["answers"]:
                yield f"  {'':<16} the hub answers, so auto itself would fetch it first"
