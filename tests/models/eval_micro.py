"""Measure whisper-micro and piper-micro through faster_whisper and piper, on sentences the training never saw. Run: python eval_micro.py [N]

Prints WER per voice group, beam, pipeline; language accuracy; sentence and word time errors; round trip; silence; long audio; translate.
"""

import collections
import os
import random
import re
import sys
import time

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

import corpus as C

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.environ.get("MICRO", os.path.join(HERE, "whisper-micro"))
N = int(sys.argv[1]) if len(sys.argv) > 1 else 100
model = WhisperModel(PATH, device="cpu", compute_type=os.environ.get("COMPUTE", "default"), cpu_threads=2)
batched = BatchedInferencePipeline(model)
clean = lambda s: re.sub(r"[^\w\s]", "", s).split()


def distance(a, b):
    d = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        p, d[0] = d[0], i
        for j, y in enumerate(b, 1):
            p, d[j] = d[j], min(d[j] + 1, d[j - 1] + 1, p + (x != y))
    return d[-1]


def wer(pairs):
    return 100 * sum(distance(clean(r), clean(h)) for r, h in pairs) / max(1, sum(len(clean(r)) for r, _ in pairs))


def text(segments):
    return "".join(s.text for s in segments).strip()


def pad(a, rng):
    lead, tail = rng.choice([0, 0.1, 0.3, 0.8]), rng.choice([0.1, 0.3, 1.0])
    return np.concatenate([np.zeros(int(lead * C.RATE)), a, np.zeros(int(tail * C.RATE))]).astype(np.float32), lead


def corpus(kind, n, rng):
    out = []
    for _ in range(n):
        lang = kind if kind in ("de", "es") else "en"
        s = C.sentence(rng, lang)
        if kind == "piper":
            a, spans, b = C.render_piper(s, length_scale=round(rng.uniform(0.85, 1.3), 2) if rng.random() < 0.5 else 1.0)
            a = a * 0.7
        elif kind == "piper-default":
            a, spans, b = C.render_piper(s)
        else:
            v = {"de": "de", "es": "es"}.get(kind, "en-us") + rng.choice(C.HELD_OUT_VARIANTS if kind == "en-unseen-voices" else C.VARIANTS)
            a, spans, b = C.render_espeak(s, v, rng.randint(130, 190), rng.randint(30, 70), rng.randint(25, 65), rng.choice([0, 0, 1, 3]))
        a, lead = pad(a, rng)
        shift = lambda z: None if z is None else (z[0] + lead, z[1] + lead)
        out.append((s, a, [shift(z) for z in spans], shift(b), lang))
    return out


