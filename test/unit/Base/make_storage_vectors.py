#!/usr/bin/env python3
"""Writes storage_vectors.json, which StorageFormatTest compares decodeToFloat with, bit for bit.

The reference for block formats is `gguf.quants.dequantize` (PyPI: gguf, numpy); for FP8 it is the OCP definition, and
for the other scalars numpy's conversion. Not run by the tests; run it by hand when a format is added:

    pip install gguf numpy && test/unit/Base/make_storage_vectors.py

For each format the file holds
  edges   blocks with telling scales (subnormal, largest, infinite, NaN, negative) and random quants, as
          [bytes, decoded f32 bits], both in hexadecimal, bits as big-endian numbers
  groups  hashes of 64 decoded blocks each; the blocks are the bytes of a splitmix64 stream that starts at `seed`
NaNs of every kind count as 7fc00000.
"""

import json
import pathlib

import gguf
import numpy as np

GROUPS, BLOCKS_PER_GROUP, SCALAR_BLOCK = 32, 64, 64

HALF_EDGES = [0x0001, 0x03FF, 0x8400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x8000, 0x7E00]
E8M0_EDGES = [0, 1, 2, 3, 127, 253, 254, 255]

# Offsets of the scales in a block.
HALF_SCALES = {
    "q8_0": [0], "q4_0": [0], "q4_1": [0, 2], "q5_0": [0], "q5_1": [0, 2], "q2_k": [80, 82], "q3_k": [108],
    "q4_k": [0, 2], "q5_k": [0, 2], "q6_k": [208], "iq4_nl": [0], "iq4_xs": [0],
}

NUMPY_TYPES = {
    "f64": "<f8", "f32": "<f4", "f16": "<f2", "i64": "<i8", "i32": "<i4", "i16": "<i2", "i8": "i1", "u8": "u1",
}

SCALAR_EDGES = {
    "f64": np.array([0.0, -0.0, 1e-320, 1e-45, 7e-46, 1.17549435e-38, 3.4028235e38, 3.5e38, -1e300, np.inf, np.nan,
                     1 / 3, 1 + 2**-24, 1 + 3 * 2**-24], "<f8").view("u1"),
    "i64": np.array([0, -1, 2**24 + 1, 2**24 + 3, 2**63 - 1, -2**63, 2**53 + 1, 2**40 + 2**16, 2**40 + 2**16 + 1],
                    "<i8").view("u1"),
    "i32": np.array([0, -1, 2**24 + 1, 2**24 + 3, 2**31 - 1, -2**31], "<i4").view("u1"),
    "bf16": np.array([0, 0x8000, 1, 0x7F, 0x80, 0x7F7F, 0x7F80, 0xFF80, 0x7FC0, 0x3F80], "<u2").view("u1"),
    "f16": np.array(HALF_EDGES + [0, 0x3FF, 0x400, 0x3C00, 0xBC01], "<u2").view("u1"),
    "f8e4m3": np.arange(256, dtype="u1"),
    "f8e5m2": np.arange(256, dtype="u1"),
}


def splitmix(state):
    """The finaliser of splitmix64 on an array of 64-bit states."""
    z = state.astype("u8")
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def stream(seed, count):
    """`count` random bytes."""
    steps = np.arange(1, (count + 7) // 8 + 1, dtype="u8")
    return splitmix(np.uint64(seed) + steps * np.uint64(0x9E3779B97F4A7C15)).astype("<u8").view("u1")[:count]


def bits_of(values):
    bits = values.astype("<f4").view("<u4").copy()
    bits[np.isnan(values)] = 0x7FC00000
    return bits


def hash_of(bits):
    """The sum of the mixed (index, bits) pairs, modulo 2^64."""
    index = np.arange(len(bits), dtype="u8") << np.uint64(32)
    return int(splitmix(index + bits.astype("u8")).sum(dtype="u8"))


def fp8(codes, exponent_bits, has_infinity):
    """OCP 8-bit Floating Point Specification, revision 1.0, section 5."""
    mantissa_bits = 7 - exponent_bits
    bias = 2 ** (exponent_bits - 1) - 1
    values = []
    for code in codes:
        sign = -1.0 if code & 0x80 else 1.0
        exponent = (int(code) & 0x7F) >> mantissa_bits
        mantissa = int(code) & (2**mantissa_bits - 1)
        top = exponent == 2**exponent_bits - 1
        if top and has_infinity:
            value = np.nan if mantissa else np.inf
        elif top and mantissa == 2**mantissa_bits - 1:
            value = np.nan
        elif exponent == 0:
            value = mantissa * 2.0 ** (1 - bias - mantissa_bits)
        else:
            value = (1 + mantissa / 2**mantissa_bits) * 2.0 ** (exponent - bias)
        values.append(sign * value)
    return np.array(values, "f4")


def decode(name, data):
    if name == "bool":
        return (data != 0).astype("f4")
    if name == "f8e4m3":
        return fp8(data, 4, False)
    if name == "f8e5m2":
        return fp8(data, 5, True)
    if name in ("f32", "f16", "bf16") or name not in NUMPY_TYPES:
        return gguf.quants.dequantize(data, gguf.GGMLQuantizationType[name.upper()]).ravel()
    return data.view(NUMPY_TYPES[name]).astype("f4")


def edge_blocks(name, block_bytes, seed):
    """The blocks of `edges`: pieces of the special scalars, or random blocks with special scales."""
    if name in SCALAR_EDGES:
        return [SCALAR_EDGES[name]]
    blocks = []
    if name == "mxfp4":
        for scale in E8M0_EDGES:
            block = stream(seed + len(blocks), block_bytes).copy()
            block[0] = scale
            blocks.append(block)
    for i, scale in enumerate(HALF_EDGES if name in HALF_SCALES else []):
        block = stream(seed + i, block_bytes).copy()
        for k, offset in enumerate(HALF_SCALES[name]):
            # A second scale takes another edge, so that both orders of magnitude meet.
            value = HALF_EDGES[(i + 4 * k) % len(HALF_EDGES)]
            block[offset : offset + 2] = np.array([value], "<u2").view("u1")
        blocks.append(block)
    return blocks


def vectors(name, block_bytes, seed):
    total = GROUPS * BLOCKS_PER_GROUP * block_bytes
    groups = stream(seed, total).reshape(GROUPS, -1)
    return {
        "seed": seed,
        "edges": [
            [block.tobytes().hex(), "".join(f"{bits:08x}" for bits in bits_of(decode(name, block)))]
            for block in edge_blocks(name, block_bytes, seed)
        ],
        "groups": [f"{hash_of(bits_of(decode(name, group))):016x}" for group in groups],
    }


def main():
    np.seterr(all="ignore")
    sizes = {name: SCALAR_BLOCK * np.dtype(kind).itemsize for name, kind in NUMPY_TYPES.items()}
    sizes |= {"bf16": 2 * SCALAR_BLOCK, "f8e4m3": SCALAR_BLOCK, "f8e5m2": SCALAR_BLOCK, "bool": SCALAR_BLOCK}
    for name in [*HALF_SCALES, "mxfp4"]:
        sizes[name] = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name.upper()]][1]
    result = {name: vectors(name, size, 1000 * i) for i, (name, size) in enumerate(sizes.items())}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in result.items())
    path = pathlib.Path(__file__).with_name("storage_vectors.json")
    path.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
