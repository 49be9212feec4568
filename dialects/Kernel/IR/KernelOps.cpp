//===- KernelOps.cpp - Kernels and launches -------------------------------===//

#include "dialects/Kernel/IR/Kernel.h"

#include "dialects/Graph/IR/GraphSyntax.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace tern::graph; // the assembly formats use the short spellings of graph types
using namespace tern::kernel;

//===----------------------------------------------------------------------===//
// FuncOp
//===----------------------------------------------------------------------===//

ParseResult tern::kernel::FuncOp::parse(OpAsmParser &parser, OperationState &state) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(parser, state, /*allowVariadic=*/false,
                                                  getFunctionTypeAttrName(state.name), buildType,
                                                  getArgAttrsAttrName(state.name), getResAttrsAttrName(state.name));
}

void tern::kernel::FuncOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult tern::kernel::FuncOp::verify() {
  for (Type type : getArgumentTypes()) // (C1)
    if (!isa<SymbolicTensorType, StateType>(type))
      return emitOpError() << "arguments must be graph tensors or states, got " << type;
  for (Type type : getResultTypes()) // (C1)
    if (!isa<SymbolicTensorType>(type))
      return emitOpError() << "results must be graph tensors, got " << type;
  llvm::SmallDenseSet<Attribute> known;
  auto learn = [&](Type type) {
    auto state = dyn_cast<StateType>(type);
    SymbolicTensorType tensor = state ? state.getTensor() : cast<SymbolicTensorType>(type);
    known.insert(tensor.getDims().begin(), tensor.getDims().end());
  };
  llvm::for_each(getArgumentTypes(), learn);
  llvm::for_each(getResultTypes(), learn);
  for (auto tasks : getTasks().getAsRange<TasksAttr>()) // (C4)
    for (Attribute dim : tasks.getDims())
      if (isa<StringAttr>(dim) && !known.contains(dim))
        return emitOpError() << "tasks run over " << dim << ", which is no dimension of an argument or result";
  return success();
}

LogicalResult tern::kernel::FuncOp::verifyRegions() {
  if (!getBody().hasOneBlock() || !isa<ReturnOp>(getBody().front().getTerminator())) // (C2)
    return emitOpError() << "body must be one block that ends in kernel.return";
  if (getBody().front().getTerminator()->getOperandTypes() != getResultTypes()) // (C1) of kernel.return
    return getBody().front().getTerminator()->emitOpError() << "must return the results " << getResultTypes();
  int64_t roots = getResultTypes().size() + getWrites().size();
  SmallVector<int> computed(roots);
  for (auto tasks : getTasks().getAsRange<TasksAttr>())
    for (int64_t root : tasks.getRoots()) {
      if (root < 0 || root >= roots)
        return emitOpError() << "tasks compute root " << root << ", and there are " << roots;
      ++computed[root];
    }
  for (auto [root, times] : llvm::enumerate(computed)) // (C3)
    if (times != 1)
      return emitOpError() << "root " << root << " must be computed by one space of tasks, got " << times;
  return success();
}

OperandClass tern::kernel::FuncOp::getOperandClass(unsigned index) {
  auto attribute = getArgAttrOfType<OperandClassAttr>(index, operandAttrName);
  return attribute ? attribute.getValue() : OperandClass::Dependent;
}

Layout tern::kernel::FuncOp::getLayout(unsigned index) {
  if (auto state = dyn_cast<StateType>(getArgumentTypes()[index]))
    return state.getLayout();
  auto attribute = getArgAttrOfType<LayoutAttr>(index, layoutAttrName);
  return attribute ? attribute.getValue() : Layout::Rows;
}

SmallVector<Operation *> tern::kernel::FuncOp::getWrites() {
  SmallVector<Operation *> writes;
  for (Operation &op : getBody().front())
    if (isa<WriteStateOp, AppendStateOp>(op))
      writes.push_back(&op);
  return writes;
}

std::optional<int64_t> tern::kernel::FuncOp::getMaximum(Attribute dim) {
  if (auto size = dyn_cast<IntegerAttr>(dim))
    return size.getInt();
  auto maximum = getMaxima() ? getMaxima()->getAs<IntegerAttr>(cast<StringAttr>(dim)) : IntegerAttr();
  return maximum ? std::optional(maximum.getInt()) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<tern::kernel::FuncOp>(*this, getKernelAttr());
  if (!kernel) // (C1)
    return emitOpError() << "must name a kernel.func of the module, got @" << getKernel();
  if (getOperandTypes() == TypeRange(kernel.getArgumentTypes()) &&
      getResultTypes() == TypeRange(kernel.getResultTypes())) // (C2)
    return success();
  InFlightDiagnostic error = emitOpError() << "operands and results must have the types of the kernel";
  error.attachNote(kernel.getLoc()) << "the kernel is declared here with " << kernel.getFunctionType();
  return error;
}

void LaunchOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : (*this)->getOpOperands())
    if (isa<StateType>(operand.get().getType())) {
      effects.emplace_back(MemoryEffects::Read::get(), &operand, StateResource::get());
      effects.emplace_back(MemoryEffects::Write::get(), &operand, StateResource::get());
    }
}

#define GET_OP_CLASSES
#include "dialects/Kernel/IR/KernelOps.cpp.inc"
