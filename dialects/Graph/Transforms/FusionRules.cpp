//===- FusionRules.cpp - What can run together, and what it is worth ------===//

#include "dialects/Graph/Transforms/FusionRules.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// A linear layer on a weight of the module whose tiles can be laid out ahead of time.
static bool readsTiles(LinearOp linear) {
  auto load = linear.getWeight().getDefiningOp<LoadWeightOp>();
  return load && cast<SymbolicTensorType>(load.getType()).hasStaticShape();
}

OpClass graph::classify(Operation *op) {
  return llvm::TypeSwitch<Operation *, OpClass>(op)
      .Case<LoadWeightOp, ConstantOp>([](auto) { return OpClass::Free; })
      .Case([](LinearOp linear) { return readsTiles(linear) ? OpClass::Linear : OpClass::Serial; })
      .Case<AttentionOp>([](auto) { return OpClass::Attention; })
      .Case<EmbeddingOp, QuantizeOp, RmsNormOp, LayerNormOp, SoftmaxOp, RopeOp, RopeTableOp, RotateOp, AppendStateOp,
            ReshapeOp, TransposeOp, SliceOp, ConcatOp, GatherOp, CastOp, ReduceOp>([](auto) { return OpClass::Rows; })
      .Default([](Operation *other) { return isElementwise(other) ? OpClass::Rows : OpClass::Serial; });
}

bool graph::isElementwise(Operation *op) {
  return isa<SiluOp, GeluOp, GeluTanhOp, ReluOp, ReluSquaredOp, SigmoidOp, TanhOp, SoftplusOp, ExpOp, LogOp, SqrtOp,
             RsqrtOp, NegOp, AbsOp, SoftCapOp, GatedOp, AddOp, SubOp, MulOp, DivOp, MaximumOp, MinimumOp, CompareOp,
             SelectOp, CastOp>(op);
}

int64_t graph::bytesOf(Value value) {
  constexpr int64_t context = 1024;
  auto type = cast<SymbolicTensorType>(value.getType());
  const StorageFormatInfo &format = storageFormatInfo(type.getStorageFormat());
  int64_t elements = 1;
  for (Attribute dim : type.getDims()) {
    auto size = dyn_cast<IntegerAttr>(dim);
    int64_t count = size ? size.getInt() : cast<StringAttr>(dim).getValue() == "C" ? context : 1;
    if (llvm::MulOverflow(elements, count, elements))
      return INT64_MAX;
  }
  return elements / format.blockLength * format.blockBytes;
}
