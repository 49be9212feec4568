//===- DoctorCommand.cpp - tern doctor ------------------------------------===//
//
// Looks at the machine: CPU, memory, and the NVIDIA libraries, which are loaded at run time and may be absent.
//
//===----------------------------------------------------------------------===//

#include "runtime/Cuda/Driver.h"
#include "runtime/Cuda/Nvrtc.h"
#include "runtime/Cuda/SharedLibrary.h"
#include "tools/tern/Command.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

#include <CLI/CLI.hpp>
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

} // namespace

/// Null if the library is not there or lacks the function.
template <typename Function> static Function *functionOf(const SharedLibrary &library, const char *name) {
  return reinterpret_cast<Function *>(library.find(name));
}

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

/// The NVIDIA driver, then each GPU.
static std::vector<Finding> lookAtGpus() {
  const Result<std::shared_ptr<const Driver>> &driver = Driver::system();
  if (!driver)
    return {{"NVIDIA driver", false, driver.problem().what, driver.problem().remedy + "; not needed to compile"}};
  const std::vector<GpuDevice> &gpus = (*driver)->devices();
  std::vector<Finding> findings = {
      {"NVIDIA driver", true,
       "CUDA " + cudaVersionText((*driver)->version()) + ", GPUs: " + std::to_string(gpus.size()),
       gpus.empty() ? "check with nvidia-smi that the driver sees a GPU" : ""}};
  for (const GpuDevice &gpu : gpus)
    findings.push_back({"GPU " + std::to_string(gpu.ordinal), true,
                        gpu.name + ", " + gpu.architecture() + ", " + std::to_string(gpu.multiprocessors) +
                            " multiprocessors, " + bytesText(double(gpu.memoryBytes)),
                        ""});
  return findings;
}

static Finding lookAtNvrtc() {
  Result<Nvrtc> nvrtc = Nvrtc::open();
  if (!nvrtc)
    return {"NVRTC", false, nvrtc.problem().what, nvrtc.problem().remedy};
  std::string architectures;
  for (int number : nvrtc->architectures())
    architectures += " sm_" + std::to_string(number);
  return {"NVRTC", true, nvrtc->version() + " for" + architectures, ""};
}

static Finding lookAtCublas() {
  SharedLibrary cublas({"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"});
  auto *version = functionOf<std::size_t()>(cublas, "cublasLtGetVersion");
  if (!version)
    return {"cuBLASLt", false, "libcublasLt not found", "not needed: models run on kernels of Tern's own"};
  return {"cuBLASLt", true, std::to_string(version()), ""};
}

static Finding lookAtNccl() {
  SharedLibrary nccl({"libnccl.so.2"});
  auto *getVersion = functionOf<int(int *)>(nccl, "ncclGetVersion");
  int version = 0;
  if (!getVersion || getVersion(&version) != 0)
    return {"NCCL", false, "libnccl.so.2 not found", "not needed: a model runs on one GPU"};
  return {"NCCL", true,
          std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
              std::to_string(version % 100),
          ""};
}

static int examine(bool json) {
  std::vector<Finding> findings = {lookAtCpu(), lookAtMemory()};
  for (Finding &finding : lookAtGpus())
    findings.push_back(std::move(finding));
  for (Finding finding : {lookAtNvrtc(), lookAtCublas(), lookAtNccl()})
    findings.push_back(std::move(finding));
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
