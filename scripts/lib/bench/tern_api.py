"""As much of runtime/include/tern/tern.h as the benchmarks call, through ctypes."""

import ctypes
from ctypes import (POINTER, byref, c_char_p, c_float, c_int, c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_uint64,
                    c_void_p, sizeof)


class Error(ctypes.Structure):
    _fields_ = [("status", c_int), ("where_length", c_uint16), ("remedy_length", c_uint16),
                ("message", ctypes.c_char * 1016)]


class ModelOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("threads", c_uint32), ("target", c_char_p), ("backend", c_char_p)]


class ModelInfo(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("architecture", c_char_p), ("target", c_char_p),
                ("backend", c_char_p), ("max_context", c_int64), ("vocabulary", c_int64), ("embedding", c_int64),
                ("threads", c_uint32)]


class Memory(ctypes.Structure):
    _fields_ = [("size", c_size_t)] + [(name, c_uint64) for name in ("weights", "arena", "states", "scratch", "total")]


LOGITS_CALLBACK = ctypes.CFUNCTYPE(None, c_void_p, c_int64, c_int64, POINTER(c_float))


class PrefillOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("user", c_void_p), ("on_progress", c_void_p), ("on_logits", LOGITS_CALLBACK),
                ("cancel", c_void_p)]


class Model:
    """An artifact that is open."""

    def __init__(self, library, artifact, threads, backend=None):
        self.tern = ctypes.CDLL(str(library))
        self.error, self.handle = Error(), c_void_p()
        options = ModelOptions()
        self.tern.tern_model_options_init(byref(options), c_size_t(sizeof(options)))
        options.threads, options.backend = threads, backend and backend.encode()
        self.check(self.tern.tern_model_open(str(artifact).encode(), byref(options), byref(self.handle),
                                             byref(self.error)))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.error.message.decode())

    def info(self):
        info = ModelInfo(size=sizeof(ModelInfo))
        self.check(self.tern.tern_model_get_info(self.handle, byref(info), byref(self.error)))
        return info

    def plan(self, slots, context):
        memory = Memory(size=sizeof(Memory))
        self.check(self.tern.tern_model_plan(self.handle, c_int64(slots), c_int64(context), byref(memory),
                                             byref(self.error)))
        return memory

    def session(self, slots, context):
        return Session(self, slots, context)

    def close(self):
        self.tern.tern_model_close(self.handle)


class Session:
    def __init__(self, model, slots, context):
        self.model, self.tern, self.handle, self.logits = model, model.tern, c_void_p(), c_void_p()
        model.check(self.tern.tern_session_create(model.handle, c_int64(slots), c_int64(context), byref(self.handle),
                                                  byref(model.error)))

    def reset(self, slot=0):
        self.model.check(self.tern.tern_session_rewind(self.handle, c_int64(slot), c_int64(0),
                                                       byref(self.model.error)))

    def prefill(self, ids, slot=0, on_logits=None):
        """Appends a prompt; `on_logits(first, rows, pointer)` gets the logits of all tokens."""
        options = PrefillOptions()
        self.tern.tern_prefill_options_init(byref(options), c_size_t(sizeof(options)))
        if on_logits:
            options.on_logits = LOGITS_CALLBACK(lambda user, first, rows, logits: on_logits(first, rows, logits))
        array = (c_int32 * len(ids))(*ids)
        self.model.check(self.tern.tern_prefill(self.handle, c_int64(slot), array, c_size_t(len(ids)), byref(options),
                                                byref(self.logits), byref(self.model.error)))

    def decoder(self, batch):
        """A function that appends one token to each of the first `batch` slots."""
        slots, tokens = (c_int64 * batch)(*range(batch)), (c_int32 * batch)()
        count, error = c_size_t(batch), byref(self.model.error)

        def decode(token):
            tokens[:] = [token] * batch
            self.model.check(self.tern.tern_decode(self.handle, count, slots, tokens, None, byref(self.logits), error))

        return decode

    def decode(self, slots, ids):
        """Appends a token to each of some slots; a pointer to their logits, row by row."""
        count = len(slots)
        self.model.check(self.tern.tern_decode(self.handle, c_size_t(count), (c_int64 * count)(*slots),
                                               (c_int32 * count)(*ids), None, byref(self.logits),
                                               byref(self.model.error)))
        return self.logits

    def decode_greedily(self, slots, ids, steps):
        """Steps that take the token with the largest logit; the tokens of each."""
        count, taken = len(slots), c_int64()
        found = (c_int32 * (count * steps))()
        self.model.check(self.tern.tern_decode_greedy(self.handle, c_size_t(count), (c_int64 * count)(*slots),
                                                      (c_int32 * count)(*ids), c_int64(steps), found, byref(taken),
                                                      None, byref(self.model.error)))
        return [list(found[step * count:(step + 1) * count]) for step in range(steps)]

    def close(self):
        self.tern.tern_session_destroy(self.handle)
