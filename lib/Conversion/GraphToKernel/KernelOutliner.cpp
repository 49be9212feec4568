//===- KernelOutliner.cpp - Ops of a group become a kernel ----------------===//

#include "KernelOutliner.h"
#include "dialects/Kernel/IR/Arrivals.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

//===----------------------------------------------------------------------===//
// KernelTable
//===----------------------------------------------------------------------===//

StringAttr KernelTable::unique(kernel::FuncOp kernel, StringRef stem) {
  kernel.setName("kernel");
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().useLocalScope());
  auto [known, isNew] = byText.try_emplace(text);
  if (!isNew) {
    kernel->erase();
    return known->second;
  }
  do {
    known->second = StringAttr::get(module.getContext(), stem + "_" + Twine(count++));
  } while (module.lookupSymbol(known->second));
  kernel.setName(known->second);
  return known->second;
}

//===----------------------------------------------------------------------===//
// KernelOutliner
//===----------------------------------------------------------------------===//

/// What a kernel takes: each once, in order of first use. A state is known by its name, a tensor as a value.
struct KernelOutliner::Arguments {
  llvm::MapVector<Value, DictionaryAttr> tensors;
  llvm::SetVector<Attribute> states;
  llvm::SetVector<Operation *> constants;
  SmallVector<Value> stateValues; ///< Values from outside that are the contents of a state.
};

kernel::StateType KernelOutliner::stateType(FlatSymbolRefAttr name) {
  auto state = SymbolTable::lookupNearestSymbolFrom<graph::StateOp>(entry, name);
  SmallVector<Attribute> dims(state.getTensorType().getDims());
  for (Attribute &dim : dims)
    if (auto symbol = dyn_cast<StringAttr>(dim))
      if (auto size = spec.sizes.find(symbol.getValue()); size != spec.sizes.end())
        dim = graph::staticDim(entry.getContext(), size->second);
  return kernel::StateType::get(entry.getContext(), state.getTensorType().withDims(dims), kernel::layoutOf(state));
}

/// The state that `op`, an op on states, names.
static FlatSymbolRefAttr namedState(Operation *op) { return op->getAttrOfType<FlatSymbolRefAttr>("state"); }

static bool isStateOp(Operation *op) { return isa<graph::ReadStateOp, graph::WriteStateOp, graph::AppendStateOp>(op); }

void KernelOutliner::addArgument(Value value, Operation *user, Arguments &arguments) {
  Operation *producer = value.getDefiningOp();
  if (isa_and_nonnull<graph::ConstantOp>(producer)) {
    arguments.constants.insert(producer);
    return;
  }
  if (FlatSymbolRefAttr state = stateOf(value)) {
    arguments.states.insert(state);
    arguments.stateValues.push_back(value);
    return;
  }
  NamedAttrList attributes;
  if (auto load = dyn_cast_or_null<graph::LoadWeightOp>(producer)) {
    auto weight = SymbolTable::lookupNearestSymbolFrom<graph::WeightOp>(entry, load.getWeightAttr());
    auto linear = dyn_cast_or_null<graph::LinearOp>(user); // none if the kernel hands the weight on
    bool streams = linear && linear.getWeight() == value;
    auto operandClass = streams ? kernel::OperandClass::Streamed : kernel::OperandClass::Resident;
    attributes.set(kernel::operandAttrName, kernel::OperandClassAttr::get(value.getContext(), operandClass));
    if (kernel::Layout layout = kernel::layoutOf(weight); layout != kernel::Layout::Rows)
      attributes.set(kernel::layoutAttrName, kernel::LayoutAttr::get(value.getContext(), layout));
  }
  arguments.tensors.insert({value, attributes.getDictionary(value.getContext())});
}

DictionaryAttr KernelOutliner::maxima(const Arguments &arguments, ArrayRef<Value> results) {
  NamedAttrList sizes;
  auto learn = [&](ArrayRef<Attribute> dims) {
    for (Attribute dim : dims)
      if (auto symbol = dyn_cast<StringAttr>(dim))
        if (auto maximum = spec.maxima.find(symbol.getValue()); maximum != spec.maxima.end())
          sizes.set(symbol, graph::staticDim(entry.getContext(), maximum->second));
  };
  for (const auto &[value, attributes] : arguments.tensors)
    learn(cast<SymbolicTensorType>(value.getType()).getDims());
  for (Attribute state : arguments.states)
    learn(stateType(cast<FlatSymbolRefAttr>(state)).getTensor().getDims());
  for (Value value : results)
    learn(cast<SymbolicTensorType>(value.getType()).getDims());
  return sizes.getDictionary(entry.getContext());
}

