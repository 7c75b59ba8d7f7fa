"""The last model of the one-shot functions, loaded for the next call."""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class _Closable(Protocol):
    def close(self) -> None: ...


Model = TypeVar("Model", bound=_Closable)


class Warm(Generic[Model]):
    """Keeps the last model of the one-shot functions loaded, and closes it when nobody uses it any more."""

    def __init__(self) -> None:
        self.forget()
        if hasattr(os, "register_at_fork"):  # a child has the parent's model, but none of the threads that run it
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Begin anew, without closing what belongs to another process."""
        self._lock = threading.Lock()
        self._key: object = None
        self._last: Model | None = None
        self._users: Counter[Model] = Counter()

    @contextmanager
    def lend(self, key: object, make: Callable[[], Model]) -> Iterator[Model]:
        """The model of that key, made where the last one is another."""
        with self._lock:
            model = self._get(key, make)
            self._users[model] += 1
        try:
            yield model
        finally:
            with self._lock:
                self._users[model] -= 1
                self._close_unless_used(model)

    def _get(self, key: object, make: Callable[[], Model]) -> Model:
        if self._last is None or key != self._key:
            before, self._last = self._last, None
            if before:  # closed first: two large models may not fit
                self._close_unless_used(before)
            self._last, self._key = make(), key
        return self._last

    def _close_unless_used(self, model: Model) -> None:
        if model is not self._last and not self._users[model]:
            del self._users[model]
            model.close()


def key(loading: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What of the loading arguments tells one model from another."""
    for name, value in sorted(loading.items()):
        if name != "progress":
            yield name, tuple(value) if isinstance(value, list) else value


def apart(arguments: Mapping[str, Any], kind: type) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments that say how to load, and those that are options."""
    known = kind.__annotations__
    loading = {key: value for key, value in arguments.items() if key in known}
    return loading, {key: value for key, value in arguments.items() if key not in loading}
