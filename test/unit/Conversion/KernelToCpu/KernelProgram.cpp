//===- KernelProgram.cpp - Scheduled programs against the interpreter -----===//

#include "test/unit/Conversion/KernelToCpu/KernelProgram.h"

#include "runtime/Base/Half.h"
#include "runtime/Packing/Pack.h"
#include "runtime/Packing/QuantizedActivations.h"
#include "tern/Conversion/KernelToCpu.h"
#include "tern/Target/ObjectCode.h"

#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstring>
#include <set>

#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;
using namespace tern::cpu;
using graph::SymbolicTensorType;

//===----------------------------------------------------------------------===//
// Numbers in memory
//===----------------------------------------------------------------------===//

static int64_t sizeOf(Attribute dim, const Sizes &sizes) {
  if (auto fixed = dyn_cast<IntegerAttr>(dim))
    return fixed.getInt();
  auto found = sizes.find(cast<StringAttr>(dim).str());
  EXPECT_NE(found, sizes.end()) << cast<StringAttr>(dim).str();
  return found == sizes.end() ? 1 : found->second;
}

static Shape shapeOf(SymbolicTensorType type, const Sizes &sizes) {
  Shape shape;
  for (Attribute dim : type.getDims())
    shape.push_back(sizeOf(dim, sizes));
  return shape;
}

static int64_t rowsOf(ArrayRef<int64_t> shape) { return shape.empty() ? 1 : numElements(shape.drop_back()); }

template <typename T> static void append(Bytes &bytes, T value) {
  auto *first = reinterpret_cast<const uint8_t *>(&value);
  bytes.insert(bytes.end(), first, first + sizeof(T));
}

/// Elements of a tensor as kernels find them.
static Bytes encode(const Tensor &tensor) {
  Bytes bytes;
  for (int64_t i = 0; i < tensor.size(); ++i)
    switch (tensor.format()) {
    case StorageFormat::F64:
      append(bytes, double(tensor.floats()[i]));
      break;
    case StorageFormat::F32:
      append(bytes, tensor.floats()[i]);
      break;
    case StorageFormat::F16:
      append(bytes, floatToHalf(tensor.floats()[i]));
      break;
    case StorageFormat::BF16:
      append(bytes, floatToBfloat16(tensor.floats()[i]));
      break;
    case StorageFormat::I64:
      append(bytes, tensor.ints()[i]);
      break;
    case StorageFormat::I32:
      append(bytes, int32_t(tensor.ints()[i]));
      break;
    case StorageFormat::I16:
      append(bytes, int16_t(tensor.ints()[i]));
      break;
    default:
      append(bytes, uint8_t(tensor.ints()[i]));
    }
  return bytes;
}

static int64_t readInteger(StorageFormat format, const uint8_t *bytes) {
  int64_t wide = 0;
  std::memcpy(&wide, bytes, storageFormatInfo(format).blockBytes);
  return wrapInteger(format, wide);
}

