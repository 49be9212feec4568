//===- DeviceSource.h - The device headers as one text -----------*- C++ -*-===//
//
// Generated kernels call functions of the headers beside this file. A kernel's source carries them along, so that it
// can be compiled, read and run wherever it goes, by NVRTC without any header.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_DEVICESOURCE_H
#define TERN_RUNTIME_CUDA_DEVICE_DEVICESOURCE_H

#include <string_view>

namespace tern {

/// All device headers in the order of their dependencies, without `#include` lines: CUDA C++17, namespace tern.
std::string_view deviceSource();

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_DEVICESOURCE_H
