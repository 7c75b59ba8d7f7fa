"""Train whisper-micro: a Whisper-shaped model of ~1 M weights on a closed vocabulary of synthetic speech, saved for CTranslate2.

Run:  python train_whisper_micro.py     (torch, ctranslate2, faster-whisper, piper-tts, espeakng-loader, scipy)
Steps: render the corpus (corpus.py, cached), train, measure which cross-attention heads align, write whisper-micro/.

How so little CPU time is enough:
 * encoder self-attention starts as local windows at fixed offsets (set through the sinusoidal positions), not at random;
 * word times are known, so two heads of the last cross-attention are told where each token is (they become the alignment heads)
   and the encoder gets a frame-wise word label (auxiliary head, dropped on export);
 * timestamp embeddings are a learned matrix times the same sinusoids as the encoder positions, so unseen times work too;
 * the first part trains on 6 s slices of the 30 s window at random positions, the last part on full 1500-position windows.
"""

import argparse
import json
import math
import os
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import corpus as C

HERE = os.path.dirname(os.path.abspath(__file__))
LANGS = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn "
    "sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my "
    "bo tl mg as tt haw ln ha ba jw su yue"
).split()


SHORT_STEPS, FULL_STEPS, FULL_COST = 5700, 2000, 3  # FULL_COST: how many slice steps a full step takes


