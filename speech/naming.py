"""Which recordings are meant by files, folders and patterns, and what the files made of them are called."""

from __future__ import annotations

import glob
import os
import stat
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from speech.errors import AudioError, SpeechError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SUFFIXES = frozenset(
    ".3g2 .3ga .3gp .aac .ac3 .adts .aif .aifc .aiff .alac .amr .amv .ape .asf .au .avi .awb .caf .dav .divx .dss .dts "  # noqa: SIM905
    ".dv .eac3 .f4a .f4v .flac .flv .gsm .m2ts .m2v .m4a .m4b .m4r .m4v .mka .mkv .mov .mp2 .mp3 .mp4 .mpa .mpc .mpeg "
    ".mpg .mpga .mts .mxf .nut .oga .ogg .ogm .ogv .opus .ra .rf64 .rm .rmvb .snd .spx .tak .tta .ts .voc .vob .vox "
    ".w64 .wav .wave .weba .webm .wma .wmv .wv".split()
)
"""What a file in a folder ends in when it is a recording: audio and video that FFmpeg's libraries know."""


def is_recording(name: str) -> bool:
    """Whether a file of that name, in a folder, is meant when the folder is."""
    return PurePath(name).suffix.lower() in SUFFIXES


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One recording that is meant, or one input that cannot be used."""

    source: str
    relative: PurePath = field(default_factory=PurePath)
    """Where it lies under what was asked for: the folders to mirror, and its name."""
    root: Path = field(default_factory=Path)
    """What ``relative`` starts from."""
    error: SpeechError | None = None


def search(
    inputs: Sequence[str | os.PathLike[str]],
    *,
    recursive: bool = False,
    wanted: Callable[[str], bool] = is_recording,
    noun: str = "recording",
) -> list[Found]:
    """Every recording that is meant: inputs in their order, folders in the order of names, no recording twice.

    Args:
        inputs: files, folders, patterns, or ``-``.
        recursive: folders within folders too.
        wanted: whether a file of that name in a folder is meant.
        noun: what messages call what is looked for.
    """
    seen: dict[object, Found] = {}
    for given in inputs:
        for found in _search_one(os.fspath(given), recursive, wanted, noun):
            key = found.source if found.error or found.source == "-" else _place(found.root / found.relative)
            # Meant twice, by itself and as part of a folder: the folder tells where it lies.
            if key not in seen or len(found.relative.parts) > len(seen[key].relative.parts):
                seen[key] = found
    return list(seen.values())


def outputs(
    found: Sequence[Found], extensions: Mapping[str, str], output_dir: Path | None = None
) -> list[dict[str, Path]]:
    """The files to make of each recording, by format: no two alike, and none of them one of the recordings.

    A file is called as the recording is, with its ending changed (``x.srt``); where that is taken, with its ending
    added (``x.mp3.srt``); where even that is taken, as on systems that do not tell ``X`` from ``x``, with a number.
    The order of the inputs does not matter.

    Args:
        found: recordings, without errors.
        extensions: of each format, with the dot; no two alike.
        output_dir: mirror the folders there; None: beside each recording.
    """
    targets = _mirrored(found, output_dir) if output_dir else [item.root / item.relative for item in found]
    sources = {_fold("/".join(_place(item.root / item.relative))) for item in found if item.source != "-"}
    names = _distinct(targets, sources, extensions)
    return [
        {name: target.parent / f"{base}{extension}" for name, extension in extensions.items()}
        for target, base in zip(targets, names, strict=True)
    ]


def _search_one(given: str, recursive: bool, wanted: Callable[[str], bool], noun: str) -> Iterator[Found]:
    path = Path(given)
    if given == "-":
        yield Found("-", PurePath("stdin"))
    elif path.is_dir():
        yield from _search_folder(path, path, recursive, wanted, noun)
    elif not os.path.lexists(path) and glob.has_magic(given):
        yield from _search_pattern(given, recursive, wanted, noun)
    elif not path.exists():
        what = "is a link that leads nowhere" if path.is_symlink() else "does not exist"
        yield Found(given, error=AudioError(f"{given!r} {what}; check the path"))
    else:
        yield Found(given, PurePath(path.name), path.parent)


def _search_folder(
    folder: Path, root: Path, recursive: bool, wanted: Callable[[str], bool], noun: str
) -> Iterator[Found]:
    empty, inner = True, 0
    for current, files, folders in _walk(folder, recursive):
        if isinstance(files, OSError):
            message = f"cannot read the folder {str(current)!r} ({files.strerror}); check its permissions"
            yield Found(str(current), error=AudioError(message))
            empty = False
            continue
        inner += len(folders)
        for name in files:
            if wanted(name):
                empty = False
                yield _found_in(current / name, root)
    if empty:
        hint = f"--recursive looks into its {inner} folders" if inner and not recursive else "name the files"
        yield Found(str(folder), error=AudioError(f"no {noun}s in the folder {str(folder)!r}; {hint}"))


def _found_in(path: Path, root: Path, source: str = "") -> Found:
    """What a folder holds under the name of a recording, if it can be one.

    Only a pipe that was named itself is read: to open one waits until somebody writes to it.
    """
    source = source or str(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Found(source, error=AudioError(f"{source!r} cannot be read ({error.strerror}); check where it leads"))
    if not stat.S_ISREG(mode):
        message = f"{source!r} is no file but a pipe, a socket or a device; name it itself to read from it"
        return Found(source, error=AudioError(message))
    return Found(source, path.relative_to(root), root)


def _walk(folder: Path, recursive: bool) -> Iterator[tuple[Path, list[str] | OSError, list[str]]]:
    """Each folder with the names of its files and folders, without the hidden ones.

    Links are followed, but no folder is entered twice.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            facts = current.stat()
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(current) as entries:
                seen = sorted((entry.name, _is_folder(entry)) for entry in entries if not entry.name.startswith("."))
        except OSError as error:
            yield current, error, []
            continue
        folders = [name for name, is_folder in seen if is_folder]
        yield current, [name for name, is_folder in seen if not is_folder], folders
        if recursive:
            waiting.extend(current / name for name in reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link that leads to itself, say.
        return False


def _search_pattern(pattern: str, recursive: bool, wanted: Callable[[str], bool], noun: str) -> Iterator[Found]:
    root = _fixed_part(pattern)
    suffix = PurePath(pattern).suffix
    none = True
    for hit in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(hit)
        if path.is_dir() and "**" not in pattern:
            yield from _search_folder(path, root, recursive, wanted, noun)
        elif path.is_dir() or not (wanted(path.name) or path.suffix == suffix):
            continue
        else:
            yield _found_in(path, root, hit)
        none = False
    if none:
        yield Found(pattern, error=AudioError(f"no {noun} matches {pattern!r}; check the pattern"))


def _fixed_part(pattern: str) -> Path:
    """The folder that a pattern starts from: its parts before the first that has a wildcard."""
    fixed = Path()
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed /= part
    return fixed


def _mirrored(found: Sequence[Found], output_dir: Path) -> list[Path]:
    """Where each would lie under ``output_dir``.

    Where two inputs hold files of the same name, the folders are mirrored from the one that all inputs share.
    """
    keys = [_fold(str(item.relative)) for item in found]
    if len(set(keys)) == len(keys):
        return [output_dir / item.relative for item in found]
    absolute = [os.path.abspath(item.root / item.relative) for item in found]  # noqa: PTH100 - keeps links as they are
    try:
        shared = os.path.commonpath([os.path.dirname(path) for path in absolute])  # noqa: PTH120
    except ValueError:  # Several drives have nothing in common.
        return [output_dir / item.relative for item in found]
    return [output_dir / Path(path).relative_to(shared) for path in absolute]


def _distinct(targets: Sequence[Path], sources: set[str], extensions: Mapping[str, str]) -> list[str]:
    """The name, without the format's extension, of what is made of each target."""
    rungs = [0] * len(targets)
    order = sorted(range(len(targets)), key=lambda index: str(targets[index]))
    folders = {target.parent: os.path.realpath(target.parent) for target in targets}

    def keys(index: int) -> Iterator[str]:
        base = _name(targets[index], rungs[index])
        folder = folders[targets[index].parent]
        yield _fold(f"{folder}/{base}/")
        for extension in extensions.values():
            yield _fold(f"{folder}/{base}{extension}")

    while True:
        owners: dict[str, list[int]] = defaultdict(list)
        for index in order:
            for key in keys(index):
                owners[key].append(index)
        moved: set[int] = set()
        for key, claimants in owners.items():
            moved.update(_losers(claimants, rungs, taken=key in sources))
        if not moved:
            return [_name(target, rung) for target, rung in zip(targets, rungs, strict=True)]
        for index in moved:
            rungs[index] += 1


def _losers(claimants: list[int], rungs: list[int], *, taken: bool) -> list[int]:
    """Who gives way: everyone that can still add its ending, otherwise all but the first."""
    if taken:
        return claimants
    if len(claimants) == 1:
        return []
    return [index for index in claimants if rungs[index] == 0] or claimants[1:]


def _name(target: Path, rung: int) -> str:
    if rung < 2:
        return target.name if rung else target.stem
    return f"{target.name} ({rung})"


def _fold(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _place(path: Path) -> tuple[str, str]:
    """Where a file lies, whatever links lead there; a link to a file is a file of its own."""
    return os.path.realpath(path.parent), os.path.normcase(path.name)
