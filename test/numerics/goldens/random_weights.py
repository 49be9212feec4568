"""The random-weight generator of docs/RandomWeights.md, in numpy.

A weight is a function of (seed, parameter name, element index) and of nothing else, so any program can produce any
element without producing the ones before it. Run this file to check the worked vectors of the document.
"""

import math

import numpy as np

GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MASK = (1 << 64) - 1

# Families whose normalisations multiply by (1 + weight): their weights are drawn around 0 instead of 1.
ONE_PLUS_NORM = ("gemma", "gemma2", "gemma3", "gemma3_text")


def fnv1a64(text: str) -> int:
    """FNV-1a, 64 bit, over the UTF-8 bytes."""
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def mix(z: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 on an array of uint64."""
    z = z.astype(np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def key(seed: int, name: str) -> np.uint64:
    return mix(np.array([(seed + fnv1a64(name)) & MASK], dtype=np.uint64))[0]


def hashes(seed: int, name: str, count: int) -> np.ndarray:
    """h(0), ..., h(count - 1) as uint64."""
    index = np.arange(1, count + 1, dtype=np.uint64)
    return mix(key(seed, name) + index * GOLDEN_GAMMA)


def distribution(name: str, shape, model_type: str) -> tuple[float, float]:
    """(offset, scale) of a parameter."""
    if len(shape) >= 2:
        return 0.0, math.sqrt(3.0 / shape[-1])
    if name.endswith(".bias") or model_type in ONE_PLUS_NORM:
        return 0.0, 0.1
    return 1.0, 0.1


def weight_f64(seed: int, name: str, shape, model_type: str) -> np.ndarray:
    """The value before the final rounding to f32. Only the F64 weight files hold this."""
    offset, scale = distribution(name, shape, model_type)
    h = hashes(seed, name, math.prod(shape))
    x = ((h >> np.uint64(40)).astype(np.float64) - 2.0**23) * 2.0**-23
    return (offset + scale * x).reshape(shape)


def weight(seed: int, name: str, shape, model_type: str) -> np.ndarray:
    """The f32 value; a narrower declared type rounds this once more, to nearest even."""
    return weight_f64(seed, name, shape, model_type).astype(np.float32)


VECTORS = [  # seed, name, shape, model type, index, key, h, f32 bits
    (0, "model.embed_tokens.weight", (131, 36), "llama", 0, 0x1ACB025CF390DC05, 0x14C5AE35E159AEE3, 0xBE77A1CD),
    (0, "model.embed_tokens.weight", (131, 36), "llama", 4715, 0x1ACB025CF390DC05, 0xDD701FE99E60BF76, 0x3E57C927),
    (7, "model.layers.0.self_attn.q_proj.bias", (60,), "qwen2", 0, 0xA223437BC75BAC7F, 0x76BA246A27DEF9E9, 0xBBED62CD),
    (7, "model.layers.0.self_attn.q_proj.bias", (60,), "qwen2", 59, 0xA223437BC75BAC7F, 0xBAD585C68351AF93, 0x3D3C44DD),
    (1, "model.norm.weight", (36,), "llama", 0, 0x90DBB65406B02894, 0x787DE76698C8D818, 0x3F7E7F95),
    (1, "model.norm.weight", (36,), "llama", 35, 0x90DBB65406B02894, 0xF946E603A80999D4, 0x3F8C20B1),
    (1, "model.norm.weight", (36,), "gemma2", 0, 0x90DBB65406B02894, 0x787DE76698C8D818, 0xBBC035B3),
]


def self_test() -> None:
    for seed, name, shape, kind, index, want_key, want_hash, want_bits in VECTORS:
        bits = int(weight(seed, name, shape, kind).reshape(-1)[index:index + 1].view(np.uint32)[0])
        got = (int(key(seed, name)), int(hashes(seed, name, index + 1)[index]), bits)
        assert got == (want_key, want_hash, want_bits), (name, index, [hex(v) for v in got])
    print(f"{len(VECTORS)} vectors agree")


if __name__ == "__main__":
    self_test()