/// A tensor from the bytes that kernels left; activations are decoded.
static Tensor decode(SymbolicTensorType type, ArrayRef<int64_t> shape, const Bytes &bytes, int64_t maxRows) {
  StorageFormat format = type.getStorageFormat();
  int64_t count = numElements(shape);
  if (storageFormatInfo(format).isInteger) {
    std::vector<int64_t> values;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(readInteger(format, bytes.data() + i * storageFormatInfo(format).blockBytes));
    return Tensor::fromInts(shape, values, format);
  }
  std::vector<float> values(count);
  if (storageFormatInfo(format).isActivation) {
    dequantizeRows(*quantizedLayout(format, maxRows, shape.back()), bytes.data(), rowsOf(shape), values.data());
    return Tensor::fromFloats(shape, values);
  }
  decodeToFloat(format, bytes.data(), values.data(), count);
  return Tensor::fromFloats(shape, values, format);
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

namespace {

/// Rows of stored blocks, decoded when asked for.
class BlockRows : public RowSource {
public:
  BlockRows(StorageFormat format, Bytes bytes, int64_t length)
      : format(format), bytes(std::move(bytes)), length(length), rowBytes(*storageBytes(format, 1, length)) {}
  void read(int64_t row, float *target) const override {
    decodeToFloat(format, bytes.data() + row * rowBytes, target, length);
  }

private:
  StorageFormat format;
  Bytes bytes;
  int64_t length, rowBytes;
};

} // namespace

/// Where the halves that scale a block lie.
static std::vector<uint32_t> scaleOffsets(StorageFormat format) {
  switch (format) {
  case StorageFormat::Q4_1:
  case StorageFormat::Q5_1:
  case StorageFormat::Q4_K:
  case StorageFormat::Q5_K:
    return {0, 2};
  case StorageFormat::Q6_K:
    return {208};
  default:
    return {0};
  }
}

KernelProgram::Operand KernelProgram::randomOperand(Type type, DictionaryAttr attrs, const Sizes &sizes) {
  auto tensor = cast<SymbolicTensorType>(type);
  Shape shape = shapeOf(tensor, sizes);
  StorageFormat format = tensor.getStorageFormat();
  int64_t count = numElements(shape);
  Operand operand;
  if (storageFormatInfo(format).isInteger) {
    std::vector<int64_t> values(count);
    auto given = attrs ? attrs.getAs<DenseI64ArrayAttr>("test.values") : DenseI64ArrayAttr();
    auto range = attrs ? attrs.getAs<DenseI64ArrayAttr>("test.range") : DenseI64ArrayAttr();
    std::uniform_int_distribution<int64_t> uniform(range ? range[0] : 0, range ? range[1] - 1 : 1);
    for (int64_t i = 0; i < count; ++i)
      values[i] = given ? given[i % given.size()] : uniform(generator);
    operand.tensor = Tensor::fromInts(shape, values, format);
  } else if (tensor.isBlockStorage()) {
    const StorageFormatInfo &info = storageFormatInfo(format);
    operand.bytes.resize(*storageBytes(format, rowsOf(shape), shape.back()));
    for (uint8_t &byte : operand.bytes)
      byte = static_cast<uint8_t>(generator());
    std::uniform_real_distribution<float> scale(0.01f, 0.02f);
    for (size_t block = 0; block < operand.bytes.size(); block += info.blockBytes)
      for (uint32_t offset : scaleOffsets(format)) {
        uint16_t half = floatToHalf(scale(generator));
        std::memcpy(operand.bytes.data() + block + offset, &half, 2);
      }
    operand.tensor = Tensor::lazy(shape, format, std::make_shared<BlockRows>(format, operand.bytes, shape.back()));
    return operand;
  } else {
    auto scaleAttr = attrs ? attrs.getAs<FloatAttr>("test.scale") : FloatAttr();
    float scale = scaleAttr ? scaleAttr.getValueAsDouble() : 1.0;
    std::uniform_real_distribution<float> uniform(-2 * scale, 2 * scale);
    std::vector<float> values(count);
    for (float &value : values)
      value = uniform(generator);
    operand.tensor = Tensor::fromFloats(shape, values, format);
  }
  operand.bytes = encode(operand.tensor);
  return operand;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

KernelProgram::KernelProgram(const std::string &text, int64_t capacity) : capacity(capacity) {
  MLIRContext &context = testContext();
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "the program does not parse";
    return;
  }
  std::set<std::string> names;
  module->walk([&](kernel::FuncOp function) {
    auto add = [&](Type type) {
      if (auto state = dyn_cast<kernel::StateType>(type))
        type = state.getTensor();
      for (Attribute dim : cast<SymbolicTensorType>(type).getDims())
        if (auto name = dyn_cast<StringAttr>(dim))
          names.insert(name.str());
    };
    llvm::for_each(function.getArgumentTypes(), add);
    llvm::for_each(function.getResultTypes(), add);
  });
  symbols = {"capacity"};
  symbols.insert(symbols.end(), names.begin(), names.end());
  Builder builder(&context);
  SmallVector<StringRef> references(symbols.begin(), symbols.end());
  (*module)->setAttr(kernel::symbolsAttrName, builder.getStrArrayAttr(references));
  FailureOr<CpuKernels> code = convertKernelsToCpu(*module, testTarget());
  if (failed(code)) {
    ADD_FAILURE() << "the kernels do not convert";
    return;
  }
  scratchBytes = code->scratchBytes;
  for (auto function : module->getOps<kernel::FuncOp>()) {
    OwningOpRef<ModuleOp> copy = cast<ModuleOp>(code->module->getOperation()->clone());
    kernels.emplace(function.getSymName().str(), CompiledKernel::load(*copy, function.getSymName().str()));
  }
  FailureOr<Interpreter> created = Interpreter::create(*module, {1});
  if (failed(created))
    ADD_FAILURE() << "the interpreter refuses the program";
  else
    interpreter.emplace(std::move(*created));
}

Bytes &KernelProgram::stateBytes(kernel::LoadStateOp load) {
  Bytes &bytes = states[load.getState().str()];
  SymbolicTensorType type = load.getResult().getType().getTensor();
  Sizes most = {{"B", 4}};
  int64_t count = 1;
  for (auto [axis, dim] : llvm::enumerate(type.getDims()))
    count *= axis == 1 && isa<StringAttr>(dim) ? capacity : sizeOf(dim, most);
  bytes.resize(count * storageFormatInfo(type.getStorageFormat()).blockBytes);
  return bytes;
}

/// Tasks of all spaces together.
static int64_t countTasks(kernel::FuncOp function, const Sizes &sizes) {
  int64_t all = 0;
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    int64_t count = 1;
    for (auto [dim, tile] : llvm::zip_equal(tasks.getDims(), tasks.getTiles()))
      count *= (sizeOf(dim, sizes) + tile - 1) / tile;
    all += count;
  }
  return all;
}

