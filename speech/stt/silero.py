"""Silero VAD: how likely it is that somebody speaks, every 32 ms.

The network is that of the ONNX file that faster-whisper ships (Silero VAD 6, MIT), computed here with numpy in half of
the time that ONNX Runtime takes for it, whose convolutions are made for pictures: a window is four frames. The
probabilities are the same to 1e-4.

    512 samples, with 64 before and 64 mirrored -> 4 spectra -> 4 convolutions -> LSTM -> probability
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from speech.errors import MissingDependencyError
from speech.stt import weights

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from speech.data import Samples

    Array = NDArray[np.float32]

RATE = 16_000
WINDOW = 512
CONTEXT = 64
FRAME = 256
HOP = 128
FREQUENCIES = FRAME // 2 + 1
STRIDES = (1, 2, 2, 1)
"""Frames that the convolutions move on by: of four, one is left."""
UNITS = 128
"""Of the LSTM."""
BLOCK = 64
"""Windows at a time, 2 s: what they become stays in the processor's cache."""


def prepare() -> None:
    """Load the model now, so that the first detector need not."""
    _network()


class SpeechDetector:
    """The network with its state carried from call to call, for one stream."""

    def __init__(self) -> None:
        import numpy as np

        self._network = _network()
        self._context = np.zeros(CONTEXT, np.float32)
        self._hidden = np.zeros(UNITS, np.float32)
        self._cell = np.zeros(UNITS, np.float32)

    def probabilities(self, samples: Samples) -> Samples:
        """The probability of speech in each window of ``samples``, whose length is a multiple of WINDOW."""
        import numpy as np

        joined = np.concatenate((self._context, samples))
        self._context = joined[-CONTEXT:].copy()
        if not len(samples):
            return samples
        windows = np.lib.stride_tricks.sliding_window_view(joined, CONTEXT + WINDOW)[::WINDOW]
        blocks = [windows[first : first + BLOCK] for first in range(0, len(windows), BLOCK)]
        return np.concatenate([self._network.judge(self._remembered(self._network.gates(block))) for block in blocks])

    def _remembered(self, gates: Array) -> Array:
        """The LSTM over windows: its hidden state after each, shape (windows, UNITS)."""
        import numpy as np

        states = np.empty((len(gates), UNITS), np.float32)
        hidden, cell, recurrent = self._hidden, self._cell, self._network.recurrent
        for state, heard in zip(states, gates, strict=True):
            gates_now = heard + recurrent @ hidden
            opened = _sigmoid(gates_now[: 3 * UNITS])
            entered, left, kept = opened[:UNITS], opened[UNITS : 2 * UNITS], opened[2 * UNITS :]
            cell = kept * cell + entered * np.tanh(gates_now[3 * UNITS :])
            hidden = np.multiply(left, np.tanh(cell), out=state)
        self._hidden, self._cell = hidden.copy(), cell
        return states


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A convolution over three frames, and what is below zero cut off."""

    weights: Array
    """Shape (3 times the channels that come in, channels that go out)."""
    bias: Array
    stride: int

    def of(self, frames: Array) -> Array:
        """From shape (windows, frames, channels) to the same of its own channels."""
        import numpy as np

        windows, count, channels = frames.shape
        padded = np.zeros((windows, count + 2, channels), np.float32)
        padded[:, 1:-1] = frames
        flat = padded.reshape(windows, -1)
        three = np.lib.stride_tricks.sliding_window_view(flat, 3 * channels, axis=1)[:, :: self.stride * channels]
        # One small product for each window: OpenBLAS would keep a second thread spinning beside a larger one.
        out: Array = three @ self.weights + self.bias
        return np.maximum(out, 0, out=out)


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    basis: Array
    """Shape (FRAME, 2 x FREQUENCIES): a window function in cosines, then in sines."""
    layers: tuple[_Layer, ...]
    inputs: Array
    """Shape (UNITS, 4 x UNITS): the LSTM's gates, in ONNX's order: entered, left, kept, and what enters."""
    recurrent: Array
    """Shape (4 x UNITS, UNITS)."""
    bias: Array
    output: Array
    output_bias: Array

    def gates(self, windows: Array) -> Array:
        """What goes into the LSTM's gates, shape (windows, 4 x UNITS)."""
        import numpy as np

        mirrored = windows[:, -2 : -CONTEXT - 2 : -1]
        padded = np.concatenate((windows, mirrored), axis=1)
        frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME, axis=1)[:, ::HOP]
        parts = frames @ self.basis
        heard = np.sqrt(np.square(parts[..., :FREQUENCIES]) + np.square(parts[..., FREQUENCIES:]))
        for layer in self.layers:
            heard = layer.of(heard)
        gates: Array = (heard @ self.inputs)[:, 0] + self.bias
        return gates

    def judge(self, states: Array) -> Array:
        """The probability of speech for each state of the LSTM."""
        import numpy as np

        # Summed window by window, not as one product: so how many there are at a time changes no bit.
        return _sigmoid((np.maximum(states, 0) * self.output).sum(axis=1) + self.output_bias)


def _sigmoid(x: Array) -> Array:
    import numpy as np

    half = np.float32(0.5)
    risen: Array = np.tanh(x * half) * half + half  # the same as by exp, which may overflow
    return risen


@cache
def _network() -> _Network:
    """One network for all streams: it keeps no state.

    Raises:
        MissingDependencyError: the file is missing, or another network than this one is in it.
    """
    import numpy as np

    path = model_path()
    try:
        nodes, held = weights.read(path)
        [lstm] = [node for node in nodes if node.kind == "LSTM"]
        inputs, recurrent, bias = (held[name][0] for name in lstm.inputs[1:4])
        layers = []
        for number, stride in enumerate(STRIDES):
            kernel = held[f"encoder.conv_layers.{number}.weight"]
            flat = np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, len(kernel)))
            layers.append(_Layer(flat, held[f"encoder.conv_layers.{number}.bias"], stride))
        return _Network(
            basis=np.ascontiguousarray(held["encoder.feature_extractor.forward_basis_buffer"][:, 0].T),
            layers=tuple(layers),
            inputs=np.ascontiguousarray(inputs.T),
            recurrent=np.ascontiguousarray(recurrent),
            bias=bias[: 4 * UNITS] + bias[4 * UNITS :],
            output=held["decoder.conv1d.weight"][0, :, 0],
            output_bias=held["decoder.conv1d.bias"],
        )
    except (KeyError, ValueError, IndexError, OSError) as error:
        raise MissingDependencyError(
            f"{path.name!r}, which came with faster-whisper, is not Silero VAD 6 ({error}); "
            "type: pip install 'faster-whisper<1.3'"
        ) from error


def model_path() -> Path:
    """The Silero ONNX file inside the faster-whisper package, found without importing that.

    Raises:
        MissingDependencyError: the package, or the file in it, is missing.
    """
    from importlib.util import find_spec
    from pathlib import Path

    package = find_spec("faster_whisper")
    for folder in (package and package.submodule_search_locations) or ():
        for path in sorted(Path(folder, "assets").glob("silero_vad*.onnx"), reverse=True):
            return path
    raise MissingDependencyError(
        "the Silero VAD model that comes with faster-whisper is not there; run: pip install --force-reinstall "
        "faster-whisper"
    )
