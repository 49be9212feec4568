//===- EmitKernel.cpp - Which generator writes a kernel -------------------===//

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelCode/RowsKernel.h"

namespace tern::code {

void emitKernel(TensorEmitter &e) {
  switch (e.function.getSchedule().getKind()) {
  case kernel::Kind::Rows:
  case kernel::Kind::Serial:
    return emitRowsKernel(e);
  case kernel::Kind::Attention:
    return emitAttentionKernel(e);
  case kernel::Kind::Linear:
    return emitLinearKernel(e);
  }
}

} // namespace tern::code
