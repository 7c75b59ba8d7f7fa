"""Write a CTranslate2 Whisper of a real size whose weights are random and whose output is a fixed script.

The matrices have the shapes of the named size, so a run costs what the trained model costs for the same number of
tokens. The residual stream is arranged so that the decoder's position p always emits the script's token p: the output
projection is aligned with the position encodings, and every other contribution is small beside them. The vocabulary
has the real size too; the words of the script are tokens of their own and the rest are fillers.

    python benchmarks/scripted_whisper.py tiny FOLDER [--quantization int8] [--tokens 24]
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from speech.languages import NAMES

TEXT = " And so my fellow Americans ask not what your country can do for you ask what you can do for your country"
TOKENS = 24
"""Words that are said of every window, if nothing else is asked for."""
SPEECH_END = 28.0
"""Seconds in the window at which it says that the text ends."""
STRETCH = 30.0
"""Seconds between two of its timestamps."""
TIMESTAMPS = 1501
POSITIONS = 448
TEXT_TOKENS = 50_257
"""Tokens before the special ones in the vocabulary of the multilingual Whisper."""


@dataclass(frozen=True)
class Size:
    """The shape of one published Whisper (openai/whisper, ``model.py`` and the model card)."""

    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    mels: int = 80


SIZES = {
    "tiny": Size(384, 6, 4, 4),
    "base": Size(512, 8, 6, 6),
    "small": Size(768, 12, 12, 12),
    "medium": Size(1024, 16, 24, 24),
    "large-v3": Size(1280, 20, 32, 32, 128),
    "large-v3-turbo": Size(1280, 20, 32, 4, 128),
}


def write(
    name: str,
    folder: Path,
    *,
    quantization: str | None = "int8",
    tokens: int = TOKENS,
    speech_end: float = SPEECH_END,
    stretch: float = STRETCH,
) -> Path:
    """Write the model to ``folder`` unless it is there already.

    Args:
        name: one of SIZES.
        quantization: as CTranslate2's converter has it; None keeps float32.
        tokens: how many tokens of text the model emits for every window, before it ends.
        speech_end: seconds in the window at which it says that the text ends.
        stretch: seconds between two of its timestamps; the words are spread over the stretches.
    """
    if (folder / "model.bin").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(folder, _languages(SIZES[name].mels))
    script = _script(vocabulary, tokens, speech_end, stretch)
    spec = _spec(SIZES[name], vocabulary, script)
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(folder))
    config = {
        "feature_size": SIZES[name].mels,
        "sampling_rate": 16_000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    return folder


def _languages(mels: int) -> list[str]:
    """English first, as in Whisper's vocabulary; Cantonese came with the 128 mels of large-v3."""
    return ["en", *(code for code in NAMES if code != "en" and (code != "yue" or mels == 128))]


