"""Playing what is spoken, while it is spoken: through PortAudio where it is there, else through the system's player.

The player gets the sound on its standard input as it comes; two that only take files (macOS's and Windows' own) get it
when all of it is there. Nothing returns before the last sample was heard.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from speech.errors import MissingDependencyError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.audio.sound import Samples

FILE = "{file}"


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays."""

    program: str
    arguments: tuple[str, ...]
    """``{rate}``, ``{channels}`` and ``{file}`` are filled in; without a file it reads 16-bit samples from a pipe."""

    @property
    def takes_files(self) -> bool:
        """Whether it has to be given a file."""
        return any(FILE in each for each in self.arguments)


PLAYERS = (
    Player("paplay", ("--raw", "--format=s16le", "--rate={rate}", "--channels={channels}")),
    Player("pw-play", ("--format=s16", "--rate={rate}", "--channels={channels}", "-")),
    Player("aplay", ("-q", "-t", "raw", "-f", "S16_LE", "-r", "{rate}", "-c", "{channels}", "-")),
    Player("ffplay", ("-nodisp", "-autoexit", "-loglevel", "error", "-f", "wav", "-i", "pipe:0")),
    Player("play", ("-q", "-t", "raw", "-e", "signed", "-b", "16", "-L", "-r", "{rate}", "-c", "{channels}", "-")),
    Player("afplay", (FILE,)),
    Player("powershell", ("-NoProfile", "-Command", "(New-Object Media.SoundPlayer '{file}').PlaySync()")),
)
"""In the order of preference. ffplay is given a wav, since its options for bare samples changed between versions."""


def play(blocks: Iterable[Samples], rate: int, channels: int) -> None:
    """Play blocks of shape (frames,) or (frames, channels) until the last is heard; an interruption stops at once.

    Raises:
        MissingDependencyError: there is nothing to play with.
        OutputError: the player failed.
    """
    device = _device(rate, channels)
    if device is not None:
        _through_portaudio(device, blocks, channels)
        return
    player = next((each for each in PLAYERS if shutil.which(each.program)), None)
    if player is None:
        raise MissingDependencyError(
            "there is nothing to play sound with; type: pip install 'speech-pipeline[play]', or install one of "
            + ", ".join(each.program for each in PLAYERS[:4])
        )
    if player.takes_files:
        _from_file(player, blocks, rate, channels)
    else:
        _from_pipe(player, blocks, rate, channels)


def _device(rate: int, channels: int) -> Any:  # noqa: ANN401 - a stream of sounddevice
    """The system's default output through PortAudio; None where that is not there or does not take the sound."""
    try:
        import sounddevice

        return sounddevice.OutputStream(samplerate=rate, channels=channels, dtype="float32")
    except (ImportError, OSError):  # OSError: the package is there, the library is not
        return None
    except Exception as error:
        if not _is_portaudio(error):
            raise
        return None


def _through_portaudio(device: Any, blocks: Iterable[Samples], channels: int) -> None:  # noqa: ANN401
    import numpy as np

    with closing(device):
        with _told():
            device.start()
        try:
            for block in blocks:
                with _told():
                    device.write(np.ascontiguousarray(np.clip(block.reshape(-1, channels), -1, 1), np.float32))
        except BaseException:
            device.abort()
            raise
        device.stop()  # after the last sample


@contextmanager
def _told() -> Iterator[None]:
    """What PortAudio raises, as an error of ours."""
    try:
        yield
    except Exception as error:
        if not _is_portaudio(error):
            raise
        raise OutputError(f"the sound device stopped ({error}); check it, or write a file instead") from error


def _is_portaudio(error: Exception) -> bool:
    return type(error).__name__ == "PortAudioError"  # it can only be named where the import works


def _from_pipe(player: Player, blocks: Iterable[Samples], rate: int, channels: int) -> None:
    from speech.audio.writing import writing

    with _running(player, rate, channels) as process:
        stdin = cast("BinaryIO", process.stdin)
        try:
            with writing(stdin, "wav" if "wav" in player.arguments else "pcm", rate, channels) as writer:
                for block in blocks:
                    writer.write(block.reshape(-1, channels))
                    stdin.flush()
            stdin.close()
        except BrokenPipeError:  # it ended before the sound did; its status says why
            with suppress(OSError):
                stdin.close()


def _from_file(player: Player, blocks: Iterable[Samples], rate: int, channels: int) -> None:
    from speech.audio.writing import writing

    with TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        with writing(path, "wav", rate, channels) as writer:
            for block in blocks:
                writer.write(block.reshape(-1, channels))
        with _running(player, rate, channels, path) as process:
            cast("BinaryIO", process.stdin).close()


@contextmanager
def _running(player: Player, rate: int, channels: int, file: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The player's process: waited for at the end, and ended with whatever ends the block."""
    # Only PowerShell reads its command as text, in which a quote ends the name of the file.
    quoted = str(file).replace("'", "''") if player.program == "powershell" else file
    values = {"rate": rate, "channels": channels, "file": quoted}
    command = [shutil.which(player.program) or player.program, *(each.format(**values) for each in player.arguments)]
    with TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603
        except OSError as error:
            raise OutputError(f"{player.program} cannot be started ({error.strerror}); install it again") from error
        try:
            yield process
            status = process.wait()
        except BaseException:
            process.kill()
            with suppress(OSError):  # what is still in its buffer has nowhere to go
                cast("BinaryIO", process.stdin).close()
            process.wait()
            raise
        if status:
            said.seek(0)
            lines = said.read(2_000).decode(errors="replace").strip().splitlines()
            cause = lines[-1] if lines else f"it ended with status {status}"
            raise OutputError(
                f"{player.program} cannot play ({cause}); check the sound device, or write a file instead"
            )
