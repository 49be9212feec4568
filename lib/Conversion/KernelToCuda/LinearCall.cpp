//===- LinearCall.cpp - Products with packed weights ----------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCuda/CudaEmitter.h"

using namespace mlir;

namespace tern::cuda {

/// How many weights one call of the device function multiplies.
static constexpr size_t maxWeights = 4;

static std::string activationType(StorageFormat format) {
  switch (format) {
  case StorageFormat::I15_32:
    return "tern::I15";
  case StorageFormat::I8_32:
    return "tern::I8";
  case StorageFormat::F16:
    return "tern::F16";
  case StorageFormat::BF16:
    return "tern::BF16";
  default:
    return "tern::F32";
  }
}

/// Whether all products of a kernel have weights of bf16 in tiles: then they stream through shared memory
/// (NumberProduct.h).
bool streamsNumbers(kernel::FuncOp function) {
  auto products = function.getBody().front().getOps<graph::LinearOp>();
  return !products.empty() && llvm::all_of(products, [&](graph::LinearOp product) {
    auto weight = dyn_cast<BlockArgument>(product.getWeight());
    return weight && function.getLayout(weight.getArgNumber()) == kernel::Layout::Tiles16 &&
           cast<graph::SymbolicTensorType>(weight.getType()).getStorageFormat() == StorageFormat::BF16;
  });
}

/// None if a weight does not lie in tiles.
std::optional<StreamedTiles> CudaEmitter::streamedTiles(kernel::TasksAttr tasks) {
  StreamedTiles tiles;
  for (graph::LinearOp product : productsOf(*this, tasks)) {
    std::optional<TensorPlace> place = placeOf(product.getWeight());
    std::optional<PackedFormat> format =
        place ? packedFormatOf(place->type.getStorageFormat()) : std::optional<PackedFormat>();
    if (!format || place->layout != kernel::Layout::Tiles16 || !place->type.getStaticDim(-1))
      return std::nullopt;
    tiles.formats.push_back(packedFormatType(*format));
    tiles.weights.push_back(place->pointer.get());
    tiles.columns = *place->type.getStaticDim(-1);
  }
  return tiles.weights.empty() ? std::nullopt : std::optional(tiles);
}

/// Tokens of an entry.
static int64_t mostTokens(kernel::FuncOp function) {
  auto product = *function.getBody().front().getOps<graph::LinearOp>().begin();
  int64_t tokens = 1;
  for (Attribute dim : cast<graph::SymbolicTensorType>(product.getResult().getType()).getDims().drop_back())
    tokens *= function.getMaximum(dim).value_or(8);
  return tokens;
}

/// The tiles of a task, if it has one of each weight; of numbers, the first columns of its tiles.
void CudaEmitter::prefetchWeights() {
  if (ring) {
    size_t most = 1;
    for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>())
      most = std::max(most, productsOf(*this, tasks).size());
    ring = scratch(numberRingBytes(threads, most, mostTokens(function)));
  }
  Val first = number(0);
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    std::optional<StreamedTiles> tiles = streamedTiles(tasks);
    if (!tiles || (!ring && tasks.getTiles().front() != int64_t(tileRows)))
      return;
    first = forEachTask(*this, tasks, first, [&](ArrayRef<TaskRange> ranges) {
      SmallVector<std::string> arguments = {std::to_string(threads)};
      SmallVector<Value> operands = {number(tiles->columns).get(), (ranges.front().begin >> 4).get()};
      if (ring) {
        Val begin = ranges.front().begin >> 4;
        bool isOne = tasks.getTiles().front() == int64_t(tileRows);
        operands.insert(operands.begin(), ring->get());
        operands.push_back((isOne ? begin + 1 : b.ceilDiv(ranges.front().end, tileRows)).get());
      } else {
        arguments.append(tiles->formats);
      }
      operands.append(tiles->weights);
      call(Type(), ring ? "startNumbers" : "prefetchTiles", arguments, operands);
    });
  }
}

/// The next launch may begin when this block has all it needs but weights that are on their way: weights of the next
/// would only be in their way.
void CudaEmitter::multiplyNumbers(const LinearTask &task, Value finish) {
  call(Type(), "allowNextLaunch", {}, {});
  SmallVector<Value> operands = {ring->get(),
                                 task.input.base.get(),
                                 number(task.input.columns).get(),
                                 task.range.tokenBegin.get(),
                                 task.range.tokenEnd.get(),
                                 task.range.tileBegin.get(),
                                 (task.range.isOneTile ? task.range.tileBegin + 1 : task.range.tileEnd).get(),
                                 finish};
  for (const LinearWeight &weight : task.weights)
    operands.push_back(weight.pointer.get());
  call(Type(), "linearNumbers",
       {activationType(task.input.format), std::to_string(threads), std::to_string(task.range.maxTokens)}, operands);
}

/// `linear` calls its last lambda once for each token and row of a tile, padding included, with the sums there.
void CudaEmitter::multiply(const LinearTask &task) {
  if (task.weights.size() > maxWeights)
    return fail(function, "a linear kernel of a GPU multiplies at most 4 weights");
  if (!requireUniform("a product"))
    return;
  bool isPadded = task.rows % tileRows != 0;
  SmallVector<Type> parameters = {b.i64, b.i64};
  parameters.append(task.weights.size(), b.f32);
  Value finish = lambda("finish", parameters, Type(), [&](ArrayRef<Val> values) {
    auto write = [&](Val row) {
      Index index = indexOfToken(*this, task.products.front(), values[0]);
      index.push_back(row);
      finishProducts(*this, task, index, values.drop_front(2));
    };
    if (isPadded)
      b.ifThen(values[1] < task.rows, [&] { write(b.here(values[1])); });
    else
      write(values[1]);
    return Val();
  });
  if (ring)
    return multiplyNumbers(task, finish);
  SmallVector<std::string> arguments = {activationType(task.input.format), std::to_string(threads),
                                        std::to_string(task.range.maxTokens)};
  SmallVector<Value> weights;
  for (const LinearWeight &weight : task.weights) {
    arguments.push_back(packedFormatType(weight.format));
    weights.push_back(weight.pointer.get());
  }
  auto tile = [&](Val number) {
    SmallVector<Value> operands = {task.input.base.get(),
                                   this->number(task.input.capacity).get(),
                                   this->number(task.input.columns).get(),
                                   task.range.tokenBegin.get(),
                                   task.range.tokenEnd.get(),
                                   number.get(),
                                   finish};
    operands.append(weights);
    call(Type(), "linear", arguments, operands);
  };
  if (task.range.isOneTile)
    return tile(task.range.tileBegin);
  b.forLoop(task.range.tileBegin, task.range.tileEnd, number(1), tile);
}

} // namespace tern::cuda
