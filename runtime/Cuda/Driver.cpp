//===- Driver.cpp - The CUDA driver, found when the program runs ----------===//

#include "runtime/Cuda/Driver.h"

#include "runtime/Cuda/SharedLibrary.h"

#include <charconv>
#include <map>

using namespace tern;

static constexpr char driverRemedy[] = "install an NVIDIA driver for CUDA 12 or 13";

std::string tern::cudaVersionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

std::string GpuDevice::architecture() const { return "sm_" + std::to_string(major * 10 + minor); }

std::string GpuDevice::bestArchitecture() const {
  // sm_90a and sm_10xa add warpgroup and tensor memory instructions; the letter adds nothing that others need.
  bool hasMore = (major == 9 && minor == 0) || major == 10 || major == 11;
  return architecture() + (hasMore ? "a" : "");
}

bool GpuDevice::runs(std::string_view target) const {
  if (target.substr(0, 3) != "sm_")
    return false;
  int number = 0;
  auto [end, error] = std::from_chars(target.data() + 3, target.data() + target.size(), number);
  std::string_view letter(end, static_cast<std::size_t>(target.data() + target.size() - end));
  if (error != std::errc())
    return false;
  if (letter == "a")
    return number == major * 10 + minor;
  return (letter.empty() || letter == "f") && number / 10 == major && number % 10 <= minor;
}

//===----------------------------------------------------------------------===//
// Driver
//===----------------------------------------------------------------------===//

Result<std::shared_ptr<const Driver>> Driver::open(const std::string &path) {
  std::string name = path.empty() ? "libcuda.so.1" : path;
  SharedLibrary library({name});
  if (!library)
    return Problem{"NVIDIA driver", "cannot be loaded: " + library.reason(), driverRemedy};
  std::shared_ptr<Driver> driver(new Driver);
  const char *missing = nullptr;
#define TERN_CUDA_FIND(member, name, ...)                                                                              \
  driver->table.member = reinterpret_cast<cuda::Code (*)(__VA_ARGS__)>(library.find(name));                            \
  missing = driver->table.member || missing ? missing : name;
  using namespace cuda;
  TERN_CUDA_FUNCTIONS(TERN_CUDA_FIND)
#undef TERN_CUDA_FIND
  // An old driver lacks functions, too; its version says more.
  if (driver->table.driverGetVersion && driver->table.driverGetVersion(&driver->number) == cuda::success &&
      driver->number < oldestDriverVersion)
    return Problem{"NVIDIA driver",
                   "must be for CUDA " + cudaVersionText(oldestDriverVersion) + " or later, is for " +
                       cudaVersionText(driver->number),
                   driverRemedy};
  if (missing)
    return Problem{"NVIDIA driver", name + " lacks the function " + missing, driverRemedy};
  if (Status status = driver->start(); !status)
    return status.problem();
  return std::shared_ptr<const Driver>(std::move(driver));
}

const Result<std::shared_ptr<const Driver>> &Driver::system() {
  static const Result<std::shared_ptr<const Driver>> driver = open();
  return driver;
}

Status Driver::start() {
  cuda::Code code = table.init(0);
  if (code == cuda::noDevice)
    return Done{};
  if (code == cuda::stubLibrary)
    return Problem{"NVIDIA driver", "the library is a stub for linking, not a driver", driverRemedy};
  if (code != cuda::success)
    return Problem{"NVIDIA driver", "does not start: " + textOf(code), "see what nvidia-smi says"};
  return readDevices();
}

