"""Whisper through CTranslate2, by faster-whisper: any language, timestamps, word times, translation.

Each chunk is one window of 30 s. Windows are encoded one at a time on a CPU (a batch gains nothing there and costs
memory) and together on a GPU, then decoded together. Timestamps are always decoded, as the segments come from them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from speech.data import Event, Heard, ModelSpec
from speech.engines import _ctranslate2, _cuda, _encoded, _heap, _mel, _pace, _whisper, _whisper_heard
from speech.errors import EngineError, MissingDependencyError, SpeechError
from speech.languages import EACH, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    import numpy as np
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer
    from numpy.typing import NDArray

    from speech.data import Chunk, Device, Samples, TranscribeOptions
    from speech.engines._encoded import Encoded
    from speech.engines._whisper_heard import Decoded, Window

    Array = NDArray[np.float32]
    Item = TypeVar("Item")
    Result = TypeVar("Result")

REQUIRES = ""

RATE = 16_000
POSITIONS = 448
"""Of the decoder: prompt and text together."""
FIRST_TIMESTAMP_TICKS = 50
"""The first timestamp lies within the first 1.0 s, as OpenAI's ``max_initial_timestamp``."""
CANDIDATES = 5
"""Drawn where a temperature is given, of which the best is kept: OpenAI's ``best_of``."""

FEATURES = frozenset({"words", "prompt", "hotwords", "beam_size", "temperature", "no_repeat_ngram"})
MULTILINGUAL_FEATURES = frozenset({"translate", "detect"})
MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")
REMEDY = "fetch the model again, or try another"


def load(spec: ModelSpec, files: Path | None, device: Device) -> Whisper:
    """Load the model in the directory ``files`` onto ``device``.

    Raises:
        EngineError: the directory does not hold a whole Whisper model, or it does not run on the device.
        MissingDependencyError: faster-whisper or a library of the GPU is missing.
    """
    path = files or spec.path
    if path is None:
        raise EngineError(f"model {spec.name!r} has no files; type: speech models pull {spec.name}")
    absent = [name for name in MODEL_FILES if not (path / name).is_file()]
    if absent:
        raise EngineError(f"{str(path)!r} is not a whole Whisper model, {' and '.join(absent)} missing; {REMEDY}")
    if not find_spec("faster_whisper"):
        raise MissingDependencyError(f"model {spec.name!r} needs faster-whisper; type: pip install faster-whisper")
    kind, _, index = device.name.partition(":")
    if kind == "cuda" and (lacking := _cuda.missing(_ctranslate2.gpu_libraries())):
        raise MissingDependencyError(f"{device.name} cannot be used: {_ctranslate2.lacking_note(lacking)}")
    _ctranslate2.claim_process()
    device = pace(spec, path, device)
    if kind == "cpu":
        _heap.keep()
    return Whisper(_open(path, kind, int(index or 0), device), spec, parallel=device.workers, batch=device.batch)


def pace(spec: ModelSpec, files: Path | None, device: Device) -> Device:
    """The device with threads, workers and batch chosen for the model, where they are left open."""
    return _pace.paced(device, (files or spec.path or Path()) / "model.bin")


def _open(path: Path, kind: str, index: int, device: Device) -> WhisperModel:
    from faster_whisper import WhisperModel
    from faster_whisper.feature_extractor import FeatureExtractor

    compute_type = device.compute_types[0] if device.compute_types else "default"
    try:
        with _ctranslate2.quiet():
            model = WhisperModel(
                str(path),
                device=kind,
                device_index=index,
                compute_type=compute_type,
                cpu_threads=device.threads,
                num_workers=device.workers if kind == "cpu" else 1,
                local_files_only=True,
            )
        if model.feature_extractor.mel_filters.shape[0] != model.model.n_mels:
            model.feature_extractor = FeatureExtractor(feature_size=model.model.n_mels)
    except Exception as error:  # tokenizers raises bare Exception, CTranslate2 most of the built-in ones
        raise EngineError(
            f"cannot load {str(path)!r} on {device.name} as {compute_type} ({error}); {REMEDY}"
        ) from error
    return model


