"""The voices to test with, a row each: what every engine that speaks is held to is in ``engines/test_voice_contract``.

A row gives a voice that is in the repository (or None where the package brings the data), its spec where ``inspect``
does not tell it, and words that it can speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech import engines
from speech.data import ModelSpec, Phrase, Sentence

if TYPE_CHECKING:
    from speech.data import Device

MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Row:
    engine: str
    files: Path | None = None
    spec: ModelSpec | None = None
    text: str = "Please open the door, my fellow americans, and thank you for your help today."
    ipa: str = "bəˈnɑːnə"  # noqa: RUF001
    """Sounds that the voice has, and that ``text`` does not say."""
    strict: bool = True
    """Whether its length follows the rate; sounds that last a frame each cannot be shorter."""


def _espeak() -> ModelSpec:
    module: Any = engines.find("espeak")
    installed = bool(module.probe())
    return ModelSpec(
        name="espeak-ng",
        task="synthesize",
        engine="espeak",
        languages=module.languages() if installed else ("en",),
        speakers=module.speakers() if installed else (),
        features=frozenset({"words", "phonemes", "pitch"}),
        sample_rate=22_050,
        embedded=True,
    )


ROWS = {
    "espeak": Row("espeak", spec=_espeak()),
    "piper": Row("piper", MODELS / "piper-micro" / "piper-micro.onnx"),
    "piper, VITS": Row("piper", MODELS / "piper-vits-micro" / "piper-vits-micro.onnx", strict=False),
}
ENGINES = {row.engine for row in ROWS.values()}
"""Those that speak; the others hear."""


@cache
def spec_of(name: str) -> ModelSpec:
    row = ROWS[name]
    spec = row.spec or engines.find(row.engine).inspect(row.files or Path())
    assert spec is not None
    return spec


def devices(name: str) -> list[Device]:
    return [device for device in engines.find(ROWS[name].engine).probe() if device.compute_types]


def load(name: str) -> Any:
    return engines.find(ROWS[name].engine).load(spec_of(name), ROWS[name].files, devices(name)[0])


def sentence(*phrases: str | Phrase, **fields: Any) -> Sentence:
    """A sentence of phrases that are spoken as they are written."""
    return Sentence(tuple(Phrase(one, one) if isinstance(one, str) else one for one in phrases), **fields)
