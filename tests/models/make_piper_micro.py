"""Build two tiny Piper voices by hand: piper-micro (one speaker) and piper-micro-multi (two speakers, input `sid`).

Nothing is trained. Each IPA symbol of Piper's default phoneme map owns a unit: a run of 20 ms Hann-windowed snippets taken every
10 ms (one pitch period of a monotone 100 Hz voice) from audio that espeak-ng renders here. The ONNX graph looks the units up,
stretches them by repeating or dropping snippets (pitch does not change) and overlap-adds them:

    samples = 160 * sum(ceil(frames[id] * length_scale) for id in ids)        (float32 product, 16 kHz)

frames[] is in the voice's .json under "piper_micro". Noise scales are accepted and ignored, so output is deterministic. Padding, BOS,
EOS, stress marks, digits and combining marks have 0 frames; space and punctuation are silence; the length mark repeats the vowel
before it. Batch size 1, as piper uses. The single Ceil node is what piper's include_alignments looks for (hop_length 160).

Run:  python make_piper_micro.py      (needs onnx, espeakng-loader, piper-tts, scipy; a few seconds)
"""

import json
import os
import unicodedata

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP as IDS
from scipy.signal import resample_poly

from espeak import PHONEME, Espeak

HERE = os.path.dirname(os.path.abspath(__file__))
RATE, HOP = 16000, 160
SILENT = {" ": 3, "-": 4, ",": 12, ";": 14, ":": 14, ".": 25, "!": 25, "?": 25, "'": 0, "(": 4, ")": 4, "ʔ": 3}
# Words that between them contain each sound, by espeak language.
CARRIERS = {
    "en-us": "father dogs mother cat bed bit beat boot book butter bird about sofa pan bad tan dad can gag fan van thin then see zoo she "
    "measure hat man nod sing lap rap wet yet church judge day my now go boy law paper better ladder lemon onion city pity money "
    "happy ago banana roses coffee thing ring seven visit vision pleasure yellow welcome hello".split(),
    "de": "ich nacht schön hören über hütte können rot grün lachen buch milch".split(),
    "es": "perro pero caballo hablar lago año mañana dedo casa mesa toro luz calle gente".split(),
    "fr": "tu peu peur vin rue lune".split(),
}
# First (or last) half of a diphthong gives the bare vowel Piper writes as its own symbol.
HALVES = {"a": ("aɪ", 0), "e": ("eɪ", 0), "o": ("oʊ", 0), "ɔ": ("ɔɪ", 0)}
SAME = dict(zip("gɒɐɘɵɞɨɯʉɤʋɸβⱱqcɟɲɳɴɱʎɭɫɻɽʀrɕʂʐʑɧħχɦɢʁεʏøœɶæɚɝʍʈɖɓɗɠɥɰʝ", "ɡɑəəəɜɪuuʌvfvvkkɡnnŋmlllɹɾʁɾʃʃʒʒxhxhɡɹɛɪəɛæɛəɜwtdbdɡjɡj"))


