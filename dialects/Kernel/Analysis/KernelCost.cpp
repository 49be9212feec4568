//===- KernelCost.cpp - What a kernel moves and computes ------------------===//

#include "dialects/Kernel/Analysis/KernelCost.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::kernel;
using graph::SymbolicTensorType;

namespace {

/// The bytes of `part` out of `all`, of which there are `bytes`.
double share(double bytes, double part, double all) { return all > 0 ? bytes * part / all : 0; }

class CostCounter {
public:
  CostCounter(FuncOp kernel, DictionaryAttr sizes) : kernel(kernel), sizes(sizes) {}

  std::optional<KernelCost> count() {
    KernelCost cost;
    for (BlockArgument argument : kernel.getArguments())
      cost.bytes += isa<StateType>(argument.getType()) ? bytesOfState(argument) : bytesOfInput(argument);
    for (Type result : kernel.getResultTypes())
      cost.bytes += bytesOf(result);
    kernel.walk([&](Operation *op) { cost.flops += flopsOf(op); });
    return isUnknown ? std::nullopt : std::optional<KernelCost>(cost);
  }

private:
  double sizeOf(Attribute dim) {
    auto size = dyn_cast<IntegerAttr>(dim);
    if (!size && sizes)
      size = sizes.getAs<IntegerAttr>(cast<StringAttr>(dim));
    isUnknown |= !size;
    return size ? static_cast<double>(size.getInt()) : 0;
  }
  double sizeOf(Value value, int64_t dim) { return sizeOf(cast<SymbolicTensorType>(value.getType()).getDim(dim)); }

  double elementsOf(Type type) {
    double elements = 1;
    for (Attribute dim : cast<SymbolicTensorType>(type).getDims())
      elements *= sizeOf(dim);
    return elements;
  }
  double elementsOf(Value value) { return elementsOf(value.getType()); }

  double bytesOf(Type type) {
    std::optional<int64_t> bytes = bytesAtMaxima(cast<SymbolicTensorType>(type), sizes);
    isUnknown |= !bytes;
    return static_cast<double>(bytes.value_or(0));
  }
  double bytesOf(Value value) { return bytesOf(value.getType()); }

  /// Keys that some query of an attention may see, of `C`: the last, with a window.
  template <typename Attention> double visibleKeys(Attention op) {
    double keys = sizeOf(op.getKey(), 1), queries = sizeOf(op.getQuery(), 1);
    return op.getWindow() ? std::min(keys, static_cast<double>(*op.getWindow()) + queries - 1) : keys;
  }

  /// Pairs of a query and a key that it may see, of one head and sequence.
  template <typename Attention> double visiblePairs(Attention op) {
    double keys = sizeOf(op.getKey(), 1), queries = sizeOf(op.getQuery(), 1), pairs = 0;
    double window = op.getWindow() ? static_cast<double>(*op.getWindow()) : keys;
    for (double after = 0; after < queries; ++after) { // positions behind that of the query
      pairs += std::clamp(keys - after, 0.0, window);
      if (op.getMask() != graph::Mask::Causal)
        pairs += std::min(after, keys);
    }
    return pairs;
  }

  /// Bytes of `operand` that its owner reads.
  double bytesRead(OpOperand &operand) {
    double whole = bytesOf(operand.get());
    return TypeSwitch<Operation *, double>(operand.getOwner())
        .Case([&](graph::EmbeddingOp op) {
          bool isTable = operand.get() == op.getTable();
          return isTable ? share(whole, elementsOf(op.getIds()), sizeOf(op.getTable(), 0)) : whole;
        })
        .Case([&](graph::GatherOp op) {
          bool isSource = operand.get() == op.getInput();
          return isSource ? share(whole, elementsOf(op.getResult()), elementsOf(op.getInput())) : whole;
        })
        .Case([&](graph::SliceOp op) { return share(whole, elementsOf(op.getResult()), elementsOf(op.getInput())); })
        .Case([&](graph::ExpertLinearOp op) {
          double experts = sizeOf(op.getWeight(), 0);
          bool isWeight = operand.get() == op.getWeight();
          return isWeight ? share(whole, std::min(experts, elementsOf(op.getExperts())), experts) : whole;
        })
        .Case<graph::AttentionOp, AttendPartOp>([&](auto op) {
          bool isContext = operand.get() == op.getKey() || operand.get() == op.getValue();
          return isContext ? share(whole, visibleKeys(op), sizeOf(op.getKey(), 1)) : whole;
        })
        .Default([&](Operation *) { return whole; });
  }

