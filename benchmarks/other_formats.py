"""The scripted Whisper of scripted_whisper.py in the formats that others read: openai-whisper's and whisper.cpp's.

The matrices are the same ones; only the output projection is the embedding of the tokens, as both tie them. So a token
that was said stays in the residual stream ten times as strong, far below the position that decides. What the ids are
called in the vocabulary of openai-whisper is other than in the script; how many there are is the same.

    python benchmarks/other_formats.py tiny FOLDER
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scripted_whisper import POSITIONS, SIZES, TEXT_TOKENS, Size, unquantized, write

Weights = dict[str, np.ndarray[Any, np.dtype[np.float32]]]
FRAMES = 1500
MAGIC = 0x67676D6C
HALF = 1
"""ggml's number of 16-bit floats; 0 is of 32."""
MEL_BINS = 201


def openai(name: str, folder: Path) -> Path:
    """``folder/name.pt``: a checkpoint that ``whisper.load_model`` takes."""
    import torch

    path = folder / f"{name}.pt"
    if path.exists():
        return path
    size = SIZES[name]
    weights = {key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in _weights(name, folder).items()}
    shape = (size.mels, FRAMES, size.width, size.heads, size.encoder_layers)
    text = (len(weights["decoder.token_embedding.weight"]), POSITIONS, size.width, size.heads, size.decoder_layers)
    names = [f"n_audio_{part}" for part in ("ctx", "state", "head", "layer")]
    dims = dict(zip(["n_mels", *names], shape, strict=True))
    dims |= dict(zip(["n_vocab", *(f"n_text_{part}" for part in ("ctx", "state", "head", "layer"))], text, strict=True))
    torch.save({"dims": dims, "model_state_dict": weights}, path)
    return path


def whispercpp(name: str, folder: Path) -> Path:
    """``folder/name.ggml``: a file of whisper.cpp, matrices in 16 bits as those that it publishes."""
    path = folder / f"{name}.ggml"
    if path.exists():
        return path
    size, weights = SIZES[name], _weights(name, folder)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        vocabulary = len(weights["decoder.token_embedding.weight"])
        audio = (FRAMES, size.width, size.heads, size.encoder_layers)
        text = (POSITIONS, size.width, size.heads, size.decoder_layers)
        file.write(struct.pack("<12i", MAGIC, vocabulary, *audio, *text, size.mels, HALF))
        _write_filters(file, size)
        _write_vocabulary(file, folder)
        for key, value in weights.items():
            _write_tensor(file, key, value)
    return partial.rename(path)


def _write_filters(file: BinaryIO, size: Size) -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    filters = FeatureExtractor(feature_size=size.mels).mel_filters.astype(np.float32)
    file.write(struct.pack("<2i", *filters.shape))
    file.write(np.ascontiguousarray(filters).tobytes())


def _write_vocabulary(file: BinaryIO, folder: Path) -> None:
    """The tokens of text; whisper.cpp makes the special ones itself."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    file.write(struct.pack("<i", TEXT_TOKENS))
    for number in range(TEXT_TOKENS):
        text = tokenizer.decode([number]).encode()
        file.write(struct.pack("<i", len(text)) + text)


def _write_tensor(file: BinaryIO, key: str, value: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    """Matrices and kernels in 16 bits; what is added in 32; a kernel's bias as a column."""
    if key.endswith(("conv1.bias", "conv2.bias")):
        value = value[:, np.newaxis]
    half = value.ndim > 1 and not key.endswith(("positional_embedding", ".bias"))
    name = key.encode()
    file.write(struct.pack("<3i", value.ndim, len(name), HALF if half else 0))
    file.write(struct.pack(f"<{value.ndim}i", *reversed(value.shape)) + name)
    file.write(np.ascontiguousarray(value, np.float16 if half else np.float32).tobytes())


def _weights(name: str, folder: Path) -> Weights:
    """By the names that both have them under."""
    write(name, folder)  # the tokenizer lies there
    spec = unquantized(name, folder)
    return dict(_encoder(spec.encoder)) | dict(_decoder(spec.decoder))


def _encoder(spec: Any) -> Iterator[tuple[str, Any]]:
    yield "encoder.positional_embedding", spec.position_encodings.encodings
    for conv in ("conv1", "conv2"):
        yield f"encoder.{conv}.weight", getattr(spec, conv).weight
        yield f"encoder.{conv}.bias", getattr(spec, conv).bias
    for number, layer in enumerate(spec.layer):
        block = f"encoder.blocks.{number}"
        yield from _attention(f"{block}.attn", layer.self_attention)
        yield from _feed_forward(block, layer.ffn)
    yield from _norm("encoder.ln_post", spec.layer_norm)


def _decoder(spec: Any) -> Iterator[tuple[str, Any]]:
    yield "decoder.positional_embedding", spec.position_encodings.encodings
    yield "decoder.token_embedding.weight", spec.projection.weight
    for number, layer in enumerate(spec.layer):
        block = f"decoder.blocks.{number}"
        yield from _attention(f"{block}.attn", layer.self_attention)
        yield from _attention(f"{block}.cross_attn", layer.attention)
        yield from _feed_forward(block, layer.ffn)
    yield from _norm("decoder.ln", spec.layer_norm)


def _attention(name: str, spec: Any) -> Iterator[tuple[str, Any]]:
    """CTranslate2 keeps query, key and value (or, towards the encoder, key and value) in one matrix."""
    rows = [row for linear in spec.linear[:-1] for row in _parts(linear)]
    for part, (weight, bias) in zip(("query", "key", "value"), rows, strict=True):
        yield f"{name}.{part}.weight", weight
        if part != "key":
            yield f"{name}.{part}.bias", bias
    yield f"{name}.out.weight", spec.linear[-1].weight
    yield f"{name}.out.bias", spec.linear[-1].bias
    yield from _norm(f"{name}_ln", spec.layer_norm)


def _parts(linear: Any) -> list[tuple[Any, Any]]:
    count = linear.weight.shape[0] // linear.weight.shape[1]
    return list(zip(np.split(linear.weight, count), np.split(linear.bias, count), strict=True))


def _feed_forward(block: str, spec: Any) -> Iterator[tuple[str, Any]]:
    for number, linear in ((0, spec.linear_0), (2, spec.linear_1)):
        yield f"{block}.mlp.{number}.weight", linear.weight
        yield f"{block}.mlp.{number}.bias", linear.bias
    yield from _norm(f"{block}.mlp_ln", spec.layer_norm)


def _norm(name: str, spec: Any) -> Iterator[tuple[str, Any]]:
    yield f"{name}.weight", spec.gamma
    yield f"{name}.bias", spec.beta


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    print(openai(given.size, given.folder), whispercpp(given.size, given.folder))


if __name__ == "__main__":
    main()
