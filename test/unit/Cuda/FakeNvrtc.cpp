//===- FakeNvrtc.cpp - An NVRTC that has one answer -----------------------===//

#include "FakeCuda.h"

#include <cstring>

extern "C" tern::testing::FakeCuda *ternFakeCuda();

namespace {

struct Program {
  std::string source, log;
};

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
  *program = new Program{source, ""};
  return 0;
}
int nvrtcDestroyProgram(void **program) {
  delete static_cast<Program *>(*program);
  return 0;
}
int nvrtcCompileProgram(void *program, int, const char *const *options) {
  auto &compiled = *static_cast<Program *>(program);
  ternFakeCuda()->compiled.push_back(std::string(options[0]) + " " +
                                     compiled.source.substr(0, compiled.source.find('\n')));
  if (compiled.source.find("#error") == std::string::npos)
    return 0;
  compiled.log = "gpu-0.cu(1): error: #error directive";
  return 6;
}
int nvrtcGetProgramLogSize(void *program, std::size_t *size) {
  *size = static_cast<Program *>(program)->log.size() + 1;
  return 0;
}
int nvrtcGetProgramLog(void *program, char *log) {
  std::strcpy(log, static_cast<Program *>(program)->log.c_str());
  return 0;
}
int nvrtcGetCUBINSize(void *, std::size_t *size) {
  *size = ternFakeCuda()->nvrtcCubin.size();
  return 0;
}
int nvrtcGetCUBIN(void *, char *cubin) {
  const std::string &made = ternFakeCuda()->nvrtcCubin;
  std::memcpy(cubin, made.data(), made.size());
  return 0;
}

} // extern "C"
