#!/usr/bin/env python3
"""Writes corpus/: small valid files that the fuzzers start from, one for each part of a format that they should reach.

Needs nothing but Python. Run it by hand when a format grows: test/fuzz/make_corpus.py
"""

import base64
import json
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).with_name("corpus")
GOLDENS = pathlib.Path(__file__).parents[1] / "numerics" / "goldens"

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


def tokenizer(model, text, **members):
    return json.dumps({**members, "model": model}, separators=(",", ":")).encode() + b"\0" + text.encode()


def part(kind, **options):
    return {"type": kind, **options}


def tokenizers():
    """Together they have every component."""
    bpe = part("BPE", vocab={"a": 0, "b": 1, "ab": 2, "Ġ": 3, "?": 4, "<0x0A>": 5}, merges=[["a", "b"]],
               unk_token="?", byte_fallback=True, fuse_unk=True)
    suffix = part("BPE", vocab={"a": 0, "##b": 1, "##b|": 2, "ab|": 3}, merges=["a ##b|"],
                  continuing_subword_prefix="##", end_of_word_suffix="|", ignore_merges=True)
    added = [{"id": 6, "content": "<s>", "special": True, "lstrip": True, "rstrip": True},
             {"id": 7, "content": "AB", "normalized": True, "single_word": True}]
    split = [part("Split", pattern={"Regex": kind}, behavior=behavior, invert=invert) for kind, behavior, invert in
             [("a|$", "Removed", False), ("(?<=b)", "Isolated", True), ("[ab]", "Contiguous", False),
              ("b+", "MergedWithPrevious", False), (" ", "MergedWithNext", False)]]
    cuts = [part("Digits", individual_digits=True), part("Punctuation", behavior="Isolated"), part("Whitespace"),
            part("WhitespaceSplit"), part("BertPreTokenizer"), part("UnicodeScripts"), part("CharDelimiterSplit", delimiter="x"),
            part("FixedLength", length=2)]
    forms = [part(kind) for kind in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt")]
    charsmap = base64.b64encode(struct.pack("<5I", 16, 1 << 10, ord("a") | 1 << 8, 0, 0) + b"b\0").decode()
    forms += [part("Precompiled", precompiled_charsmap=charsmap), part("BertNormalizer"), part("Strip", strip_left=True, strip_right=True),
              part("Prepend", prepend="_"), part("Replace", pattern={"String": " "}, content="_")]
    metaspace = part("Metaspace", replacement="_", prepend_scheme="first", split=True)
    steps = [part("Replace", pattern={"String": "_"}, content=" "), part("ByteFallback"), part("Fuse"),
             part("Strip", content=" ", start=1, stop=1)]
    template = part("TemplateProcessing", single=[{"SpecialToken": {"id": "s"}}, {"Sequence": {"id": "A"}}],
                    pair=[{"Sequence": {"id": "B", "type_id": 1}}, {"Sequence": {"id": "A"}}],
                    special_tokens={"s": {"ids": [0]}})
    pieces = part("WordPiece", vocab={"[UNK]": 0, "a": 1, "##b": 2}, max_input_chars_per_word=9)
    unigram = part("Unigram", vocab=[["?", 0], ["a", -1.5], ["ab", -2]], unk_id=0, byte_fallback=True)
    words = part("WordLevel", vocab={"a": 0, "?": 1}, unk_token="?")
    limits = dict(truncation=dict(max_length=3, stride=0, strategy="LongestFirst", direction="Left"),
                  padding=dict(strategy={"Fixed": 4}, pad_id=1, pad_to_multiple_of=3, direction="Left"))
    return {
        "bytes": tokenizer(bpe, "ab a <s> AB é", added_tokens=added, normalizer=part("Lowercase"),
                           decoder=part("ByteLevel"), pre_tokenizer=part("ByteLevel", add_prefix_space=True)),
        "splits": tokenizer(suffix, "ab bab 12", pre_tokenizer=part("Sequence", pretokenizers=split),
                            decoder=part("BPEDecoder", suffix="|")),
        "cuts": tokenizer(words, "a, 1x2 \u4e2d", pre_tokenizer=part("Sequence", pretokenizers=cuts), **limits),
        "forms": tokenizer(bpe, "ÀB \u0301\u0327", normalizer=part("Sequence", normalizers=forms)),
        "spaces": tokenizer(bpe, "a b\n", pre_tokenizer=metaspace, decoder=part("Sequence", decoders=steps),
                            post_processor=part("Sequence", processors=[part("ByteLevel"), template])),
        "pieces": tokenizer(pieces, "abb c", decoder=part("WordPiece"),
                            post_processor=part("BertProcessing", sep=["a", 1], cls=["a", 1])),
        "unigram": tokenizer(unigram, "abac", decoder=part("CTC"), normalizer=part("ByteLevel")),
        "metaspace": tokenizer(words, "a a", decoder=metaspace),
    }


def vocabularies():
    """One of each kind, with the keys that act on it."""
    make = lambda text, **keys: json.dumps({key.replace("__", "."): value for key, value in keys.items()},
                                           separators=(",", ":")).encode() + b"\0" + text.encode()
    ends = dict(bos_token_id=0, eos_token_id=0, seperator_token_id=0, add_bos_token=True, add_eos_token=True, add_sep_token=True)
    letters = dict(tokens=["?", "a", "b", "ab", "Ġ", "1", "<0x0A>", "</s>"], token_type=[3, 1, 1, 1, 1, 1, 6, 1])
    scored = dict(tokens=["?", "a", "▁", "▁a", "<0x0A>"], token_type=[2, 1, 1, 1, 6], scores=[0, -1, -2, -0.5, 0])
    pieces = dict(tokens=["[UNK]", "▁a", "b", "▁."], token_type=[3, 1, 1, 1], unknown_token_id=0, bos_token_id=0)
    bpe = {pre: make("ab 12 aB1\n", model="gpt2", pre=pre, merges=["a b"], **letters, **ends)
           for pre in ("llama-bpe", "afmoe", "superbpe", "kimi-k2", "gpt-4o", "gemma4", "default")}
    return {
        **bpe,
        "whitespace": make("aB \u0130", model="whitespace", pre="whitespace", merges=["a b"], normalizer__lowercase=True, **letters),
        "llama": make("a  a\n", model="llama", add_space_prefix=True, **scored),
        "bert": make("ab. \u00e9", model="bert", seperator_token_id=0, normalizer__strip_accents=False, **pieces),
        "t5": make("a  a", model="t5", add_space_prefix=True, remove_extra_whitespaces=True, **scored),
    }


def configs():
    """The configurations of the goldens, at most 3 layers deep, and small metadata of each GGUF architecture."""
    files = {}
    for path in sorted(GOLDENS.glob("*/config.json")):
        config = json.loads(path.read_text())
        for key in ("num_hidden_layers", "n_layer"):
            if key in config:
                config[key] = min(3, config[key])
        for key in ("layer_types", "no_rope_layers"):
            if key in config:
                config[key] = config[key][:3]
        files[path.parent.name] = json.dumps(config, separators=(",", ":")).encode()
    for name in ("llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3", "gpt2", "smollm3", "olmo2", "granite"):
        counts = {"embedding_length": 8, "block_count": 2, "feed_forward_length": 12, "attention.head_count": 2,
                  "attention.head_count_kv": 1, "context_length": 32, "rope.dimension_count": 4}
        numbers = {"attention.layer_norm_rms_epsilon": 1e-5, "attention.layer_norm_epsilon": 1e-5,
                   "rope.freq_base": 1e4, "rope.scaling.factor": 2.0}
        keys = [("general.architecture", STRING, name), (name + ".rope.scaling.type", STRING, "yarn")]
        keys += [(f"{name}.{key}", U32, number) for key, number in counts.items()]
        keys += [(f"{name}.{key}", F32, number) for key, number in numbers.items()]
        files[name + "_gguf"] = gguf(keys, [("token_embd.weight", [8, 4], 0, 128)])
    return files


def artifact(entries):
    """An artifact as Tern writes it: the ZIP format of docs/Artifact.md. `entries` are (name, data, alignment)."""
    fixed = (0, 0, 0, 0x21)  # flags, method, time, date
    body, records = b"", []
    for name, data, alignment in entries:
        start, length = len(body), 30 + len(name)
        padding = -(start + length) % alignment
        padding += alignment if 0 < padding < 6 else 0
        offset = start + length + padding
        extra = struct.pack("<HHH", 0xD935, padding - 4, 64 if offset % 4096 else 4096) if padding else b""
        common = struct.pack("<HHHHIIIH", *fixed, zlib.crc32(data), len(data), len(data), len(name))
        body += struct.pack("<IH", 0x04034B50, 10) + common + struct.pack("<H", padding) + name.encode()
        body += extra.ljust(padding, b"\0") + data
        records.append(struct.pack("<IHH", 0x02014B50, 3 << 8 | 45, 10) + common +
                       struct.pack("<HHHHII", 0, 0, 0, 0, 0o100644 << 16, start) + name.encode())
    directory = b"".join(records[-1:] + records[:-1])  # the manifest is written last and listed first
    return body + directory + struct.pack("<IIHHIIH", 0x06054B50, 0, len(records), len(records), len(directory),
                                          len(body), 0)


def artifacts():
    """Whole files without sections that have hashes, and sections for the fuzzer to make an artifact of."""
    manifest = {"tern": 2, "producer": "seed", "model": {"name": "", "architecture": "llama", "maxContext": 64,
                "vocabulary": 3}, "variants": [], "graph": None, "golden": None, "weights": None, "sections": {}}
    with_weights = {**manifest, "weights": "weights.bin"}
    launch = [0, True, "model.layers.0", [0, 64, "w0", "s0"], [[512, ["T", 4], [16, 8]], [64, ["capacity", 64]]]]
    entry = {"name": "prefill", "ranges": {"T": [1, 16]},
             "inputs": [{"name": "tokens", "format": "i32", "shape": ["T"], "offset": 0}],
             "outputs": [{"name": "logits", "format": "f32", "shape": [3], "offset": 64}], "launches": [launch]}
    weights = [{"name": "a", "format": "q4_1", "layout": "tiles16", "shape": [2, 32], "bytes": 64,
                "embedded": {"offset": 64, "hash": "xxh3:0000000000000000"}},
               {"name": "b", "format": "f32", "layout": "rows", "shape": [4], "bytes": 16,
                "stored": {"file": 0, "offset": 8, "bytes": 8, "format": "f16", "hash": ""}},
               {"name": "c", "format": "f32", "layout": "rows", "shape": [4], "bytes": 16,
                "random": {"tensor": "c", "seed": 1, "center": 0.0, "scale": 0.5, "format": "bf16"}}]
    program = {"arenaBytes": 4096, "scratchBytes": 64, "weightBytes": 128, "kernels": ["k"], "shapes": [],
               "symbols": ["capacity", "T"], "weights": weights, "entries": [entry],
               "files": [{"path": "m.gguf", "size": 16, "header": 4, "headerHash": ""}],
               "states": [{"name": "key", "format": "f16", "fixedBytes": 0, "positionBytes": 64}]}
    chat = {"templates": [{"name": "default", "template": "{{ messages }}"}], "specialTokens": {"eos_token": "b"},
            "endTokens": [1], "generation": {"temperature": 0.5}}
    golden = {"reference": "seed", "maxDivergence": 0.1, "logits": "golden.bin",
              "prompts": [{"text": "", "tokens": [0]}, {"text": "b", "tokens": [1, 2]}]}
    texts = [b"a", b"b", b"ab"]
    arrays = struct.pack("<IIII3I3i", 3, 1, 0, 4, *map(len, texts), 0, 1, 2) + b"".join(texts)
    scored = struct.pack("<IIII3I3d", 3, 0, 3, 4, *map(len, texts), 0, -1, -2) + b"".join(texts)
    ggml = {"pre": "smollm", "bos_token_id": 0, "add_bos_token": True, "added_tokens": [[1, True]]}
    settings = [({"ggml": {"model": "gpt2", **ggml}}, arrays), ({"ggml": {"model": "llama", **ggml}}, scored),
                ({"model": part("BPE")}, arrays), ({"model": part("Unigram", unk_id=0)}, scored)]
    shapes = [[], [{"threads": 256, "sharedBytes": 1024, "early": True}], [], []]
    dump = lambda value: json.dumps(value, separators=(",", ":")).encode()
    files = {f"sections{i}": b"\0".join([dump({**program, "shapes": shapes[i]}), dump(tokenizer), dump(chat), dump(golden), tokens])
             for i, (tokenizer, tokens) in enumerate(settings)}
    files["manifest"] = dump(manifest)
    files["empty"] = artifact([("tern.json", dump(manifest), 64)])
    files["weights"] = artifact([("weights.bin", b"w" * 64, 4096), ("tern.json", dump(with_weights), 64)])
    return files


def main():
    files = {
        **{"artifact/" + name: data for name, data in artifacts().items()},
        **{"config/" + name: data for name, data in configs().items()},
        **{"tokenizer/" + name: data for name, data in tokenizers().items()},
        **{"vocabulary/" + name: data for name, data in vocabularies().items()},
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