kernel::FuncOp KernelOutliner::makeKernel(const KernelPlan &plan, Arguments &arguments) {
  for (Operation *op : plan.ops) {
    for (Value operand : op->getOperands())
      if (!llvm::is_contained(plan.ops, operand.getDefiningOp()))
        addArgument(operand, op, arguments);
    if (isStateOp(op))
      arguments.states.insert(namedState(op));
  }
  for (Value result : plan.results) // a kernel may hand on what it was given
    if (!llvm::is_contained(plan.ops, result.getDefiningOp()))
      addArgument(result, nullptr, arguments);
  if (plan.arrivals) {
    NamedAttribute mark(StringAttr::get(entry.getContext(), kernel::arrivalsAttrName),
                        UnitAttr::get(entry.getContext()));
    arguments.tensors.insert({plan.arrivals, DictionaryAttr::get(entry.getContext(), mark)});
  }
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  for (const auto &[value, classAndLayout] : arguments.tensors) {
    types.push_back(value.getType());
    attributes.push_back(classAndLayout);
  }
  for (Attribute state : arguments.states) {
    types.push_back(stateType(cast<FlatSymbolRefAttr>(state)));
    attributes.push_back(DictionaryAttr::get(entry.getContext()));
  }
  OpBuilder builder(entry);
  SmallVector<Location> locations = llvm::map_to_vector(plan.ops, [](Operation *op) { return op->getLoc(); });
  auto type = builder.getFunctionType(types, ValueRange(plan.results).getTypes());
  auto result = kernel::FuncOp::create(builder, builder.getFusedLoc(locations), "kernel", type,
                                       /*sym_visibility=*/nullptr, builder.getArrayAttr(attributes),
                                       /*res_attrs=*/nullptr, plan.schedule, builder.getArrayAttr({}),
                                       maxima(arguments, plan.results));
  fillBody(result, plan, arguments);
  result.setTasksAttr(tileSpaces(result, spec));
  return result;
}

void KernelOutliner::fillBody(kernel::FuncOp kernel, const KernelPlan &plan, const Arguments &arguments) {
  Block &body = kernel.getBody().emplaceBlock();
  for (Type type : kernel.getArgumentTypes())
    body.addArgument(type, kernel.getLoc());
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  IRMapping mapping;
  for (auto [index, entry] : llvm::enumerate(arguments.tensors))
    mapping.map(entry.first, body.getArgument(index));
  llvm::DenseMap<Attribute, Value> states;
  for (auto [index, state] : llvm::enumerate(arguments.states))
    states[state] = body.getArgument(arguments.tensors.size() + index);
  for (Operation *constant : arguments.constants)
    builder.clone(*constant, mapping);
  for (Value value : arguments.stateValues) {
    if (mapping.contains(value))
      continue;
    Value state = states.lookup(this->states.lookup(value));
    Type tensor = cast<kernel::StateType>(state.getType()).getTensor();
    mapping.map(value, kernel::ReadStateOp::create(builder, kernel.getLoc(), tensor, state));
  }
  for (Operation *op : plan.ops) {
    Value state = isStateOp(op) ? states.lookup(namedState(op)) : Value();
    if (auto append = dyn_cast<graph::AppendStateOp>(op)) {
      kernel::AppendStateOp::create(builder, op->getLoc(), state, mapping.lookup(append.getValue()),
                                    mapping.lookup(append.getPositions()));
    } else if (auto write = dyn_cast<graph::WriteStateOp>(op)) {
      kernel::WriteStateOp::create(builder, op->getLoc(), state, mapping.lookup(write.getValue()));
    } else if (auto read = dyn_cast<graph::ReadStateOp>(op)) {
      Type tensor = cast<kernel::StateType>(state.getType()).getTensor();
      mapping.map(read.getResult(), kernel::ReadStateOp::create(builder, op->getLoc(), tensor, state));
    } else {
      builder.clone(*op, mapping);
    }
  }
  SmallVector<Value> results = llvm::map_to_vector(plan.results, [&](Value value) { return mapping.lookup(value); });
  kernel::ReturnOp::create(builder, kernel.getLoc(), results);
}

/// "rms_norm_quantize_linear": what a kernel does, each kind of op once.
static std::string stemOf(const KernelPlan &plan) {
  llvm::SetVector<StringRef> names;
  for (Operation *op : plan.ops)
    if (!isa<graph::ReshapeOp, graph::CastOp>(op) || plan.ops.size() == 1)
      names.insert(op->getName().stripDialect());
  return names.empty() ? "copy" : llvm::join(names, "_");
}

kernel::LaunchOp KernelOutliner::outline(const KernelPlan &plan, Operation *before, IRMapping &mapped) {
  Arguments arguments;
  kernel::FuncOp kernel = makeKernel(plan, arguments);
  Location location = kernel.getLoc();
  SmallVector<Type> resultTypes(kernel.getResultTypes());
  StringAttr name = table.unique(kernel, stemOf(plan));
  OpBuilder builder(before);
  SmallVector<Value> operands;
  for (const auto &[value, attributes] : arguments.tensors)
    operands.push_back(mapped.lookupOrDefault(value));
  for (Attribute state : arguments.states)
    operands.push_back(kernel::LoadStateOp::create(builder, location, stateType(cast<FlatSymbolRefAttr>(state)),
                                                   cast<FlatSymbolRefAttr>(state)));
  auto launch = kernel::LaunchOp::create(builder, location, resultTypes, FlatSymbolRefAttr::get(name), operands);
  for (auto [value, result] : llvm::zip_equal(plan.results, launch.getResults()))
    mapped.map(value, result);
  return launch;
}

int64_t KernelOutliner::maximumRows(SymbolicTensorType type) const {
  int64_t rows = 1;
  for (Attribute dim : type.getDims().drop_back()) {
    auto symbol = dyn_cast<StringAttr>(dim);
    auto maximum = symbol ? spec.maxima.find(symbol.getValue()) : spec.maxima.end();
    int64_t size = symbol ? (maximum == spec.maxima.end() ? 1 : maximum->second) : cast<IntegerAttr>(dim).getInt();
    if (llvm::MulOverflow(rows, size, rows))
      return INT64_MAX;
  }
  return rows;
}