def inspect(path: Path) -> ModelSpec | None:
    """What the directory ``path`` holds, if it is a Whisper model for CTranslate2; reads no weights."""
    path = Path(path)
    vocabulary = _vocabulary(path) if (path / "model.bin").is_file() and (path / "config.json").is_file() else None
    if vocabulary is None or "<|startoftranscript|>" not in vocabulary:
        return None
    # As CTranslate2 decides it: the token "" is in the multilingual vocabulary only.
    multilingual = "" in vocabulary
    languages = tuple(code for code in NAMES if f"<|{code}|>" in vocabulary) if multilingual else ("en",)
    mels = _mels(path) or (128 if "<|yue|>" in vocabulary else 80)
    return ModelSpec(
        name=path.resolve().name,
        task="transcribe",
        engine="faster_whisper",
        languages=languages,
        features=FEATURES | MULTILINGUAL_FEATURES if multilingual else FEATURES,
        path=path,
        description=f"Whisper, {mels} mel bands, {'multilingual' if multilingual else 'English only'}",
    )


def probe() -> list[Device]:
    """The CPU, and every GPU with what works on it; a GPU that lacks a library has no compute types and a note.

    Calls, threads and windows are those for a model that nothing is known of.
    """
    return [_pace.paced(device, Path()) if device.compute_types else device for device in _ctranslate2.devices()]


