#!/usr/bin/env python3
"""Writes corpus/: small valid files that the fuzzers start from, one for each part of a format that they should reach.

Needs nothing but Python. Run it by hand when a format grows: test/fuzz/make_corpus.py
"""

import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).with_name("corpus")

U8, U32, I32, F32, BOOL, STRING, ARRAY, U64, F64 = 0, 4, 5, 6, 7, 8, 9, 10, 12
SCALARS = {U8: "<B", U32: "<I", I32: "<i", F32: "<f", BOOL: "<?", U64: "<Q", F64: "<d"}


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def value(kind, content):
    if kind == STRING:
        return string(content)
    if kind == ARRAY:
        element, items = content
        return struct.pack("<IQ", element, len(items)) + b"".join(value(element, item) for item in items)
    return struct.pack(SCALARS[kind], content)


def gguf(keys, tensors, version=3, alignment=32):
    """`tensors` are (name, dimensions, type number, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys))
    for name, kind, content in keys:
        head += string(name) + struct.pack("<I", kind) + value(kind, content)
    data = b""
    for name, dimensions, kind, size in tensors:
        data += bytes(-len(data) % alignment)
        head += string(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, len(data))
        data += bytes(range(1, size + 1)) if size < 256 else bytes(size)
    return head + bytes(-len(head) % alignment) + data if tensors else head


def safetensors(header, size):
    text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"))
    return struct.pack("<Q", len(text)) + text.encode() + bytes(range(size))


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def main():
    files = {
        "gguf/keys": gguf([("a", STRING, "x"), ("b", U8, 1), ("c", I32, -1), ("d", BOOL, True), ("e", F64, 0.5)], []),
        "gguf/arrays": gguf([("s", ARRAY, (STRING, ["a", "", "bc"])), ("n", ARRAY, (F32, [1.0, 2.0])),
                             ("nested", ARRAY, (ARRAY, [(U64, [1]), (STRING, ["z"])]))], []),
        "gguf/tensors": gguf([("general.architecture", STRING, "llama")],
                             [("n", [3], 0, 12), ("w", [32, 2], 3, 40), ("k", [256], 12, 144)], version=2),
        "gguf/aligned": gguf([("general.alignment", U32, 64), ("split.count", U32, 1)], [("t", [2, 1, 1, 1], 30, 4)],
                             alignment=64),
        "gguf/mxfp4": gguf([], [("t", [32], 39, 17)]),
        "safetensors/two": safetensors({"__metadata__": {"format": "pt"}, "a": tensor("BF16", [2, 1], 0, 4),
                                        "b": tensor("F8_E4M3", [3], 4, 7)}, 7),
        "safetensors/scalar": safetensors({"s": tensor("F64", [], 0, 8), "e": tensor("I64", [0, 4], 8, 8)}, 8),
        "safetensors/empty": safetensors("{}   ", 0),
        "json/config": b'{"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "rope_scaling": null, "e": 1e-05}',
        "json/values": b'[true, false, null, -1, 18446744073709551615, 0.5, 1E+2, "\\u00e9\\n\\ud83d\\ude00", {}, []]',
        "json/nested": b'{"a": {"b": [[{"c": ""}]]}, "": [0]}',
    }
    for name, data in files.items():
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
