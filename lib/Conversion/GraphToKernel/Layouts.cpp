//===- Layouts.cpp - How weights and states lie in memory -----------------===//

#include "Layouts.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <utility>

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

/// Whether `use`, an operand, can read a weight in tiles of 16 rows.
static bool readsTiles(OpOperand &use) {
  return llvm::TypeSwitch<Operation *, bool>(use.getOwner())
      .Case([&](graph::LinearOp linear) { return &use == &linear.getWeightMutable(); })
      .Case([&](graph::ExpertLinearOp linear) { return &use == &linear.getWeightMutable(); })
      .Case([&](graph::EmbeddingOp embedding) { return &use == &embedding.getTableMutable(); })
      .Case<graph::DequantizeOp>([](auto) { return true; })
      .Default([](Operation *) { return false; });
}

void tern::chooseWeightLayouts(func::FuncOp function) {
  llvm::MapVector<StringAttr, std::pair<bool, bool>> readers; // by name: all can read tiles, one gains by them
  function.walk([&](graph::LoadWeightOp load) {
    // Stored blocks have no other layout in memory.
    bool isBlocks = cast<SymbolicTensorType>(load.getType()).isBlockStorage();
    auto &[allTiles, isLinear] = readers.try_emplace(load.getWeightAttr().getAttr(), true, isBlocks).first->second;
    for (OpOperand &use : load.getResult().getUses()) {
      allTiles &= readsTiles(use);
      isLinear |= isa<graph::LinearOp>(use.getOwner());
    }
  });
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  for (const auto &[name, use] : readers)
    if (use.first && use.second)
      kernel::setLayout(symbols.lookup(name), kernel::Layout::Tiles16);
}

/// What reads the contents of a state: through groups, which hand values out.
static void visitReaders(Value value, llvm::function_ref<void(OpOperand &)> visit) {
  for (OpOperand &use : value.getUses()) {
    auto yield = dyn_cast<graph::YieldOp>(use.getOwner());
    if (yield)
      visitReaders(yield->getParentOp()->getResult(use.getOperandNumber()), visit);
    else
      visit(use);
  }
}

/// The layout that the readers of `append`'s result ask for: lanes if attention reads it as keys, heads as values, and
/// rows for anything else or both.
static kernel::Layout layoutForReaders(graph::AppendStateOp append) {
  auto type = cast<SymbolicTensorType>(append.getResult().getType());
  if (type.getRank() != 4 || type.isInteger() || !type.getStaticDim(2) || !type.getStaticDim(3))
    return kernel::Layout::Rows;
  bool keys = false, values = false, others = false;
  visitReaders(append.getResult(), [&](OpOperand &use) {
    auto attention = dyn_cast<graph::AttentionOp>(use.getOwner());
    bool isKey = attention && &use == &attention.getKeyMutable();
    bool isValue = attention && &use == &attention.getValueMutable();
    keys |= isKey;
    values |= isValue;
    others |= !isKey && !isValue;
  });
  if (keys == values || others)
    return kernel::Layout::Rows;
  return keys ? kernel::Layout::Lanes16 : kernel::Layout::Heads;
}

graph::AppendStateOp tern::appendOf(Value value) {
  while (auto group = value.getDefiningOp<graph::GroupOp>())
    value = group.getBody().front().getTerminator()->getOperand(cast<OpResult>(value).getResultNumber());
  return value.getDefiningOp<graph::AppendStateOp>();
}

using StateLayouts = llvm::MapVector<StringAttr, kernel::Layout>;

/// Attention streams both keys and values or neither: gives rows to states whose attention cannot stream the other.
static void agreeOnAttention(func::FuncOp function, StateLayouts &layouts) {
  auto layoutOf = [&](Value value) {
    graph::AppendStateOp append = appendOf(value);
    return append ? &layouts[append.getStateAttr().getAttr()] : nullptr;
  };
  auto visit = [&](graph::AttentionOp attention) {
    kernel::Layout *key = layoutOf(attention.getKey()), *value = layoutOf(attention.getValue());
    if (key && value && *key == kernel::Layout::Lanes16 && *value == kernel::Layout::Heads)
      return WalkResult::advance();
    bool changed = false;
    for (kernel::Layout *layout : {key, value})
      if (layout && std::exchange(*layout, kernel::Layout::Rows) != kernel::Layout::Rows)
        changed = true;
    return changed ? WalkResult::interrupt() : WalkResult::advance();
  };
  while (function.walk(visit).wasInterrupted()) { // another attention may read a state that changed
  }
}

void tern::chooseStateLayouts(func::FuncOp function) {
  StateLayouts layouts;
  function.walk([&](Operation *op) {
    auto name = op->getAttrOfType<FlatSymbolRefAttr>("state");
    if (!name)
      return;
    auto append = dyn_cast<graph::AppendStateOp>(op);
    kernel::Layout layout = append ? layoutForReaders(append) : kernel::Layout::Rows;
    kernel::Layout &known = layouts.try_emplace(name.getAttr(), layout).first->second;
    if (known != layout)
      known = kernel::Layout::Rows;
  });
  agreeOnAttention(function, layouts);
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  for (auto [name, layout] : layouts)
    if (layout != kernel::Layout::Rows)
      kernel::setLayout(symbols.lookup(name), layout);
}