static int64_t maximumRows(kernel::FuncOp function, SymbolicTensorType type) {
  int64_t rows = 1;
  for (Attribute dim : type.getDims().drop_back(type.getRank() > 0))
    rows *= function.getMaximum(dim).value_or(1);
  return rows;
}

void KernelProgram::launch(kernel::LaunchOp op, llvm::DenseMap<Value, Bytes *> &values,
                           llvm::DenseMap<Value, Bytes *> &packed, const Sizes &sizes) {
  auto function = module->lookupSymbol<kernel::FuncOp>(op.getKernel());
  std::vector<Bytes *> operands;
  for (auto [index, operand] : llvm::enumerate(op.getOperands())) {
    bool inTiles = isa<SymbolicTensorType>(operand.getType()) && function.getLayout(index) == kernel::Layout::Tiles16;
    Bytes *&bytes = (inTiles ? packed : values)[operand];
    if (inTiles && !bytes) {
      auto type = cast<SymbolicTensorType>(operand.getType());
      Shape shape = shapeOf(type, sizes);
      auto format = packedFormatOf(type.getStorageFormat());
      buffers.push_back(std::make_unique<Bytes>(*packedBytes(*format, rowsOf(shape), shape.back())));
      bytes = buffers.back().get();
      packTiles(type.getStorageFormat(), values[operand]->data(), rowsOf(shape), shape.back(), 0,
                numTiles(rowsOf(shape)), bytes->data());
    }
    operands.push_back(bytes);
  }
  for (Value result : op.getResults()) {
    auto type = cast<SymbolicTensorType>(result.getType());
    Shape shape = shapeOf(type, sizes);
    StorageFormat format = type.getStorageFormat();
    int64_t count = storageFormatInfo(format).isActivation
                        ? quantizedLayout(format, maximumRows(function, type), shape.back())->bytes
                        : numElements(shape) * storageFormatInfo(format).blockBytes;
    buffers.push_back(std::make_unique<Bytes>(count, 0xAB));
    values[result] = buffers.back().get();
    operands.push_back(buffers.back().get());
  }
  std::vector<int64_t> dims = {capacity};
  for (size_t i = 1; i < symbols.size(); ++i)
    dims.push_back(sizes.count(symbols[i]) ? sizes.at(symbols[i]) : -1);
  CompiledKernel &kernel = kernels.at(op.getKernel().str());
  kernel.scratchBytes = scratchBytes;
  int64_t tasks = countTasks(function, sizes), pieces = std::min<int64_t>(tasks, 3);
  for (int64_t piece = 0; piece < pieces; ++piece)
    if (int64_t code = kernel.runOn(operands, dims, tasks * piece / pieces, tasks * (piece + 1) / pieces))
      problem = code;
}

