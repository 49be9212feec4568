//===- FakeCuda.h - A driver and an NVRTC without a GPU ------------*- C++ -*-===//
//
// FakeDriver.cpp is a library that stands in for libcuda.so.1: it has the functions of the driver that Tern calls, on
// host memory, and executes "cubins" that are shared objects of emulated kernels (runtime/Cuda/Emulation).
// FakeNvrtc.cpp stands in for NVRTC and makes such objects. What they do wrong on purpose, and what they have seen, is
// in FakeCuda, which a test reaches through fakeCuda(). Any program runs on them, GPU code of real artifacts included:
// the driver refuses it, and NVRTC "compiles" its source.
//
//   LD_LIBRARY_PATH=build/fake-gpu CUDA_HOME=build/fake-gpu TERN_CACHE_DIR=... tern-run model.tern ...
//
// Like the real one, the driver does what is put into a stream later: when somebody waits for it. A pointer that is
// used after its memory is gone, or a buffer that is filled again too early, therefore shows.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CUDA_FAKECUDA_H
#define TERN_TEST_UNIT_CUDA_FAKECUDA_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tern::testing {

struct FakeDevice {
  std::string name = "Fake GPU";
  int major = 9, minor = 0, multiprocessors = 132;
  std::uint64_t memory = std::uint64_t(16) << 30;
  int sharedBytes = 227 << 10;
};

struct FakeCuda {
  // What it is like.
  int version = 13000;
  std::vector<FakeDevice> devices = {FakeDevice()};
  /// A function by name, and after how many calls it answers with which error, once.
  struct Failure {
    int after = 0, code = 0;
  };
  std::map<std::string, Failure> failures;
  std::string faultingKernel; ///< Ends the context when it runs.
  int faultCode = 700;
  /// In which order threads and blocks run (runtime/Cuda/Emulation/Block.h); beyond 1 each launch has its own.
  unsigned long long order = 1;
  /// How many launches run at a time, if those after the first were allowed to begin early: the last of them begins
  /// first.
  std::size_t together = 1;
  std::string nvrtcCubin; ///< What NVRTC makes of a source; empty: what it is by emulation.

  // What it has seen.
  std::map<std::string, int> calls;  ///< Of each function.
  std::vector<std::string> launches; ///< Kernels that ran, in order.
  std::vector<std::string> early;    ///< Those of them that were allowed to begin early.
  std::uint64_t allocated = 0;       ///< Device memory now.
  std::uint64_t blocks = 0;          ///< Allocations of device memory now.
  std::uint64_t pinned = 0, streams = 0, modules = 0, graphs = 0, events = 0, contexts = 0; ///< Alive now.
  std::vector<std::string> mistakes; ///< Of the caller: memory outside an allocation, no context.
  std::vector<std::string> compiled; ///< By NVRTC: the architecture option and the first line of the source.
};

} // namespace tern::testing

#endif // TERN_TEST_UNIT_CUDA_FAKECUDA_H
