"""CUDA C++ of the measuring scripts themselves, compiled by NVRTC and launched on torch's stream, by ctypes alone."""

import ctypes
import glob
import os
import pathlib


class Failed(Exception):
    """NVRTC or the driver refused; the text has its words."""


def libraries():
    """Where NVRTC may be: the toolkit, what torch was installed with, what the linker knows."""
    places = [os.environ.get("CUDA_HOME"), "/usr/local/cuda"]
    found = [path for place in places if place for path in sorted(glob.glob(f"{place}/lib64/libnvrtc.so*"), key=len)]
    try:
        import torch
        packages = pathlib.Path(torch.__file__).parents[1] / "nvidia"
        found += sorted(glob.glob(f"{packages}/*/lib/libnvrtc.so*"))
    except ImportError:
        pass
    return found + ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"]


def load():
    tried = []
    for name in libraries():
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            tried.append(str(error))
    raise Failed("no NVRTC can be loaded: " + "; ".join(tried[-2:]))


def compile_cubin(source, architecture):
    """The cubin of a program, such as for "sm_90"."""
    nvrtc, program = load(), ctypes.c_void_p()
    options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17"]
    if nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"bench.cu", 0, None, None) != 0:
        raise Failed("NVRTC makes no program")
    status = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    if status != 0:
        raise Failed("NVRTC: " + text(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program).decode().strip())
    cubin = text(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return cubin


def text(size_of, read, program):
    size = ctypes.c_size_t()
    size_of(program, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    read(program, buffer)
    return buffer.raw


class Kernels:
    """The functions of one program, in the context that torch has made current."""

    def __init__(self, source):
        import torch
        torch.cuda.init()
        self.torch = torch
        torch.zeros(1, device="cuda")  # makes the context current
        major, minor = torch.cuda.get_device_capability()
        self.driver, self.module = ctypes.CDLL("libcuda.so.1"), ctypes.c_void_p()
        self.cubin = compile_cubin(source, f"sm_{major}{minor}")
        self.check(self.driver.cuModuleLoadData(ctypes.byref(self.module), self.cubin))

    def check(self, status):
        if status != 0:
            name = ctypes.c_char_p()
            self.driver.cuGetErrorName(status, ctypes.byref(name))
            raise Failed(f"driver: {(name.value or b'error').decode()} ({status})")

    def launcher(self, name, *arguments):
        """A function of blocks and threads that launches a kernel; arguments are ctypes values."""
        function = ctypes.c_void_p()
        self.check(self.driver.cuModuleGetFunction(ctypes.byref(function), self.module, name.encode()))
        addresses = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(value) for value in arguments))

        def launch(blocks, threads):
            stream = ctypes.c_void_p(self.torch.cuda.current_stream().cuda_stream)
            self.check(self.driver.cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, stream, addresses, None))

        launch.keep = arguments
        return launch
