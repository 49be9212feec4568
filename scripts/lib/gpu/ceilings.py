"""What this GPU can do at best, measured in the run that compares with it: read, copy, multiply, follow an edge."""

import ctypes
import statistics

import nvrtc

SOURCE = r"""
// Reads `count` blocks of 16 bytes, each once, with eight loads of a thread under way at a time and none kept in L1.
extern "C" __global__ void readAll(const uint4 *from, unsigned long long count, unsigned *keep) {
  unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
  unsigned long long at = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  unsigned sum = 0;
  for (; at + 7 * stride < count; at += 8 * stride) {
    uint4 part[8];
#pragma unroll
    for (int i = 0; i != 8; ++i)
      asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
                   : "=r"(part[i].x), "=r"(part[i].y), "=r"(part[i].z), "=r"(part[i].w)
                   : "l"(from + at + i * stride));
#pragma unroll
    for (int i = 0; i != 8; ++i)
      sum ^= part[i].x ^ part[i].y ^ part[i].z ^ part[i].w;
  }
  for (; at < count; at += stride)
    sum ^= from[at].x;
  if (sum == 0x12345678u)
    *keep = sum;
}

extern "C" __global__ void nothing() {}
"""

SHAPES = [(threads, blocks) for threads in (256, 512, 1024) for blocks in (1, 2, 4) if threads * blocks <= 2048]
EDGES = 500


class Ceilings:
    """Rates in GB/s and TFLOP/s; each is measured when it is first asked for. What cannot be measured is None."""

    def __init__(self, device):
        self.device, self.torch = device, device.torch
        self.problems, self.kernels, self.known = {}, None, {}
        if device.is_gpu:
            try:
                self.kernels = nvrtc.Kernels(SOURCE)
            except (nvrtc.Failed, OSError, RuntimeError) as error:
                self.problems["read"] = str(error)

    def measured(self, what, measure):
        if what not in self.known:
            try:
                self.known[what] = measure()
            except (nvrtc.Failed, RuntimeError) as error:  # torch's out of memory among them
                self.known[what], self.problems[what] = None, str(error).splitlines()[0]
        return self.known[what]

    def read(self, size):
        """GB/s of reading a block once: of 15 GB for models of that kind, else of 2.5 GB, which no cache holds."""
        block = 15_000_000_000 if size > 8e9 else 2_500_000_000
        return self.measured(f"read {block / 1e9:.3g} GB", lambda: self.read_rate(block))

    def read_rate(self, size):
        memory = self.torch.ones(size // 8, dtype=self.torch.int64, device=self.device.name)
        if self.kernels is None:  # a reduction of torch reads as much, with a little more to compute
            return size / self.times(lambda: memory.max(), 7) / 1e6
        keep = self.torch.zeros(1, dtype=self.torch.int32, device=self.device.name)
        read = self.kernels.launcher("readAll", ctypes.c_void_p(memory.data_ptr()), ctypes.c_ulonglong(size // 16),
                                     ctypes.c_void_p(keep.data_ptr()))
        processors = self.torch.cuda.get_device_properties(0).multi_processor_count
        return max(size / self.times(lambda: read(processors * blocks, threads), 7) / 1e6
                   for threads, blocks in SHAPES)

    def copy(self):
        """GB/s of a copy within the GPU, read and written bytes counted."""
        def measure():
            source = self.torch.ones(1 << 30, dtype=self.torch.int8, device=self.device.name)
            target = self.torch.empty_like(source)
            return 2 * source.numel() / self.times(lambda: target.copy_(source), 7) / 1e6
        return self.measured("copy", measure)

    def multiply(self):
        """TFLOP/s of torch's product of two matrices of 8192 x 8192 in bf16."""
        def measure():
            size = 8192 if self.device.is_gpu else 256
            left, right = (self.torch.randn(size, size, device=self.device.name).bfloat16() for _ in range(2))
            return 2 * size**3 / self.times(lambda: left @ right, 9) / 1e9
        return self.measured("multiply", measure)

    def edge(self):
        """Microseconds from one kernel to the next in a graph, when neither does anything."""
        def measure():
            if self.kernels is None:
                raise RuntimeError("needs NVRTC")
            launch, graph = self.kernels.launcher("nothing"), self.torch.cuda.CUDAGraph()
            with self.torch.cuda.graph(graph):
                for _ in range(EDGES):
                    launch(132, 256)
            return self.times(graph.replay, 9) * 1000 / EDGES
        return self.measured("edge", measure)

    def times(self, work, repeats):
        """The median milliseconds of some runs, by events on the stream."""
        if not self.device.is_gpu:
            return self.device.milliseconds(work, 1)
        found = []
        work()
        work()
        for _ in range(repeats):
            begin, end = (self.torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            work()
            end.record()
            end.synchronize()
            found.append(begin.elapsed_time(end))
        return statistics.median(found)

    def describe(self):
        units = {"multiply": "TFLOP/s, bf16", "edge": "us from kernel to kernel in a graph"}
        parts = [f"{what} {value:.4g} {units.get(what, 'GB/s')}" for what, value in self.known.items() if value]
        return "; ".join(parts + [f"{what}: not measured ({why})" for what, why in self.problems.items()])
