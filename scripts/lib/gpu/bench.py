"""A run of scripts/gpu-bench: subject after subject, case after case, rounds of Tern and of its peers in turn."""

import json
import pathlib
import subprocess
import sys
import time

import torch

import tern_side
from cases import cases_of, prefill_operations, step_bytes, weight_bytes
from figures import Result, Series
from machine import say
from reference import Reference
from subjects import SUBJECTS, artifact, config_directory

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS_WANTED, ROUNDS_LEAST, SECONDS_OF_ROUNDS = 15, 3, 3.0


class Bench:
    def __init__(self, device, ceilings, budget, options, table):
        self.device, self.ceilings, self.budget, self.options, self.table = device, ceilings, budget, options, table
        self.results, self.opened, self.waiting, self.allotment = [], {}, 0, budget
        self.peers, self.commands = options.peers, options.commands

    def add(self, result):
        """A case is told at once, so that a run that is stopped has said what it found."""
        self.results.append(result)
        self.table.row(result)
        if self.options.json:
            self.write()

    def write(self):
        text = json.dumps({"machine": self.device.describe(), "ceilings": self.ceilings.known,
                           "results": [result.to_json() for result in self.results]}, indent=1)
        self.options.json.write_text(text + "\n", encoding="utf-8")

    def skip(self, names, why):
        for name in names:
            self.add(Result(str(name), tern=Series(problem=f"skipped: {why}")))

    # -- a subject -------------------------------------------------------------

    def subject(self, name, share):
        """`share` is the part of the time left that its peers may take: compilers of others would take all of it."""
        cases = cases_of(name, self.options.kinds)
        self.allotment = self.budget.part(share)
        if not cases:
            return
        missing = self.budget.missing(8 + weight_bytes(name) / 0.8e9)
        if missing:
            return self.skip(cases, missing)
        try:
            self.measure_subject(name, cases)
        except Exception as error:  # of opening, mostly; cases see to their own
            known = [result.name for result in self.results]
            for case in cases:
                if str(case) not in known:
                    self.add(Result(str(case), tern=Series(problem=first_line(error))))
        finally:
            for peer in self.peers:
                peer.close()
            self.device.release()

    def measure_subject(self, name, cases):
        say(f"{name}: weights of the reference, made on the GPU")
        reference = Reference(config_directory(name, self.options.directory), self.options.seed, self.device.name)
        self.device.wait()
        say(f"{name}: opening the artifact, its weights made on the host")
        with tern_side.opened(self.options.library, artifact(name, self.options.directory)) as (model, seconds):
            self.opened[name] = seconds
            expected = {case: self.expected(reference, model, case) for case in cases}
            in_bf16(reference.model)
            self.device.release()
            for number, case in enumerate(cases):
                self.waiting = len(cases) - number - 1
                self.case(reference.model, model, case, expected[case])

    def expected(self, reference, model, case):
        """Logits of transformers in f32, or why there are none."""
        why = tern_side.fits(model, case) or self.budget.missing(5)
        if why:
            return why
        try:
            return tern_side.expected_logits(reference, case)
        except RuntimeError as error:
            self.device.release()
            return first_line(error)

    # -- a case ----------------------------------------------------------------

    def case(self, torch_model, model, case, expected):
        result = Result(str(case), allowed=self.options.allowed)
        why = tern_side.fits(model, case) or self.budget.missing(4 if case.context <= 4096 else 20)
        if why:
            result.tern.problem = f"skipped: {why}"
            return self.add(result)
        say(f"{case}: prefill and logits")
        used = self.device.used_bytes()
        try:
            own = tern_side.TernCase(model, case, model.info().vocabulary)
        except RuntimeError as error:
            result.tern.problem = first_line(error)
            return self.add(result)
        running = {}
        try:
            self.check(result, own, expected, self.device.used_bytes() - used)
            self.floor(result, model, case)
            for peer in self.peers:
                found = self.prepare(peer, torch_model, case, expected, result)
                if found:
                    running[peer.name] = found
            self.rounds(result, own, running)
            for command in self.commands:
                result.peers[command.name] = self.command(command, case)
        except Exception as error:  # what fails is a row, and the next case is measured
            result.tern.problem = first_line(error)
        finally:
            own.close()
            running.clear()
            self.device.release()
        self.add(result)

    def check(self, result, own, expected, taken):
        if isinstance(expected, str):
            result.tern.unchecked = expected
        else:
            result.tern.error = tern_side.error_of(own.logits, expected)
        planned, measured = own.memory()
        result.tern.extra = {"planned_bytes": planned, "measured_bytes": measured, "session_took_bytes": taken}

    def floor(self, result, model, case):
        if case.kind == "prefill":
            operations, rate = prefill_operations(case.subject, case.context), self.ceilings.multiply()
            result.floor = operations / rate / 1e9 if rate else None
            result.floor_of = f"{operations} operations"
            return
        size = step_bytes(case.subject, case, model.plan(1, 64).weights, model.plan(case.batch, case.capacity).states)
        rate = self.ceilings.read(size)
        result.floor, result.floor_of = (size / rate / 1e6 if rate else None), f"{size} bytes"

    @staticmethod
    def estimate(peer, case):
        return peer.estimate(case, SUBJECTS[case.subject]["num_hidden_layers"])

    def reserve(self, peer, case):
        """Seconds that the other cases of the subject need, with the peers that come before this one."""
        earlier = self.peers[:self.peers.index(peer)]
        return self.waiting * (4 + sum(self.estimate(other, case) for other in earlier))

    def prepare(self, peer, torch_model, case, expected, result):
        """A peer that is ready for rounds, or None; why is in its series."""
        series = result.peers[peer.name] = Series()
        missing = self.allotment.missing(self.estimate(peer, case) + 3 + self.reserve(peer, case))
        if missing:
            series.problem = f"skipped: {missing}"
            return None
        say(f"{case}: preparing {peer.name}")
        wanted = None if isinstance(expected, str) else expected
        try:
            running, series.first_call = peer.prepared(torch_model, case, wanted)
        except Exception as error:  # compilers of others fail in ways of their own, and that is a result
            say(f"{case}: {peer.name} failed: {error}")
            series.problem = f"failed: {type(error).__name__}: {first_line(error)}"
            self.device.release()
            return None
        series.error = running.error
        series.extra = {"note": running.note} if running.note else {}
        return running

    def rounds(self, result, own, running):
        """Tern, Tern with sampling, and each peer take turns at being first."""
        probes = [(result.tern, lambda: own.round(False))]
        if own.case.kind == "decode":
            result.sampled = Series()
            probes.append((result.sampled, lambda: own.round(True)))
        probes += [(result.peers[name], found.round) for name, found in running.items()]
        start = time.monotonic()
        for number in range(ROUNDS_WANTED + 1):
            late = time.monotonic() - start > SECONDS_OF_ROUNDS or self.budget.left() < 0
            if number > ROUNDS_LEAST and late:
                break
            first = number % len(probes)
            for series, probe in probes[first:] + probes[:first]:
                if not series.problem:
                    self.sample(series, probe, keep=number > 0)  # in the first, caches and clocks become warm

    @staticmethod
    def sample(series, probe, keep):
        """One of a peer's that fails ends that peer alone; one of Tern's ends the case."""
        try:
            found = probe()
        except Exception as error:
            series.samples, series.problem = [], f"failed: {type(error).__name__}: {first_line(error)}"
            if getattr(probe, "__self__", None) is None:
                raise
            return
        if keep:
            series.samples.append(found)

    def command(self, command, case):
        series = Series()
        if self.budget.left() < 1:
            series.problem = f"skipped: {self.budget.missing(1)}"
            return series
        try:
            series.samples, series.error = command.samples(case, self.budget.left())
        except (RuntimeError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
            series.problem = f"failed: {first_line(error)}"
        return series

    # -- in the end -----------------------------------------------------------

    def summary(self):
        """What the table has no place for: memory, compile times of peers, what failed."""
        yield f"ceilings of this run: {self.ceilings.describe()}"
        known = [result for result in self.results if "planned_bytes" in result.tern.extra]
        for result in known:
            extra = result.tern.extra
            if extra["planned_bytes"] != extra["measured_bytes"]:
                yield (f"memory of {result.name}: planned {extra['planned_bytes']} bytes, "
                       f"measured {extra['measured_bytes']}")
        if known:
            same = sum(result.tern.extra["planned_bytes"] == result.tern.extra["measured_bytes"] for result in known)
            yield f"memory: as planned, to the byte, in {same} of {len(known)} cases"
        for name, seconds in self.opened.items():
            yield f"{name}: opened in {seconds:.1f} s, random weights made on the host included"
        for result in self.results:
            for name, series in result.peers.items():
                if series.first_call:
                    yield (f"{result.name}: {name} took {series.first_call:.1f} s to its first rounds"
                           + (f"; {series.extra['note']}" if "note" in series.extra else ""))

    # -- starting --------------------------------------------------------------

    def start(self, name):
        """From an artifact to its first kernel: of a small model, since weights are no part of it."""
        result = Result(f"{name}: artifact to first token, weights 3 MB, in a new process")
        missing = self.budget.missing(6)
        result.tern.problem = f"skipped: {missing}" if missing else ""
        command = [sys.executable, HERE / "run_start.py", self.options.library, artifact(name, self.options.directory)]
        parts = {}
        for _ in range(0 if missing else 5):
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                result.tern.problem = first_line(done.stderr.strip() or f"status {done.returncode}")
                break
            found = json.loads(done.stdout)
            result.tern.samples.append(found["open_ms"] + found["session_ms"] + found["first_step_ms"])
            for key, value in found.items():
                parts.setdefault(key, []).append(value)
        result.tern.unchecked = "scripts/gpu-check does"
        result.tern.extra = parts
        self.add(result)


def in_bf16(model):
    """Parameters alone: frequencies stay in f32, as they do where a model is read from a file. No bit is lost."""
    for parameter in model.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
