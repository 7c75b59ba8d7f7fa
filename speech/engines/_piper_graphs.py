"""A Piper voice's stages as sessions of ONNX Runtime, made once and kept on disk in the form that this CPU runs.

Cutting a graph and optimising it takes longer than speaking a sentence; reading back what came of it does not. What is
kept lies in a folder for each voice file, processor and version of the runtime, is written beside and renamed, and is
checked when it is read: whatever is wrong with it, it is made again. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import zlib
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from speech.engines import _vits
from speech.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnxruntime import InferenceSession

    Provider = str | tuple[str, dict[str, Any]]

LAYOUT = "layout.json"
CPU: tuple[Provider, ...] = ("CPUExecutionProvider",)
QUIET = 4
"""ONNX Runtime's severity "fatal": what goes wrong comes as an exception."""


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """A voice ready to run."""

    layout: _vits.Layout
    sessions: Sequence[InferenceSession]
    """One for each stage, which computes on the thread that calls it."""
    eager: InferenceSession | None
    """The first stage once more, on several threads: for a sentence whose first audio is waited for."""


def open_stages(path: Path, providers: Sequence[Provider] = CPU, threads: int = 1) -> Stages:
    """The stages of the voice file ``path``.

    Raises:
        EngineError: the file is not a Piper voice, or the runtime cannot load it.
    """
    try:
        folder = _cache_folder() / _key(path, providers)
        layout, stages = _read(folder) or _made(path, folder, providers)
    except OSError as error:
        raise EngineError(f"cannot read {str(path)!r} ({error}); fetch the voice again") from error
    optimise = providers != CPU
    sessions = [_session(data, providers, optimise=optimise) for data in stages]
    several = threads > 1 and providers == CPU
    return Stages(layout, sessions, _session(stages[0], CPU, threads=threads) if several else None)


def _cache_folder() -> Path:
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "speech" / "graphs"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/speech/graphs").expanduser()
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "speech" / "graphs"
    return Path("~/.cache/speech/graphs").expanduser()


def _key(path: Path, providers: Sequence[Provider]) -> str:
    """Of this very file: a change of its contents changes its times, and hashing it would take longer than loading."""
    import onnxruntime

    real = path.resolve()
    found = real.stat()
    stamp = [str(real), found.st_size, found.st_mtime_ns, found.st_ctime_ns if os.name != "nt" else 0, found.st_ino]
    told = [stamp, _vits.VERSION, onnxruntime.__version__, _processor(), [str(one) for one in providers]]
    return f"{path.stem}-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]}"


def _processor() -> list[str]:
    """What decides how a graph is laid out for it: the weights are reordered for the width of its vectors."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").split("\n\n", 1)[0].splitlines()
        return [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return [platform.machine(), platform.processor()]


def _read(folder: Path) -> tuple[_vits.Layout, list[bytes]] | None:
    """What is kept; None where nothing is, or what is there is not whole."""
    try:
        told = json.loads((folder / LAYOUT).read_text("utf-8"))
        layout = _layout(told["layout"])
        stages = [(folder / f"{number}.onnx").read_bytes() for number in range(len(layout.stages))]
        return (layout, stages) if [zlib.crc32(data) for data in stages] == told["sums"] else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _made(path: Path, folder: Path, providers: Sequence[Provider]) -> tuple[_vits.Layout, list[bytes]]:
    try:
        layout, stages = _vits.split(path.read_bytes())
    except ValueError as error:
        raise EngineError(f"{str(path)!r} is not a Piper voice: {error}; fetch it again, or try another") from error
    with _writable(folder.parent) as beside:
        if providers == CPU:
            stages = [_optimised(data, beside / f"{number}.onnx") for number, data in enumerate(stages)]
        with suppress(OSError):
            _keep(folder, beside, layout, stages)
    return layout, stages


@contextmanager
def _writable(folder: Path) -> Iterator[Path]:
    """A new folder inside this one or, where that cannot be, among the system's temporary ones."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = TemporaryDirectory(dir=folder, prefix=".", ignore_cleanup_errors=True)
    except OSError:
        made = TemporaryDirectory(ignore_cleanup_errors=True)
    with made as name:
        yield Path(name)


def _keep(folder: Path, beside: Path, layout: _vits.Layout, stages: Sequence[bytes]) -> None:
    whole = beside / "whole"
    whole.mkdir()
    for number, data in enumerate(stages):
        (whole / f"{number}.onnx").write_bytes(data)
    told = {"layout": asdict(layout), "sums": [zlib.crc32(data) for data in stages]}
    (whole / LAYOUT).write_text(json.dumps(told), "utf-8")
    if folder.exists():  # what was there is not whole, or another process has just written the same
        folder.rename(beside / "old")
    whole.rename(folder)


def _layout(told: dict[str, Any]) -> _vits.Layout:
    stages = [_vits.Stage(tuple(one["inputs"]), tuple(one["outputs"]), one["context"]) for one in told["stages"]]
    noise = tuple(_vits.Noise(**one) for one in told["noise"])
    return _vits.Layout(tuple(stages), told["output"], told["durations"], told["hop"], noise, told["repeats"])


def _optimised(data: bytes, file: Path) -> bytes:
    _session(data, CPU, optimise=True, file=file)
    return file.read_bytes()


def _session(
    data: bytes,
    providers: Sequence[Provider],
    *,
    threads: int = 1,
    optimise: bool = False,
    file: Path | None = None,
) -> InferenceSession:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = QUIET
    # Planning which buffers to share takes the runtime most of the time of loading, and saves next to nothing.
    options.enable_mem_reuse = False
    # Laying all buffers of a run in one block takes twice the memory, and remembers every length it has met.
    options.enable_mem_pattern = False
    levels = ort.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimise else levels.ORT_DISABLE_ALL
    if file is not None:
        options.optimized_model_filepath = str(file)
    try:
        session = ort.InferenceSession(data, options, providers=list(providers))
    except Exception as error:  # the runtime's own classes derive from Exception alone
        raise EngineError(f"ONNX Runtime cannot load the voice ({error}); fetch it again, or try another") from error
    wanted = providers[0] if isinstance(providers[0], str) else providers[0][0]
    if session.get_providers()[0] != wanted:
        raise EngineError(f"ONNX Runtime cannot use {wanted} here; use --device cpu, or mend the driver")
    session.disable_fallback()
    return session
