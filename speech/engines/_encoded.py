"""Windows that Whisper has encoded, kept together where they were computed.

The language, the text and the word times are asked of the same windows. Mostly all of them are asked at once: then what
the GPU made stays on it, and on a CPU nothing is copied. Only the windows of a group go over the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ctranslate2 import StorageView
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window of those that were encoded together."""

    together: Together
    place: int

    @property
    def array(self) -> Array:
        """Shape (1, 1500, width), on the CPU."""
        return self.together.array[self.place : self.place + 1]


class Together:
    """Encoded windows in the order of their chunks, shape (windows, 1500, width): an array here, or a GPU's memory."""

    def __init__(self, made: Array | StorageView) -> None:
        import numpy as np
        from ctranslate2 import StorageView

        self._array = made if isinstance(made, np.ndarray) else None
        self.view = StorageView.from_array(made) if isinstance(made, np.ndarray) else made

    @property
    def array(self) -> Array:
        """On the CPU; copied there once."""
        if self._array is None:
            self._array = on_cpu(self.view)
        return self._array

    @property
    def windows(self) -> list[Encoded]:
        return [Encoded(self, place) for place in range(self.view.shape[0])]


def stacked(windows: Iterator[Array], count: int) -> Array:
    """Windows that come one by one, as one array."""
    import numpy as np

    first = next(windows)
    together = np.empty((count, *first.shape[1:]), first.dtype)
    together[0] = first[0]
    for place, window in enumerate(windows, 1):
        together[place] = window[0]
    return together


def on_cpu(view: StorageView) -> Array:
    """What the model made, as numpy knows it."""
    import numpy as np
    from ctranslate2 import DataType, Device

    if view.dtype == DataType.bfloat16:  # which numpy does not have
        view = view.to(DataType.float32)
    return np.asarray(view if view.device == "cpu" else view.to_device(Device.cpu))


def joined(windows: Sequence[Encoded]) -> StorageView:
    """These windows for the model; without a copy where they are all of those that were encoded together."""
    import numpy as np
    from ctranslate2 import StorageView

    together = windows[0].together
    if windows == together.windows:
        return together.view
    return StorageView.from_array(np.concatenate([window.array for window in windows]))
