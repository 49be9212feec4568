//===- DeviceTypes.h - Types of device code by name --------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_DEVICETYPES_H
#define TERN_CONVERSION_KERNELTOCUDA_DEVICETYPES_H

#include "runtime/Packing/PackedFormat.h"

#include <string>

namespace tern::cuda {

/// The type that stands for a packed format in runtime/Cuda/Device/Formats.h: "tern::Q4_1".
std::string packedFormatType(PackedFormat format);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_DEVICETYPES_H
