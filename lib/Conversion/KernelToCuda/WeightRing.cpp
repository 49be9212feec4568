//===- WeightRing.cpp - Shared memory that weights stream through ---------===//

#include "lib/Conversion/KernelToCuda/WeightRing.h"

#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"
#include "runtime/Packing/QuantizedActivations.h"

using namespace mlir;

namespace tern::cuda {

namespace {

graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// Tokens of an entry.
int64_t mostTokens(kernel::FuncOp function, graph::LinearOp product) {
  int64_t tokens = 1;
  for (Attribute dim : tensorOf(product.getResult()).getDims().drop_back())
    tokens *= function.getMaximum(dim).value_or(mostTokensOfTiles + 1);
  return tokens;
}

/// The format of a weight in tiles.
std::optional<PackedFormat> tiledFormat(kernel::FuncOp function, graph::LinearOp product) {
  auto weight = dyn_cast<BlockArgument>(product.getWeight());
  if (!weight || function.getLayout(weight.getArgNumber()) != kernel::Layout::Tiles16)
    return std::nullopt;
  return packedFormatOf(tensorOf(weight).getStorageFormat());
}

/// Up to four places, as many as a task's weights take; behind them lie sums.
WeightRing ringOfNumbers(int64_t weights, int64_t tiles, int64_t columns, int64_t tokens, const CudaTarget &target) {
  constexpr int64_t most = 4, placeBytes = 64;         // of a thread
  constexpr int64_t other = 4 << 10, least = 16 << 10; // what kernels need besides; left for that and for the input
  int64_t sumBytes = 2 * weights * std::min<int64_t>(tokens, 8);
  // Many threads, as each warp waits for memory most of the time; fewer where they would not fit.
  int64_t full = most * placeBytes + sumBytes, threads = 512 * full + least <= target.sharedBytes ? 512 : 256;
  int64_t steps = llvm::divideCeil(llvm::divideCeil(columns, 16), threads / 32);
  int64_t places = std::min<int64_t>(most, tiles * llvm::divideCeil(steps, weights == 1 ? 4 : weights == 2 ? 2 : 1));
  int64_t bytes = threads * (places * placeBytes + sumBytes);
  WeightRing ring{threads, bytes, tokens, 1, /*isOfQuants=*/false, places};
  int64_t inputBytes = 4 * columns;
  ring.leavesRoom = tokens == 1 && bytes + threads * full + 2 * inputBytes + other <= target.sharedBytes;
  return ring;
}

/// Bytes of four pieces of 32 columns (QuantStretch.h): four blocks, or half a block with all of its scales.
int64_t stretchBytes(PackedFormat format) {
  const PackedFormatInfo &info = packedFormatInfo(format);
  return info.columns == 256 ? info.scales / 2 + (info.bytes - info.scales) : 4 * info.bytes;
}

/// Tokens that share a pass, as QuantProduct.h has them.
int64_t quantTokens(int64_t tokens, int64_t weights) {
  int64_t most = weights == 1 ? 16 : weights == 2 ? 8 : 4;
  return tokens == 1 ? 1 : std::min((tokens + 3) / 4 * 4, most);
}

/// Bytes that the input of a product takes in shared memory: none if it lies in memory.
int64_t inputBytes(graph::LinearOp product, int64_t tokens) {
  graph::SymbolicTensorType type = tensorOf(product.getInput());
  if (isa<BlockArgument>(product.getInput()))
    return 0;
  std::optional<QuantizedLayout> layout =
      quantizedLayout(type.getStorageFormat(), tokens, type.getStaticDim(-1).value_or(0));
  return layout ? int64_t(layout->bytes) : INT64_MAX / 2;
}

/// `stretches` (bytes) and `weights` are the most of a space.
std::optional<WeightRing> ringOfQuants(graph::LinearOp product, int64_t stretches, int64_t weights, int64_t tokens,
                                       const CudaTarget &target) {
  int64_t other = (2 << 10) + inputBytes(product, tokens); // what kernels need besides
  int64_t sums = 2 * weights * quantTokens(tokens, weights) * 64;
  // On the way to a warp are `wanted` bytes, if they fit, but a stretch at least. Sixteen warps then have as much as
  // memory has under way at once; more would tie the code to GPUs with as much shared memory.
  constexpr int64_t wanted = 5 << 10;
  auto ring = [&](int64_t warps, int64_t resident) -> std::optional<WeightRing> {
    int64_t room = (target.sharedBytes / resident - other) / warps - sums;
    int64_t places = std::min(std::max<int64_t>(1, wanted / stretches), room / stretches);
    if (room < stretches)
      return std::nullopt;
    WeightRing ring{warps * 32, warps * (places * stretches + sums), tokens, resident, /*isOfQuants=*/true};
    ring.leavesRoom = resident == 2;
    return ring;
  };
  // Two blocks, where registers and memory allow: the weights of the next launch come while this one ends.
  std::optional<WeightRing> best = tokens == 1 && weights <= 2 ? ring(16, 2) : std::nullopt;
  if (!best)
    best = ring(16, 1);
  return best ? best : ring(8, 1);
}

} // namespace

std::optional<WeightRing> weightRing(kernel::FuncOp function, const CudaTarget &target) {
  SmallVector<graph::LinearOp> products(function.getBody().front().getOps<graph::LinearOp>());
  if (function.getSchedule().getKind() != kernel::Kind::Linear || products.empty())
    return std::nullopt;
  int64_t tokens = mostTokens(function, products.front());
  if (tokens > mostTokensOfTiles)
    return std::nullopt;
  StorageFormat input = tensorOf(products.front().getInput()).getStorageFormat();
  bool isQuantized = input == StorageFormat::I15_32 || input == StorageFormat::I8_32;
  int64_t weights = 1, stretches = 0, tiles = 1;
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    SmallVector<graph::LinearOp> ofSpace = code::productsOf(function, tasks);
    int64_t bytes = 0;
    for (graph::LinearOp product : ofSpace) {
      std::optional<PackedFormat> format = tiledFormat(function, product);
      if (!format || !canMultiplyInBlocks(*format, input))
        return std::nullopt;
      bytes += isQuantized ? stretchBytes(*format) : 0;
    }
    weights = std::max<int64_t>(weights, ofSpace.size());
    tiles = std::max<int64_t>(tiles, llvm::divideCeil(tasks.getTiles().front(), tileRows));
    stretches = std::max(stretches, bytes);
  }
  return isQuantized ? ringOfQuants(products.front(), stretches, weights, tokens, target)
                     : ringOfNumbers(weights, tiles, tensorOf(products.front().getInput()).getStaticDim(-1).value_or(0),
                                     tokens, target);
}

} // namespace tern::cuda