std::vector<Tensor> KernelProgram::runCompiled(func::FuncOp function, std::vector<Operand> &arguments,
                                               const Sizes &sizes) {
  llvm::DenseMap<Value, Bytes *> values, packed;
  llvm::DenseMap<Value, int64_t> rows;
  for (auto [argument, operand] : llvm::zip_equal(function.getArguments(), arguments))
    values[argument] = &operand.bytes;
  std::vector<Tensor> outputs;
  for (Operation &op : function.front()) {
    if (auto load = dyn_cast<kernel::LoadStateOp>(op))
      values[load.getResult()] = &stateBytes(load);
    if (auto started = dyn_cast<kernel::LaunchOp>(op)) {
      launch(started, values, packed, sizes);
      for (Value result : started.getResults())
        rows[result] = maximumRows(module->lookupSymbol<kernel::FuncOp>(started.getKernel()),
                                   cast<SymbolicTensorType>(result.getType()));
    }
    if (isa<func::ReturnOp>(op))
      for (Value result : op.getOperands()) {
        auto type = cast<SymbolicTensorType>(result.getType());
        outputs.push_back(decode(type, shapeOf(type, sizes), *values[result], rows[result]));
      }
  }
  return outputs;
}

int64_t KernelProgram::problemOf(const std::string &name, const Sizes &sizes) {
  auto function = module->lookupSymbol<func::FuncOp>(name);
  std::vector<Operand> arguments;
  for (BlockArgument argument : function.getArguments())
    arguments.push_back(randomOperand(argument.getType(), function.getArgAttrDict(argument.getArgNumber()), sizes));
  problem = 0;
  results = runCompiled(function, arguments, sizes);
  return problem;
}

static void expectNear(const Tensor &got, const Tensor &want, double tolerance, size_t index) {
  ASSERT_EQ(got.shape(), want.shape());
  if (want.isInteger()) {
    EXPECT_EQ(got.ints(), want.ints()) << "result " << index;
    return;
  }
  double largest = 1;
  for (float value : want.floats())
    if (std::isfinite(value))
      largest = std::max(largest, double(std::fabs(value)));
  int64_t shown = 0;
  for (int64_t i = 0; i < want.size(); ++i) {
    float x = got.floats()[i], y = want.floats()[i];
    bool same = std::isnan(y) ? std::isnan(x) : x == y || std::fabs(double(x) - y) <= tolerance * largest;
    if (!same && shown++ < 5)
      ADD_FAILURE() << "result " << index << " at " << indexText(want.shape(), i) << ": got " << x << ", want " << y;
  }
  EXPECT_EQ(shown, 0) << "elements differ, of " << want.size();
}

void KernelProgram::expectAgrees(const std::string &name, const Sizes &sizes, double tolerance) {
  if (!module || !interpreter)
    return;
  auto function = module->lookupSymbol<func::FuncOp>(name);
  ASSERT_TRUE(function) << name;
  std::vector<Operand> arguments;
  std::vector<Tensor> tensors;
  for (BlockArgument argument : function.getArguments()) {
    arguments.push_back(randomOperand(argument.getType(), function.getArgAttrDict(argument.getArgNumber()), sizes));
    tensors.push_back(arguments.back().tensor);
  }
  problem = 0;
  results = runCompiled(function, arguments, sizes);
  EXPECT_EQ(problem, 0);
  FailureOr<SmallVector<Tensor>> reference = interpreter->call(name, tensors);
  ASSERT_TRUE(succeeded(reference));
  expected.assign(reference->begin(), reference->end());
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i < results.size(); ++i)
    expectNear(results[i], expected[i], tolerance, i);
}