  /// An operand that several ops read comes from memory once.
  double bytesOfInput(Value value) {
    double bytes = 0;
    for (OpOperand &use : value.getUses())
      bytes += bytesRead(use);
    return std::min(bytes, bytesOf(value));
  }

  double bytesOfState(Value state) {
    double read = 0, written = 0;
    for (Operation *user : state.getUsers())
      TypeSwitch<Operation *>(user)
          .Case([&](ReadStateOp op) { read = std::max(read, bytesOfInput(op.getResult())); })
          .Case<WriteStateOp, AppendStateOp>([&](auto op) { written += bytesOf(op.getValue()); });
    return read + written;
  }

  double flopsOf(Operation *op) {
    return TypeSwitch<Operation *, double>(op)
        .Case<graph::LinearOp, graph::ExpertLinearOp>(
            [&](auto op) { return 2 * elementsOf(op.getResult()) * sizeOf(op.getInput(), -1); })
        .Case([&](graph::MatmulOp op) { return 2 * elementsOf(op.getResult()) * sizeOf(op.getLhs(), -1); })
        .Case<graph::AttentionOp, AttendPartOp>([&](auto op) {
          double headSizes = sizeOf(op.getQuery(), 3) + sizeOf(op.getValue(), 3);
          return 2 * headSizes * sizeOf(op.getQuery(), 0) * sizeOf(op.getQuery(), 2) * visiblePairs(op);
        })
        .Case([&](AttendCombineOp op) { return 2 * elementsOf(op.getPart()); })
        .Case([&](graph::ShortConvOp op) { return 2 * elementsOf(op.getResult()) * sizeOf(op.getWeight(), 1); })
        // Of each element of the state: what it forgets, its part of two products, and what it learns.
        .Case([&](graph::GatedDeltaRuleOp op) { return 7 * elementsOf(op.getState()) * sizeOf(op.getQuery(), 1); })
        .Case([&](graph::SelectiveScanOp op) { return 5 * elementsOf(op.getState()) * sizeOf(op.getInput(), 1); })
        .Case<graph::ReduceOp, graph::ArgmaxOp, graph::TopKOp>([&](auto op) { return elementsOf(op.getInput()); })
        .Case<graph::EmbeddingOp, graph::QuantizeOp, graph::DequantizeOp, graph::CastOp, graph::ReshapeOp,
              graph::TransposeOp, graph::SliceOp, graph::ConcatOp, graph::GatherOp, graph::ConstantOp, ReadStateOp>(
            [](auto) { return 0; })
        .Default([&](Operation *op) {
          double elements = 0;
          if (isa<graph::GraphDialect>(op->getDialect()))
            for (Type result : op->getResultTypes())
              elements += elementsOf(result);
          return elements;
        });
  }

  FuncOp kernel;
  DictionaryAttr sizes;
  bool isUnknown = false;
};

} // namespace

std::optional<KernelCost> tern::kernel::costOf(FuncOp kernel, DictionaryAttr sizes) {
  return CostCounter(kernel, sizes).count();
}

static double secondsAt(double amount, double ceiling) { return ceiling > 0 ? amount / ceiling : 0; }

double tern::kernel::floorSeconds(const KernelCost &cost, const Ceilings &ceilings) {
  return std::max(secondsAt(cost.bytes, ceilings.bytes), secondsAt(cost.flops, ceilings.flops));
}

bool tern::kernel::isMemoryBound(const KernelCost &cost, const Ceilings &ceilings) {
  return secondsAt(cost.bytes, ceilings.bytes) >= secondsAt(cost.flops, ceilings.flops);
}
