//===- ChooseLinearTasks.cpp - Tiles of products for GPUs -----------------===//
//
// With few tokens every weight is read once, whatever a task is: what counts is that all multiprocessors read all the
// time. A block of threads that streams weights fills a multiprocessor, so there is one for each, with as many tiles as
// that takes. Small matrices get a task a tile, as two blocks one after the other overlap, and a block with two does
// not begin earlier.
//
// With many tokens a block reads tiles x columns of weights and tokens x columns of activations for tiles x tokens
// sums, so larger blocks read less; but a few large blocks leave multiprocessors without work. Each block that device
// code has is given a time
//
//   blocks of the busiest multiprocessor x (the larger of its products and its reads + what a block takes besides)
//
// but no less than what all blocks read takes when all multiprocessors read; and the fastest one is taken.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"
#include "lib/Conversion/KernelToCuda/WeightRing.h"
#include "tern/Conversion/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::cuda;

#define DEBUG_TYPE "choose-linear-tasks"

namespace tern {
#define GEN_PASS_DEF_CHOOSELINEARTASKS
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

//===----------------------------------------------------------------------===//
// Blocks of device code
//===----------------------------------------------------------------------===//

std::optional<LinearBlock> tern::cuda::linearBlock(int64_t tiles, int64_t tokens, size_t weights, bool isQuantized) {
  if (weights == 0 || weights > 4 || tiles > 8 || !llvm::isPowerOf2_64(tiles) || tokens < 1 ||
      tokens > (isQuantized ? 64 : 128))
    return std::nullopt;
  LinearBlock block{tiles, std::max<int64_t>(32, llvm::PowerOf2Ceil(tokens))};
  constexpr int64_t warps = linearBlockThreads / 32;
  if (isQuantized) { // as QuantsBlock.h: a warp has a tile of a weight at a time, and 8 to 32 tokens
    int64_t warpTokens = block.tokens * tiles / warps;
    return warpTokens >= 8 && warpTokens <= 32 ? std::optional(block) : std::nullopt;
  }
  // As BlockShape of LinearBlock.h: a warp has 32 tokens and up to four tiles.
  int64_t warpTiles = std::min<int64_t>(tiles, weights == 1 ? 4 : weights == 2 ? 2 : 1);
  return tiles / warpTiles * (block.tokens / 32) <= warps ? std::optional(block) : std::nullopt;
}

static bool isQuantized(StorageFormat format) {
  return format == StorageFormat::I15_32 || format == StorageFormat::I8_32;
}

bool tern::cuda::canMultiplyInBlocks(PackedFormat format, StorageFormat input) {
  if (format == PackedFormat::BF16)
    return input == StorageFormat::F32 || input == StorageFormat::F16 || input == StorageFormat::BF16;
  return isQuantized(input) && format != PackedFormat::F16 && format != PackedFormat::F32;
}

int64_t tern::cuda::residentLinearBlocks(const CudaTarget &target) {
  constexpr int64_t reserved = 1 << 10; // of each block, by the system
  return std::clamp<int64_t>(target.sharedBytes / (linearBlockShared + reserved), 1, 2);
}

namespace {

//===----------------------------------------------------------------------===//
// What a kernel multiplies
//===----------------------------------------------------------------------===//

graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// A space of tasks.
struct Space {
  int64_t rows;
  size_t weights;
};

/// A kernel that blocks can compute.
struct Product {
  SmallVector<Space> spaces;
  int64_t columns, tokens;
  StorageFormat input;
};

/// Whether a block can compute `product`: it reads its input from memory, and its weight from tiles.
bool isForBlocks(kernel::FuncOp function, graph::LinearOp product) {
  auto input = dyn_cast<BlockArgument>(code::tensorUnderShape(product.getInput()));
  auto weight = dyn_cast<BlockArgument>(product.getWeight());
  if (!input || !weight || function.getLayout(weight.getArgNumber()) != kernel::Layout::Tiles16)
    return false;
  std::optional<PackedFormat> format = packedFormatOf(tensorOf(weight).getStorageFormat());
  return format && canMultiplyInBlocks(*format, tensorOf(input).getStorageFormat());
}

/// The most tokens of a space; nothing if that is not known.
std::optional<int64_t> tokensOf(kernel::FuncOp function, kernel::TasksAttr tasks) {
  int64_t tokens = 1;
  for (Attribute dim : tasks.getDims().drop_front()) {
    std::optional<int64_t> most = function.getMaximum(dim);
    if (!most || llvm::MulOverflow(tokens, *most, tokens))
      return std::nullopt;
  }
  return tokens;
}

/// What `function` multiplies, if blocks can.
std::optional<Product> productOf(kernel::FuncOp function) {
  Product product{{}, 0, 0, StorageFormat::F32};
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    SmallVector<graph::LinearOp> products = code::productsOf(function, tasks);
    std::optional<int64_t> tokens = tasks.getDims().empty() ? std::nullopt : tokensOf(function, tasks);
    if (products.empty() || !tokens)
      return std::nullopt;
    for (graph::LinearOp linear : products) {
      if (!isForBlocks(function, linear))
        return std::nullopt;
      product.columns = tensorOf(linear.getInput()).getStaticDim(-1).value_or(0);
      product.input = tensorOf(linear.getInput()).getStorageFormat();
    }
    product.tokens = *tokens;
    product.spaces.push_back({cast<IntegerAttr>(tasks.getDims().front()).getInt(), products.size()});
  }
  return product.columns > 0 ? std::optional(product) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// A block for every space of a kernel, and what it comes to.
struct Choice {
  LinearBlock block;
  int64_t blocks;
  double seconds;
};

/// mma.sync reaches so much of what the data sheet says of tensor cores (H100: 62 %).
constexpr double reached = 0.6;
/// A multiprocessor issues four instructions a cycle and reads up to 64 bytes of the second-level cache; where all of
/// them read, each gets half of that.
constexpr double cycles = 1.7e9, issued = 4 * cycles, readAlone = 64 * cycles, readTogether = 32 * cycles;
/// What a block takes besides: the first stages come in, the sums go out.
constexpr double secondsOfBlock = 2e-6;

/// Seconds that `block` takes for the products of 32 columns with all weights, as counted in the code for sm_90a.
double secondsOfColumns(const LinearBlock &block, size_t weights, StorageFormat input, const CudaTarget &target) {
  if (isQuantized(input)) { // instructions of a warp for its tile, and for eight tokens of that
    int64_t groups = block.tiles * block.tokens / 8;
    return weights * (80 * linearBlockThreads / 32 + 40 * groups) / issued;
  }
  int64_t numbers = input == StorageFormat::BF16 ? 1 : 2; // more bits are two numbers
  double products = 2.0 * 32 * block.tiles * 16 * weights * block.tokens * numbers;
  // Instructions of a warp for 16 columns of 32 tokens and its tiles, however many these are.
  int64_t warpTiles = std::min<int64_t>(block.tiles, weights == 1 ? 4 : weights == 2 ? 2 : 1);
  double instructions = 2 * 130.0 * (block.tiles / warpTiles) * (block.tokens / 32);
  return std::max(products / (reached * target.flopsPerSecond / target.multiprocessors), instructions / issued);
}

std::optional<Choice> choiceOf(const Product &product, int64_t tiles, int64_t tokens, const CudaTarget &target) {
  double slowest = 0, allBytes = 0;
  int64_t blocks = 0;
  std::optional<LinearBlock> block;
  for (const Space &space : product.spaces) {
    block = linearBlock(tiles, tokens, space.weights, isQuantized(product.input));
    if (!block)
      return std::nullopt;
    int64_t count = llvm::divideCeil(space.rows, tiles * 16) * llvm::divideCeil(product.tokens, tokens);
    // At most 4 bytes of an activation and 2 of a weight.
    double bytes = 32 * (tiles * 16 * 2 * double(space.weights) + tokens * 4);
    double seconds = std::max(secondsOfColumns(*block, space.weights, product.input, target), bytes / readAlone);
    slowest = std::max(slowest, product.columns / 32.0 * seconds + secondsOfBlock);
    allBytes += count * product.columns / 32.0 * bytes;
    blocks += count;
  }
  double seconds = std::max(llvm::divideCeil(blocks, target.multiprocessors) * slowest,
                            allBytes / (readTogether * target.multiprocessors) + secondsOfBlock);
  return Choice{*block, blocks, seconds};
}

/// The fastest; of two that are as fast, the one with more tokens, which reads weights less often.
std::optional<Choice> choose(const Product &product, const CudaTarget &target) {
  std::optional<Choice> best;
  for (int64_t tokens : {32, 64, 128})
    for (int64_t tiles : {1, 2, 4, 8}) {
      std::optional<Choice> choice = choiceOf(product, tiles, tokens, target);
      if (choice && (!best || choice->seconds <= best->seconds))
        best = choice;
    }
  return best;
}

/// Tiles of `tasks` for `block`: tokens of a task are neighbours, so inner dimensions go whole.
kernel::TasksAttr withBlock(kernel::FuncOp function, kernel::TasksAttr tasks, const LinearBlock &block) {
  SmallVector<int64_t> tiles(tasks.getTiles());
  tiles.front() = block.tiles * tileRows;
  int64_t room = block.tokens;
  for (size_t axis = tiles.size(); axis-- > 1;) {
    int64_t size = std::max<int64_t>(1, function.getMaximum(tasks.getDims()[axis]).value_or(1));
    tiles[axis] = std::min(size, room);
    room = size <= room ? room / size : 1;
  }
  return kernel::TasksAttr::get(tasks.getContext(), tasks.getRoots(), tasks.getDims(), tiles);
}

/// Tasks through which weights stream.
struct StreamTasks {
  SmallVector<int64_t> tiles; ///< Of a task of each space.
  int64_t count;
};

/// Deals out the tiles of all spaces, as many as `ofSpaces` has: a tile a task, if `resident` blocks a multiprocessor
/// take all of those at once; else as few more as let them, since a second wave would wait for the first, and the last
/// blocks for nobody. Where even a task for each multiprocessor has several, the wave is one of those.
StreamTasks dealOutTiles(ArrayRef<int64_t> ofSpaces, int64_t resident, const CudaTarget &target) {
  StreamTasks tasks{SmallVector<int64_t>(ofSpaces.size(), 1), 0};
  auto countOf = [&](size_t space) { return llvm::divideCeil(ofSpaces[space], tasks.tiles[space]); };
  auto count = [&] {
    int64_t all = 0;
    for (size_t space = 0; space < ofSpaces.size(); ++space)
      all += countOf(space);
    return all;
  };
  int64_t most = resident * target.multiprocessors;
  if (count() > 2 * target.multiprocessors)
    most = target.multiprocessors;
  // Tiles of no space are more than one above those of another, and the space with most tasks goes first.
  while ((tasks.count = count()) > most) {
    size_t next = 0;
    for (size_t space = 1; space < ofSpaces.size(); ++space)
      if (tasks.tiles[space] < tasks.tiles[next] ||
          (tasks.tiles[space] == tasks.tiles[next] && countOf(space) > countOf(next)))
        next = space;
    if (countOf(next) == 1)
      break; // more spaces than multiprocessors
    ++tasks.tiles[next];
  }
  return tasks;
}

struct ChooseLinearTasks : tern::impl::ChooseLinearTasksBase<ChooseLinearTasks> {
  using ChooseLinearTasksBase::ChooseLinearTasksBase;

