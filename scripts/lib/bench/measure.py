"""The single measurements: each starts one process and gives what it found by name."""

import json
import os
import pathlib
import statistics
import subprocess
import time

from environment import HERE, Unavailable

# Read by every engine: written for this purpose, and long enough that engines disagree where they are inexact.
TEXT = """\
The harbour was quiet when the first boats came in. A boy counted the crates on the quay and wrote each number into \
a small book, since his father could not read. By noon the fish had been sold, the nets hung over the wall to dry, \
and the women walked home along the sea with their baskets. Nobody spoke about the storm of the week before, but \
every roof in the village showed where it had passed. In the evening the teacher came down with a lamp and a map. \
She asked the oldest of the fishermen where the current turned, and he drew a line with his finger from the \
lighthouse to the island, and said that the sea had changed its mind there when he was young. She marked the place, \
thanked him, and walked back up the hill, where the school stood with its one window still alight."""


def run(command, **arguments):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **arguments)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(f"{pathlib.Path(str(command[0])).name} failed: " + " ".join(lines[-2:]))
    return done.stdout


def tern(environment, artifact, threads, what, *values):
    return json.loads(run([environment.python, HERE / "run_tern.py", environment.library, artifact, threads, what,
                           *values]))


def llama_speed(environment, model, threads, prompt, steps, depth=0):
    """Tokens/s of the prompt and of decoding. llama-bench warms each test up once by itself."""
    tests = ["-p", prompt, "-n", steps] if not depth else ["-p", 0, "-n", steps, "-d", depth]
    rows = json.loads(run([environment.llama() / "llama-bench", "-m", model, "-t", threads, *tests, "-r", 1, "-o",
                           "json"]))
    return {"prefill" if row["n_prompt"] else "decode": row["avg_ts"] for row in rows}


def openvino_speed(environment, model, threads, steps):
    found = json.loads(run([*environment.openvino(), model, threads, "speed", steps]).splitlines()[-1])
    return {"prefill": found["prefill"], "decode": found["decode"]}


def read_ceiling(environment, mebibytes, threads):
    """GB/s of reading that much memory."""
    rates = run([environment.read_ceiling(), mebibytes, threads, 12]).split()
    return statistics.median(map(float, rates[2:]))


def process(command):
    """Seconds from start to end of a process, and its most resident memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Unavailable(f"{pathlib.Path(str(command[0])).name} failed with status {child.returncode}")
    return {"seconds": seconds, "resident": usage.ru_maxrss * 1024 / 1e6}


def first_token(environment, engine, model, threads, prompt_file, context):
    """What `process` gives for an engine that reads the prompt and generates one token."""
    if engine == "OpenVINO":
        return process([*environment.openvino(), model, threads, "prompt", prompt_file])
    text = prompt_file.read_text(encoding="utf-8")
    if engine == "llama.cpp":
        return process([environment.llama() / "llama-completion", "-m", model, "-t", threads, "-c", context, "-n", 1,
                        "-no-cnv", "--no-display-prompt", "-f", prompt_file])
    return process([environment.tern_run, model, "--threads", threads, "--max-context", context, "-n", 1, "-p", text])


def compile_seconds(environment, model, target):
    """Of a run without a cache, and of its phases."""
    start = time.perf_counter()
    phases = json.loads(run([environment.tern, "compile", model, "-o", target, "--json"]))["phases"]
    return time.perf_counter() - start, {phase["name"]: phase["seconds"] for phase in phases}


class Correctness:
    """How far an artifact is from the interpreter that computes the same file in f32."""

    def __init__(self, environment, model, tokens):
        self.environment, self.model = environment, model
        directory = environment.directory / "reference"
        directory.mkdir(exist_ok=True)
        kept = f"{model.stem}-{tokens}"
        self.ids, self.logits, self.greedy = (directory / (kept + end) for end in (".json", ".npy", ".greedy.json"))
        if not self.greedy.exists():
            self.make(tokens)

    def make(self, tokens):
        tern_tool = self.environment.tern
        ids = json.loads(run([tern_tool, "tokenize", self.model, "--json", "-p", TEXT]))
        ids = (ids["ids"] if isinstance(ids, dict) else ids)[:tokens]
        self.ids.write_text(json.dumps(ids), encoding="utf-8")
        self.environment.step(f"interpreting {self.model.stem} for its logits",
                              [tern_tool, "eval", self.model, "--backend", "interpreter", "--tokens", self.ids,
                               "--logits", self.logits])
        text = run([tern_tool, "run", self.model, "--backend", "interpreter", "-p", TEXT[:51], "-n", 16, "--json",
                    "--ignore-eos"])
        self.greedy.write_text(text, encoding="utf-8")

    def of(self, artifact):
        ids = json.loads(self.ids.read_text(encoding="utf-8"))
        found = tern(self.environment, artifact, 2, "compare", self.ids, self.logits, len(ids))
        text = json.loads(run([self.environment.tern_run, artifact, "-p", TEXT[:51], "-n", 16, "--json",
                               "--ignore-eos"]))
        wanted = json.loads(self.greedy.read_text(encoding="utf-8"))
        found["greedy_equal"] = text["ids"] == wanted["ids"]
        return found
