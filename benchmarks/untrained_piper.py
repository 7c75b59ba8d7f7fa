"""A Piper voice of true size with random weights: as much work as a real one, and nothing to download.

The network is Piper's own, from the training code that comes with piper-tts; besides it, torch is needed:

    pip install torch
    python benchmarks/untrained_piper.py medium voice.onnx
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

TWO_LAYERS = {"resblock": "2", "resblock_kernel_sizes": (3, 5, 7), "resblock_dilation_sizes": ((1, 2), (2, 6), (3, 12))}
THREE_LAYERS = {"resblock": "1", "resblock_kernel_sizes": (3, 7, 11), "resblock_dilation_sizes": ((1, 3, 5),) * 3}
THREE_STEPS = {"upsample_rates": (8, 8, 4), "upsample_kernel_sizes": (16, 16, 8)}
FOUR_STEPS = {"upsample_rates": (8, 8, 2, 2), "upsample_kernel_sizes": (16, 16, 4, 4)}
SIZES: dict[str, dict[str, Any]] = {
    "micro": {"rate": 16_000, "width": 16, "filter": 32, "initial": 16, **TWO_LAYERS, **THREE_STEPS},
    "x_low": {"rate": 16_000, "width": 96, "filter": 384, "initial": 256, **TWO_LAYERS, **THREE_STEPS},
    "medium": {"rate": 22_050, "width": 192, "filter": 768, "initial": 256, **TWO_LAYERS, **THREE_STEPS},
    "high": {"rate": 22_050, "width": 192, "filter": 768, "initial": 512, **THREE_LAYERS, **FOUR_STEPS},
}
"""Piper's qualities by how many channels they are wide; micro is for tests."""


def write(size: str, path: Path, speakers: int = 1, seed: int = 1) -> Path:
    """Write the voice and its settings beside it, unless they are there already."""
    if path.is_file() and path.with_name(f"{path.name}.json").is_file():
        return path
    try:
        import torch
        from piper.train.vits.models import SynthesizerTrn
    except ImportError as error:
        sys.exit(f"an untrained voice is made with torch and piper-tts ({error}); type: pip install torch piper-tts")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    network = SynthesizerTrn(n_speakers=speakers, gin_channels=512 if speakers > 1 else 0, **_settings(SIZES[size]))
    network.eval()
    with torch.no_grad():
        network.dec.remove_weight_norm()
    _export(network, path, speakers)
    _describe(path, size, speakers)
    return path


def _settings(size: dict[str, Any]) -> dict[str, Any]:
    width = size["width"]
    own = {key: value for key, value in size.items() if key.startswith(("resblock", "upsample"))}
    fixed = {"n_vocab": 256, "spec_channels": 513, "segment_size": 32, "n_heads": 2, "n_layers": 6, "kernel_size": 3}
    channels = {"inter_channels": width, "hidden_channels": width, "filter_channels": size["filter"]}
    return {**fixed, **channels, **own, "upsample_initial_channel": size["initial"], "p_dropout": 0.1, "use_sdp": True}


def _export(network: Any, path: Path, speakers: int) -> None:
    import torch

    def infer(ids: Any, lengths: Any, scales: Any, sid: Any = None) -> Any:
        noise = {"noise_scale": scales[0], "length_scale": scales[1], "noise_scale_w": scales[2]}
        return network.infer(ids, lengths, sid=sid, **noise)[0].unsqueeze(1)

    network.forward = infer
    ids = torch.randint(0, 256, (1, 50))
    inputs = [ids, torch.LongTensor([50]), torch.FloatTensor([0.667, 1, 0.8])]
    names = ["input", "input_lengths", "scales"]
    if speakers > 1:
        inputs.append(torch.LongTensor([0]))
        names.append("sid")
    axes = {"input": {0: "batch_size", 1: "phonemes"}, "input_lengths": {0: "batch_size"}}
    axes["output"] = {0: "batch_size", 2: "time"}
    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(
            network,
            tuple(inputs),
            str(path),
            opset_version=15,
            dynamo=False,
            input_names=names,
            output_names=["output"],
            dynamic_axes=axes,
        )


def _describe(path: Path, size: str, speakers: int) -> None:
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    settings = {
        "audio": {"sample_rate": SIZES[size]["rate"], "quality": size},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"s{number}": number for number in range(speakers)} if speakers > 1 else {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "piper_version": "1.0.0",
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "language": {"code": "en_US", "family": "en", "region": "US"},
        "dataset": "random",
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(settings), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("path", type=Path, help="the .onnx file to write")
    parser.add_argument("--speakers", type=int, default=1)
    arguments = parser.parse_args()
    print(write(arguments.size, arguments.path, arguments.speakers))


if __name__ == "__main__":
    main()
