"""Piper voices (VITS) through ONNX Runtime: piper-tts makes phonemes of text, the rest is done here.

The graph is cut into stages (see _vits.py) that run as single-thread sessions, as many at once as there are cores, so
the first audio of a sentence leaves before the rest of it is decoded. Samples are the voice's own, only kept between
-1 and 1. With the noise at 0 they are those of piper-tts; otherwise the noise follows from the sentence's seed.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from speech.data import Device, Event, ModelSpec, Speech, Word
from speech.engines import _cuda, _piper_graphs, _piper_words
from speech.engines._piper_session import Graph, Request
from speech.errors import EngineError, MissingDependencyError, UnsupportedError
from speech.machine import cores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from piper import PiperVoice

    from speech.data import Samples, Sentence, SynthesizeOptions

REQUIRES = ""

FEATURES = frozenset({"words", "phonemes", "noise"})
REMEDY = "fetch the voice again, or try another"
WORDS_REMEMBERED = 8192
"""As many different words as a long novel has often; some 4 MB."""
MOST_WINDOWS = 8
"""In a call on a GPU, 12 s of sound: more of them make a single sentence wait, and are no faster (see TRIED.md)."""
WINDOW_BYTES = 120 << 20
"""Of the device's memory, for a window of the largest voice."""
SHARE_OF_GPU = 0.6
"""Of the memory that is free; the rest is for weights, and for other models."""
ESPEAK_NAMES = {"zh": "cmn", "no": "nb", "tl": "fil"}
"""Language codes that eSpeak NG knows under another name."""


def load(spec: ModelSpec, files: Path | None, device: Device) -> Piper:
    """Load the voice in the directory ``files``, or in that ``.onnx`` file, onto ``device``.

    Raises:
        EngineError: there is no whole Piper voice, or it does not run on the device.
        MissingDependencyError: piper-tts, ONNX Runtime or what it needs of the GPU is missing.
    """
    path = files or spec.path
    if path is None:
        raise EngineError(f"voice {spec.name!r} has no files; type: speech voices pull {spec.name}")
    model = _model(path, spec)
    settings = _settings(model) if model else None
    if model is None or settings is None:
        raise EngineError(f"{str(path)!r} is not one whole Piper voice (.onnx and .onnx.json); {REMEDY}")
    if not find_spec("piper") or not find_spec("onnxruntime"):
        raise MissingDependencyError(f"voice {spec.name!r} needs piper-tts; type: pip install piper-tts")
    threads = device.threads or cores()
    batch = 0 if device.name.startswith("cpu") else device.batch or _batch(device)
    stages = _piper_graphs.open_stages(model, _providers(device), threads)
    try:
        voice = _piper_voice(settings, model)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError(f"{str(model)!r} has settings that piper-tts does not take ({error!r}); {REMEDY}") from error
    return Piper(Graph(stages, voice.config.sample_rate, threads, batch), voice, spec, threads)


def inspect(path: Path) -> ModelSpec | None:
    """The voice in the ``.onnx`` file ``path``, or the only one in that directory; reads no weights."""
    path = Path(path)
    model = _model(path)
    settings = _settings(model) if model else None
    if model is None or settings is None:
        return None
    try:
        return _spec(path, model, settings)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def probe() -> list[Device]:
    """The CPU, and the GPUs where ONNX Runtime was built for them."""
    if not find_spec("piper") or not find_spec("onnxruntime"):
        return []
    cpu = Device(name="cpu", compute_types=("float32",))
    # The package says which it is without being imported: only the builds for a GPU have the provider's library.
    found = find_spec("onnxruntime")
    folder = Path(found.origin).parent / "capi" if found and found.origin else Path()
    if not any(folder.glob("*onnxruntime_providers_cuda*")):
        return [cpu]
    return [cpu, Device(name="cuda:0", compute_types=("float32",), free_bytes=_cuda.free_bytes(0))]


def _model(path: Path, spec: ModelSpec | None = None) -> Path | None:
    """The ``.onnx`` file with its ``.onnx.json`` beside it: the spec's, or the only one there is."""
    if path.is_file():
        return path if path.suffix == ".onnx" and _json(path).is_file() else None
    named = [path / file.name for file in spec.files if file.name.endswith(".onnx")] if spec else []
    found = [model for model in named or path.rglob("*.onnx") if model.is_file() and _json(model).is_file()]
    return found[0] if len(found) == 1 else None


