"""No test touches the user's folders, or any network but this machine's own."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, none judged by the clock of a busy machine, and few enough for two cores.
settings.register_profile(
    "speech", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("speech")

LOOPBACK = ("127.", "::1", "localhost")

# Before anything imports huggingface_hub, which reads its environment once.
for name in [
    key
    for key in os.environ
    if key.startswith(("HF_", "HUGGING", "TRANSFORMERS_", "XDG_")) or key.lower().endswith("_proxy")
]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders and the store, empty; the store offline."""
    home = tmp_path / "home"
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    return home


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects beyond this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert str(host).startswith(LOOPBACK), f"a test connects to {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded)
