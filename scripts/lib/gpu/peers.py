"""What Tern is compared with in the same run: transformers, plain torch, and commands that others bring."""

import inspect
import json
import subprocess
import time

import torch

from cases import STEPS
from tern_side import checked_slots, error_of, ids_of
from torch_model import TorchLlama


class Peer:
    """Prepares a case, then runs rounds of it. `prepare` may take long: compilers of others are at work."""

    name, unit = "", 0.0  # seconds that preparing takes a layer, until that was measured

    def __init__(self, device):
        self.device, self.seconds = device, {}

    def estimate(self, case, layers):
        """Seconds that preparing takes, by what cases like it took."""
        return self.seconds.get((case.kind, case.batch == 1), self.first_estimate(layers))

    def first_estimate(self, layers):
        return 3 + self.unit * layers

    def prepared(self, model, case, expected):
        """Ready for rounds, its error and how long that took; `model` is transformers' in bf16."""
        start = time.perf_counter()
        if self.device.is_gpu:
            torch._dynamo.reset()
        try:
            with torch.no_grad():
                running = self.prepare(model, case)
                self.device.wait()
        finally:
            self.seconds[case.kind, case.batch == 1] = taken = time.perf_counter() - start
        if expected is not None:
            running.error = error_of(running.logits[checked_slots(case)], expected)
        return running, taken


class Running:
    """A step or a prompt whose inputs lie in tensors that stay where they are, in a CUDA graph where that works.

    `reset` puts the inputs back to the start of a round, `once` computes and feeds the token to the next step."""

    error, note = None, ""

    def __init__(self, device, case, once, reset):
        self.device, self.case, self.once, self.reset = device, case, once, reset
        self.steps = STEPS if case.kind == "decode" else 1
        reset()
        self.logits = once().float().cpu()
        self.replay = self.captured() if device.is_gpu else once

    def captured(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.reset()
                self.once()
        torch.cuda.current_stream().wait_stream(side)
        self.reset()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self.kept = self.once()
        except RuntimeError as error:
            self.note = f"without a CUDA graph: {str(error).splitlines()[0]}"
            return self.once
        return graph.replay

    def round(self):
        """Milliseconds of a step, or of a prompt."""
        with torch.no_grad():
            self.reset()
            self.device.wait()
            start = time.perf_counter()
            for _ in range(self.steps):
                self.replay()
            self.device.wait()
        return (time.perf_counter() - start) * 1000 / self.steps


class TorchPeer(Peer):
    """Plain torch: see torch_model.py. All layers share one compiled function, so preparing is short."""

    name, unit = "torch", 0.2

    def __init__(self, device):
        super().__init__(device)
        self.model = None

    def prepare(self, model, case):
        if self.model is None or self.model.model is not model:
            self.model = TorchLlama(model)
        if self.device.is_gpu:
            self.model.compile(one_row=case.kind == "decode" and case.batch == 1)
        llama, ids = self.model, torch.tensor(ids_of(case, model.config.vocab_size), device=self.device.name)
        caches, tables = llama.caches(case.batch, case.capacity), llama.tables(case.capacity)
        if case.kind == "prefill":
            positions = torch.arange(case.context, device=self.device.name)
            return Running(self.device, case, lambda: llama.forward(ids, positions, caches, tables)[0], lambda: None)
        before = torch.arange(case.start, device=self.device.name)
        for row in range(case.batch):  # one sequence after the other, so that its activations stay small
            own = [tuple(part[row:row + 1] for part in cache) for cache in caches]
            llama.forward(ids[row:row + 1, :-1], before, own, tables, compiled=False)
        token, position = ids[:, -1:].clone(), torch.tensor([case.start], device=self.device.name)

        def reset():
            token.copy_(ids[:, -1:])
            position.fill_(case.start)

        def once():
            logits, best = llama.forward(token, position, caches, tables)
            token.copy_(best[:, None])
            position.add_(1)
            return logits

        return Running(self.device, case, once, reset)

    def close(self):
        self.model = None


class TransformersPeer(Peer):
    """transformers with a static cache, the whole model compiled by torch.compile, its step in a CUDA graph."""

    name, unit = "transformers", 1.8

    def prepare(self, model, case):
        ids = torch.tensor(ids_of(case, model.config.vocab_size), device=self.device.name)
        forward = torch.compile(model.forward, dynamic=False) if self.device.is_gpu else model.forward
        if case.kind == "prefill":
            return Running(self.device, case,
                           lambda: forward(input_ids=ids, logits_to_keep=1, use_cache=False).logits[:, -1],
                           lambda: None)
        return self.prepare_decode(model, forward, case, ids)

    def prepare_decode(self, model, forward, case, ids):
        cache, position = static_cache(model, case), torch.tensor([[case.start]], device=self.device.name)
        token, places = ids[:, -1:].clone(), position.view(-1)
        takes_places = "cache_position" in inspect.signature(type(model).forward).parameters

        def inputs(positions):
            found = {"position_ids": positions, "past_key_values": cache, "use_cache": True}
            return found | ({"cache_position": positions.view(-1)} if takes_places else {})

        before = torch.arange(case.start, device=self.device.name)[None]
        model(input_ids=ids[:, :-1], logits_to_keep=1, **inputs(before))

        def reset():
            token.copy_(ids[:, -1:])
            places.fill_(case.start)
            set_length(cache, case.start)

        def once():
            logits = forward(input_ids=token, **inputs(position)).logits[:, -1]
            token.copy_(logits.argmax(-1, keepdim=True))
            places.add_(1)
            return logits

        return Running(self.device, case, once, reset)

    def close(self):
        pass


def static_cache(model, case):
    """Versions of transformers differ in what they want to be told."""
    from transformers import StaticCache
    offered = {"config": model.config, "max_cache_len": case.capacity, "max_batch_size": case.batch,
               "batch_size": case.batch, "device": model.device, "dtype": torch.bfloat16}
    wanted = inspect.signature(StaticCache.__init__).parameters
    return StaticCache(**{name: value for name, value in offered.items() if name in wanted})


def set_length(cache, length):
    """Since version 5 the layers of a cache count their tokens in tensors."""
    for layer in getattr(cache, "layers", []):
        if torch.is_tensor(getattr(layer, "cumulative_length", None)):
            layer.cumulative_length.fill_(length)


class CommandPeer:
    """A command that prints a JSON object as its last line: {"ms": 1.02} or {"ms": [1.02, 1.03], "error": 1e-3}."""

    def __init__(self, name, command):
        self.name, self.command = name, command

    def samples(self, case, seconds):
        values = {"subject": case.subject, "kind": case.kind, "batch": case.batch, "context": case.context}
        command = self.command
        for key, value in values.items():
            command = command.replace("{" + key + "}", str(value))
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=seconds)
        lines = done.stdout.strip().splitlines()
        if done.returncode != 0 or not lines:
            tail = (done.stderr.strip() or "it printed nothing").splitlines()[-1]
            raise RuntimeError(f"status {done.returncode}: {tail}")
        found = json.loads(lines[-1])
        milliseconds = found["ms"] if isinstance(found["ms"], list) else [found["ms"]]
        return [float(value) for value in milliseconds], found.get("error")


PEERS = {peer.name: peer for peer in (TorchPeer, TransformersPeer)}
