"""Vocabulary, sentence grammar and rendered corpus (log-mel + word times) for train_whisper_micro.py and eval_micro.py."""

import json
import os
import random

import numpy as np
from scipy.signal import resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
RATE, HOP = 16000, 160
JFK = "and so my fellow americans, ask not what your country can do for you, ask what you can do for your country."
FOX = "the quick brown fox jumps over the lazy dog."
DIGITS = "zero one two three four five six seven eight nine".split()
EN = (
    JFK.replace(",", "").replace(".", "")
    + " "
    + FOX[:-1]
    + " "
    + " ".join(DIGITS)
    + " ten twenty thirty forty fifty sixty seventy eighty ninety hundred yes no stop go start open close play next left right help save hello please"
    " good morning evening thank house water cat red green blue small is door today world"
).split()
EN = list(dict.fromkeys(EN))
GLOSS = {
    "de": dict(
        zip(
            "guten morgen abend danke wasser haus hund katze rot grün ist ja nein tür".split(),
            "good morning evening thank water house dog cat red green is yes no door".split(),
        )
    ),
    "es": dict(
        zip(
            "hola gracias agua casa perro gato rojo verde azul es sí mañana bueno puerta".split(),
            "hello thank water house dog cat red green blue is yes morning good door".split(),
        )
    ),
}
WORDS = {"en": EN, "de": list(GLOSS["de"]), "es": list(GLOSS["es"])}
# Some words are two tokens, so that word timestamps have subwords to join.
SPLIT = {"americans": ("american", "s"), "country": ("coun", "try"), "sixty": ("six", "ty"), "seventy": ("seven", "ty"), "ninety": ("nine", "ty")}
VARIANTS = ["", "", "+m1", "+m2", "+m3", "+m4", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+croak"]
HELD_OUT_VARIANTS = ["+m8", "+f5", "+m5"]  # voices never trained on


def sentence(rng, lang, lo=1, hi=12):
    """A sentence as text with ',' and '.'; 'for' only before you/your (it sounds like 'four'), 'four' never there."""
    if lang == "en":
        r = rng.random()
        if r < 0.07 and hi >= 12:
            return JFK
        if r < 0.13 and hi >= 9:
            return FOX
        if r < 0.19:  # a piece of one of them
            w = (JFK if rng.random() < 0.7 else FOX)[:-1].split()
            n = min(len(w), rng.randint(2, 8), hi)
            i = rng.randrange(len(w) - n + 1)
            return " ".join(w[i : i + n]).strip(",") + "."
    n = min(max(lo, 1 + int(rng.expovariate(1 / 3.6))), hi)
    pool = DIGITS if lang == "en" and rng.random() < 0.1 else WORDS[lang]
    out = []
    while len(out) < n:
        w = rng.choice(pool)
        if w == "for" or (out and out[-1] == "for"):
            if not (out and out[-1] == "for"):
                if len(out) + 2 > n:
                    continue
                out += ["for", rng.choice(["you", "your"])]
            continue
        if out and out[-1] == "four" and w in ("you", "your"):
            continue
        out.append(w)
    if n > 3 and rng.random() < 0.2:
        out[rng.randint(1, n - 3)] += ","
    return " ".join(out) + "."


def words_of(text):
    return text.replace(",", "").replace(".", "").split()


def trim_ends(a, spans, rate):
    """End of each word = last loud 10 ms before the next word starts."""
    n = rate // 100
    e = np.sqrt((a[: len(a) // n * n].reshape(-1, n) ** 2).mean(1)) if len(a) >= n else np.zeros(1)
    loud = e > 0.02 * e.max()
    out = []
    for s, t in spans:
        i, j = int(s * 100), min(len(loud), int(t * 100) + 1)
        k = np.flatnonzero(loud[i:j])
        out.append((s, min(t, (i + k[-1] + 1) / 100)) if len(k) else (s, t))
    return out


_ES = None


def render_espeak(text, voice, rate=160, pitch=50, prange=50, wordgap=0):
    """(audio at 16 kHz, [(start, end)] per word or None where espeak merged words)"""
    global _ES
    from espeak import WORD, Espeak

    _ES = _ES or Espeak()
    a, ev = _ES.say(text, voice, rate, pitch, prange, wordgap)
    words, pos, starts = words_of(text), 0, {}
    at = []
    for w in words:
        pos = text.index(w, pos)
        at.append(pos)
        pos += len(w)
    for kind, sample, data in ev:
        if kind == WORD:
            p = data[0] - 1
            i = max((k for k in range(len(at)) if at[k] <= p), default=0)
            starts.setdefault(i, sample / _ES.rate)
    keys = sorted(starts)
    spans = [None] * len(words)
    end = len(a) / _ES.rate
    got = trim_ends(a, [(starts[k], starts[keys[n + 1]] if n + 1 < len(keys) else end) for n, k in enumerate(keys)], _ES.rate)
    for n, k in enumerate(keys):
        if k + 1 == (keys[n + 1] if n + 1 < len(keys) else len(words)):
            spans[k] = got[n]
    bounds = (got[0][0], got[-1][1]) if got else (0.0, end)
    return resample_poly(a, 320, 441).astype(np.float32), spans, bounds


_PV = {}


def render_piper(text, name="piper-micro", length_scale=1.0, speaker=None):
    from piper import PiperVoice, SynthesisConfig

    if name not in _PV:
        p = os.path.join(HERE, "piper-micro", name + ".onnx")
        _PV[name] = PiperVoice.load(p), json.load(open(p + ".json"))["piper_micro"]["frames"]
    voice, frames = _PV[name]
    audio, spans, t0, cur = [], [], 0.0, None
    for c in voice.synthesize(text, SynthesisConfig(length_scale=length_scale, speaker_id=speaker)):
        audio.append(c.audio_float_array)
        t = t0
        for ph in c.phonemes:
            d = float(np.ceil(np.float32(frames.get(ph, 0)) * np.float32(length_scale))) * HOP / RATE
            if ph in " ,.;:!?":
                if cur is not None:
                    spans.append((cur, t))
                    cur = None
            elif cur is None and d:
                cur = t
            t += d
        if cur is not None:
            spans.append((cur, t))
            cur = None
        t0 += len(c.audio_float_array) / RATE
    bounds = (spans[0][0], spans[-1][1])
    n = len(words_of(text))
    return np.concatenate(audio), spans if len(spans) == n else [None] * n, bounds


_FE = None


def log10_mel(a):
    """Whisper log-mel before clipping and scaling: [frames, 80]."""
    global _FE
    if _FE is None:
        from faster_whisper.feature_extractor import FeatureExtractor

        _FE = FeatureExtractor()
    a = np.pad(a.astype(np.float32), (200, 360), mode="constant")
    n = (len(a) - 400) // HOP
    fr = np.lib.stride_tricks.sliding_window_view(a, 400)[::HOP][:n] * np.hanning(401)[:-1].astype(np.float32)
    p = np.abs(np.fft.rfft(fr).astype(np.complex64)) ** 2
    return np.log10(np.maximum(p @ _FE.mel_filters.T, 1e-10))


def make(job):
    seed, kind = job
    rng = random.Random(seed)
    lang = kind if kind in ("de", "es") else "en"
    text = sentence(rng, lang)
    if kind == "piper":
        spk = rng.choice([None, None, None, 1])
        a, spans, b = render_piper(
            text, "piper-micro" if spk is None else "piper-micro-multi", round(rng.uniform(0.8, 1.35), 2) if rng.random() < 0.6 else 1.0, spk
        )
        a = a * 0.7
    else:
        v = {"en": rng.choice(["en-us", "en-us", "en-us", "en-us", "en"]), "de": "de", "es": "es"}[lang] + rng.choice(VARIANTS)
        a, spans, b = render_espeak(text, v, rng.randint(125, 200), rng.randint(25, 75), rng.randint(20, 70), rng.choice([0, 0, 0, 1, 3]))
    # keep 0.1 s around the speech; silence is added at training time
    lo, hi = max(0.0, b[0] - 0.1), min(len(a) / RATE, b[1] + 0.1)
    lo = round(lo * 100) / 100
    a = a[int(lo * RATE) : int(hi * RATE)]
    sh = lambda s: None if s is None else (s[0] - lo, s[1] - lo)
    return lang, kind, text, [sh(s) for s in spans], sh(b), log10_mel(a).astype(np.float16)


def load(counts, seed=0, cache=os.path.join(HERE, "work", "corpus.pkl"), procs=2):
    import multiprocessing as mp
    import pickle

    if os.path.exists(cache):
        return pickle.load(open(cache, "rb"))
    jobs = [(seed * 1000003 + i * 7 + k, kind) for k, (kind, n) in enumerate(counts.items()) for i in range(n)]
    with mp.get_context("spawn").Pool(procs) as pool:
        items = pool.map(make, jobs, chunksize=50)
    pickle.dump(items, open(cache, "wb"), protocol=4)
    return items


if __name__ == "__main__":
    import time

    t = time.time()
    items = load({"en": 4500, "de": 900, "es": 900, "piper": 2700})
    print(len(items), "items", sum(len(i[5]) for i in items) / 100, "s audio", time.time() - t, "s", sum(None in i[3] for i in items), "with merged words")
