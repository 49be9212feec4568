#!/usr/bin/env python3
"""Writes vectors/gguf.json: small GGUF vocabularies of every kind and every `tokenizer.ggml.pre`, texts, and the ids that
llama.cpp gives them.

    make_gguf_vectors.py

Needs the PyPI packages gguf, tokenizers and llama-cpp-python (0.3.36). The vocabularies are trained across spaces, digits
and punctuation, so that a text that is cut at another place has other ids.
"""
import base64
import json
import pathlib
import random
import re
import tempfile

import gguf
import llama_cpp.llama_cpp as llama
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

import make_tokenizer_vectors as huggingface

HERE = pathlib.Path(__file__).parent
NORMAL, UNKNOWN, CONTROL, USER, BYTE = 1, 2, 3, 4, 6
MARKED = ("gemma4", "granite-embed-multi-311m", "sarvam-moe")


def pre_names():
    """Every name that Tern knows, from its own table."""
    table = (HERE / "../../../runtime/Text/GgufPreTokenizers.cpp").read_text().split("entries = {")[1]
    rows = re.findall(r'^\s{6}\{\{((?:"[^"]+",?\s*)+)\}', table, re.M)
    return [name for row in rows for name in re.findall(r'"([^"]+)"', row)]


def make_texts():
    rng = random.Random(20260715)
    mix = lambda parts, most: "".join(rng.choice(parts) for _ in range(rng.randrange(2, most)))
    texts = [huggingface.random_text(rng)[:60] for _ in range(40)]
    texts += [mix(["1", "2", "12", "1234567", " ", "٣", "½", "a", "\n"], 9) for _ in range(12)]
    texts += [mix(["A", "b", "É", "é", "Ж", "ж", "ǅ", "中", "ʰ", "\u0301", "म", "ि", " ", "'s", "'LL", "_", "/", "々", "ー"], 12)
              for _ in range(40)]
    texts += [mix([" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "a", "!", "..."], 10) for _ in range(20)]
    texts += ["'ſ x", "’s don't DON'T", "camelCaseWord HTTPServer ÀÉÎ éCOLE", "नमस्ते दुनिया", "안녕 ǅ", "<sentinel:12>a",
              "IMGIMGABCZ x", " " * 40 + "x", "x</s>y<|zz1|> z", "ab\x85cd\x0bef İ gௗg", "▁a ▁", "", " ", "\n\n"]
    return texts


def train(texts, **options):
    tokenizer = Tokenizer(models.BPE(**options.pop("model", {})))
    if options.pop("bytes", False):
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.train_from_iterator(texts * 2, trainers.BpeTrainer(show_progress=False, **options))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return tokens, [" ".join(merge) for merge in model["merges"]]


def make_models(texts):
    """Tokens, types, and merges or scores."""
    hugging = json.loads((HERE / "vectors/models.json").read_text())
    made = {}
    tokens, merges = train(texts, bytes=True, vocab_size=1100, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    special = ["<|zz0|>", "<|zz1|>", "<|zz2|>"]
    made["bytes"] = dict(tokens=tokens + special, types=[NORMAL] * len(tokens) + [CONTROL] * 3, merges=merges)
    bytes_tokens = ["<0x%02X>" % byte for byte in range(256)]
    plain = [text.replace(" ", "▁").replace("\n", "").replace("\0", "") for text in texts]
    tokens, merges = train(plain, vocab_size=800, special_tokens=["<unk>", "<s>", "</s>", *bytes_tokens, "\n", "\n\n"],
                           limit_alphabet=120)
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * (len(tokens) - 259)
    made["marked"] = dict(tokens=tokens, types=types, merges=merges)
    made["scored"] = dict(tokens=tokens + ["<tool>"], types=types + [USER],
                          scores=[-float(i) if kind == NORMAL else 0.0 for i, kind in enumerate(types)] + [0.0])
    tokens, merges = train([re.sub(r"\s|<0x..>", "", text) for text in texts], vocab_size=400, limit_alphabet=80,
                           special_tokens=["<unk>", "[EOS]"])
    made["plain"] = dict(tokens=tokens, types=[UNKNOWN, CONTROL] + [NORMAL] * (len(tokens) - 2), merges=merges)
    pieces = sorted(hugging["pieces"]["vocab"], key=hugging["pieces"]["vocab"].get)
    is_special = lambda token: len(token) > 2 and token[0] == "[" and token[-1] == "]"
    made["pieces"] = dict(tokens=[t if is_special(t) else t[2:] if t[:2] == "##" else "▁" + t for t in pieces],
                          types=[CONTROL if is_special(t) else NORMAL for t in pieces])
    unigram = hugging["sentencepiece"]
    made["unigram"] = dict(tokens=[t for t, _ in unigram["vocab"]], scores=[s for _, s in unigram["vocab"]],
                           types=[CONTROL, CONTROL, UNKNOWN] + [NORMAL] * (len(unigram["vocab"]) - 3),
                           precompiled_charsmap=unigram["charsmap"])
    return made


def make_tests(made):
    """Model, names for `pre`, kind, and the other keys."""
    last = len(made["bytes"]["tokens"])
    ends = dict(bos_token_id=last - 3, eos_token_id=last - 2, seperator_token_id=last - 1)
    marked = dict(bos_token_id=1, eos_token_id=2, unknown_token_id=0)
    for name in pre_names():
        if name in MARKED:
            yield "marked", name, "gpt2", marked
        elif name != "whitespace":
            yield "bytes", name, "gpt2", ends
    yield "marked", "", "gemma4", dict(marked, add_bos_token=False)
    for lowercase in (False, True):
        yield "plain", "whitespace", "whitespace", {"unknown_token_id": 0, "normalizer.lowercase": lowercase}
    for flags in (dict(add_bos_token=True, add_eos_token=True, add_sep_token=True), dict(add_bos_token=False)):
        yield "bytes", "gpt-2", "gpt2", {**ends, **flags}
        yield "bytes", "llama-bpe", "gpt2", {**ends, **flags}
        yield "scored", "", "llama", {**marked, **flags, "add_sep_token": False}
    yield "scored", "", "llama", dict(marked, add_space_prefix=False)
    pieces = dict(bos_token_id=2, seperator_token_id=3, unknown_token_id=1)
    yield "pieces", "", "bert", pieces
    yield "pieces", "", "bert", {**pieces, "normalizer.lowercase": False}
    yield "pieces", "", "bert", {**pieces, "normalizer.lowercase": True, "normalizer.strip_accents": False}
    for flags in ({}, dict(add_space_prefix=True), dict(remove_extra_whitespaces=True),
                  dict(add_space_prefix=True, remove_extra_whitespaces=True, add_eos_token=False)):
        yield "unigram", "", "t5", flags


def write_file(path, model, pre, kind, keys):
    writer = gguf.GGUFWriter(path, "t5" if kind == "t5" else "llama")
    writer.add_tokenizer_model(kind)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(model["tokens"])
    writer.add_token_types(model["types"])
    if "merges" in model:
        writer.add_token_merges(model["merges"])
    if "scores" in model:
        writer.add_token_scores(model["scores"])
    if "precompiled_charsmap" in model:
        writer.add_key_value("tokenizer.ggml.precompiled_charsmap", list(base64.b64decode(model["precompiled_charsmap"])),
                             gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT8)
    for key, value in keys.items():
        (writer.add_bool if isinstance(value, bool) else writer.add_uint32)("tokenizer.ggml." + key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tokenize(path, texts):
    options = llama.llama_model_default_params()
    options.vocab_only = True
    model = llama.llama_model_load_from_file(str(path).encode(), options)
    vocabulary = llama.llama_model_get_vocab(model)
    rows = []
    for text in texts:
        data = text.encode()
        ids = (llama.llama_token * (2 * len(data) + 16))()
        rows.append(ids[:llama.llama_tokenize(vocabulary, data, len(data), ids, len(ids), True, True)])
    llama.llama_model_free(model)
    return rows


def main():
    texts = [text for text in make_texts() if "\0" not in text]
    made = make_models([text for text in texts if "</s>" not in text])
    groups = {}  # Names that stand for the same are one test.
    with tempfile.TemporaryDirectory() as directory:
        for model, pre, kind, keys in make_tests(made):
            path = pathlib.Path(directory, "model.gguf")
            write_file(path, made[model], pre, kind, keys)
            rows = tokenize(path, texts)
            known = json.dumps([model, kind, keys, rows])
            groups.setdefault(known, {"model": model, "pre": [], "kind": kind, "keys": keys, "rows": rows})["pre"].append(pre)
    text = json.dumps({"texts": texts, "models": made, "tests": list(groups.values())}, separators=(",", ":"))
    (HERE / "vectors/gguf.json").write_text(text.replace('},{"model"', '},\n{"model"') + "\n")


if __name__ == "__main__":
    main()
