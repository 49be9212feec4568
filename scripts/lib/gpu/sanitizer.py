"""NVIDIA's compute-sanitizer over small models: each of its tools in a process of its own, whose summary is read."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import storage
import subjects
from rows import Row, Timer, left_out

TOOLS = ("memcheck", "racecheck", "synccheck", "initcheck")
HERE = pathlib.Path(__file__).resolve().parent


def find():
    """The program: on the PATH or with the toolkit; None where it is not."""
    homes = [home for home in (os.environ.get("CUDA_HOME"), "/usr/local/cuda") if home]
    places = [os.environ.get("PATH", "")]
    places += [f"{home}/{part}" for home in homes for part in ("bin", "compute-sanitizer")]
    return shutil.which("compute-sanitizer", path=os.pathsep.join(places))


def summary(output):
    """How many errors a run's output ends with, and its line; (None, ...) if it has no summary."""
    found = re.findall(r"(ERROR SUMMARY: (\d+) errors?|RACECHECK SUMMARY: (\d+) hazards? displayed \((\d+) errors?"
                       r"[^)]*\))", output)
    if not found:
        return None, ""
    line, errors, hazards, _ = found[-1]
    return int(errors or hazards), line


def told(output):
    """The first complaint: which kernel, and what about it."""
    lines = [line.lstrip("= ").strip() for line in output.splitlines() if line.startswith("=========")]
    lines = [line for line in lines if line and "COMPUTE-SANITIZER" not in line and "SUMMARY" not in line]
    return "; ".join(lines[:2])


def judge(status, output):
    """Whether a run was clean, and what to print of it."""
    errors, line = summary(output)
    if errors is None:
        tail = (output.strip() or "it printed nothing").splitlines()[-1]
        return False, f"no summary, status {status}: {tail}"
    if errors:
        return False, f"{line}: {told(output)}"
    if status != 0:
        return False, f"{line}, but status {status}: {output.strip().splitlines()[0]}"
    return True, line


def rows(directory, library, tools=TOOLS, types=storage.NAMES):
    program = find()
    if program is None:
        yield left_out("sanitizer", "all tools", "compute-sanitizer is not on the PATH nor with the CUDA toolkit")
        return
    runs = [(tool, "tiny", subjects.artifact("tiny", directory)) for tool in tools]
    runs += [("memcheck", name, storage.artifact(name, directory)) for name in types if "memcheck" in tools]
    for tool, name, path in runs:
        timer = Timer()
        if not path.exists():
            yield left_out("sanitizer", f"{tool}, {name}", f"{path} is not there")
            continue
        command = [program, "--tool", tool, "--error-exitcode", "9", sys.executable, HERE / "run_small.py", library,
                   path]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        clean, text = judge(done.returncode, done.stdout)
        yield Row("sanitizer", f"{tool}, {name}", clean, text, timer.lap())
