//===- Driver.h - The CUDA driver, found when the program runs -----*- C++ -*-===//
//
// The same binary starts on machines without a GPU: the driver's library is looked for when somebody asks, and what is
// missing is a Problem that says what to do.
//
//   Driver        the library, its functions and its devices
//   GpuContext    one device in use: makes its context current, and turns what functions answer into Problems
//
// A kernel that faults ends the context: CUDA answers every later call of the process on that device with the same
// error. The context remembers it, so that whoever comes later is told the cause.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DRIVER_H
#define TERN_RUNTIME_CUDA_DRIVER_H

#include "runtime/Base/Result.h"
#include "runtime/Cuda/DriverApi.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// One GPU as the driver describes it.
struct GpuDevice {
  cuda::Device handle = 0;
  int ordinal = 0;
  std::string name; ///< "NVIDIA H100 80GB HBM3".
  int major = 0, minor = 0;
  int multiprocessors = 0;
  std::uint64_t memoryBytes = 0;
  std::uint64_t sharedBytesPerBlock = 0; ///< The most that a kernel can ask for.

  /// "sm_90".
  std::string architecture() const;
  /// The architecture to compile for, with the letter that allows all that the GPU can do: "sm_90a".
  std::string bestArchitecture() const;
  /// Whether a cubin for `target` runs here: "sm_90" on 9.0 and later 9.x, "sm_90a" on 9.0 alone, "sm_100f" on 10.x
  /// from 10.0 on.
  bool runs(std::string_view target) const;
};

/// The oldest driver that will do, as the driver counts: CUDA 12.0.
constexpr int oldestDriverVersion = 12000;

/// "13.0" for 13000.
std::string cudaVersionText(int version);

class Driver {
public:
  /// Loads the driver: `path`, or by its usual name if that is empty. Problems: it is not there, is too old, or does
  /// not start. A driver without devices is none.
  static Result<std::shared_ptr<const Driver>> open(const std::string &path = "");

  /// What the usual library is, looked at once.
  static const Result<std::shared_ptr<const Driver>> &system();

  const cuda::Functions &functions() const { return table; }
  int version() const { return number; } ///< 13000.
  const std::vector<GpuDevice> &devices() const { return gpus; }

  /// "CUDA_ERROR_OUT_OF_MEMORY, out of memory".
  std::string textOf(cuda::Code code) const;

private:
  Driver() = default;
  Status start();
  Status readDevices();

  cuda::Functions table;
  int number = 0;
  std::vector<GpuDevice> gpus;
};

/// A device in use. Owns a reference to its primary context, which libraries of the same process share. Functions may
/// be called from several threads.
class GpuContext {
public:
  /// The one of that device, if it is in use already.
  static Result<std::shared_ptr<GpuContext>> create(std::shared_ptr<const Driver> driver, const GpuDevice &device);
  GpuContext(const GpuContext &) = delete;
  GpuContext &operator=(const GpuContext &) = delete;
  ~GpuContext();

  const Driver &driver() const { return *library; }
  const GpuDevice &device() const { return gpu; }
  const cuda::Functions *operator->() const { return &library->functions(); }

  /// Makes the context this thread's current one as long as it lives.
  class Scope {
  public:
    explicit Scope(const GpuContext &context);
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;
    ~Scope();

  private:
    const GpuContext &context;
  };

  /// The problem that `code` is, `action` having failed: "cannot start". Remembers what ended the context.
  Problem problem(const std::string &where, const std::string &action, cuda::Code code);
  Status check(const std::string &where, const std::string &action, cuda::Code code) {
    return code == cuda::success ? Status(Done{}) : problem(where, action, code);
  }

  /// Why the context is of no use any more; nothing while it is.
  std::optional<Problem> lost() const;

  /// Bytes that can be allocated now, about: the driver takes them in pieces of its own size.
  std::uint64_t availableMemory() const;

private:
  GpuContext(std::shared_ptr<const Driver> driver, GpuDevice device)
      : library(std::move(driver)), gpu(std::move(device)) {}

  std::shared_ptr<const Driver> library;
  GpuDevice gpu;
  cuda::Context context = nullptr;
  mutable std::mutex mutex; ///< Guards `end`.
  std::optional<Problem> end;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DRIVER_H
