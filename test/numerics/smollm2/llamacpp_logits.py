#!/usr/bin/env python3
"""Logits of llama.cpp in f32: the independent engine that SmolLM2's numbers are judged by. Never run by tests.

    LLAMA_CPP_LIB_PATH=BUILD/bin python3 llamacpp_logits.py MODEL.gguf --bindings SDIST --ids ids.json --out logits.npy

Needs numpy, a build of llama.cpp (libllama.so) and the unpacked source distribution of llama-cpp-python that has the
same llama.cpp in it, for the declarations of its C interface (llama_cpp/llama_cpp.py; nothing else of it is used).

The cache is f32 and flash attention is off. With f32 weights no number of the pass is then narrower than f32;
`--types` runs one pass and prints the type of every tensor that it computes, to see that this is so.
"""

import argparse
import collections
import ctypes
import json
import os
import sys
import types
from pathlib import Path

import numpy as np

BATCH = 512


def bindings(sdist: Path):
    """The module llama_cpp.llama_cpp without its package, whose __init__ wants more packages."""
    package = types.ModuleType("llama_cpp")
    package.__path__ = [str(sdist / "llama_cpp")]
    sys.modules["llama_cpp"] = package
    from importlib import import_module
    return import_module("llama_cpp.llama_cpp")


def log_errors(level, text, data) -> None:
    if level == 4:
        sys.stderr.buffer.write(text)


class Engine:
    """One model and one context."""

    def __init__(self, path: Path, sdist: Path, context: int = 1024, threads: int = 2, watch=None):
        self.c = c = bindings(sdist)
        self._log = c.llama_log_callback(log_errors)
        c.llama_log_set(self._log, ctypes.c_void_p(0))
        c.llama_backend_init()
        model_options = c.llama_model_default_params()
        model_options.use_extra_bufts = False  # no repacked weights
        self.model = c.llama_model_load_from_file(str(path).encode(), model_options)
        if not self.model:
            raise SystemExit(f"llama.cpp does not load {path}")
        options = c.llama_context_default_params()
        options.n_ctx, options.n_batch, options.n_ubatch = context, max(BATCH, context), max(BATCH, context)
        options.n_threads = options.n_threads_batch = threads
        options.type_k = options.type_v = c.GGML_TYPE_F32
        options.flash_attn_type = c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        options.swa_full = True
        if watch:
            self._watch = type(options.cb_eval)(watch)
            options.cb_eval = self._watch
        self.context = c.llama_init_from_model(self.model, options)
        self.vocabulary = c.llama_model_get_vocab(self.model)
        self.size = c.llama_vocab_n_tokens(self.vocabulary)
        self.past = 0

    def reset(self) -> None:
        self.c.llama_memory_clear(self.c.llama_get_memory(self.context), True)
        self.past = 0

    def feed(self, ids: list[int]) -> np.ndarray:
        """Logits f32 [len(ids), V] of the next ids."""
        batch = self.c.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, self.past + i, 1
            batch.seq_id[i][0], batch.logits[i] = 0, 1
        status = self.c.llama_decode(self.context, batch)
        if status != 0:
            raise SystemExit(f"llama_decode gives {status}")
        rows = [np.ctypeslib.as_array(self.c.llama_get_logits_ith(self.context, i), shape=(self.size,)).copy()
                for i in range(len(ids))]
        self.c.llama_batch_free(batch)
        self.past += len(ids)
        return np.stack(rows)

    def greedy(self, ids: list[int], steps: int) -> tuple[list[int], list[float]]:
        """The continuation, and the lead of each choice over the next best."""
        self.reset()
        row, chosen, leads = self.feed(ids)[-1], [], []
        for _ in range(steps):
            top = np.sort(row)[-2:]
            chosen.append(int(row.argmax()))
            leads.append(float(top[1] - top[0]))
            row = self.feed(chosen[-1:])[-1]
        return chosen, leads

    def tokenize(self, text: str, special: bool) -> list[int]:
        raw = text.encode()
        room = (self.c.llama_token * (len(raw) + 8))()
        count = self.c.llama_tokenize(self.vocabulary, raw, len(raw), room, len(room), False, special)
        return list(room[:count])

    def text(self, ids: list[int]) -> str:
        out = b""
        for token in ids:
            room = ctypes.create_string_buffer(256)
            count = self.c.llama_token_to_piece(self.vocabulary, token, room, len(room), 0, True)
            out += room.raw[:count]
        return out.decode("utf-8", "replace")


def type_census(path: Path, sdist: Path, ids: list[int]) -> dict[str, int]:
    """Counts of (operation, type) over all tensors that one pass computes."""
    base = ctypes.CDLL(str(Path(os.environ["LLAMA_CPP_LIB_PATH"]) / "libggml-base.so"))
    base.ggml_op_desc.restype = base.ggml_type_name.restype = ctypes.c_char_p
    base.ggml_op_desc.argtypes = [ctypes.c_void_p]
    seen = collections.Counter()

    def watch(tensor, ask, data):
        if ask:
            kind = ctypes.cast(tensor, ctypes.POINTER(ctypes.c_int))[0]  # `type` is the first member of ggml_tensor
            seen[f"{base.ggml_op_desc(tensor).decode()} {base.ggml_type_name(kind).decode()}"] += 1
        return False

    Engine(path, sdist, watch=watch).feed(ids)
    return dict(sorted(seen.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--bindings", type=Path, required=True, metavar="SDIST")
    parser.add_argument("--ids", type=Path, required=True, help="a JSON list of token ids")
    parser.add_argument("--out", type=Path, help="logits.npy, f32 [T, V]")
    parser.add_argument("--step-from", type=int, default=0, help="feed ids one by one from this position on")
    parser.add_argument("--context", type=int, default=1024, help="llama.cpp picks longrope's factors by this length")
    parser.add_argument("--types", action="store_true", help="print the type of every tensor of a pass")
    arguments = parser.parse_args()
    ids = json.loads(arguments.ids.read_text())
    if arguments.types:
        print(json.dumps(type_census(arguments.model, arguments.bindings, ids), indent=1))
    if arguments.out:
        engine = Engine(arguments.model, arguments.bindings, arguments.context)
        first = arguments.step_from or len(ids)
        rows = [engine.feed(ids[:first])] + [engine.feed([token]) for token in ids[first:]]
        np.save(arguments.out, np.concatenate(rows))


if __name__ == "__main__":
    main()
