//===- LinearCall.cpp - Products with packed weights ----------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCuda/CudaEmitter.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"

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

/// None if a weight does not lie in tiles.
std::optional<StreamedTiles> CudaEmitter::streamedTiles(kernel::TasksAttr tasks) {
  StreamedTiles tiles;
  for (graph::LinearOp product : productsOf(function, tasks)) {
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

/// The template arguments that say how weights of `formats` stream.
SmallVector<std::string> CudaEmitter::streamArguments(ArrayRef<std::string> formats) const {
  SmallVector<std::string> arguments = {std::to_string(threads)};
  if (stream->isOfQuants) {
    arguments.append({std::to_string(stream->tokens), std::to_string(stream->bytes)});
    arguments.append(formats.begin(), formats.end());
  } else {
    arguments.push_back(std::to_string(stream->places));
  }
  return arguments;
}

/// The first columns of the tiles of a task are on their way.
void CudaEmitter::startWeights() {
  ring = scratch(stream->bytes);
  Val first = number(0);
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    std::optional<StreamedTiles> tiles = streamedTiles(tasks);
    if (!tiles)
      return;
    first = forEachTask(*this, tasks, first, [&](ArrayRef<TaskRange> ranges) {
      Val begin = ranges.front().begin >> 4;
      bool isOne = tasks.getTiles().front() == int64_t(tileRows);
      SmallVector<Value> operands = {ring->get(), number(tiles->columns).get(), begin.get(),
                                     (isOne ? begin + 1 : b.ceilDiv(ranges.front().end, tileRows)).get()};
      operands.append(tiles->weights);
      call(Type(), stream->isOfQuants ? "startQuants" : "startNumbers", streamArguments(tiles->formats), operands);
    });
  }
}

/// Where the next launch was not told to begin with this one, it may when this block has all it needs but weights that
/// are on their way: weights of the next would only be in their way.
void CudaEmitter::multiplyStream(const LinearTask &task, Value finish) {
  if (!stream->leavesRoom)
    call(Type(), "allowNextLaunch", {}, {});
  SmallVector<Value> operands = {ring->get(), task.input.base.get()};
  if (stream->isOfQuants)
    operands.push_back(number(task.input.capacity).get());
  operands.append({number(task.input.columns).get(), task.range.tokenBegin.get(), task.range.tokenEnd.get(),
                   task.range.tileBegin.get(),
                   (task.range.isOneTile ? task.range.tileBegin + 1 : task.range.tileEnd).get(), finish});
  SmallVector<std::string> formats;
  for (const LinearWeight &weight : task.weights) {
    formats.push_back(packedFormatType(weight.format));
    operands.push_back(weight.pointer.get());
  }
  SmallVector<std::string> arguments = {activationType(task.input.format)};
  arguments.append(streamArguments(formats));
  if (!stream->isOfQuants)
    arguments.push_back(std::to_string(task.range.maxTokens));
  call(Type(), stream->isOfQuants ? "linearQuants" : "linearNumbers", arguments, operands);
}

/// The block that device code computes `task` in, if it has many tokens; its input must lie in memory.
static std::optional<LinearBlock> blockOf(const LinearTask &task) {
  graph::LinearOp first = task.products.front();
  if (task.range.maxTokens <= mostTokensOfTiles || !isa<BlockArgument>(tensorUnderShape(first.getInput())) ||
      !llvm::all_of(task.weights,
                    [&](const LinearWeight &weight) { return canMultiplyInBlocks(weight.format, task.input.format); }))
    return std::nullopt;
  return linearBlock(task.range.maxTiles, task.range.maxTokens, task.weights.size(), task.input.isQuantized());
}

void CudaEmitter::multiplyBlock(const LinearTask &task, const LinearBlock &block, Value finish) {
  blocksOfNumbers |= !task.input.isQuantized();
  // A task of any space of the kernel has the same bytes.
  Val stages;
  if (blockStages) {
    stages = b.wrap(SharedOp::create(b.builder, b.loc, b.ptr, *blockStages));
  } else {
    blockStages = scratchUsed;
    stages = scratch(linearBlockShared);
  }
  SmallVector<std::string> arguments = {activationType(task.input.format), std::to_string(threads),
                                        std::to_string(block.tiles), std::to_string(block.tokens),
                                        std::to_string(linearBlockShared)};
  SmallVector<Value> operands = {stages.get(),
                                 task.input.base.get(),
                                 number(task.input.capacity).get(),
                                 number(task.input.columns).get(),
                                 task.range.tokenBegin.get(),
                                 task.range.tokenEnd.get(),
                                 task.range.tileBegin.get(),
                                 task.range.tileEnd.get(),
                                 finish};
  for (const LinearWeight &weight : task.weights) {
    arguments.push_back(packedFormatType(weight.format));
    operands.push_back(weight.pointer.get());
  }
  call(Type(), "linearBlock", arguments, operands);
}

/// `linear` calls its last lambda once for each token and row of a tile, padding included, with the sums there; so do
/// `linearNumbers` and `linearQuants` for those of all tiles and `linearBlock` for those of a block.
void CudaEmitter::multiply(const LinearTask &task) {
  if (task.weights.size() > maxWeights)
    return fail(function, "a linear kernel of a GPU multiplies at most 4 weights");
  if (!requireGroup("a product", Group::Block))
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
    return multiplyStream(task, finish);
  if (std::optional<LinearBlock> block = blockOf(task))
    return multiplyBlock(task, *block, finish);
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
