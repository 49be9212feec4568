//===- FakeNvrtc.cpp - An NVRTC for the fake driver -----------------------===//

#include "FakeCuda.h"
#include "runtime/Base/MappedFile.h"
#include "runtime/Cuda/Emulation/EmulatedKernels.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>

using namespace tern;

extern "C" tern::testing::FakeCuda *ternFakeCuda();

namespace {

struct FakeProgram {
  std::string source, log, cubin;
};

/// The source as a library of emulated kernels.
Result<std::string> emulated(const std::string &source) {
  std::string folder = (std::filesystem::temp_directory_path() / "tern-fake-nvrtc-XXXXXX").string();
  if (!mkdtemp(folder.data()))
    return Problem{folder, "cannot be made", ""};
  std::string path = folder + "/kernels.so";
  if (Status made = compileEmulation(source, path); !made)
    return made.problem();
  Result<MappedFile> file = MappedFile::open(path);
  Result<std::string> bytes = file ? Result<std::string>(std::string(file->text())) : file.problem();
  std::filesystem::remove_all(folder);
  return bytes;
}

} // namespace

extern "C" {

int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 0;
  return 0;
}
int nvrtcGetNumSupportedArchs(int *count) {
  *count = 4;
  return 0;
}
int nvrtcGetSupportedArchs(int *numbers) {
  const int known[] = {80, 86, 90, 100};
  std::memcpy(numbers, known, sizeof(known));
  return 0;
}
const char *nvrtcGetErrorString(int) { return "an error"; }
int nvrtcCreateProgram(void **program, const char *source, const char *, int, const char *const *,
                       const char *const *) {
  *program = new FakeProgram{source, "", ""};
  return 0;
}
int nvrtcDestroyProgram(void **program) {
  delete static_cast<FakeProgram *>(*program);
  return 0;
}
int nvrtcCompileProgram(void *program, int, const char *const *options) {
  auto &compiled = *static_cast<FakeProgram *>(program);
  ternFakeCuda()->compiled.push_back(std::string(options[0]) + " " +
                                     compiled.source.substr(0, compiled.source.find('\n')));
  constexpr int compilationError = 6;
  if (compiled.source.find("#error") != std::string::npos) {
    compiled.log = "gpu-0.cu(1): error: #error directive";
    return compilationError;
  }
  compiled.cubin = ternFakeCuda()->nvrtcCubin;
  if (!compiled.cubin.empty())
    return 0;
  Result<std::string> made = emulated(compiled.source);
  if (made)
    compiled.cubin = std::move(*made);
  else
    compiled.log = made.problem().str();
  return made ? 0 : compilationError;
}
int nvrtcGetProgramLogSize(void *program, std::size_t *size) {
  *size = static_cast<FakeProgram *>(program)->log.size() + 1;
  return 0;
}
int nvrtcGetProgramLog(void *program, char *log) {
  std::strcpy(log, static_cast<FakeProgram *>(program)->log.c_str());
  return 0;
}
int nvrtcGetCUBINSize(void *program, std::size_t *size) {
  *size = static_cast<FakeProgram *>(program)->cubin.size();
  return 0;
}
int nvrtcGetCUBIN(void *program, char *cubin) {
  if (ternFakeCuda()->failures.erase("nvrtcGetCUBIN"))
    return 1;
  const std::string &made = static_cast<FakeProgram *>(program)->cubin;
  std::memcpy(cubin, made.data(), made.size());
  return 0;
}

} // extern "C"
