"""The GPU of this machine as the scripts see it, and the runtime library that drives it."""

import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Unusable(Exception):
    """Something is missing without which nothing can be measured here; the text says what to do. Status 2."""


def say(text):
    print(text, file=sys.stderr, flush=True)


class Device:
    """Where torch computes: a GPU, or the CPU when a script is only rehearsed with the emulated driver of the tests."""

    def __init__(self, rehearse=False):
        self.name = "cpu" if rehearse else "cuda"
        try:
            import torch
        except ImportError as error:
            raise Unusable(f"needs torch and transformers ({error}): pip install torch transformers") from error
        self.torch = torch
        if not rehearse and not torch.cuda.is_available():
            raise Unusable("torch finds no NVIDIA GPU: run this where nvidia-smi lists one, with a torch built for "
                           "CUDA; on a machine without one, scripts/test checks the same kernels by emulation")

    @property
    def is_gpu(self):
        return self.name == "cuda"

    def wait(self):
        if self.is_gpu:
            self.torch.cuda.synchronize()

    def used_bytes(self):
        """Memory of the GPU that is taken, by whomever."""
        if not self.is_gpu:
            return 0
        free, whole = self.torch.cuda.mem_get_info()
        return whole - free

    def release(self):
        """Gives back what torch keeps of memory that is no longer used."""
        import gc
        gc.collect()
        if self.is_gpu:
            self.torch.cuda.empty_cache()

    def milliseconds(self, work, repeats):
        """The shortest of some runs of work that torch's stream is given."""
        best = float("inf")
        for _ in range(repeats + 1):
            self.wait()
            start = time.perf_counter()
            work()
            self.wait()
            best = min(best, time.perf_counter() - start)
        return best * 1000

    def describe(self):
        versions = f"torch {self.torch.__version__}"
        if not self.is_gpu:
            return f"rehearsal on the CPU, {versions}: no figure means anything"
        properties = self.torch.cuda.get_device_properties(0)
        return (f"{properties.name}, {properties.multi_processor_count} multiprocessors, "
                f"{properties.total_memory / 1e9:.0f} GB, {driver()}, {versions}")


def driver():
    """Driver and clocks, by nvidia-smi where it is."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return "driver unknown"
    done = subprocess.run([tool, "--query-gpu=driver_version,clocks.sm,clocks.mem,power.limit",
                           "--format=csv,noheader", "-i", "0"], capture_output=True, text=True, check=False)
    return "driver " + done.stdout.strip() if done.returncode == 0 else "driver unknown"


def built_library(directory):
    """libtern.so of runtime/ alone, as on a machine without a compiler of models."""
    for tool in ("cmake", "ninja"):
        if not shutil.which(tool):
            raise Unusable(f"building runtime/ needs {tool} and it is not on the PATH: install it, or name a libtern.so"
                           " with --library")
    for command in (["cmake", "-S", ROOT / "runtime", "-B", directory, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
                    ["ninja", "-C", directory, "TernRuntime"]):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            tail = (done.stderr or done.stdout).strip().splitlines()[-5:]
            raise Unusable("\n".join(["runtime/ cannot be built:", *tail]))
    return directory / "Api/libtern.so"


def run(command):
    """Runs a step whose output the user sees; what fails has said why."""
    command = [str(part) for part in command]
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise Unusable(f"status {status} of {' '.join(command)}")


def output(command):
    """What a step prints."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unusable(f"status {done.returncode} of {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def need(path, what, remedy):
    if not path.exists():
        raise Unusable(f"{what} {path} does not exist: {remedy}")
    return path
