//===- AssignPrecision.cpp - Types and casts that a policy asks for -------===//

#include "dialects/Graph/Transforms/ModulePath.h"
#include "dialects/Graph/Transforms/Passes.h"
#include "dialects/Graph/Transforms/PrecisionPolicy.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

#define DEBUG_TYPE "graph-assign-precision"

namespace tern::graph {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

constexpr int64_t activationBlock = 32;

SymbolicTensorType typeOf(Value value) { return cast<SymbolicTensorType>(value.getType()); }

std::string text(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

remark::RemarkOpts remarkOptions() { return remark::RemarkOpts::name("Precision").category(DEBUG_TYPE); }

/// The format that the activations of `linear` get: what the policy says, or f32 with a remark if that cannot be.
StorageFormat chooseActivations(LinearOp linear, PrecisionPolicy &policy) {
  SymbolicTensorType input = typeOf(linear.getInput()), weight = typeOf(linear.getWeight());
  StorageFormat wanted = policy.activations(modulePath(linear.getLoc()), weight.isBlockStorage());
  if (!storageFormatInfo(wanted).isActivation)
    return wanted;
  std::string obstacle;
  if (!weight.isBlockStorage())
    obstacle = "the weight is not stored in blocks of integers";
  else if (!input.getStaticDim(-1) || *input.getStaticDim(-1) % activationBlock != 0)
    obstacle = "rows of " + dimName(input.getDim(-1)) + " are not whole blocks of " + std::to_string(activationBlock);
  if (obstacle.empty())
    return wanted;
  remark::missed(linear.getLoc(), remarkOptions()) << remark::reason("activations stay f32: {0}", obstacle);
  return StorageFormat::F32;
}

/// The input of `linear`, which is in f32, rounded to `format`.
Value roundInput(OpBuilder &builder, LinearOp linear, StorageFormat format) {
  SymbolicTensorType type = typeOf(linear.getInput()).withElementType(elementTypeOf(builder.getContext(), format));
  if (storageFormatInfo(format).isActivation)
    return QuantizeOp::create(builder, linear.getLoc(), type, linear.getInput());
  return CastOp::create(builder, linear.getLoc(), type, linear.getInput());
}

/// Rounds the inputs of every linear layer in `function`; layers that share an input share its rounded form.
void roundActivations(func::FuncOp function, PrecisionPolicy &policy) {
  llvm::DenseMap<std::tuple<Block *, Value, int>, Value> rounded;
  function.walk([&](LinearOp linear) {
    if (Type element = typeOf(linear.getInput()).getElementType(); !element.isF32()) {
      remark::missed(linear.getLoc(), remarkOptions())
          << remark::reason("activations stay {0}, which the program says", text(element));
      return;
    }
    StorageFormat format = chooseActivations(linear, policy);
    remark::passed(linear.getLoc(), remarkOptions())
        << remark::add("activations in {0}, weight in {1}, sums in f32", storageFormatInfo(format).name,
                       storageFormatInfo(typeOf(linear.getWeight()).getStorageFormat()).name);
    if (format == StorageFormat::F32)
      return;
    OpBuilder builder(linear);
    Value &value = rounded[{linear->getBlock(), linear.getInput(), static_cast<int>(format)}];
    if (!value)
      value = roundInput(builder, linear, format);
    linear.getInputMutable().set(value);
  });
}

/// Whether `use` reads a cache in whatever format it holds: keys or values of attention.
bool readsCache(OpOperand &use) {
  auto attention = dyn_cast<AttentionOp>(use.getOwner());
  return attention && (&use == &attention.getKeyMutable() || &use == &attention.getValueMutable());
}

/// Gives `state`, in f32 so far, the element type of `format`: what is written is cast before, and attention reads the
/// narrower type itself; other readers get a cast.
void narrowState(StateOp state, SymbolTable::UseRange uses, StorageFormat format) {
  Type element = elementTypeOf(state.getContext(), format);
  state.setTypeAttr(TypeAttr::get(state.getTensorType().withElementType(element)));
  for (SymbolTable::SymbolUse use : uses) {
    OpBuilder builder(use.getUser());
    if (auto append = dyn_cast<AppendStateOp>(use.getUser()))
      append.getValueMutable().set(CastOp::create(
          builder, append.getLoc(), typeOf(append.getValue()).withElementType(element), append.getValue()));
    for (Value result : use.getUser()->getResults()) {
      SymbolicTensorType before = typeOf(result);
      result.setType(before.withElementType(element));
      builder.setInsertionPointAfter(use.getUser());
      CastOp widened;
      for (OpOperand &reader : llvm::make_early_inc_range(result.getUses())) {
        if (readsCache(reader))
          continue;
        if (!widened)
          widened = CastOp::create(builder, use.getUser()->getLoc(), before, result);
        if (reader.getOwner() != widened)
          reader.set(widened);
      }
    }
  }
  remark::passed(state.getLoc(), remarkOptions())
      << remark::add("{0} cache in {1}", stringifyStateKind(state.getKind()), storageFormatInfo(format).name);
}

struct AssignPrecisionPass : public tern::graph::impl::AssignPrecisionBase<AssignPrecisionPass> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Result<PrecisionPolicy> parsed = PrecisionPolicy::parse(policy);
    if (!parsed) {
      emitError(module.getLoc()) << parsed.problem().str();
      return signalPassFailure();
    }
    for (auto function : module.getOps<func::FuncOp>())
      roundActivations(function, *parsed);
    for (auto state : module.getOps<StateOp>()) {
      StorageFormat format = parsed->state(state.getSymName());
      if (!state.isByPosition() || !state.getTensorType().getElementType().isF32() || format == StorageFormat::F32)
        continue;
      if (std::optional<SymbolTable::UseRange> uses = SymbolTable::getSymbolUses(state, module))
        narrowState(state, *uses, format);
    }
    for (const std::string &pattern : parsed->unusedRules()) {
      emitError(module.getLoc()) << "--precision: the rule for '" << pattern << "' fits no linear layer and no state";
      signalPassFailure();
    }
  }
};

} // namespace