def main():
    rng = random.Random(20260721)
    sets = {k: corpus(k, n, rng) for k, n in {"en": N, "en-unseen-voices": N // 2, "de": N // 2, "es": N // 2, "piper": N, "piper-default": N // 2}.items()}
    plain = corpus("en", 1, rng)
    ways = {
        "transcribe beam 1": lambda a, l: model.transcribe(a, language=l, beam_size=1)[0],
        "transcribe beam 5": lambda a, l: model.transcribe(a, language=l, beam_size=5)[0],
        "beam 5 no timestamps": lambda a, l: model.transcribe(a, language=l, beam_size=5, without_timestamps=True)[0],
        "beam 5 vad": lambda a, l: model.transcribe(a, language=l, beam_size=5, vad_filter=True)[0],
        "batched beam 1": lambda a, l: batched.transcribe(a, language=l, beam_size=1)[0],
        "batched beam 5": lambda a, l: batched.transcribe(a, language=l, beam_size=5)[0],
    }
    print(f"WER % ({N} sentences per group; de, es, unseen voices, piper-default: half)")
    print(" " * 24 + " ".join(f"{k:>17}" for k in sets))
    for name, f in ways.items():
        row = []
        for k, items in sets.items():
            t = time.time()
            row.append(wer([(s, text(f(a, lang))) for s, a, _, _, lang in items]))
        print(f"{name:24}" + " ".join(f"{x:17.2f}" for x in row), flush=True)
    exact = sum(text(model.transcribe(a, language=l, beam_size=5)[0]) == s for s, a, _, _, l in sets["piper-default"])
    print("piper-default: text exactly equal with punctuation:", exact, "of", len(sets["piper-default"]))

    right, tot, conf = 0, 0, collections.Counter()
    for k in ("en", "de", "es", "piper"):
        for s, a, _, _, lang in sets[k]:
            got = model.detect_language(a)[0]
            right, tot = right + (got == lang), tot + 1
            conf[lang, got] += got != lang
    print(f"language detected: {100 * right / tot:.1f}% of {tot}; errors {dict(+conf)}")

    for k in ("en", "piper"):
        se, we, ws, n_over = [], [], [], 0
        for s, a, spans, b, lang in sets[k]:
            segs = list(model.transcribe(a, language=lang, beam_size=5)[0])
            if segs:
                se += [abs(segs[0].start - b[0]), abs(segs[-1].end - b[1])]
            words = [w for g in model.transcribe(a, language=lang, beam_size=5, word_timestamps=True)[0] for w in g.words]
            if [re.sub(r"\W", "", w.word) for w in words] == clean(s) and None not in spans:
                ws += [abs(w.start - z[0]) for w, z in zip(words, spans)]
                we += [abs(w.end - z[1]) for w, z in zip(words, spans)]
        p = lambda x: f"median {np.median(x):.3f} s, mean {np.mean(x):.3f}, 95% {np.percentile(x, 95):.3f}, max {np.max(x):.3f}"
        print(f"{k}: sentence start/end error {p(se)}; within 0.3 s {100 * np.mean(np.array(se) <= 0.3):.1f}%")
        print(f"{k}: word start error {p(ws)} ({len(ws)} words); word end error {p(we)}")

    pairs = []
    for k in ("de", "es"):
        for s, a, _, _, lang in sets[k]:
            ref = " ".join(C.GLOSS[lang][w] for w in C.words_of(s))
            pairs.append((ref, text(model.transcribe(a, language=lang, task="translate", beam_size=5)[0])))
    print(f"translate de/es -> en word by word: WER {wer(pairs):.2f}%")

    g = np.random.default_rng(3)
    print("no speech:")
    for name, a in {
        "3 s zeros": np.zeros(48000),
        "30 s zeros": np.zeros(480000),
        "5 s white noise 0.003": g.standard_normal(80000) * 0.003,
        "5 s white noise 0.05": g.standard_normal(80000) * 0.05,
        "2 s 440 Hz tone": 0.3 * np.sin(np.arange(32000) * 2 * np.pi * 440 / 16000),
    }.items():
        a = a.astype(np.float32)
        enc = model.encode(np.pad(model.feature_extractor(a)[:, :3000], ((0, 0), (0, max(0, 3000 - len(a) // 160 - 1))))[:, :3000])
        r = model.model.generate(
            enc, [[model.hf_tokenizer.token_to_id(t) for t in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>")]], return_no_speech_prob=True
        )[0]
        print(
            f"  {name:24} no_speech_prob {r.no_speech_prob:.3f}  text {text(model.transcribe(a, language='en')[0])!r}  "
            f"without timestamps {text(model.transcribe(a, language='en', without_timestamps=True)[0])!r}  batched {text(batched.transcribe(a, language='en')[0])!r}"
        )
    probs = [next(iter(model.transcribe(a, language="en")[0])).no_speech_prob for _, a, _, _, _ in sets["en"][:50]]
    print(f"  speech: no_speech_prob max {max(probs):.3f}")

    long = []
    for kind in ("en", "piper-default"):
        parts, ref = [], []
        for s, a, *_ in corpus(kind, 25, rng):
            parts += [a, np.zeros(int(rng.uniform(0.2, 0.8) * C.RATE), np.float32)]
            ref.append(s)
        a = np.concatenate(parts)
        chosen = {k: ways[k] for k in ("transcribe beam 1", "transcribe beam 5", "batched beam 1", "batched beam 5")}
        chosen["beam 5, condition_on_previous_text=False"] = lambda a, l: model.transcribe(a, language=l, condition_on_previous_text=False)[0]
        chosen["beam 5, no condition, chunk_length=10"] = lambda a, l: model.transcribe(a, language=l, condition_on_previous_text=False, chunk_length=10)[0]
        for name, f in chosen.items():
            long.append((kind, round(len(a) / C.RATE, 1), name, round(wer([(" ".join(ref), " ".join(text([x]) for x in f(a, "en")))]), 2)))
        segs = list(model.transcribe(a, language="en")[0])
        long.append((kind, "segments", len(segs), "of", len(ref)))
    print("long audio (seek, previous text as prompt):", *long, sep="\n  ")

    print("examples (piper-micro -> whisper-micro, default options):")
    for s in [
        C.JFK,
        C.FOX,
        "hello world.",
        "zero one two three four five six seven eight nine.",
        "please open the door.",
        "stop.",
        "good morning, my fellow americans.",
        "play the next, save my world.",
        "thank you for your help today.",
        "the small red cat is not your blue dog.",
    ]:
        a, *_ = C.render_piper(s)
        segs, info = model.transcribe(a, word_timestamps=True)
        segs = list(segs)
        print(
            f"  {s!r}\n    -> {text(segs)!r}  [{info.language} {info.language_probability:.2f}] "
            f"segments {[(round(float(x.start), 2), round(float(x.end), 2)) for x in segs]} of {len(a) / C.RATE:.2f} s"
        )
    t = time.time()
    n = sum(len(a) for _, a, *_ in sets["en"][:30]) / C.RATE
    for _, a, *_ in sets["en"][:30]:
        text(model.transcribe(a, language="en", beam_size=5)[0])
    print(f"speed: {(time.time() - t) / 30 * 1000:.0f} ms per utterance (mean {n / 30:.1f} s)")


main()
