"""Ray: the same ``Transcriber`` and ``Synthesizer`` as actors over many machines.

    import speech
    rows = speech.cluster.transcribe("corpus/", model="small", actors=8, gpus=0.25)     # a ray.data.Dataset
    rows.write_parquet("texts/")

There are two doors. ``transcribe`` is for data: rows of paths become rows of transcripts, by Ray Data. ``recordings``
and ``texts`` are for files, with the outputs, journals and results of one machine (``speech ... --on ray``). These keep
a pool of actors of their own, since Ray Data repeats a batch as a whole and for ever: a recording that ends every
worker would take its neighbours with it (see pool.py). As outputs appear whole or not at all, one that was written
before its worker died is found done.
"""

from __future__ import annotations

import logging
import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech import jobs, naming, readings
from speech.data import Progress
from speech.errors import MissingDependencyError, SpeechError, UnsupportedError
from speech.pool import Worker, results

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from ray.data import Dataset

    from speech.api import Transcriber
    from speech.audio import Source
    from speech.data import ProgressHook
    from speech.formats.cues import CueRules
    from speech.jobs import Existing, Result, Task
    from speech.pool import Do, Item, Make
    from speech.readings import Reading
    from speech.synthesizer import Synthesizer
    from speech.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Which cluster, and how much of it each worker takes."""

    address: str | None = None
    """Of a running cluster, or ``auto``; None: one on this machine alone, or the one this process is connected to."""
    actors: int = 0
    """Workers; 0: as many as there is room for."""
    cpus: float = 1.0
    """Cores of a worker."""
    gpus: float = 0.0
    """GPUs of a worker; 0.25 puts four on one. 0: it computes on the CPU."""

    @property
    def loading(self) -> dict[str, Any]:
        """How a worker loads its model."""
        if self.gpus:
            return {"device": "cuda"}
        return {"device": "cpu", "threads": 1, "workers": max(1, int(self.cpus))}


# Rows


def transcribe(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | Dataset,
    model: str | os.PathLike[str] = "auto",
    *,
    actors: int = 1,
    cpus: float = 1.0,
    gpus: float = 0.0,
    batch: int = 16,
    address: str | None = None,
    **arguments: Any,  # noqa: ANN401 - those of Transcriber, which checks them
) -> Dataset:
    """A row for each recording: path, text, language, duration, transcript (JSON) and error (None where it went well).

    Args:
        sources: a folder, paths and URLs that fsspec knows, or a dataset with a column ``path``. Every node must be
            able to read them.
        model: as for ``Transcriber``.
        actors: models at once.
        cpus: cores of each.
        gpus: GPUs of each, which may be fractions.
        batch: recordings that an actor takes at once.
        address: of the cluster; see ``Cluster``.
        arguments: those of ``Transcriber``.

    Raises:
        MissingDependencyError: Ray is not installed.
        UnsupportedError: there are no sources.
    """
    cluster = Cluster(address=address, actors=actors, cpus=cpus, gpus=gpus)
    ray = connected(cluster)
    rows = sources if hasattr(sources, "map_batches") else ray.data.from_items(_listed(sources))
    return rows.map_batches(
        _Rows,
        fn_constructor_kwargs={"model": os.fspath(model), "arguments": {**cluster.loading, **arguments}},
        batch_size=batch,
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=cpus,
        num_gpus=gpus or None,
    )


def _listed(sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[dict[str, str]]:
    """A row for each path; a folder means the recordings in it."""
    given = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    paths: list[str] = []
    for each in given:
        path = os.fspath(each)
        if "://" in path or not Path(path).is_dir():
            paths.append(path)
        else:
            found = naming.search([path], recursive=True, wanted=naming.is_recording)
            paths += [item.source for item in found if item.error is None]
    if not paths:
        raise UnsupportedError(f"there is no recording in {sources!r}; give a folder, paths or URLs")
    return [{"path": path} for path in paths]


class _Rows:
    """What Ray Data makes an actor of."""

    def __init__(self, model: str, arguments: Mapping[str, Any]) -> None:
        from speech.api import Transcriber

        self._transcriber = Transcriber(model, **arguments)

    def __call__(self, batch: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
        paths = [str(path) for path in batch["path"]]
        failures: dict[int, str] = {}
        made = self._transcriber.transcribe_many(_opened(paths, failures), errors="return")
        columns: dict[str, list[Any]] = {name: [] for name in ("path", "text", "language", "duration")}
        columns |= {"transcript": [], "error": []}
        for place, (path, one) in enumerate(zip(paths, made, strict=True)):
            row = _row(path, one, failures.get(place))
            for name, values in columns.items():
                values.append(row[name])
        return columns


def _row(path: str, one: Transcript | SpeechError, failure: str | None) -> dict[str, Any]:
    error = failure or (str(one) if isinstance(one, SpeechError) else None)
    if error is not None or isinstance(one, SpeechError):
        nothing = dict.fromkeys(("text", "language", "duration", "transcript"))
        return {**nothing, "path": path, "error": error}
    told = {"text": one.text, "language": one.language, "duration": one.duration, "transcript": one.render("json")}
    return {**told, "path": path, "error": None}


def _opened(paths: Sequence[str], failures: dict[int, str]) -> Iterator[Source]:
    """Each path, or what fsspec opens for a URL; what it cannot open is an empty source and its place a failure."""
    for place, path in enumerate(paths):
        if "://" not in path:
            yield path
            continue
        try:
            import fsspec  # type: ignore[import-untyped]

            yield fsspec.open(path, "rb").open()
        except (OSError, ValueError, ImportError) as error:
            failures[place] = f"{path!r} cannot be opened ({error}); check the address and the rights"
            yield b""


# Files


def recordings(
    tasks: Sequence[Task],
    cluster: Cluster,
    *,
    model: str | os.PathLike[str] = "auto",
    arguments: Mapping[str, Any] | None = None,
    existing: Existing = "keep",
    resume: bool = False,
    rules: CueRules | None = None,
    progress: ProgressHook | None = None,
) -> Generator[Result, None, None]:
    """``jobs.run`` on a cluster: the same results in the same order. Every node must see the files under their paths.

    Args:
        tasks: as ``jobs.plan`` gives them.
        cluster: where.
        model: of each worker's ``Transcriber``.
        arguments: of the same.
        existing: as for ``jobs.run``, as the next two.
        resume: go on from the journals.
        rules: how subtitles are cut.
        progress: told of each recording that is done.
    """
    make = partial(_transcriber, model, {**cluster.loading, **(arguments or {})})
    do = partial(_transcribed, resume=resume, rules=rules)
    yield from _run(tasks, cluster, make, do, existing=existing, progress=progress)


def texts(
    planned: Sequence[Reading],
    cluster: Cluster,
    *,
    arguments: Mapping[str, Any] | None = None,
    existing: Existing = "keep",
    rules: CueRules | None = None,
    progress: ProgressHook | None = None,
) -> Generator[Result, None, None]:
    """``readings.run`` on a cluster; see ``recordings``."""
    loading = {"device": "cuda"} if cluster.gpus else {"device": "cpu", "threads": max(1, int(cluster.cpus))}
    make = partial(_synthesizer, {**loading, **(arguments or {})})
    yield from _run(planned, cluster, make, partial(_spoken, rules=rules), existing=existing, progress=progress)


def _transcriber(model: str | os.PathLike[str], arguments: Mapping[str, Any]) -> Transcriber:
    from speech.api import Transcriber

    return Transcriber(model, **arguments)


def _synthesizer(arguments: Mapping[str, Any]) -> Synthesizer:
    from speech.synthesizer import Synthesizer

    return Synthesizer(**arguments)


def _transcribed(
    tool: Transcriber, tasks: Sequence[Task], existing: Existing, *, resume: bool, rules: CueRules | None
) -> list[Result]:
    return list(jobs.run(tool, tasks, existing=existing, resume=resume, rules=rules))


def _spoken(
    tool: Synthesizer, planned: Sequence[Reading], existing: Existing, *, rules: CueRules | None
) -> list[Result]:
    return list(readings.run(tool, planned, existing=existing, rules=rules))


def _run(
    items: Sequence[Item],
    cluster: Cluster,
    make: Make,
    do: Do,
    *,
    existing: Existing,
    progress: ProgressHook | None,
) -> Generator[Result, None, None]:
    ray = connected(cluster)
    kind = ray.remote(Worker).options(num_cpus=cluster.cpus, num_gpus=cluster.gpus or None, max_restarts=0)
    start = partial(kind.remote, make, do)
    with closing(results(items, start, cluster.actors or _room(ray, cluster), existing)) as done:
        for result in done:
            _tell(progress, result)
            yield result


def _tell(progress: ProgressHook | None, result: Result) -> None:
    if progress:
        length = result.transcript.duration if result.transcript else 0.0
        progress(Progress("failed" if result.error else "done", result.task.source, length, length))


def _room(ray: Any, cluster: Cluster) -> int:  # noqa: ANN401
    """How many workers the whole cluster has room for: one at least."""
    there = ray.cluster_resources()
    rooms = [there.get("CPU", 0.0) / cluster.cpus] if cluster.cpus else []
    rooms += [there.get("GPU", 0.0) / cluster.gpus] if cluster.gpus else []
    return max(1, int(min(rooms, default=1.0)))


def connected(cluster: Cluster) -> Any:  # noqa: ANN401 - Ray's module
    """Ray, connected to the cluster; quiet, and without its statistics of use unless they are asked for.

    Raises:
        MissingDependencyError: it is not installed.
        UnsupportedError: there is no cluster at that address, or it has no such room.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingDependencyError(
            f"{error.name} is not installed; type: pip install 'speech-pipeline[ray]'"
        ) from error
    if not ray.is_initialized():
        with _refused(cluster.address):
            ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=None)
    there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    for name, wanted in (("CPU", cluster.cpus), ("GPU", cluster.gpus)):
        if wanted > there.get(name, 0.0):
            raise UnsupportedError(
                f"the cluster has {there.get(name, 0.0):g} {name}s, and a worker wants {wanted:g}; ask for less"
            )
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray


@contextmanager
def _refused(address: str | None) -> Iterator[None]:
    try:
        yield
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UnsupportedError(
            f"no cluster answers at {address!r} ({error}); start one with: ray start --head"
        ) from error
