//===- DoctorCommand.cpp - tern doctor ------------------------------------===//
//
// Looks at the machine: CPU, memory, and the NVIDIA libraries, which are loaded at run time and may be absent.
//
//===----------------------------------------------------------------------===//

#include "tools/tern/Command.h"

#include "llvm/TargetParser/Host.h"

#include <dlfcn.h>
#include <iostream>
#include <thread>
#include <unistd.h>

using namespace tern;

namespace {

/// One thing looked for.
struct Finding {
  std::string name;
  bool found = false;
  std::string version; ///< Or what was seen instead.
  std::string remedy;  ///< Empty if all is well.
};

/// A shared library, loaded until the program ends: NVIDIA's libraries allocate when they are loaded, and unloading
/// them would leave that memory behind.
class Library {
public:
  explicit Library(std::initializer_list<const char *> names) {
    for (const char *name : names)
      if (!handle)
        handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  }

  explicit operator bool() const { return handle; }
  template <typename Function> Function *find(const char *name) const {
    return reinterpret_cast<Function *>(dlsym(handle, name));
  }

private:
  void *handle = nullptr;
};

} // namespace

static Finding lookAtCpu() {
  static const char *interesting[] = {"avx2",    "fma",      "f16c", "avx512f", "avx512vnni", "avx512bf16",
                                      "avxvnni", "amx-int8", "neon", "dotprod", "sve"};
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  std::string list =
      llvm::sys::getHostCPUName().str() + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads:";
  for (const char *feature : interesting)
    if (features.lookup(feature))
      list += std::string(" ") + feature;
  return {"CPU", true, list, ""};
}

static Finding lookAtMemory() {
  double bytes = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGE_SIZE));
  return {"memory", true, bytesText(bytes), ""};
}

static std::string cudaVersion(int number) {
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

static Finding lookAtDriver() {
  Library cuda({"libcuda.so.1"});
  if (!cuda)
    return {"NVIDIA driver", false, "libcuda.so.1 not found",
            "install the NVIDIA driver to run on a GPU; not needed to compile"};
  auto *init = cuda.find<int(unsigned)>("cuInit");
  auto *getVersion = cuda.find<int(int *)>("cuDriverGetVersion");
  auto *getCount = cuda.find<int(int *)>("cuDeviceGetCount");
  int version = 0, count = 0;
  if (!init || !getVersion || !getCount || getVersion(&version) != 0)
    return {"NVIDIA driver", false, "libcuda.so.1 is not a working driver", "install the NVIDIA driver again"};
  if (int status = init(0))
    return {"NVIDIA driver", false, "CUDA " + cudaVersion(version) + ", cuInit answers " + std::to_string(status),
            "check with nvidia-smi that the driver sees a GPU"};
  getCount(&count);
  return {"NVIDIA driver", true, "CUDA " + cudaVersion(version) + ", GPUs: " + std::to_string(count),
          count > 0 ? "" : "check with nvidia-smi that the driver sees a GPU"};
}

static Finding lookAtNvrtc() {
  Library nvrtc({"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"});
  auto *version = nvrtc ? nvrtc.find<int(int *, int *)>("nvrtcVersion") : nullptr;
  int major = 0, minor = 0;
  if (!version || version(&major, &minor) != 0)
    return {"NVRTC", false, "libnvrtc not found",
            "install the CUDA toolkit (13.0) and add its lib64 to the loader's path"};
  return {"NVRTC", true, std::to_string(major) + "." + std::to_string(minor), ""};
}

static Finding lookAtCublas() {
  Library cublas({"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"});
  auto *version = cublas ? cublas.find<std::size_t()>("cublasLtGetVersion") : nullptr;
  if (!version)
    return {"cuBLASLt", false, "libcublasLt not found",
            "install cuBLAS with the CUDA toolkit; needed for prefill on a GPU"};
  return {"cuBLASLt", true, std::to_string(version()), ""};
}

static Finding lookAtNccl() {
  Library nccl({"libnccl.so.2"});
  auto *getVersion = nccl ? nccl.find<int(int *)>("ncclGetVersion") : nullptr;
  int version = 0;
  if (!getVersion || getVersion(&version) != 0)
    return {"NCCL", false, "libnccl.so.2 not found", "install libnccl2 to use several GPUs"};
  return {"NCCL", true,
          std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
              std::to_string(version % 100),
          ""};
}

static int examine(bool json) {
  Finding findings[] = {lookAtCpu(), lookAtMemory(), lookAtDriver(), lookAtNvrtc(), lookAtCublas(), lookAtNccl()};
  Json object;
  object["tern"] = TERN_VERSION;
  object["llvm"] = LLVM_VERSION_STRING;
  Json list = Json::array();
  for (const Finding &finding : findings)
    list.push_back(
        {{"name", finding.name}, {"found", finding.found}, {"version", finding.version}, {"do", finding.remedy}});
  object["findings"] = list;
  if (json) {
    printJson(object);
    return 0;
  }
  std::printf("%-14s %s (LLVM %s)\n", "tern", TERN_VERSION, LLVM_VERSION_STRING);
  for (const Finding &finding : findings) {
    std::printf("%-14s %s%s\n", finding.name.c_str(), finding.found ? "" : "missing: ", finding.version.c_str());
    if (!finding.remedy.empty())
      std::printf("%-14s %s\n", "", finding.remedy.c_str());
  }
  return 0;
}

void tern::addDoctorCommand(CLI::App &app, Action &action) {
  auto json = std::make_shared<bool>(false);
  CLI::App *command = app.add_subcommand("doctor", "Look at the CPU, GPUs and libraries of this machine");
  command->footer("Says for everything that is missing what it is good for and what to do.\n\n  tern doctor --json");
  command->add_flag("--json", *json, "Print one JSON object");
  command->callback([json, &action] { action = [json] { return examine(*json); }; });
}