def _json(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _settings(model: Path) -> dict[str, Any] | None:
    try:
        settings = json.loads(_json(model).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return settings if isinstance(settings, dict) and {"audio", "phoneme_id_map", "espeak"} <= settings.keys() else None


def _spec(path: Path, model: Path, settings: dict[str, Any]) -> ModelSpec:
    language = settings.get("language", {}).get("family") or settings["espeak"]["voice"].partition("-")[0]
    numbers = settings.get("speaker_id_map") or {}
    quality = settings["audio"].get("quality", "")
    return ModelSpec(
        name=model.stem,
        task="synthesize",
        engine="piper",
        languages=(language,),
        features=FEATURES,
        sample_rate=int(settings["audio"]["sample_rate"]),
        speakers=tuple(sorted(numbers, key=lambda name: int(numbers[name]))),
        path=path,
        description=f"Piper{f', {quality} quality' if quality else ''}",
    )


def _providers(device: Device) -> Sequence[_piper_graphs.Provider]:
    kind, _, index = device.name.partition(":")
    if kind == "cpu":
        return _piper_graphs.CPU
    import onnxruntime

    if kind != "cuda" or "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise MissingDependencyError(
            f"ONNX Runtime here was not built for {device.name!r}; use --device cpu, or type: "
            "pip uninstall onnxruntime; pip install onnxruntime-gpu"
        )
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()
    # Whole float32: with products of 10 bits the loudest sample is off by 1e-3, and differs from run to run.
    settings = {"device_id": int(index or 0), "cudnn_conv_algo_search": "HEURISTIC", "use_tf32": 0}
    return (("CUDAExecutionProvider", settings), "CPUExecutionProvider")


def _batch(device: Device) -> int:
    """Windows of a call on a GPU."""
    free = MOST_WINDOWS * WINDOW_BYTES if device.free_bytes is None else int(SHARE_OF_GPU * device.free_bytes)
    return min(max(1, free // WINDOW_BYTES), MOST_WINDOWS)


def _piper_voice(settings: dict[str, Any], model: Path) -> PiperVoice:
    """What makes phonemes of text for this voice, without a session.

    Raises:
        MissingDependencyError: it reads its language with something that is not here.
    """
    from piper import PiperConfig, PiperVoice

    voice = PiperVoice(session=None, config=PiperConfig.from_dict(settings), download_dir=model.parent)
    kind = voice.config.phoneme_type.value
    if kind == "pinyin" and not (model.parent / "g2pW").is_dir():
        raise MissingDependencyError(
            f"voice {model.stem!r} reads Chinese by a model that is not in {str(model.parent / 'g2pW')!r}; "
            "let piper-tts fetch it into that folder, or try another voice"
        )
    if kind not in ("espeak", "text"):
        try:
            voice.phonemize("1")
        except ImportError as error:
            raise MissingDependencyError(
                f"voice {model.stem!r} needs {error.name} to read its language; type: pip install "
                f"'piper-tts[{voice.config.espeak_voice[:2]}]'"
            ) from error
    return voice


class Piper:
    """A loaded voice. Its sessions have one thread each, so several sentences run at once."""

    def __init__(self, graph: Graph, voice: PiperVoice, spec: ModelSpec, threads: int) -> None:
        self.parallel = threads
        self._graph: Graph | None = graph
        self._voice = voice
        self._spec = spec
        self._languages: dict[str, PiperVoice] = {}
        self._pronounced: dict[str, _piper_words.Phonemize] = {}
        self._lengths: dict[tuple[str, ...], int] = {}
        self._lock = Lock()

    def speak(self, sentence: Sentence, options: SynthesizeOptions) -> Iterator[Speech]:
        """The sentence, whole or in pieces; a piece has the words that begin in it.

        Raises:
            EngineError: the runtime failed, or the voice was closed.
            UnsupportedError: the voice has no such speaker.
        """
        graph = self._graph
        if graph is None:
            raise EngineError(f"voice {self._spec.name!r} was closed; load it again")
        speaker = self._speaker(sentence.speaker)
        reader, events = self._reader(sentence.language)
        phonemize = partial(self._phonemize, reader)
        said = self._symbols(sentence, phonemize, events)
        if said.silent:
            events.append(Event("dropped", f"there is nothing to pronounce in {sentence.written!r}"))
            words = [Word(token, 0.0, 0.0, interpolated=True) for token in sentence.spoken.split()]
            yield self._speech((), words, events)
            return
        ids, places = self._ids(said.phonemes)
        request = Request(ids, self._scales(sentence, options), speaker, sentence.seed, sentence.early, events)
        if not graph.repeats and (request.scales[0] or request.scales[2]):
            events.append(Event("ignored", "the voice's noise would not repeat itself, so it speaks without"))
        durations, pieces = graph.speak(request)
        words, total = [], 0
        if durations is not None:
            ends = [frames * self._hop(graph) for frames in accumulate(map(int, durations), initial=0)]
            total = ends[-1]
            spans = _piper_words.spans(sentence.phrases, said.phonemes, self._alone(reader))
            times = [ends[place] / self._rate for place in places]
            words = _piper_words.words(sentence.spoken.split(), spans, times)
        with closing(pieces):
            yield from self._speeches(pieces, total, words, events)

    def close(self) -> None:
        """Free the sessions; calling it again does nothing."""
        graph, self._graph = self._graph, None
        if graph is not None:
            graph.close()

    @property
    def _rate(self) -> int:
        return int(self._voice.config.sample_rate)

    def _hop(self, graph: Graph) -> int:
        return graph.hop or int(self._voice.config.hop_length)

    def _speeches(
        self, pieces: Iterator[Samples], total: int, words: Sequence[Word], events: list[Event]
    ) -> Iterator[Speech]:
        waiting, done = list(words), 0
        for samples in pieces:
            done += len(samples)
            begun = [word for word in waiting if done >= total or word.start < done / self._rate]
            yield self._speech(samples, begun, events)
            del waiting[: len(begun)]
            events.clear()

    def _speech(self, samples: Samples | tuple[()], words: Sequence[Word], events: Sequence[Event]) -> Speech:
        import numpy as np

        clipped = np.clip(np.asarray(samples, np.float32), -1, 1)
        if np.isnan(clipped).any():
            raise EngineError(f"voice {self._spec.name!r} makes samples that are no numbers; {REMEDY}")
        return Speech(clipped, self._rate, tuple(words), tuple(events))

    def _phonemize(self, reader: PiperVoice, text: str) -> list[list[str]]:
        try:
            return reader.phonemize(text)
        except Exception as error:  # each kind of voice reads through a package of its own, with errors of its own
            raise EngineError(f"piper-tts cannot read {text!r} ({error}); spell it in other words") from error

    def _symbols(
        self, sentence: Sentence, phonemize: _piper_words.Phonemize, events: list[Event]
    ) -> _piper_words.Symbols:
        config = self._voice.config
        said = _piper_words.symbols(
            sentence.phrases, phonemize, config.phoneme_id_map, frozenset(config.vowel_clusters or ())
        )
        if said.dropped:
            named = " ".join(said.dropped)
            events.append(Event("dropped", f"the voice has no sound for {named}", details={"phonemes": named}))
        return said

    def _ids(self, phonemes: Sequence[str]) -> tuple[list[int], list[int]]:
        """The ids, and how many of them there are before each phoneme and after the last one."""
        frame = self._length()
        before = frame - len(self._voice.config.phoneme_id_map["$"])
        lengths = [self._length(symbol) - frame for symbol in phonemes]
        return self._voice.phonemes_to_ids(list(phonemes)), list(accumulate(lengths, initial=before))

    def _length(self, *symbols: str) -> int:
        """Ids of a sentence of these symbols: which of them are followed by padding is piper-tts's to know."""
        if symbols not in self._lengths:
            self._lengths[symbols] = len(self._voice.phonemes_to_ids(list(symbols)))
        return self._lengths[symbols]

    def _scales(self, sentence: Sentence, options: SynthesizeOptions) -> tuple[float, float, float]:
        config = self._voice.config
        noise = config.noise_scale if options.noise is None else options.noise
        noise_w = config.noise_w_scale if options.noise_w is None else options.noise_w
        return noise, config.length_scale / sentence.rate, noise_w

    def _speaker(self, asked: str | None) -> int:
        """The number of a speaker, named by it or by name."""
        config = self._voice.config
        if asked is None:
            return int(config.default_speaker_id)
        if asked in config.speaker_id_map:
            return int(config.speaker_id_map[asked])
        if asked.isdecimal() and int(asked) < max(1, config.num_speakers):
            return int(asked)
        near = get_close_matches(asked, config.speaker_id_map) or list(config.speaker_id_map)[:5]
        known = f"it has {', '.join(near)}" if near else "it has only one"
        advice = f"{known}; type: speech voices info {self._spec.name}"
        raise UnsupportedError(f"voice {self._spec.name!r} has no speaker {asked!r}; {advice}")

    def _reader(self, language: str | None) -> tuple[PiperVoice, list[Event]]:
        """What makes phonemes of text in that language, and a word on it where the voice was made for another."""
        own = self._voice.config.espeak_voice
        family = (language or "").replace("_", "-").partition("-")[0].lower()
        known = {tag.partition("-")[0] for tag in (*self._spec.languages, own)}
        if not family or family in known:
            return self._voice, []
        with self._lock:
            if family not in self._languages:
                self._languages[family] = self._foreign(family)
        reader = self._languages[family]
        if reader is self._voice:
            return reader, [Event("language", f"the voice cannot read {language!r}: it is read as {own!r}")]
        return reader, [Event("language", f"{language!r} is read with the sounds of a voice for {own!r}")]

    def _alone(self, reader: PiperVoice) -> _piper_words.Phonemize:
        """How a word is pronounced by itself, remembered: piper-tts's eSpeak NG loses 1.5 kB at every question."""
        with self._lock:
            remembered = lru_cache(WORDS_REMEMBERED)(partial(self._phonemize, reader))
            return self._pronounced.setdefault(reader.config.espeak_voice, remembered)

    def _foreign(self, family: str) -> PiperVoice:
        if self._voice.config.phoneme_type != "espeak":
            return self._voice
        config = replace(self._voice.config, espeak_voice=ESPEAK_NAMES.get(family, family))
        voice = replace(self._voice, config=config)
        try:
            self._phonemize(voice, "a")
        except EngineError:  # eSpeak NG does not know the language
            return self._voice
        return voice
