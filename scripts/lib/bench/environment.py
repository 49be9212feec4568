"""What a benchmark needs on the machine: the engines to compare with, the models, and what Tern made of them. All of it
is kept in Tern's cache directory and made once."""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent

LLAMA_PACKAGE = "llama-cpp-python==0.3.36"
LLAMA_TOOLS = ("llama-bench", "llama-quantize", "llama-completion")
OPENVINO_PACKAGES = ("openvino-genai==2026.4.*", "openvino-tokenizers==2026.4.*")
MODEL_PACKAGES = ("gguf", "numpy")


class Unavailable(Exception):
    """Something that was asked for cannot be had; the text says why and what to do."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def cache_directory():
    """The same place as `tern --cache-dir`."""
    own = os.environ.get("TERN_CACHE_DIR")
    if own:
        return pathlib.Path(own).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return (pathlib.Path(base) / "tern").resolve()


class Environment:
    def __init__(self, build, jobs):
        self.build, self.jobs = pathlib.Path(build).resolve(), jobs
        self.directory = cache_directory() / "bench"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.python = self.directory / "venv/bin/python"
        self.tern = self.built("bin/tern")
        self.tern_run = self.built("bin/tern-run")
        self.library = self.built("runtime/Api/libtern.so")

    def built(self, name):
        path = self.build / name
        if not path.exists():
            raise Unavailable(f"{path} must exist and does not: build Tern (scripts/demo) or give --build")
        return path

    # -- steps -----------------------------------------------------------------

    def step(self, what, command, **arguments):
        """Runs a command whose output only matters when it fails."""
        log = self.directory / "logs" / (what.replace(" ", "-").replace("/", "-") + ".log")
        log.parent.mkdir(exist_ok=True)
        say(f"== {what}")
        with open(log, "w", encoding="utf-8") as file:
            done = subprocess.run([str(part) for part in command], stdout=file, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, check=False, **arguments)
        if done.returncode != 0:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            raise Unavailable("\n".join(tail) + f"\n{what} failed (log: {log})")

    def made(self, name, what, make):
        """The file `name` of the cache; `make(path)` writes it, under another name until it is whole."""
        path = self.directory / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name("unfinished-" + path.name)
            self.step(what, make(unfinished))
            unfinished.rename(path)
        return path

    # -- engines ---------------------------------------------------------------

    def virtual_environment(self):
        if not self.python.exists():
            self.step("making a virtual environment", [sys.executable, "-m", "venv", self.directory / "venv"])
        self.require("numpy", MODEL_PACKAGES)
        return self.python

    def require(self, module, packages):
        probe = [self.python, "-c", f"import {module}"]
        if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            self.step("installing " + " ".join(packages), [self.python, "-m", "pip", "install", *packages])

    def openvino(self):
        self.virtual_environment()
        self.require("openvino_genai, openvino_tokenizers", OPENVINO_PACKAGES)
        return [self.python, HERE / "run_openvino.py"]

    def llama(self):
        """The directory of llama.cpp's tools, built for this machine from the sources in a package of PyPI."""
        directory = self.directory / LLAMA_PACKAGE.replace("==", "-")
        tools = directory / "build/bin"
        if not all((tools / tool).exists() for tool in LLAMA_TOOLS):
            self.virtual_environment()
            self.build_llama(directory)
        return tools

    def build_llama(self, directory):
        directory.mkdir(exist_ok=True)
        if not (directory / "llama.cpp").exists():
            self.step("downloading " + LLAMA_PACKAGE,
                      [self.python, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", directory,
                       LLAMA_PACKAGE])
            self.unpack_llama(directory)
        compilers = [f"-DCMAKE_{language}_COMPILER={compiler}" for language, compiler in
                     (("C", "clang-22"), ("CXX", "clang++-22")) if shutil.which(compiler)]
        self.step("configuring llama.cpp",
                  ["cmake", "-S", directory / "llama.cpp", "-B", directory / "build", "-G", "Ninja", *compilers,
                   "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF",
                   "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF",
                   "-DLLAMA_BUILD_UI=OFF"])
        self.step("building llama.cpp (some minutes)",
                  ["cmake", "--build", directory / "build", f"-j{self.jobs}", "--target", *LLAMA_TOOLS])

    @staticmethod
    def unpack_llama(directory):
        archive, = directory.glob("llama_cpp_python-*.tar.gz")
        with tarfile.open(archive) as sources:
            sources.extractall(directory, filter="data")
        package, = (path for path in directory.glob("llama_cpp_python-*") if path.is_dir())
        (package / "vendor/llama.cpp").rename(directory / "llama.cpp")
        shutil.rmtree(package)
        archive.unlink()

    def read_ceiling(self):
        compiler = os.environ.get("CXX") or shutil.which("clang++-22") or shutil.which("c++")
        if not compiler:
            raise Unavailable("the read ceiling needs a C++ compiler and there is none: install clang-22 or set CXX")
        program = self.directory / "read_ceiling"
        if not program.exists() or program.stat().st_mtime < (HERE / "read_ceiling.cpp").stat().st_mtime:
            self.step("building read_ceiling", [compiler, "-O3", "-march=native", "-pthread", HERE / "read_ceiling.cpp",
                                                "-o", program])
        return program

    # -- models ----------------------------------------------------------------

    def smollm2(self):
        """SmolLM2-135M-Instruct Q4_1, fetched as the other scripts do."""
        command = 'source scripts/lib/say.sh; source scripts/lib/model.sh; fetch_model >&2; printf %s "$MODEL"'
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", command, "scripts/cpu-bench"], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Unavailable("SmolLM2 cannot be fetched")
        return pathlib.Path(done.stdout)

    def random_model(self, shape, format, layers=None):
        """A file of random weights in the shapes of `shape`, quantised by llama.cpp's own tool."""
        name = f"random-{shape}" + (f"-{layers}-layers" if layers else "")
        path = self.directory / f"{name}-{format}.gguf"
        if path.exists():
            return path
        python, donor = self.virtual_environment(), self.smollm2()
        quantize = self.llama() / "llama-quantize"
        floats = self.made(f"{name}-F16.gguf", f"writing {name}",
                           lambda out: [python, HERE / "random_model.py", donor, out, shape,
                                        *([str(layers)] if layers else [])])
        return self.made(path.name, f"quantising {name} to {format}", lambda out: [quantize, floats, out, format])

    def compiled(self, model, *options):
        """An artifact that this build makes of a model; made anew for each run, since the compiler changes."""
        artifact = self.directory / "-".join([model.stem, *(option.strip("-") for option in options)])
        artifact = artifact.with_name(artifact.name.replace(",", "-") + ".tern")
        self.step(f"compiling {artifact.stem}", [self.tern, "compile", model, "-o", artifact, *options])
        return artifact