  void runOnOperation() override {
    Result<CudaTarget> parsed = parseCudaTarget(target);
    if (!parsed) {
      getOperation().emitError() << parsed.problem().str();
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<kernel::FuncOp>())
      if (function.getSchedule().getKind() == kernel::Kind::Linear && !function->hasAttr(kernel::fixedTilesAttrName))
        schedule(function, *parsed);
  }

  static remark::RemarkOpts options() { return remark::RemarkOpts::name("Block").category(DEBUG_TYPE); }

  static bool hasManyTokens(kernel::FuncOp function) {
    return llvm::any_of(function.getTasks().getAsRange<kernel::TasksAttr>(), [&](kernel::TasksAttr tasks) {
      return !tasks.getDims().empty() && tokensOf(function, tasks).value_or(INT64_MAX) > mostTokensOfTiles;
    });
  }

  static void schedule(kernel::FuncOp function, const CudaTarget &target) {
    if (hasManyTokens(function))
      scheduleBlocks(function, target);
    else if (std::optional<WeightRing> ring = weightRing(function, target))
      scheduleStreams(function, *ring, target);
  }

  static void scheduleStreams(kernel::FuncOp function, const WeightRing &ring, const CudaTarget &target) {
    SmallVector<int64_t> ofSpaces;
    for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>())
      ofSpaces.push_back(llvm::divideCeil(cast<IntegerAttr>(tasks.getDims().front()).getInt(), int64_t(tileRows)));
    StreamTasks tasks = dealOutTiles(ofSpaces, ring.resident, target);
    setTiles(function, tasks.tiles, [](kernel::TasksAttr tasks, int64_t tiles) {
      SmallVector<int64_t> sizes(tasks.getTiles());
      sizes.front() = tiles * tileRows;
      return kernel::TasksAttr::get(tasks.getContext(), tasks.getRoots(), tasks.getDims(), sizes);
    });
    remark::passed(function.getLoc(), options()) << remark::add(
        "@{0}: {1} tiles of rows in {2} tasks for {3} multiprocessors, {4} at most in a task", function.getSymName(),
        llvm::sum_of(ofSpaces), tasks.count, target.multiprocessors, *llvm::max_element(tasks.tiles));
  }