def _vocabulary(path: Path) -> set[str] | None:
    try:
        if (path / "vocabulary.json").is_file():
            return set(json.loads((path / "vocabulary.json").read_text(encoding="utf-8")))
        return set((path / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    except (OSError, ValueError, TypeError):
        return None


def _mels(path: Path) -> int | None:
    try:
        settings = json.loads((path / "preprocessor_config.json").read_text(encoding="utf-8"))
        return int(settings["feature_size"])
    except (OSError, ValueError, TypeError, KeyError):  # tiny to large-v2 come without the file
        return None


class Whisper:
    """A loaded model, for as many calls at once as it was given workers. On a GPU one of them computes there."""

    def __init__(self, model: WhisperModel, spec: ModelSpec, *, parallel: int, batch: int) -> None:
        self.parallel = parallel
        self.batch = batch
        self._loaded: WhisperModel | None = model
        self._spec = spec
        self._tokenizers: dict[tuple[str, str], Tokenizer] = {}

    def recognize(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        """One ``Heard`` for each chunk; where a GPU's memory runs out, the batch is halved until it fits.

        Raises:
            EngineError: the model failed; "out of memory" is in the message where that was it.
        """
        items = list(chunks)
        return in_halves(items, partial(self._recognize, whole=len(items), options=options))

    def detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        """The probability of each language, for each chunk.

        Raises:
            EngineError: the model failed.
        """
        return in_halves(list(chunks), self._detect)

    def close(self) -> None:
        """Free the model; calling it again does nothing."""
        if self._loaded is not None:
            self._loaded.model.unload_model()
            self._loaded = None
            _heap.give_back()

    @property
    def _model(self) -> WhisperModel:
        if self._loaded is None:
            raise EngineError(f"model {self._spec.name!r} was closed; load it again")
        return self._loaded

    def _recognize(self, chunks: Sequence[Chunk], whole: int, options: TranscribeOptions) -> list[Heard]:
        results = self._recognize_batch(chunks, options)
        if len(chunks) == whole:
            return results
        halved = Event("ignored", "the device's memory is too small for the batch size: halved until it fits")
        return [replace(heard, events=(*heard.events, halved)) for heard in results]

    def _recognize_batch(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        with self._failures():
            windows = self._windows(chunks, options)
            done = in_groups(windows, lambda window: len(window.tokens), partial(self._decode, options=options))
            if not options.words:
                return [_whisper_heard.heard(result, None, options) for result in done]
            # An alignment takes one language for all its windows, and at least one token for each.
            timed = in_groups(done, lambda result: (*result.window.start, not result.cuts), self._align)
            return [_whisper_heard.heard(result, tokens, options) for result, tokens in zip(done, timed, strict=True)]

    def _detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        with self._failures():
            return self._languages(self._encode(chunks))

    def _windows(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Window]:
        encoded = self._encode(chunks)
        named = None if options.language == EACH else options.language
        if "detect" not in self._spec.features:  # a distilled model has all the languages' tokens, and knows one
            named = named or next(iter(self._spec.languages), "en")
        languages = [{}] * len(chunks) if named else self._languages(encoded)
        windows = []
        for chunk, window, likely in zip(chunks, encoded, languages, strict=True):
            language = chunk.language or named or max(likely, key=lambda code: likely[code])
            tokenizer = self._tokenizer(language, options.task)
            text = options.prompt if chunk.prompt is None else chunk.prompt
            prompt = _whisper.prompt(tokenizer.encode, options.hotwords, text or "")
            windows.append(_whisper_heard.Window(chunk, window, likely, tokenizer, prompt))
        return windows

    def _tokenizer(self, language: str, task: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        if (language, task) not in self._tokenizers:
            multilingual = self._model.model.is_multilingual
            tokenizer = Tokenizer(self._model.hf_tokenizer, multilingual, task=task, language=language)
            if multilingual and tokenizer.language is None:
                raise EngineError(f"model {self._spec.name!r} has no language {language!r}; name another, or none")
            self._tokenizers[language, task] = tokenizer
        return self._tokenizers[language, task]

    def _encode(self, chunks: Sequence[Chunk]) -> list[Encoded]:
        import numpy as np

        features = (self._features(chunk.samples)[np.newaxis] for chunk in chunks)
        if self._model.model.device == "cpu":
            alone = (_encoded.on_cpu(self._encode_batch(window)) for window in features)
            return _encoded.Together(_encoded.stacked(alone, len(chunks))).windows
        return _encoded.Together(self._encode_batch(np.concatenate(list(features)))).windows

    def _features(self, samples: Samples) -> Array:
        return _mel.log_mel(samples, self._model.feature_extractor.mel_filters)

    def _encode_batch(self, features: Array) -> StorageView:
        import numpy as np
        from ctranslate2 import StorageView

        return self._model.model.encode(StorageView.from_array(np.ascontiguousarray(features)))

    def _languages(self, encoded: Sequence[Encoded]) -> list[Mapping[str, float]]:
        if not self._model.model.is_multilingual:
            return [{"en": 1.0}] * len(encoded)
        found = self._model.model.detect_language(_encoded.joined(encoded))
        return [{token[2:-2]: float(probability) for token, probability in likely} for likely in found]

    def _decode(self, windows: Sequence[Window], options: TranscribeOptions) -> list[Decoded]:
        from faster_whisper.transcribe import get_suppressed_tokens

        before = len(windows[0].tokens)
        results = self._model.model.generate(
            _encoded.joined([window.encoded for window in windows]),
            [window.tokens for window in windows],
            max_length=POSITIONS,
            no_repeat_ngram_size=options.no_repeat_ngram,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=list(get_suppressed_tokens(windows[0].tokenizer, [-1])),
            max_initial_timestamp_index=FIRST_TIMESTAMP_TICKS,
            **_search(options),
        )
        limit = min(POSITIONS // 2, POSITIONS - before)  # as CTranslate2 stops
        return [_whisper_heard.decoded(window, result, limit) for window, result in zip(windows, results, strict=True)]

    def _align(self, done: Sequence[Decoded]) -> list[_whisper.TimedTokens | None]:
        if not done[0].cuts:
            return [None] * len(done)
        texts = [result.text for result in done]
        results = self._model.model.align(
            _encoded.joined([result.window.encoded for result in done]),
            done[0].window.start,
            texts,
            [min(_mel.FRAMES, max(2, len(result.window.chunk.samples) // 160)) for result in done],
        )
        return [
            _whisper.TimedTokens(
                _whisper.token_starts(result.alignments, len(text) + 1), tuple(map(float, result.text_token_probs))
            )
            for text, result in zip(texts, results, strict=True)
        ]

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except SpeechError:
            raise
        except (RuntimeError, ValueError, IndexError, MemoryError, OverflowError) as error:
            memory = isinstance(error, MemoryError) or "out of memory" in str(error).lower()
            remedy = "take a smaller batch or model" if memory else "try another model or compute type"
            cause = "out of memory" if memory else str(error)
            raise EngineError(f"model {self._spec.name!r} failed ({cause}); {remedy}") from error


def _search(options: TranscribeOptions) -> dict[str, Any]:
    if options.temperature > 0:
        return {
            "beam_size": 1,
            "num_hypotheses": CANDIDATES,
            "sampling_topk": 0,
            "sampling_temperature": options.temperature,
        }
    return {"beam_size": options.beam_size}


def in_halves(items: list[Item], work: Callable[[list[Item]], list[Result]]) -> list[Result]:
    """The work done on all at once or, where memory runs out, on each half."""
    if not items:
        return []
    try:
        return work(items)
    except EngineError as error:
        if len(items) == 1 or "out of memory" not in str(error):
            raise
    middle = len(items) // 2
    return in_halves(items[:middle], work) + in_halves(items[middle:], work)


def in_groups(
    items: Sequence[Item], key: Callable[[Item], Hashable], work: Callable[[list[Item]], list[Result]]
) -> list[Result]:
    """The work done on the items of each key together; the results are in the items' order."""
    groups: dict[Hashable, list[int]] = {}
    for place, item in enumerate(items):
        groups.setdefault(key(item), []).append(place)
    results: dict[int, Result] = {}
    for places in groups.values():
        results.update(zip(places, work([items[place] for place in places]), strict=True))
    return [results[place] for place in range(len(items))]
