"""A Piper voice's stages as sessions of ONNX Runtime, made once and kept on disk in the form that this CPU runs.

Cutting a graph and optimising it takes longer than speaking a sentence; reading back what came of it does not. What is
kept lies in a folder for each voice file, processor and version of the runtime, is written beside and renamed, and is
checked when it is read: whatever is wrong with it, it is made again. It may be deleted at any time, and what is void,
long unused or too much is, whenever something new is kept. Where nothing can be kept, loading only takes longer.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import zlib
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING, Any

from speech.engines import _vits
from speech.errors import EngineError
from speech.folders import cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnxruntime import InferenceSession

    Provider = str | tuple[str, dict[str, Any]]
    _Found = tuple[_vits.Layout, list[bytes], bool]
    """The last: whether what runs on the CPU is optimised for it, or has to be wherever it is loaded."""

LAYOUT = "layout.json"
DRAFT = "."
"""What the names of folders begin with that are being written."""
LIMIT = 2 * 2**30
"""Bytes kept: some thirty voices of medium quality. Beyond it those longest unused go first."""
UNUSED = 30 * 24 * 3600
"""Seconds after which what nobody used goes."""
IN_USE = 24 * 3600
"""Seconds after which goes what another version of the runtime, another processor or an older file of the same voice
left, and drafts of processes that were killed: until then another machine with the same folder may be using it."""
CPU: tuple[Provider, ...] = ("CPUExecutionProvider",)
QUIET = 4
"""ONNX Runtime's severity "fatal": what goes wrong comes as an exception."""
WARNING = 2
"""What its log is set to if nobody sets it; it does not tell."""


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """A voice ready to run."""

    layout: _vits.Layout
    sessions: Sequence[InferenceSession]
    """One for each stage, which computes on the thread that calls it."""
    eager: InferenceSession | None
    """The first stage once more, on several threads: for a sentence whose first audio is waited for.

    From four threads on its last bits differ from those of one (by 2e-8 of full scale, in a medium voice).
    """


def open_stages(path: Path, providers: Sequence[Provider] = CPU, threads: int = 1) -> Stages:
    """The stages of the voice file ``path``.

    Raises:
        EngineError: the file is not a Piper voice, or the runtime cannot load it.
    """
    try:
        folder = cache() / "graphs" / _key(path, providers)
        layout, stages, ready = _read(folder) or _made(path, folder, providers)
    except OSError as error:
        raise EngineError(f"cannot read {str(path)!r} ({error}); fetch the voice again") from error
    runs_on = _runs_on(layout, providers)
    with _quiet():
        sessions = [
            _session(data, mine, optimise=not (ready and mine == CPU))
            for data, mine in zip(stages, runs_on, strict=True)
        ]
    several = threads > 1 and runs_on[0] == CPU
    eager = _session(stages[0], CPU, threads=threads, optimise=not ready) if several else None
    return Stages(layout, sessions, eager)


@contextmanager
def _quiet() -> Iterator[None]:
    """A GPU's provider warns through the runtime's own log while it is set up, whatever the session asks for."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(QUIET)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(WARNING)


def _runs_on(layout: _vits.Layout, providers: Sequence[Provider]) -> list[Sequence[Provider]]:
    """Of each stage: on a GPU the thousand small steps before the first frame would wait for it one by one."""
    known = any(stage.context is not None for stage in layout.stages)
    return [CPU if known and stage.context is None else providers for stage in layout.stages]


def _key(path: Path, providers: Sequence[Provider]) -> str:
    """Of this very file: a change of its contents changes its times, and hashing it would take longer than loading.

    In front stands whose it is, behind the last "-" what makes it void.
    """
    import onnxruntime

    real = path.resolve()
    found = real.stat()
    whose = [str(real), [str(one) for one in providers]]
    times = [found.st_mtime_ns, found.st_ctime_ns if os.name != "nt" else 0]
    void = [found.st_size, *times, found.st_ino, _vits.VERSION, onnxruntime.__version__, _processor()]
    return f"{path.stem}-{_digest(whose)}-{_digest(void)}"


def _digest(told: list[Any]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _processor() -> list[str]:
    """What decides how a graph is laid out for it: the weights are reordered for the width of its vectors."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").split("\n\n", 1)[0].splitlines()
        return [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return [platform.machine(), platform.processor()]


def _read(folder: Path) -> _Found | None:
    """What is kept; None where nothing is, or what is there is not whole."""
    try:
        told = json.loads((folder / LAYOUT).read_text("utf-8"))
        layout = _layout(told["layout"])
        stages = [(folder / f"{number}.onnx").read_bytes() for number in range(len(layout.stages))]
        if [zlib.crc32(data) for data in stages] != told["sums"]:
            return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    with suppress(OSError):
        os.utime(folder / LAYOUT)  # used just now
    return layout, stages, True


def _made(path: Path, folder: Path, providers: Sequence[Provider]) -> _Found:
    try:
        layout, stages = _vits.split(path.read_bytes())
    except ValueError as error:
        raise EngineError(f"{str(path)!r} is not a Piper voice: {error}; fetch it again, or try another") from error
    try:
        with _beside(folder) as beside:
            done = [
                _optimised(data, beside / f"{number}.onnx") if mine == CPU else data
                for number, (data, mine) in enumerate(zip(stages, _runs_on(layout, providers), strict=True))
            ]
            with suppress(OSError):
                _keep(folder, beside, layout, done)
                _trim(folder)
    except (OSError, EngineError):  # no room: the sessions do it for themselves, and say what else may be wrong
        return layout, stages, False
    return layout, done, True


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder in the same place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=DRAFT, ignore_cleanup_errors=True) as name:
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


def _trim(new: Path) -> None:
    """Delete what nobody will want any more: see the limits above."""
    room, now = LIMIT, time()
    for used, size, folder in sorted(_entries(new.parent), reverse=True):
        room -= size
        void = folder.name.rpartition("-")[0] == new.name.rpartition("-")[0] or folder.name.startswith(DRAFT)
        idle = now - used
        if folder != new and (room < 0 or idle > UNUSED or (void and idle > IN_USE)):
            shutil.rmtree(folder, ignore_errors=True)


def _entries(graphs: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was last used, and its bytes."""
    for folder in graphs.iterdir():
        with suppress(OSError):
            files = [file.stat() for file in folder.rglob("*") if file.is_file()]
            used = max((file.st_mtime for file in files), default=folder.stat().st_mtime)
            yield used, sum(file.st_size for file in files), folder


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
        session = ort.InferenceSession(data, options, providers=list(providers), enable_fallback=0)
    except Exception as error:  # the runtime's own classes derive from Exception alone
        raise EngineError(f"ONNX Runtime cannot load the voice ({error}); fetch it again, or try another") from error
    wanted = providers[0] if isinstance(providers[0], str) else providers[0][0]
    if session.get_providers()[0] != wanted:
        raise EngineError(f"ONNX Runtime cannot use {wanted} here; use --device cpu, or mend the driver")
    session.disable_fallback()
    return session
