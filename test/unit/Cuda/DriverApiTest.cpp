//===- DriverApiTest.cpp - Our declarations are those of CUDA -------------===//

#include "runtime/Cuda/DriverApi.h"

#include <gtest/gtest.h>

#ifdef TERN_HAS_CUDA_HEADERS
#include <cuda.h>
#endif

namespace {

TEST(DriverApi, IsThatOfTheHeaders) {
#ifdef TERN_HAS_CUDA_HEADERS
  using namespace tern::cuda;
  static_assert(success == CUDA_SUCCESS && outOfMemory == CUDA_ERROR_OUT_OF_MEMORY &&
                stubLibrary == CUDA_ERROR_STUB_LIBRARY && noDevice == CUDA_ERROR_NO_DEVICE &&
                invalidImage == CUDA_ERROR_INVALID_IMAGE && invalidContext == CUDA_ERROR_INVALID_CONTEXT &&
                noBinaryForGpu == CUDA_ERROR_NO_BINARY_FOR_GPU && eccUncorrectable == CUDA_ERROR_ECC_UNCORRECTABLE &&
                unsupportedPtxVersion == CUDA_ERROR_UNSUPPORTED_PTX_VERSION && notFound == CUDA_ERROR_NOT_FOUND &&
                illegalAddress == CUDA_ERROR_ILLEGAL_ADDRESS && launchTimeout == CUDA_ERROR_LAUNCH_TIMEOUT &&
                contextIsDestroyed == CUDA_ERROR_CONTEXT_IS_DESTROYED && deviceAssert == CUDA_ERROR_ASSERT &&
                hardwareStackError == CUDA_ERROR_HARDWARE_STACK_ERROR && launchFailed == CUDA_ERROR_LAUNCH_FAILED);
  static_assert(multiprocessorCount == CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT &&
                capabilityMajor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR &&
                capabilityMinor == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR &&
                sharedBytesPerBlockOptIn == CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN &&
                functionMaxThreads == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK &&
                functionSharedBytes == CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES &&
                functionMaxDynamicSharedBytes == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
  static_assert(static_cast<int>(streamNonBlocking) == CU_STREAM_NON_BLOCKING &&
                static_cast<int>(eventDisableTiming) == CU_EVENT_DISABLE_TIMING &&
                static_cast<int>(eventBlockingSync) == CU_EVENT_BLOCKING_SYNC &&
                static_cast<int>(captureThreadLocal) == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL &&
                static_cast<int>(programmaticStreamSerialization) ==
                    CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION);
  static_assert(sizeof(Code) == sizeof(CUresult) && sizeof(Device) == sizeof(CUdevice) &&
                sizeof(Address) == sizeof(CUdeviceptr));
  static_assert(sizeof(LaunchAttribute) == sizeof(CUlaunchAttribute) &&
                offsetof(LaunchAttribute, id) == offsetof(CUlaunchAttribute, id) &&
                offsetof(LaunchAttribute, value) == offsetof(CUlaunchAttribute, value));
  static_assert(sizeof(LaunchConfig) == sizeof(CUlaunchConfig) &&
                offsetof(LaunchConfig, gridX) == offsetof(CUlaunchConfig, gridDimX) &&
                offsetof(LaunchConfig, blockX) == offsetof(CUlaunchConfig, blockDimX) &&
                offsetof(LaunchConfig, sharedBytes) == offsetof(CUlaunchConfig, sharedMemBytes) &&
                offsetof(LaunchConfig, stream) == offsetof(CUlaunchConfig, hStream) &&
                offsetof(LaunchConfig, attributes) == offsetof(CUlaunchConfig, attrs) &&
                offsetof(LaunchConfig, attributeCount) == offsetof(CUlaunchConfig, numAttrs));
#else
  GTEST_SKIP() << "no CUDA headers here";
#endif
}

#ifdef TERN_HAS_CUDA_HEADERS
/// How many parameters a function has.
template <typename... Parameters> constexpr std::size_t countOf(CUresult (*)(Parameters...)) {
  return sizeof...(Parameters);
}
template <typename... Parameters> constexpr std::size_t countOf(int (*)(Parameters...)) {
  return sizeof...(Parameters);
}
/// The bytes of its parameters.
template <typename... Parameters> constexpr std::size_t bytesOf(CUresult (*)(Parameters...)) {
  return (sizeof(Parameters) + ... + 0);
}
template <typename... Parameters> constexpr std::size_t bytesOf(int (*)(Parameters...)) {
  return (sizeof(Parameters) + ... + 0);
}

TEST(DriverApi, FunctionsHaveTheParametersOfTheHeaders) {
  tern::cuda::Functions ours;
#define EXPECT_SAME(member, function)                                                                                  \
  EXPECT_EQ(countOf(ours.member), countOf(decltype (&function)(nullptr))) << #function;                                \
  EXPECT_EQ(bytesOf(ours.member), bytesOf(decltype (&function)(nullptr))) << #function
  EXPECT_SAME(init, cuInit);
  EXPECT_SAME(driverGetVersion, cuDriverGetVersion);
  EXPECT_SAME(getErrorName, cuGetErrorName);
  EXPECT_SAME(deviceGetName, cuDeviceGetName);
  EXPECT_SAME(deviceTotalMem, cuDeviceTotalMem);
  EXPECT_SAME(deviceGetAttribute, cuDeviceGetAttribute);
  EXPECT_SAME(primaryRetain, cuDevicePrimaryCtxRetain);
  EXPECT_SAME(primaryRelease, cuDevicePrimaryCtxRelease);
  EXPECT_SAME(contextPush, cuCtxPushCurrent);
  EXPECT_SAME(contextPop, cuCtxPopCurrent);
  EXPECT_SAME(memGetInfo, cuMemGetInfo);
  EXPECT_SAME(memAlloc, cuMemAlloc);
  EXPECT_SAME(memFree, cuMemFree);
  EXPECT_SAME(memAllocHost, cuMemAllocHost);
  EXPECT_SAME(memFreeHost, cuMemFreeHost);
  EXPECT_SAME(memcpyToDevice, cuMemcpyHtoDAsync);
  EXPECT_SAME(memcpyToHost, cuMemcpyDtoHAsync);
  EXPECT_SAME(memset8, cuMemsetD8Async);
  EXPECT_SAME(moduleLoadData, cuModuleLoadData);
  EXPECT_SAME(moduleGetFunction, cuModuleGetFunction);
  EXPECT_SAME(functionGetAttribute, cuFuncGetAttribute);
  EXPECT_SAME(functionSetAttribute, cuFuncSetAttribute);
  EXPECT_SAME(launchKernel, cuLaunchKernelEx);
  EXPECT_SAME(streamCreate, cuStreamCreate);
  EXPECT_SAME(streamSynchronize, cuStreamSynchronize);
  EXPECT_SAME(streamWriteValue32, cuStreamWriteValue32);
  EXPECT_SAME(beginCapture, cuStreamBeginCapture);
  EXPECT_SAME(endCapture, cuStreamEndCapture);
  EXPECT_SAME(graphInstantiate, cuGraphInstantiate);
  EXPECT_SAME(graphLaunch, cuGraphLaunch);
  EXPECT_SAME(eventCreate, cuEventCreate);
  EXPECT_SAME(eventRecord, cuEventRecord);
#undef EXPECT_SAME
}
#endif

/// The names that the toolkit's stub library exports are those that we look for.
TEST(DriverApi, NamesAreTheLibrarys) {
#define COUNT(member, name, ...) +1
  EXPECT_EQ(sizeof(tern::cuda::Functions), (0 TERN_CUDA_FUNCTIONS(COUNT)) * sizeof(void *));
#undef COUNT
}

} // namespace