def units(es, voice_suffix, pitch, period):
    """{symbol: waveform at 16 kHz whose pitch period is `period` samples} from monotone espeak speech."""
    vowel, _ = es.say("[[mA:mA:mA:mA:]]", "en-us" + voice_suffix, 150, pitch, 0)
    s = vowel[len(vowel) // 3 : len(vowel) // 3 + 6000]
    ac = np.correlate(s, s, "full")[len(s) - 1 :]
    lo, hi = es.rate // 320, es.rate // 60
    measured = lo + int(np.argmax(ac[lo:hi]))
    found = {}
    for lang, words in CARRIERS.items():
        for w in words:
            a, ev = es.say(w + ".", lang + voice_suffix, 140, pitch, 0)
            a = resample_poly(a, period, measured)
            ph = [(name, round(pos * period / measured)) for kind, pos, name in ev if kind == PHONEME] + [("", len(a))]
            for (name, start), (_, end) in zip(ph, ph[1:]):
                name = unicodedata.normalize("NFD", name).strip("ˈˌ").rstrip("ː")
                if name and end - start > 2 * HOP:
                    found.setdefault(name, []).append((a, start, end))
    out = {}
    for sym in IDS:
        part = None
        if sym in HALVES and sym not in found:
            src, part = found.get(HALVES[sym][0]), HALVES[sym][1]
        else:
            src = found.get(sym)
        if src:
            src = sorted(src, key=lambda x: x[2] - x[1])[len(src) // 2]  # the instance of median length
            a, start, end = src
            if part is not None:
                mid = (start + end) // 2
                start, end = (start, mid) if part == 0 else (mid, end)
            out[sym] = (a, start, end)
    return out, measured


def snippets(a, start, end, n, period):
    """n snippets of 2*HOP samples, HOP apart, aligned so that a pitch pulse sits mid-window; middle of the unit if it is longer."""
    a = np.pad(a, (2 * HOP, 4 * HOP))
    start, end = start + 2 * HOP, end + 2 * HOP
    start += max(0, (end - start - n * HOP) // 2)
    win = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2 * HOP) / (2 * HOP))
    cut = lambda off: np.stack([a[start + off + k * HOP - HOP // 2 :][: 2 * HOP] for k in range(n)]) * win
    best = max(range(-period // 2, period // 2, 4), key=lambda off: float((cut(off) ** 2).sum()))
    return cut(best)


def main():
    es = Espeak()
    names = {v[0]: k for k, v in IDS.items() if len(v) == 1}
    speakers = [units(es, "", 61, HOP), units(es, "+f2", 72, HOP // 2)]  # 100 Hz male, 200 Hz female
    print("measured periods at 22.05 kHz:", [s[1] for s in speakers])
    speakers = [s[0] for s in speakers]
    n_ids = max(names) + 1
    frames, source = np.zeros(n_ids, np.int64), {}
    for i, sym in names.items():
        if sym in SILENT:
            frames[i] = SILENT[sym]
            continue
        src = sym if sym in speakers[0] else SAME.get(sym)
        if src in speakers[0]:
            a, s, e = speakers[0][src]
            frames[i] = np.clip(round((e - s) / HOP), 4, 11)
            source[i] = src
    length_mark = IDS["ː"][0]
    frames[length_mark] = 4
    start, tables, row = np.zeros(n_ids, np.int64), [[np.zeros((30, 2 * HOP))] for _ in speakers], 30
    done = {}
    for i, src in source.items():
        if src not in done:
            done[src] = row
            for t, sp in zip(tables, speakers):
                a, s, e = sp.get(src, speakers[0][src])
                t.append(snippets(a, s, e, int(frames[i]), HOP if sp is speakers[0] else HOP // 2))
            row += int(frames[i])
        start[i] = done[src]
    frames_of = frames.copy()
    tables = np.stack([np.concatenate(t) for t in tables])
    tables *= 0.5 / np.abs(tables).max(axis=(1, 2), keepdims=True)
    print(
        "ids with sound:",
        len(source),
        "of",
        len(names),
        " snippets:",
        tables.shape,
        " mute letters:",
        "".join(n for i, n in names.items() if frames[i] == 0 and len(n) == 1 and n.isalpha()),
    )
    for name, n_spk in (("piper-micro", 1), ("piper-micro-multi", 2)):
        write(name, tables[:n_spk].astype(np.float16), frames_of, start, length_mark)


def write(name, table, frames, start, length_mark):
    n_spk = len(table)
    init = [
        nh.from_array(np.asarray(v), k)
        for k, v in {
            "table": table,
            "frames": frames.astype(np.float32),
            "start": start,
            "length_mark": np.array(length_mark),
            "zero": np.array([0]),
            "one": np.array([1]),
            "minus2": np.array([-2]),
            "axis1": np.array([1]),
            "hop": np.array([HOP]),
            "end": np.array([2 * HOP]),
            "s0": np.array(0),
            "s1": np.array(1),
            "row1": np.array([1, 0, 0, 0]),
            "pad2": np.array([2, 0]),
            "shape": np.array([1, 1, -1]),
            "flat": np.array([-1]),
            "half": np.array(0.5, np.float32),
        }.items()
    ]
    n = lambda op, i, o, **k: h.make_node(op, i.split(), o.split(), **k)
    nodes = [
        n("Reshape", "input flat", "ids0"),
        n("Slice", "ids0 zero input_lengths", "ids"),  # drop batch axis and padding
        n("Gather", "scales one", "length_scale"),
        n("Gather", "frames ids", "dur"),
        n("Mul", "dur length_scale", "dur_scaled"),
        n("Ceil", "dur_scaled", "w_ceil"),
        n("Cast", "w_ceil", "w", to=T.INT64),
        n("Pad", "ids pad2", "padded"),
        n("Slice", "padded zero minus2", "before"),  # id two places back (PAD between)
        n("Equal", "ids length_mark", "is_mark"),
        n("Where", "is_mark before ids", "unit"),
        n("Gather", "start unit", "first"),
        n("CumSum", "w s0", "ends"),
        n("Sub", "ends w", "begins"),
        n("ReduceSum", "w", "total", keepdims=0),
        n("Range", "s0 total s1", "f"),  # f: output frame numbers
        n("Unsqueeze", "f axis1", "fcol"),
        n("GreaterOrEqual", "fcol ends", "past"),
        n("Cast", "past", "past_i", to=T.INT64),
        n("ReduceSum", "past_i axis1", "which", keepdims=0),  # which id each frame belongs to
        n("Gather", "begins which", "b"),
        n("Sub", "f b", "local"),
        n("Cast", "local", "local_f", to=T.FLOAT),
        n("Add", "local_f half", "centre"),
        n("Gather", "dur which", "d"),
        n("Gather", "w_ceil which", "ww"),
        n("Mul", "centre d", "num"),
        n("Div", "num ww", "ratio"),
        n("Floor", "ratio", "src_f"),
        n("Cast", "src_f", "src", to=T.INT64),
        n("Gather", "first which", "row0"),
        n("Add", "row0 src", "row"),
        n("Gather", "table sid" if n_spk > 1 else "table zero", "voice", axis=0),
        n("Squeeze", "voice zero", "voice2"),
        n("Gather", "voice2 row", "snip16"),
        n("Cast", "snip16", "snip", to=T.FLOAT),
        n("Slice", "snip zero hop axis1", "left"),
        n("Slice", "snip hop end axis1", "right"),
        n("Pad", "right row1", "right1"),
        n("Shape", "left", "lshape"),
        n("Slice", "lshape zero one", "rows"),
        n("Slice", "right1 zero rows", "right2"),
        n("Add", "left right2", "sum"),  # overlap-add
        n("Reshape", "sum shape", "output"),
    ]
    inputs = [
        h.make_tensor_value_info("input", T.INT64, ["batch_size", "phonemes"]),
        h.make_tensor_value_info("input_lengths", T.INT64, ["batch_size"]),
        h.make_tensor_value_info("scales", T.FLOAT, [3]),
    ]
    if n_spk > 1:
        inputs.append(h.make_tensor_value_info("sid", T.INT64, ["batch_size"]))
    graph = h.make_graph(nodes, name, inputs, [h.make_tensor_value_info("output", T.FLOAT, ["batch_size", 1, "time"])], init)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 15)], producer_name="make_piper_micro")
    model.ir_version = 8
    onnx.checker.check_model(model)
    folder = os.path.join(HERE, "piper-micro")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name + ".onnx")
    onnx.save(model, path)
    names = {v[0]: k for k, v in IDS.items()}
    json.dump(
        {
            "audio": {"sample_rate": RATE, "quality": "x_low"},
            "espeak": {"voice": "en-us"},
            "phoneme_type": "espeak",
            "num_symbols": 256,
            "num_speakers": n_spk,
            "speaker_id_map": {"low": 0, "high": 1} if n_spk > 1 else {},
            "phoneme_id_map": IDS,
            "piper_version": "1.0.0",
            "hop_length": HOP,
            "inference": {"noise_scale": 0, "length_scale": 1, "noise_w": 0},
            "language": {
                "code": "en_US",
                "family": "en",
                "region": "US",
                "name_native": "English",
                "name_english": "English",
                "country_english": "United States",
            },
            "dataset": name,
            "piper_micro": {"hop": HOP, "frames": {names[i]: int(f) for i, f in enumerate(frames) if f and i in names}},
        },
        open(path + ".json", "w", encoding="utf8"),
        ensure_ascii=False,
        indent=1,
    )
    print(path, os.path.getsize(path), "bytes")


main()
