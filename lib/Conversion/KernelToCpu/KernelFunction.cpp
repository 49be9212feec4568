//===- KernelFunction.cpp - The frame of an emitted kernel ----------------===//

#include "lib/Conversion/KernelToCpu/KernelFunction.h"

#include "runtime/Cpu/KernelAbi.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <cstddef>

using namespace mlir;

namespace tern::cpu {

/// Parameters of the body after the operands, in order.
enum BodyParameter { Scratch, Dims, Begin, End, First, Problem, NumBodyParameters };

static LLVM::LLVMFuncOp createBody(OpBuilder &builder, Location loc, StringRef name, ArrayRef<int64_t> alignments) {
  auto ptr = LLVM::LLVMPointerType::get(builder.getContext());
  SmallVector<Type> types(alignments.size(), ptr);
  types.append({ptr, ptr, builder.getI64Type(), builder.getI64Type(), builder.getI1Type(), ptr});
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), types);
  auto body = LLVM::LLVMFuncOp::create(builder, loc, (name + ".body").str(), type, LLVM::Linkage::Internal);
  // Inlined into the function of the call, it would lose what its parameters say about overlap.
  body.setNoInline(true);
  for (auto [i, alignment] : llvm::enumerate(alignments)) {
    body.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
    body.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(), builder.getI64IntegerAttr(alignment));
  }
  unsigned scratch = alignments.size() + Scratch, dims = alignments.size() + Dims;
  body.setArgAttr(scratch, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  body.setArgAttr(scratch, LLVM::LLVMDialect::getAlignAttrName(), builder.getI64IntegerAttr(64));
  body.setArgAttr(dims, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  body.setArgAttr(dims, LLVM::LLVMDialect::getReadonlyAttrName(), builder.getUnitAttr());
  return body;
}

/// The exported function: reads the call and passes its fields on.
static void createEntry(OpBuilder &builder, Location loc, StringRef name, LLVM::LLVMFuncOp body, int64_t numOperands) {
  auto ptr = LLVM::LLVMPointerType::get(builder.getContext());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), {ptr});
  auto entry = LLVM::LLVMFuncOp::create(builder, loc, ("tern_" + name).str(), type);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(entry.addEntryBlock(builder));
  CodeBuilder b(builder, loc);
  Val call = b.wrap(entry.getArgument(0));
  auto field = [&](Type fieldType, size_t offset) { return b.load(fieldType, b.bytePointer(call, offset)); };
  Val operands = field(b.ptr, offsetof(TernKernelCall, operands));
  SmallVector<Value> arguments;
  for (int64_t i = 0; i < numOperands; ++i)
    arguments.push_back(b.load(b.ptr, operands, i).get());
  for (Val value :
       {field(b.ptr, offsetof(TernKernelCall, scratch)), field(b.ptr, offsetof(TernKernelCall, dims)),
        field(b.i64, offsetof(TernKernelCall, begin)), field(b.i64, offsetof(TernKernelCall, end)),
        field(b.i64, offsetof(TernKernelCall, first)) != 0, field(b.ptr, offsetof(TernKernelCall, problem))})
    arguments.push_back(value.get());
  LLVM::CallOp::create(builder, loc, body, arguments);
  LLVM::ReturnOp::create(builder, loc, ValueRange{});
}

void emitKernelFunction(ModuleOp module, Location loc, StringRef name, ArrayRef<int64_t> alignments,
                        llvm::function_ref<void(CodeBuilder &, const KernelFrame &)> emitBody) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  LLVM::LLVMFuncOp body = createBody(builder, loc, name, alignments);
  createEntry(builder, loc, name, body, alignments.size());
  builder.setInsertionPointToStart(body.addEntryBlock(builder));
  CodeBuilder b(builder, loc);
  KernelFrame frame;
  for (size_t i = 0; i < alignments.size(); ++i)
    frame.operands.push_back(b.wrap(body.getArgument(i)));
  auto parameter = [&](BodyParameter which) { return b.wrap(body.getArgument(alignments.size() + which)); };
  frame.scratch = parameter(Scratch);
  frame.dim = [dims = parameter(Dims)](int64_t index) {
    return dims.getBuilder().load(dims.getBuilder().i64, dims, index);
  };
  frame.begin = parameter(Begin);
  frame.end = parameter(End);
  frame.first = parameter(First);
  frame.problem = parameter(Problem);
  emitBody(b, frame);
  LLVM::ReturnOp::create(builder, loc, ValueRange{});
}

} // namespace tern::cpu
