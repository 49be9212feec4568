//===- DeviceSource.cpp - The device headers as one text ------------------===//

#include "runtime/Cuda/Device/DeviceSource.h"

namespace tern {

extern const char deviceHeaders[]; // made by tern_embed_text

std::string_view deviceSource() { return deviceHeaders; }

} // namespace tern