def _write_tokenizer(folder: Path, languages: list[str]) -> list[str]:
    """A byte-level tokenizer whose further tokens are the script's words and fillers; gives the tokens by id."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["Ġ" + word for word in dict.fromkeys(TEXT.split())]
    fillers = [f"Ġfiller{n}" for n in range(TEXT_TOKENS - 1 - len(letters) - len(words))]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages), "<|translate|>"]
    special += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    plain = ["", *letters, *words, *fillers]  # CTranslate2 knows a multilingual model by its token ""
    tokenizer = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(plain + special)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    tokenizer.add_tokens([AddedToken(f"<|{n * 0.02:.2f}|>", special=False) for n in range(TIMESTAMPS)])
    tokenizer.save(str(folder / "tokenizer.json"))
    return _tokens(tokenizer)


def _tokens(tokenizer: Any) -> list[str]:
    return [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


def unquantized(name: str, folder: Path) -> Any:
    """The specification of the model that ``write`` put into ``folder``, its weights in float32, drawn once more."""
    from tokenizers import Tokenizer

    vocabulary = _tokens(Tokenizer.from_file(str(folder / "tokenizer.json")))
    return _spec(SIZES[name], vocabulary, _script(vocabulary, TOKENS, SPEECH_END, STRETCH))


def _script(vocabulary: list[str], tokens: int, speech_end: float, stretch: float) -> list[int]:
    """What each position of the decoder emits; the prompt's own positions come first."""
    ids = {token: n for n, token in enumerate(vocabulary)}
    text = [ids["Ġ" + word] for word in TEXT.split()]
    text = (text * (tokens // len(text) + 1))[:tokens]
    script = [ids["<|en|>"], ids["<|transcribe|>"]]
    count = max(1, math.ceil(speech_end / stretch))
    for place in range(count):
        start, end = place * stretch, min((place + 1) * stretch, speech_end)
        words = text[place * tokens // count : (place + 1) * tokens // count]
        script += [ids[f"<|{start:.2f}|>"], *words, ids[f"<|{end:.2f}|>"]]
    return script + [ids["<|endoftext|>"]] * (POSITIONS - len(script))


def _spec(size: Size, vocabulary: list[str], script: list[int]) -> Any:
    from ctranslate2.specs import whisper_spec

    draw = _Draw(size.width)
    spec = whisper_spec.WhisperSpec(size.encoder_layers, size.heads, size.decoder_layers, size.heads)
    draw.encoder(spec.encoder, size.mels)
    draw.decoder(spec.decoder, len(vocabulary), script)
    ids = {token: n for n, token in enumerate(vocabulary)}
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{code}|>"] for code in _languages(size.mels)]
    spec.config.alignment_heads = [(size.decoder_layers - 1, head) for head in range(size.heads)]
    return spec


class _Draw:
    """Fills the layers of a Whisper of one width with seeded random numbers."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._random = np.random.default_rng(0)

    def encoder(self, spec: Any, mels: int) -> None:
        width = self._width
        spec.conv1.weight, spec.conv1.bias = self._normal(width, mels, 3) * np.float32(0.05), self._zeros(width)
        spec.conv2.weight, spec.conv2.bias = self._normal(width, width, 3) * np.float32(0.02), self._zeros(width)
        spec.position_encodings.encodings = self._normal(1500, width) * np.float32(0.1)
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._attention(layer.self_attention)
            self._feed_forward(layer.ffn)

    def decoder(self, spec: Any, vocabulary: int, script: list[int]) -> None:
        tokens = self._normal(vocabulary, self._width)
        tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
        spec.embeddings.weight = tokens * np.float32(0.05)
        spec.position_encodings.encodings = tokens[script] * np.float32(10)
        spec.projection.weight = tokens * np.float32(3)
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._attention(layer.self_attention)
            self._attention(layer.attention, cross=True)
            self._feed_forward(layer.ffn)

    def _attention(self, spec: Any, *, cross: bool = False) -> None:
        width = self._width
        self._norm(spec.layer_norm)
        for linear, factor in zip(spec.linear, (1, 2, 1) if cross else (3, 1), strict=True):
            last = linear is spec.linear[-1]
            self._linear(linear, factor * width, width, 1e-3 if last else 1.0)

    def _feed_forward(self, spec: Any) -> None:
        self._norm(spec.layer_norm)
        self._linear(spec.linear_0, 4 * self._width, self._width, 1.0)
        self._linear(spec.linear_1, self._width, 4 * self._width, 1e-3)

    def _linear(self, spec: Any, rows: int, columns: int, scale: float) -> None:
        """A layer that writes into the residual stream gets a small scale, so that the positions decide."""
        spec.weight = self._normal(rows, columns) * np.float32(scale / np.sqrt(columns))
        spec.bias = self._zeros(rows)

    def _norm(self, spec: Any) -> None:
        spec.gamma, spec.beta = np.ones(self._width, np.float32), self._zeros(self._width)

    def _normal(self, *shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return self._random.standard_normal(shape, dtype=np.float32)

    def _zeros(self, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.zeros(count, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quantization", default="int8")
    parser.add_argument("--tokens", type=int, default=TOKENS)
    arguments = parser.parse_args()
    print(write(arguments.size, arguments.folder, quantization=arguments.quantization, tokens=arguments.tokens))


if __name__ == "__main__":
    main()