  static void scheduleBlocks(kernel::FuncOp function, const CudaTarget &target) {
    std::optional<Product> product = productOf(function);
    std::optional<Choice> choice = product ? choose(*product, target) : std::nullopt;
    if (!choice) {
      remark::missed(function.getLoc(), options())
          << remark::reason("@{0}: device code has no block for its weights and input", function.getSymName());
      return;
    }
    SmallVector<int64_t> tiles(function.getTasks().size(), choice->block.tiles);
    setTiles(function, tiles,
             [&](kernel::TasksAttr tasks, int64_t) { return withBlock(function, tasks, choice->block); });
    remark::passed(function.getLoc(), options())
        << remark::add("@{0}: blocks of {1} rows and {2} tokens, {3} of them on {4} multiprocessors, take about {5} us",
                       function.getSymName(), choice->block.tiles * tileRows, choice->block.tokens, choice->blocks,
                       target.multiprocessors, llvm::formatv("{0:F1}", choice->seconds * 1e6).str());
  }

  /// Gives every space tasks that `change` makes, of as many tiles as `tiles` has for it, and what a task then moves.
  static void setTiles(kernel::FuncOp function, ArrayRef<int64_t> tiles,
                       llvm::function_ref<kernel::TasksAttr(kernel::TasksAttr, int64_t)> change) {
    SmallVector<Attribute> spaces;
    SmallVector<int64_t> bytes;
    auto moved = function->getAttrOfType<ArrayAttr>(kernel::taskBytesAttrName);
    for (auto [i, tasks] : llvm::enumerate(function.getTasks().getAsRange<kernel::TasksAttr>())) {
      spaces.push_back(change(tasks, tiles[i]));
      if (moved)
        bytes.push_back(cast<IntegerAttr>(moved[i]).getInt() * tiles[i] * tileRows /
                        std::max<int64_t>(1, tasks.getTiles().front()));
    }
    Builder builder(function.getContext());
    function.setTasksAttr(builder.getArrayAttr(spaces));
    if (moved)
      function->setAttr(kernel::taskBytesAttrName, builder.getI64ArrayAttr(bytes));
  }
};

} // namespace
