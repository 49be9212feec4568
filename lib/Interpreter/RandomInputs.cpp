//===- RandomInputs.cpp - Arguments to try a function on ------------------===//

#include "RandomInputs.h"

#include "runtime/Base/RandomWeights.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

namespace {

/// What the uses of an integer parameter ask of its values.
struct IntegerRole {
  bool isPosition = false;
  int64_t smallest = 0;
  std::optional<int64_t> largest; ///< Of the use that allows least.

  void chooseBelow(std::optional<int64_t> count) {
    if (count)
      largest = std::min(largest.value_or(*count - 1), *count - 1);
  }
};

/// Sizes of dimensions, given by number or by name.
class Sizes {
public:
  explicit Sizes(const llvm::StringMap<int64_t> &dims) : dims(dims) {}

  std::optional<int64_t> of(Attribute dim) const {
    if (auto number = dyn_cast<IntegerAttr>(dim))
      return number.getInt();
    auto known = dims.find(cast<StringAttr>(dim).getValue());
    return known == dims.end() ? std::nullopt : std::optional<int64_t>(known->second);
  }

  std::optional<int64_t> of(Value value, int64_t axis) const {
    return of(cast<SymbolicTensorType>(value.getType()).getDim(axis));
  }

private:
  const llvm::StringMap<int64_t> &dims;
};

} // namespace

/// What all uses of `parameter` ask, found also behind reshapes and the like that keep its values.
static void collectRole(Value parameter, const Sizes &sizes, IntegerRole &role) {
  for (OpOperand &use : parameter.getUses())
    llvm::TypeSwitch<Operation *>(use.getOwner())
        .Case([&](graph::RopeOp op) { role.isPosition |= use.get() == op.getPositions(); })
        .Case([&](graph::AppendStateOp op) { role.isPosition |= use.get() == op.getPositions(); })
        .Case([&](graph::AttentionOp op) {
          role.isPosition |= use.get() == op.getPositions();
          if (use.get() != op.getLengths())
            return;
          role.smallest = 1;
          if (std::optional<int64_t> keys = sizes.of(op.getKey(), 1))
            role.chooseBelow(*keys + 1);
        })
        .Case([&](graph::EmbeddingOp op) { role.chooseBelow(sizes.of(op.getTable(), 0)); })
        .Case([&](graph::ExpertLinearOp op) { role.chooseBelow(sizes.of(op.getWeight(), 0)); })
        .Case([&](graph::GatherOp op) {
          if (use.get() == op.getIndices())
            role.chooseBelow(sizes.of(op.getInput(), op.getBatchDims()));
        })
        .Case<graph::ReshapeOp, graph::TransposeOp, graph::SliceOp, graph::ConcatOp, graph::CastOp>(
            [&](Operation *op) { collectRole(op->getResult(0), sizes, role); });
}

/// Integers of `shape` that suit `role`.
static Tensor randomIntegers(const RandomWeights &random, const IntegerRole &role, ArrayRef<int64_t> shape,
                             StorageFormat format) {
  std::vector<int64_t> values(numElements(shape));
  int64_t largest = role.largest.value_or(1);
  for (auto [i, value] : llvm::enumerate(values)) {
    double fraction = (random.uniform(i) + 1) / 2; // in [0, 1)
    value = role.isPosition ? static_cast<int64_t>(i) % (shape.empty() ? 1 : shape.back())
                            : role.smallest + static_cast<int64_t>(fraction * (largest - role.smallest + 1));
  }
  return Tensor::fromInts(shape, std::move(values), format);
}

FailureOr<SmallVector<Tensor>> tern::randomInputs(func::FuncOp function, uint64_t seed,
                                                  const llvm::StringMap<int64_t> &dims) {
  Sizes sizes(dims);
  SmallVector<Tensor> inputs;
  for (auto [index, parameter] : llvm::enumerate(function.getArguments())) {
    auto type = dyn_cast<SymbolicTensorType>(parameter.getType());
    if (!type || type.isBlockStorage())
      return function.emitError() << "random inputs are floats and integers, got parameter " << index << " of type "
                                  << parameter.getType();
    Shape shape;
    for (Attribute dim : type.getDims()) {
      std::optional<int64_t> size = sizes.of(dim);
      if (!size)
        return function.emitError() << "dimension " << graph::dimName(dim) << " of parameter " << index
                                    << " must be given a number";
      shape.push_back(*size);
    }
    RandomWeights random(seed, (function.getSymName() + "." + Twine(index)).str());
    if (type.isInteger()) {
      IntegerRole role;
      collectRole(parameter, sizes, role);
      inputs.push_back(randomIntegers(random, role, shape, type.getStorageFormat()));
      continue;
    }
    std::vector<float> values(numElements(shape));
    random.generate(0, 1, type.getStorageFormat(), 0, values.data(), values.size());
    inputs.push_back(Tensor::fromFloats(shape, std::move(values), type.getStorageFormat()));
  }
  return inputs;
}