# ---------------------------------------------------------------- tokenizer
def build_tokenizer(path):
    """Byte-level BPE whose merges spell each vocabulary word from the left, so a known word is one token (two if in C.SPLIT)."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    char = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(rest)}
    spell = lambda s: [char[b] for b in s.encode()]
    vocab = {c: i for i, c in enumerate([char[b] for b in printable + rest])}
    merges, seen = [], set()

    def chain(text):
        left, *others = spell(text)
        for c in others:
            if left + c not in seen:
                seen.add(left + c)
                merges.append((left, c))
                vocab.setdefault(left + c, len(vocab))
            left += c

    for lang in ("en", "de", "es"):
        for w in C.WORDS[lang]:
            chain(" " + C.SPLIT.get(w, (w,))[0])
    for t in (" -", " '", " ♪"):  # faster-whisper suppresses the first token of these: it must not be the bare space
        chain(t)
    for a, b in C.SPLIT.values():  # after all word chains, so they never apply earlier
        if len(b) > 1:
            chain(b)
    vocab[""] = len(vocab)  # CTranslate2 takes a model as multilingual if this token exists, as in OpenAI's vocabulary
    special = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{l}|>" for l in LANGS),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
    ]
    for t in special:
        vocab[t] = len(vocab)
    tok = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.add_special_tokens([AddedToken(t, special=True) for t in special])
    tok.add_tokens([AddedToken(f"<|{i * 0.02:.2f}|>", special=False) for i in range(1501)])
    tok.save(path)
    return tok


# ---------------------------------------------------------------- model
def sinusoids(n, d):
    inv = torch.exp(-math.log(10000) / (d // 2 - 1) * torch.arange(d // 2))
    t = torch.arange(n)[:, None] * inv[None]
    return torch.cat([t.sin(), t.cos()], 1)


class Block(nn.Module):
    def __init__(self, d, ff, heads, cross):
        super().__init__()
        self.heads = heads
        self.ln1, self.qkv, self.out = nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        if cross:
            self.ln2, self.q, self.kv, self.out2 = nn.LayerNorm(d), nn.Linear(d, d), nn.Linear(d, 2 * d), nn.Linear(d, d)
        self.ln3, self.fc1, self.fc2 = nn.LayerNorm(d), nn.Linear(d, ff), nn.Linear(ff, d)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, mem=None, causal=False, want_attention=False):
        q, k, v = (self.split(t) for t in self.qkv(self.ln1(x)).chunk(3, -1))
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2))
        logits = None
        if mem is not None:
            q = self.split(self.q(self.ln2(x)))
            k, v = (self.split(t) for t in self.kv(mem).chunk(2, -1))
            if want_attention:
                logits = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).float()
                a = logits.softmax(-1).to(v.dtype) @ v
            else:
                a = F.scaled_dot_product_attention(q, k, v)
            x = x + self.out2(a.transpose(1, 2).flatten(2))
        return x + self.fc2(F.gelu(self.fc1(self.ln3(x)))), logits


class Micro(nn.Module):
    def __init__(self, n_text, n_aux, d=128, ff=256, enc=2, dec=2, enc_heads=4, dec_heads=4):
        super().__init__()
        self.d, self.n_text = d, n_text
        self.conv1, self.conv2 = nn.Conv1d(80, d, 3, padding=1), nn.Conv1d(d, d, 3, stride=2, padding=1)
        self.enc = nn.ModuleList(Block(d, ff, enc_heads, False) for _ in range(enc))
        self.dec = nn.ModuleList(Block(d, ff, dec_heads, True) for _ in range(dec))
        self.ln_enc, self.ln_dec = nn.LayerNorm(d), nn.LayerNorm(d)
        self.emb = nn.Parameter(torch.randn(n_text, d) * 0.1)  # everything below the timestamps
        self.time = nn.Parameter(torch.eye(d) * 0.1)  # timestamp k = sinusoid(k) @ time
        self.aux = nn.Linear(d, n_aux)
        self.register_buffer("pos", sinusoids(1501, d))
        self.pos_dec = nn.Parameter(sinusoids(448, d) * 0.1)
        self.local_start(enc_heads)

    @torch.no_grad()
    def local_start(self, heads):
        """Query and key of each encoder head read a band of the position sinusoids; keys are rotated so the head looks delta positions away."""
        d, dh = self.d, self.d // heads
        w = torch.exp(-math.log(10000) / (d // 2 - 1) * torch.arange(d // 2))
        offsets = [[-4, 4, -12, 12], [-8, 8, -20, 20], [-6, 6, -16, 16]]
        for n, b in enumerate(self.enc):
            for h in range(heads):
                f = torch.arange(dh // 2) + 6  # frequencies that make a window of about +-5 positions
                c, s = torch.cos(w[f] * offsets[n][h]), torch.sin(w[f] * offsets[n][h])
                q, k = b.qkv.weight[h * dh : (h + 1) * dh], b.qkv.weight[d + h * dh : d + (h + 1) * dh]
                q.mul_(0.3), k.mul_(0.3)
                i = torch.arange(dh // 2)
                g = 1.6
                q[i, f] += g
                q[i + dh // 2, f + d // 2] += g
                # sin(w(p+o)), cos(w(p+o)) dotted with key sin(wt), cos(wt): rotate the query
                q[i, f] += g * (c - 1)
                q[i, f + d // 2] += g * s
                q[i + dh // 2, f + d // 2] += g * (c - 1)
                q[i + dh // 2, f] -= g * s
                k[i, f] += g
                k[i + dh // 2, f + d // 2] += g

    def table(self):
        return torch.cat([self.emb, self.pos @ self.time])

    def encode(self, mel, offset=0):
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + torch.stack([self.pos[o : o + x.shape[1]] for o in offset]) if isinstance(offset, list) else x + self.pos[: x.shape[1]]
        for b in self.enc:
            x, _ = b(x)
        return self.ln_enc(x)

    def decode(self, tokens, mem):
        e = self.table()
        x = e[tokens] + self.pos_dec[: tokens.shape[1]]
        att = []
        for n, b in enumerate(self.dec):
            x, a = b(x, mem, True, True)
            att.append(a)
        return self.ln_dec(x) @ e.T, att


# ---------------------------------------------------------------- examples
class Data:
    def __init__(self, items, tok, seed):
        self.rng, self.np = random.Random(seed), np.random.default_rng(seed)
        self.by = {}
        for it in items:
            self.by.setdefault(it[0], []).append(it)
        self.id = tok.token_to_id
        self.tok = tok
        self.t0 = self.id("<|notimestamps|>") + 1
        self.aux = {w: i + 1 for i, w in enumerate(dict.fromkeys(sum(C.WORDS.values(), [])))}
        self.ids_cache = {}
        g = np.random.default_rng(99)
        noise = []
        for colour in (0, 0.5, 1, 1.5):  # white to brown-ish
            s = np.fft.rfft(g.standard_normal(20 * C.RATE))
            s /= np.maximum(np.arange(len(s)), 50) ** colour
            a = np.fft.irfft(s)
            noise.append(C.log10_mel((a / a.std()).astype(np.float32)).astype(np.float32))
        self.noise = noise

    def ids(self, text):
        if text not in self.ids_cache:
            self.ids_cache[text] = self.tok.encode(text).ids
        return self.ids_cache[text]

    def pieces(self, item, task):
        """[(token, (start, end) or None)] of the sentence, in the transcript or the English gloss."""
        lang, _, text, spans, bounds, _ = item
        out, k = [], 0
        for w in text.replace(",", " ,").replace(".", " .").split():
            if w in ",.":
                prev, nxt = spans[k - 1], spans[k] if k < len(spans) else (bounds[1] + 0.2, 0)
                out.append((self.id(w), None if prev is None or nxt is None else (prev[1], max(nxt[0], prev[1] + 0.06))))
                continue
            g = C.GLOSS[lang][w] if task == "translate" and lang in C.GLOSS else w
            ids, s = self.ids(" " + g), spans[k]
            for n, i in enumerate(ids):
                f = lambda x: s[0] + (s[1] - s[0]) * x / len(ids)
                out.append((i, None if s is None else (f(n), f(n + 1))))
            k += 1
        return out

    def example(self, frames, offset, many):
        """One window of `frames` mel frames that starts at `offset` positions of the 30 s grid."""
        r = self.rng
        lang = r.choices(["en", "de", "es"], [0.76, 0.12, 0.12])[0]
        task = "translate" if r.random() < (0.25 if lang != "en" else 0.05) else "transcribe"
        silent = r.random() < 0.04
        t = self.np.exponential(0.25) if r.random() < 0.8 else r.uniform(0, 2.5)
        if r.random() < 0.25:
            t = 0
        total, placed, partial = frames / 100, [], None
        tail = r.choice([0, 0.05, r.uniform(0, 0.6), r.uniform(0, 2)])
        while not silent:
            it = r.choice(self.by[lang])
            dur = len(it[5]) / 100
            if t + dur > total - 0.02:
                if many and total > 20 and r.random() < 0.5 and t < total - 0.6:
                    partial = (it, t)  # runs over the end of the window
                elif not placed:
                    if dur > total - 0.1:
                        continue
                    t = r.uniform(0, total - dur - 0.05)
                    placed.append((it, round(t * 100) / 100))
                break
            placed.append((it, round(t * 100) / 100))
            t += dur + r.choice([0.15, 0.2, r.uniform(0.15, 1.2), r.uniform(0.3, 2)])
            if not many or r.random() < 0.1:
                break
        end = total if partial else min(total, (placed[-1][1] + len(placed[-1][0][5]) / 100 + tail) if placed else r.choice([total, r.uniform(0, total)]))
        n = max(1, int(end * 100))
        if not silent and not placed and not partial:
            silent = True
        floor = r.choice([-10, r.uniform(-6, -0.3)] if silent else [-10, -10, r.uniform(-6, -2.5)])
        mel = np.full((n, 80), -10, np.float32)
        items = placed + ([partial] if partial else [])
        gain = r.uniform(-1.6, 0.4)
        tilt = np.linspace(-1, 1, 80, dtype=np.float32) * r.uniform(-0.25, 0.25)
        for it, s in items:
            i = int(round(s * 100))
            m = it[5][: max(0, n - i)]
            mel[i : i + len(m)] = np.maximum(mel[i : i + len(m)], m.astype(np.float32) + tilt)
        if silent or floor > -10:
            nz = r.choice(self.noise)
            i = r.randrange(len(nz) - 1)
            nz = np.concatenate([nz[i:], nz[:i]])
            nz = np.concatenate([nz] * (n // len(nz) + 1))[:n]
            level = (floor if silent else min(floor, -1.8)) - nz.mean() - (0 if silent else gain)
            if floor > -10:
                mel = np.logaddexp(mel * 2.302585, (nz + level) * 2.302585) / 2.302585
        mel = np.maximum(mel + gain, -10)
        mel = np.maximum(mel, mel.max() - 8)
        mel = (mel + 4) / 4
        if not silent and r.random() < 0.3:  # hide a few bands or frames
            b = r.randrange(70)
            mel[:, b : b + r.randrange(8)] = mel.mean()
        x = np.zeros((frames, 80), np.float32)
        x[:n] = mel
        # ---- tokens: (id, target weight, span in seconds in this window or None)
        base, seq = offset * 0.02, []
        stamps = r.random() < 0.55 and not partial or bool(partial)
        tid = lambda sec: self.t0 + max(0, min(1500, int(round((sec + base) * 50))))
        if r.random() < (
            0.4 if frames == 3000 else 0.15
        ):  # previous text as faster-whisper gives it: with the last window's timestamps, or plain (initial_prompt)
            prev, at, stamped = [], r.uniform(0, 2), r.random() < 0.7
            for _ in range(r.choice([1, 2, 4, 8, 14] if frames == 3000 else [1, 1, 2, 4])):
                it = r.choice(self.by[lang])
                t1 = at + len(it[5]) / 100
                span = (lambda x: [self.t0 + min(1500, int(x * 50))]) if stamped else (lambda x: [])
                prev += span(at) + [i for i, _ in self.pieces(it, task)] + span(t1)
                at = t1 + r.uniform(0.1, 1.2)
            seq = [(self.id("<|startofprev|>"), 0, None)] + [(i, 0, None) for i in prev[-223:]]
        seq += [(self.id("<|startoftranscript|>"), 0, None), (self.id(f"<|{lang}|>"), 1, None), (self.id(f"<|{task}|>"), 0, None)]
        sot_target = self.id("<|nospeech|>") if silent else None
        if silent:
            seq.append((tid(-base), 1, None) if stamps else (self.id("<|notimestamps|>"), 0, None))
        elif stamps:
            for k, (it, s) in enumerate(placed):
                b = it[4]
                first = s + b[0]
                if k == 0 and first + base > 1.0 and offset == 0:
                    first = -base  # faster-whisper allows no first timestamp after 1 s
                seq.append((tid(first), 1, (s + b[0] - 0.06, s + b[0] + 0.06)))
                seq += [(i, 1, None if z is None else (z[0] + s, z[1] + s)) for i, z in self.pieces(it, task)]
                seq.append((tid(s + b[1]), 1, (s + b[1] - 0.06, s + b[1] + 0.06)))
            if partial:
                seq.append((tid(partial[1] + partial[0][4][0]), 1, (partial[1], partial[1] + 0.12)))
        else:
            seq.append((self.id("<|notimestamps|>"), 0, None))
            for it, s in placed:
                seq += [(i, 1, None if z is None else (z[0] + s, z[1] + s)) for i, z in self.pieces(it, task)]
        last = placed[-1][1] + placed[-1][0][4][1] if placed else None
        seq.append((self.id("<|endoftext|>"), 1, (last + 0.1, last + 0.3) if last and not partial else None))
        aux = np.full(frames // 2, 0, np.int64)
        for it, s in items:
            if None in it[3]:
                i, j = int((s + it[4][0]) * 50), int((s + it[4][1]) * 50)
                aux[i:j] = -1
            for w, z in zip(C.words_of(it[2]), it[3]):
                if z:
                    aux[int((s + z[0]) * 50 + 0.5) : int((s + z[1]) * 50 + 0.5)] = self.aux[w]
        return x, seq, aux, sot_target

    def batch(self, size, frames, many):
        T = frames // 2
        offsets = [self.rng.choice([0, 0, self.rng.randrange(1500 - T + 1)]) if T < 1500 else 0 for _ in range(size)]
        ex = [self.example(frames, o, many) for o in offsets]
        L = max(len(e[1]) for e in ex) - 1
        inp = np.full((size, L), self.id("<|endoftext|>"), np.int64)
        tgt, wgt = np.zeros((size, L), np.int64), np.zeros((size, L), np.float32)
        span = np.full((size, L, 2), -1, np.int64)
        for b, (_, seq, _, nospeech) in enumerate(ex):
            for k in range(len(seq) - 1):
                i, w, z = seq[k + 1]
                inp[b, k], tgt[b, k], wgt[b, k] = seq[k][0], i, w
                if z is not None:
                    s, e = max(0, int(z[0] * 50 + 0.5)), min(T, int(z[1] * 50 + 0.5))
                    if e > s:
                        span[b, k] = s, e
                if seq[k][0] == self.id("<|startoftranscript|>") and nospeech is not None:
                    tgt[b, k] = nospeech
        t = torch.from_numpy
        return t(np.stack([e[0] for e in ex])).transpose(1, 2), offsets, t(inp), t(tgt), t(wgt), t(span), t(np.stack([e[2] for e in ex]))


def losses(model, batch, t0, guided=(0, 1)):
    mel, offsets, inp, tgt, wgt, span, aux = batch
    mem = model.encode(mel, offsets)
    logits, att = model.decode(inp, mem)
    keep = wgt > 0
    z, y = logits[keep].float(), tgt[keep]
    lp = z.log_softmax(-1)
    is_time = y >= t0
    text = -lp[~is_time].gather(1, y[~is_time, None]).squeeze(1)
    time_loss = 0.0
    if is_time.any():  # soft target over neighbouring timestamps
        zt, k = lp[is_time], y[is_time]
        idx = (k[:, None] + torch.arange(-3, 4)).clamp(t0, t0 + 1500)
        w = torch.tensor([0.01, 0.06, 0.23, 0.4, 0.23, 0.06, 0.01])
        time_loss = -(zt.gather(1, idx) * w).sum(1)
    ce = (text.sum() + (time_loss.sum() if is_time.any() else 0)) / len(y)
    has = span[..., 0] >= 0
    a = att[-1][:, list(guided)].transpose(1, 2)[has].log_softmax(-1)  # [n, heads, T]
    pos = torch.arange(a.shape[-1])
    m = ((pos >= span[has][:, :1]) & (pos < span[has][:, 1:])).float()
    guide = -(a * (m / m.sum(1, keepdim=True))[:, None]).sum(-1).mean()
    fr = F.cross_entropy(model.aux(mem).float().flatten(0, 1), aux.flatten(), ignore_index=-1)
    with torch.no_grad():
        acc = (z[~is_time].argmax(1) == y[~is_time]).float().mean()
        facc = (model.aux(mem).argmax(-1) == aux)[aux > 0].float().mean()
    return ce, guide, fr, acc, facc


# ---------------------------------------------------------------- export
def export(model, tok, out, heads, quantization="int8"):
    from ctranslate2.specs import whisper_spec

    os.makedirs(out, exist_ok=True)
    f = lambda t: t.detach().float().numpy().copy()
    ids = {t: i for t, i in tok.get_vocab().items()}
    tokens = [t for t, _ in sorted(ids.items(), key=lambda kv: kv[1])]
    spec = whisper_spec.WhisperSpec(len(model.enc), model.enc[0].heads, len(model.dec), model.dec[0].heads)

    def put(x, lin):
        x.weight, x.bias = f(lin.weight), f(lin.bias)

    def norm(x, ln):
        x.gamma, x.beta = f(ln.weight), f(ln.bias)

    def common(l, b):
        norm(l.self_attention.layer_norm, b.ln1), put(l.self_attention.linear[0], b.qkv), put(l.self_attention.linear[1], b.out)
        norm(l.ffn.layer_norm, b.ln3), put(l.ffn.linear_0, b.fc1), put(l.ffn.linear_1, b.fc2)

    e, d = spec.encoder, spec.decoder
    put(e.conv1, model.conv1), put(e.conv2, model.conv2), norm(e.layer_norm, model.ln_enc)
    e.position_encodings.encodings = f(model.pos[:1500])
    for l, b in zip(e.layer, model.enc):
        common(l, b)
    d.embeddings.weight = f(model.table())
    d.projection.weight = d.embeddings.weight
    d.position_encodings.encodings = f(model.pos_dec)
    norm(d.layer_norm, model.ln_dec)
    for l, b in zip(d.layer, model.dec):
        common(l, b)
        norm(l.attention.layer_norm, b.ln2), put(l.attention.linear[0], b.q), put(l.attention.linear[1], b.kv), put(l.attention.linear[2], b.out2)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["Ġ"]]  # not <|endoftext|>: silence may give no text
    spec.config.lang_ids = [ids[f"<|{l}|>"] for l in LANGS]
    spec.config.alignment_heads = heads
    spec.validate(), spec.optimize(quantization=quantization), spec.save(out)
    tok.save(os.path.join(out, "tokenizer.json"))
    json.dump(
        {"feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400, "feature_extractor_type": "WhisperFeatureExtractor"},
        open(os.path.join(out, "preprocessor_config.json"), "w"),
        indent=1,
    )
    print(out, quantization, {n: os.path.getsize(os.path.join(out, n)) for n in sorted(os.listdir(out))}, flush=True)


def align_scores(model, data, batches=6):
    """Share of attention mass inside the true token span, for each (layer, head)."""
    model.eval()
    total, n = 0, 0
    with torch.no_grad():
        for _ in range(batches):
            mel, offsets, inp, tgt, wgt, span, aux = data.batch(8, 3000, True)
            _, att = model.decode(inp, model.encode(mel, offsets))
            has = (span[..., 0] >= 0) & (tgt < data.t0)
            pos = torch.arange(att[0].shape[-1])
            m = ((pos >= span[has][:, :1]) & (pos < span[has][:, 1:])).float()[:, None]
            total = total + torch.stack([(a.softmax(-1).transpose(1, 2)[has] * m).sum(-1).sum(0) for a in att])
            n += int(has.sum())
    model.train()
    return total / n


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--short-steps", type=int, default=SHORT_STEPS, help="steps on 4-6 s slices")
    ap.add_argument("--full-steps", type=int, default=FULL_STEPS, help="steps on full 30 s windows")
    ap.add_argument("--minutes", type=float, default=0, help="if set, share out this much time instead: 70%% slices, 30%% full windows")
    ap.add_argument("--out", default=os.path.join(HERE, "whisper-micro"))
    ap.add_argument("--resume", default="")
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--batch", type=int, default=16)
    a = ap.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    os.makedirs(os.path.join(HERE, "work"), exist_ok=True)
    items = C.load({"en": 4500, "de": 900, "es": 900, "piper": 2700})
    tok = build_tokenizer(os.path.join(a.out, "tokenizer.json"))
    data = Data(items, tok, 3 if a.resume else 1)
    model = Micro(data.t0, len(data.aux) + 1)
    print("vocabulary", tok.get_vocab_size(), "parameters", sum(p.numel() for p in model.parameters()), flush=True)
    if a.resume:
        model.load_state_dict(torch.load(a.resume))
    decay = [p for n, p in model.named_parameters() if p.ndim > 1]
    rest = [p for n, p in model.named_parameters() if p.ndim <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0}], lr=a.lr, betas=(0.9, 0.98))
    start, step, log, saved = time.time(), 0, [], time.time()
    while True:
        if a.minutes:
            done = (time.time() - start) / 60 / a.minutes
            full = done > 0.7 or not a.short_steps
        else:
            full = step >= a.short_steps
            done = (min(step, a.short_steps) + FULL_COST * max(0, step - a.short_steps)) / (a.short_steps + FULL_COST * a.full_steps)
        if done >= 1:
            break
        u = step / 100
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, u) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        if full:
            batch = data.batch(6, 3000, random.random() < 0.8)
        else:
            batch = data.batch(a.batch, 400 if done < 0.05 else random.choice([400, 600]), random.random() < 0.6)
        with torch.autocast("cpu", torch.bfloat16):
            ce, guide, fr, acc, facc = losses(model, batch, data.t0)
        loss = ce + 0.3 * guide * (1 if done < 0.6 else 0.5) + 0.5 * fr * (1 if done < 0.6 else 0.3)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        step += 1
        log.append([float(x.detach()) for x in (ce, guide, fr, acc, facc)])
        if step % 50 == 0:
            print(
                f"{step} {(time.time() - start) / 60:.1f} min full={int(full)} ce/guide/frame/acc/frame_acc",
                " ".join(f"{x:.3f}" for x in np.mean(log[-50:], 0)),
                flush=True,
            )
        if time.time() - saved > 120:
            saved = time.time()
            torch.save(model.state_dict(), a.out + ".pt")
    torch.save(model.state_dict(), a.out + ".pt")
    finish(model, tok, data, a.out)


def finish(model, tok, data, out):
    scores = align_scores(model, data)
    print("attention inside the token's span, by decoder layer and head:\n", scores.numpy().round(3))
    best = [(int(i) // scores.shape[1], int(i) % scores.shape[1]) for i in scores.flatten().argsort(descending=True)[:2]]
    print("alignment heads", best)
    export(model, tok, out, best)
    export(model, tok, out + "-float32", best, None)


if __name__ == "__main__":
    main()
