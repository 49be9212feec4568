//===- DriverApi.h - The part of the CUDA driver that Tern calls ---*- C++ -*-===//
//
// Declared here, because the runtime is built on machines without CUDA's headers; names, numbers and layouts are those
// of https://docs.nvidia.com/cuda/cuda-driver-api, and a test compares them with the headers where there are any.
// Functions carry the name that the library exports, version suffix included.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DRIVERAPI_H
#define TERN_RUNTIME_CUDA_DRIVERAPI_H

#include <cstddef>
#include <cstdint>

namespace tern::cuda {

using Code = int; ///< What functions answer: CUresult.
using Device = int;
using Address = std::uint64_t; ///< On the device: CUdeviceptr.
using Context = struct ContextTag *;
using Module = struct ModuleTag *;
using Function = struct FunctionTag *;
using Stream = struct StreamTag *;
using Event = struct EventTag *;
using Graph = struct GraphTag *;
using GraphExec = struct GraphExecTag *;

enum : Code {
  success = 0,
  outOfMemory = 2,
  stubLibrary = 34,
  noDevice = 100,
  invalidImage = 200,
  invalidContext = 201,
  noBinaryForGpu = 209,
  eccUncorrectable = 214,
  unsupportedPtxVersion = 222,
  notFound = 500,
  illegalAddress = 700,
  launchTimeout = 702,
  contextIsDestroyed = 709,
  deviceAssert = 710,
  launchFailed = 719,
  hardwareStackError = 714,
  invalidPc = 718,
};

/// Questions about a device.
enum : int {
  multiprocessorCount = 16,
  capabilityMajor = 75,
  capabilityMinor = 76,
  sharedBytesPerBlockOptIn = 97,
};

/// Questions about a function, and what can be set of it.
enum : int {
  functionMaxThreads = 0,
  functionSharedBytes = 1,
  functionMaxDynamicSharedBytes = 8,
};

enum : unsigned { streamNonBlocking = 1, eventDisableTiming = 2, eventBlockingSync = 1 };
enum : int { captureThreadLocal = 1 };

enum : int { programmaticStreamSerialization = 6 };

struct LaunchAttribute {
  int id = 0;
  std::uint32_t padding = 0;
  union {
    char bytes[64];
    int number;
  } value = {};
};

struct LaunchConfig {
  unsigned gridX = 1, gridY = 1, gridZ = 1;
  unsigned blockX = 1, blockY = 1, blockZ = 1;
  unsigned sharedBytes = 0;
  Stream stream = nullptr;
  LaunchAttribute *attributes = nullptr;
  unsigned attributeCount = 0;
};

/// Calls `apply(member, name, parameters...)` for each function.
#define TERN_CUDA_FUNCTIONS(apply)                                                                                     \
  apply(init, "cuInit", unsigned flags) apply(driverGetVersion, "cuDriverGetVersion", int *version) apply(             \
      getErrorName, "cuGetErrorName", Code code,                                                                       \
      const char **name) apply(getErrorString, "cuGetErrorString", Code code,                                          \
                               const char **text) apply(deviceGetCount, "cuDeviceGetCount", int *count)                \
      apply(deviceGet, "cuDeviceGet", Device *device, int ordinal) apply(                                              \
          deviceGetName, "cuDeviceGetName", char *name, int length,                                                    \
          Device device) apply(deviceTotalMem, "cuDeviceTotalMem_v2", std::size_t *bytes, Device device)               \
          apply(deviceGetAttribute, "cuDeviceGetAttribute", int *value, int attribute, Device device) apply(           \
              primaryRetain, "cuDevicePrimaryCtxRetain", Context *context,                                             \
              Device device) apply(primaryRelease, "cuDevicePrimaryCtxRelease_v2",                                     \
                                   Device device) apply(contextPush, "cuCtxPushCurrent_v2", Context context)           \
              apply(contextPop, "cuCtxPopCurrent_v2",                                                                  \
                    Context *context) apply(memGetInfo, "cuMemGetInfo_v2", std::size_t *available, std::size_t *total) \
                  apply(memAlloc, "cuMemAlloc_v2", Address *address, std::size_t bytes) apply(                         \
                      memFree, "cuMemFree_v2",                                                                         \
                      Address address) apply(memAllocHost, "cuMemAllocHost_v2", void **pointer,                        \
                                             std::size_t bytes) apply(memFreeHost, "cuMemFreeHost", void *pointer)     \
                      apply(memcpyToDevice, "cuMemcpyHtoDAsync_v2", Address to, const void *from, std::size_t bytes,   \
                            Stream stream)                                                                             \
                          apply(memcpyToHost, "cuMemcpyDtoHAsync_v2", void *to, Address from, std::size_t bytes,       \
                                Stream stream) apply(memset8, "cuMemsetD8Async", Address address,                      \
                                                     unsigned char value, std::size_t bytes, Stream stream)            \
                              apply(moduleLoadData, "cuModuleLoadData", Module *module,                                \
                                    const void *image) apply(moduleUnload, "cuModuleUnload", Module module)            \
                                  apply(moduleGetFunction, "cuModuleGetFunction", Function *function, Module module,   \
                                        const char *name)                                                              \
                                      apply(functionGetAttribute, "cuFuncGetAttribute", int *value, int attribute,     \
                                            Function function) apply(functionSetAttribute, "cuFuncSetAttribute",       \
                                                                     Function function, int attribute, int value)      \
                                          apply(launchKernel, "cuLaunchKernelEx", const LaunchConfig *config,          \
                                                Function function,                                                     \
                                                void **parameters, void **extra) apply(streamCreate, "cuStreamCreate", \
                                                                                       Stream *stream, unsigned flags) \
                                              apply(streamDestroy, "cuStreamDestroy_v2", Stream stream) apply(         \
                                                  streamSynchronize, "cuStreamSynchronize", Stream stream)             \
                                                  apply(streamWriteValue32, "cuStreamWriteValue32_v2", Stream stream,  \
                                                        Address address, std::uint32_t value, unsigned flags)          \
                                                      apply(beginCapture, "cuStreamBeginCapture_v2", Stream stream,    \
                                                            int mode) apply(endCapture, "cuStreamEndCapture",          \
                                                                            Stream stream, Graph *graph)               \
                                                          apply(graphInstantiate, "cuGraphInstantiateWithFlags",       \
                                                                GraphExec *exec, Graph graph,                          \
                                                                unsigned long long flags)                              \
                                                              apply(graphLaunch, "cuGraphLaunch", GraphExec exec,      \
                                                                    Stream stream)                                     \
                                                                  apply(graphDestroy, "cuGraphDestroy", Graph graph)   \
                                                                      apply(graphExecDestroy, "cuGraphExecDestroy",    \
                                                                            GraphExec exec)                            \
                                                                          apply(eventCreate, "cuEventCreate",          \
                                                                                Event *event, unsigned flags)          \
                                                                              apply(eventDestroy, "cuEventDestroy_v2", \
                                                                                    Event event)                       \
                                                                                  apply(eventRecord, "cuEventRecord",  \
                                                                                        Event event, Stream stream)    \
                                                                                      apply(eventSynchronize,          \
                                                                                            "cuEventSynchronize",      \
                                                                                            Event event)

/// The driver's functions, all of them there once Driver::open has answered.
struct Functions {
#define TERN_CUDA_MEMBER(member, name, ...) Code (*member)(__VA_ARGS__) = nullptr;
  TERN_CUDA_FUNCTIONS(TERN_CUDA_MEMBER)
#undef TERN_CUDA_MEMBER
};

} // namespace tern::cuda

#endif // TERN_RUNTIME_CUDA_DRIVERAPI_H