Status Driver::readDevices() {
  int count = 0;
  cuda::Code code = table.deviceGetCount(&count);
  for (int ordinal = 0; ordinal < count && code == cuda::success; ++ordinal) {
    GpuDevice gpu;
    gpu.ordinal = ordinal;
    char name[256] = {};
    std::size_t memory = 0;
    int shared = 0;
    auto ask = [&](cuda::Code answer) { code = code == cuda::success ? answer : code; };
    ask(table.deviceGet(&gpu.handle, ordinal));
    ask(table.deviceGetName(name, sizeof(name) - 1, gpu.handle));
    ask(table.deviceTotalMem(&memory, gpu.handle));
    ask(table.deviceGetAttribute(&gpu.major, cuda::capabilityMajor, gpu.handle));
    ask(table.deviceGetAttribute(&gpu.minor, cuda::capabilityMinor, gpu.handle));
    ask(table.deviceGetAttribute(&gpu.multiprocessors, cuda::multiprocessorCount, gpu.handle));
    ask(table.deviceGetAttribute(&shared, cuda::sharedBytesPerBlockOptIn, gpu.handle));
    gpu.name = name;
    gpu.memoryBytes = memory;
    gpu.sharedBytesPerBlock = static_cast<std::uint64_t>(shared);
    gpus.push_back(std::move(gpu));
  }
  if (code != cuda::success)
    return Problem{"NVIDIA driver", "does not describe its devices: " + textOf(code), "see what nvidia-smi says"};
  return Done{};
}

std::string Driver::textOf(cuda::Code code) const {
  const char *name = nullptr, *text = nullptr;
  if (table.getErrorName(code, &name) != cuda::success || !name)
    return "error " + std::to_string(code);
  if (table.getErrorString(code, &text) != cuda::success || !text)
    return name;
  return std::string(name) + ", " + text;
}

//===----------------------------------------------------------------------===//
// Context
//===----------------------------------------------------------------------===//

Result<std::shared_ptr<GpuContext>> GpuContext::create(std::shared_ptr<const Driver> driver, const GpuDevice &device) {
  static std::mutex mutex;
  static std::map<std::pair<const Driver *, int>, std::weak_ptr<GpuContext>> inUse;
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<GpuContext> &known = inUse[{driver.get(), device.ordinal}];
  if (std::shared_ptr<GpuContext> context = known.lock())
    return context;
  std::shared_ptr<GpuContext> context(new GpuContext(std::move(driver), device));
  cuda::Context made = nullptr;
  if (cuda::Code code = (*context)->primaryRetain(&made, device.handle); code != cuda::success)
    return Problem{device.name, "cannot be used: " + context->driver().textOf(code), "see what nvidia-smi says"};
  context->context = made;
  known = context;
  return context;
}

GpuContext::~GpuContext() {
  if (context)
    library->functions().primaryRelease(gpu.handle);
}

GpuContext::Scope::Scope(const GpuContext &context) : context(context) { context->contextPush(context.context); }

GpuContext::Scope::~Scope() {
  cuda::Context popped = nullptr;
  context->contextPop(&popped);
}

/// Whether the context is of no use after `code`; "sticky" errors in CUDA's manual.
static bool endsContext(cuda::Code code) {
  switch (code) {
  case cuda::eccUncorrectable:
  case cuda::contextIsDestroyed:
    return true;
  default: // illegal address, timeout, assertion, stack, instruction, alignment, address space, counter, launch
    return code == cuda::illegalAddress || code == cuda::launchTimeout || code == cuda::deviceAssert ||
           (code >= cuda::hardwareStackError && code <= cuda::launchFailed);
  }
}

Problem GpuContext::problem(const std::string &where, const std::string &action, cuda::Code code) {
  bool isEnd = endsContext(code);
  Problem problem{where, action + ": " + library->textOf(code),
                  isEnd ? "start the program again to use the GPU; compute-sanitizer shows what the kernel did" : ""};
  std::lock_guard<std::mutex> lock(mutex);
  if (isEnd && !end)
    end = problem;
  return problem;
}

std::optional<Problem> GpuContext::lost() const {
  std::lock_guard<std::mutex> lock(mutex);
  return end;
}

std::uint64_t GpuContext::availableMemory() const {
  std::size_t available = 0, total = 0;
  Scope scope(*this);
  return (*this)->memGetInfo(&available, &total) == cuda::success ? available : 0;
}
