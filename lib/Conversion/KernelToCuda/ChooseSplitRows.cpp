//===- ChooseSplitRows.cpp - Products by warpgroups -----------------------===//
//
// After planning a value is a range of the arena: a launch reads what the last launch that wrote the very range left
// there. Operands of kernels that share a value in any launch of any entry are one class, and a class is split as a
// whole or not at all: each of its arguments must be the input of products that warpgroups can make, each of its
// results one that only such arguments read.
//
//===----------------------------------------------------------------------===//

#include "dialects/Plan/IR/Plan.h"
#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"
#include "lib/Conversion/KernelToCuda/SplitRows.h"
#include "tern/Conversion/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tern;
using namespace tern::cuda;

#define DEBUG_TYPE "choose-split-rows"

namespace tern {
#define GEN_PASS_DEF_CHOOSESPLITROWS
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

std::optional<cuda::SplitRows> tern::cuda::splitRows(kernel::FuncOp function, unsigned operand) {
  auto all = function->getAttrOfType<DenseI64ArrayAttr>(splitRowsAttrName);
  if (!all)
    return std::nullopt;
  for (ArrayRef<int64_t> rest = all.asArrayRef(); rest.size() >= 3; rest = rest.drop_front(3))
    if (rest[0] == int64_t(operand))
      return SplitRows{rest[1], rest[2]};
  return std::nullopt;
}

std::optional<int64_t> tern::cuda::groupBlocks(kernel::FuncOp function) {
  auto blocks = function->getAttrOfType<IntegerAttr>(groupBlocksAttrName);
  return blocks ? std::optional(blocks.getInt()) : std::nullopt;
}

int64_t tern::cuda::groupBlockShared(int64_t resident, const CudaTarget &target) {
  constexpr int64_t reserved = 1 << 10; // of each block, by the system
  constexpr int64_t other = 3 << 10;    // what kernels need besides
  return (target.sharedBytes + reserved) / resident - reserved - other;
}

namespace {

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// The largest number of elements; 0 if that is not known.
int64_t mostElements(kernel::FuncOp function, graph::SymbolicTensorType type) {
  int64_t count = 1;
  for (Attribute dim : type.getDims())
    if (std::optional<int64_t> most = function.getMaximum(dim); !most || llvm::MulOverflow(count, *most, count))
      return 0;
  return count;
}

/// A kernel whose products warpgroups can make.
struct GroupProducts {
  unsigned input; ///< The argument.
  SplitRows rows;
  int64_t parts; ///< Numbers of bfloat16 for one of the input.
  struct Space {
    int64_t rows, weights;
  };
  SmallVector<Space> spaces;
};

/// With as many tokens as tiles of bf16 have rows the time is that of reading weights, which smaller blocks do better.
constexpr int64_t fewestTokens = 65;

std::optional<GroupProducts> productsOfGroups(kernel::FuncOp function) {
  if (function.getSchedule().getKind() != kernel::Kind::Linear || function->hasAttr(kernel::fixedTilesAttrName))
    return std::nullopt;
  std::optional<GroupProducts> products;
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    SmallVector<graph::LinearOp> ofSpace = code::productsOf(function, tasks);
    if (ofSpace.empty() || ofSpace.size() > 2 || tasks.getDims().empty())
      return std::nullopt;
    for (graph::LinearOp product : ofSpace) {
      auto input = dyn_cast<BlockArgument>(code::tensorUnderShape(product.getInput()));
      auto weight = dyn_cast<BlockArgument>(product.getWeight());
      if (!input || !weight || function.getLayout(weight.getArgNumber()) != kernel::Layout::Tiles16 ||
          tensorOf(weight).getStorageFormat() != StorageFormat::BF16 ||
          (products && products->input != input.getArgNumber()))
        return std::nullopt;
      StorageFormat format = tensorOf(input).getStorageFormat();
      int64_t columns = tensorOf(product.getInput()).getStaticDim(-1).value_or(0);
      int64_t elements = mostElements(function, tensorOf(input));
      // Pieces are 64 columns of 8 rows.
      if ((format != StorageFormat::F32 && format != StorageFormat::BF16) || columns <= 0 || columns % 64 != 0 ||
          elements % (8 * columns) != 0 || elements / columns < fewestTokens)
        return std::nullopt;
      if (!products)
        products = {input.getArgNumber(), {elements / columns, columns}, format == StorageFormat::F32 ? 2 : 1, {}};
    }
    products->spaces.push_back({cast<IntegerAttr>(tasks.getDims().front()).getInt(), int64_t(ofSpace.size())});
  }
  // Nothing else may read the input.
  SmallVector<Value> values = {function.getBody().getArgument(products->input)};
  while (!values.empty())
    for (Operation *user : values.pop_back_val().getUsers()) {
      auto shape = dyn_cast<graph::ReshapeOp>(user);
      if (!shape && !isa<graph::LinearOp>(user))
        return std::nullopt;
      if (shape)
        values.push_back(shape.getResult());
    }
  return products;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

struct GroupChoice {
  LinearBlock block;
  int64_t resident, blocks;
  double seconds;
};

/// wgmma reaches so much of what the data sheet says of tensor cores.
constexpr double reached = 0.7;
/// Bytes a second of the second-level cache: of a multiprocessor alone, and of each where all of them read.
constexpr double readAlone = 64 * 1.7e9, readTogether = 32 * 1.7e9;
/// What a block takes besides: the first stages come in, the sums go out. Two on a multiprocessor do so in turns.
constexpr double secondsOfBlock = 3e-6;

std::optional<GroupChoice> choiceOf(const GroupProducts &products, const LinearBlock &block, int64_t resident,
                                    const CudaTarget &target) {
  double slowest = 0, allBytes = 0;
  int64_t blocks = 0;
  for (const GroupProducts::Space &space : products.spaces) {
    // As GroupShape of GroupBlock.h: 128 sums of a thread at most, and 64 where two blocks share the registers.
    int64_t tiles = block.tiles * space.weights, sums = tiles * 16 * block.tokens / linearBlockThreads;
    if (tiles > 16 || sums > 128 / resident)
      return std::nullopt;
    int64_t count = llvm::divideCeil(space.rows, block.tiles * 16) * llvm::divideCeil(products.rows.rows, block.tokens);
    double bytes = 2.0 * products.rows.columns * (tiles * 16 + products.parts * block.tokens);
    double flops = 2.0 * products.rows.columns * tiles * 16 * block.tokens * products.parts;
    slowest =
        std::max({slowest, flops / (reached * target.flopsPerSecond / target.multiprocessors), bytes / readAlone});
    allBytes += count * bytes;
    blocks += count;
  }
  int64_t busiest = llvm::divideCeil(blocks, target.multiprocessors);
  double seconds = std::max(busiest * slowest, allBytes / (readTogether * target.multiprocessors)) +
                   llvm::divideCeil(busiest, resident) * secondsOfBlock;
  return GroupChoice{block, resident, blocks, seconds};
}

std::optional<GroupChoice> choose(const GroupProducts &products, const CudaTarget &target) {
  std::optional<GroupChoice> best;
  for (int64_t resident : {2, 1})
    for (int64_t tokens : {64, 128})
      for (int64_t tiles : {4, 8, 16}) {
        std::optional<GroupChoice> choice = choiceOf(products, {tiles, tokens}, resident, target);
        if (choice && (!best || choice->seconds <= best->seconds))
          best = choice;
      }
  return best;
}

//===----------------------------------------------------------------------===//
// Classes of operands
//===----------------------------------------------------------------------===//

/// Number `operand` of a kernel: its arguments, then its results.
using Operand = std::pair<Operation *, unsigned>;

/// Which operands share values, and which must lie in rows.
struct SharedValues {
  llvm::EquivalenceClasses<Operand> classes;
  llvm::SetVector<Operand> inRows;

  void addEntry(plan::EntryOp entry, SymbolTable &symbols) {
    struct Definition {
      int64_t begin, end;
      Operand operand;
    };
    SmallVector<Definition> definitions;
    auto overlapping = [&](int64_t begin, int64_t end) {
      return llvm::make_filter_range(
          definitions, [=](const Definition &definition) { return definition.begin < end && begin < definition.end; });
    };
    for (auto launch : entry.getOps<plan::LaunchOp>()) {
      auto function = symbols.lookup<kernel::FuncOp>(launch.getKernel());
      unsigned numArguments = function.getNumArguments();
      for (auto [i, place] : llvm::enumerate(launch.getPlaces())) {
        auto arena = dyn_cast<plan::ArenaAttr>(place);
        if (!arena)
          continue;
        Operand operand{function, unsigned(i)};
        classes.insert(operand);
        int64_t begin = arena.getOffset(), end = begin + arena.getBytes();
        auto sources = llvm::to_vector(overlapping(begin, end));
        if (i < numArguments) {
          bool isWhole = sources.size() == 1 && sources[0].begin == begin && sources[0].end == end;
          if (isWhole)
            classes.unionSets(operand, sources[0].operand);
          else
            inRows.insert(operand);
          for (const Definition &source : sources)
            if (!isWhole)
              inRows.insert(source.operand);
          continue;
        }
        // What is written in place of an input would be read in another order.
        for (Attribute other : launch.getPlaces().getValue().take_front(numArguments))
          if (auto read = dyn_cast<plan::ArenaAttr>(other);
              read && read.getOffset() < end && begin < read.getOffset() + read.getBytes())
            inRows.insert(operand);
        llvm::erase_if(definitions,
                       [=](const Definition &definition) { return definition.begin < end && begin < definition.end; });
        definitions.push_back({begin, end, operand});
      }
    }
    for (auto output : entry.getOps<plan::OutputOp>())
      for (const Definition &definition : overlapping(output.getOffset(), output.getOffset() + 1))
        inRows.insert(definition.operand);
  }
};

struct ChooseSplitRows : tern::impl::ChooseSplitRowsBase<ChooseSplitRows> {
  using ChooseSplitRowsBase::ChooseSplitRowsBase;

  void runOnOperation() override {
    Result<CudaTarget> parsed = parseCudaTarget(target);
    if (!parsed) {
      getOperation().emitError() << parsed.problem().str();
      return signalPassFailure();
    }
    if (!parsed->hasWarpgroups)
      return;
    llvm::MapVector<Operation *, GroupProducts> products;
    for (auto function : getOperation().getOps<kernel::FuncOp>())
      if (std::optional<GroupProducts> found = productsOfGroups(function))
        products.insert({function, *found});
    SymbolTable symbols(getOperation());
    SharedValues values;
    for (auto entry : getOperation().getOps<plan::EntryOp>())
      values.addEntry(entry, symbols);
    for (auto &[function, found] : products)
      splitClass({function, found.input}, values, products, *parsed);
  }

  static remark::RemarkOpts options() { return remark::RemarkOpts::name("SplitRows").category(DEBUG_TYPE); }

  /// Whether `operand` can be split as `rows` says.
  static bool canSplit(const Operand &operand, const SplitRows &rows, const SharedValues &values,
                       const llvm::MapVector<Operation *, GroupProducts> &products) {
    if (values.inRows.contains(operand))
      return false;
    auto function = cast<kernel::FuncOp>(operand.first);
    if (operand.second >= function.getNumArguments()) {
      auto type =
          cast<graph::SymbolicTensorType>(function.getResultTypes()[operand.second - function.getNumArguments()]);
      return !type.isBlockStorage() && (type.getElementType().isF32() || type.getElementType().isBF16()) &&
             mostElements(function, type) == rows.rows * rows.columns;
    }
    auto found = products.find(operand.first);
    return found != products.end() && found->second.input == operand.second && found->second.rows.rows == rows.rows &&
           found->second.rows.columns == rows.columns;
  }

  static void splitClass(const Operand &input, const SharedValues &values,
                         const llvm::MapVector<Operation *, GroupProducts> &products, const CudaTarget &target) {
    auto function = cast<kernel::FuncOp>(input.first);
    if (splitRows(function, input.second))
      return;
    if (!values.classes.contains(input))
      return; // never launched
    const SplitRows &rows = products.find(input.first)->second.rows;
    auto members = llvm::to_vector(values.classes.members(input));
    auto inRows =
        llvm::find_if(members, [&](const Operand &member) { return !canSplit(member, rows, values, products); });
    if (inRows != members.end()) {
      remark::missed(function.getLoc(), options())
          << remark::reason("@{0}: its input lies in rows, as @{1} has it so", function.getSymName(),
                            cast<kernel::FuncOp>(inRows->first).getSymName());
      return;
    }
    for (const Operand &member : members) {
      auto owner = cast<kernel::FuncOp>(member.first);
      SmallVector<int64_t> all;
      if (auto before = owner->getAttrOfType<DenseI64ArrayAttr>(splitRowsAttrName))
        llvm::append_range(all, before.asArrayRef());
      all.append({int64_t(member.second), rows.rows, rows.columns});
      owner->setAttr(splitRowsAttrName, DenseI64ArrayAttr::get(owner.getContext(), all));
      if (auto found = products.find(member.first); found != products.end() && found->second.input == member.second)
        schedule(owner, found->second, target);
    }
  }

  static void schedule(kernel::FuncOp function, const GroupProducts &products, const CudaTarget &target) {
    GroupChoice choice = *choose(products, target);
    setLinearBlock(function, choice.block);
    function->setAttr(groupBlocksAttrName, Builder(function.getContext()).getI64IntegerAttr(choice.resident));
    remark::passed(function.getLoc(), options()) << remark::add(
        "@{0}: warpgroups multiply blocks of {1} rows and {2} tokens, {3} of them, {4} at once on each of "
        "{5} multiprocessors, in about {6} us",
        function.getSymName(), choice.block.tiles * int64_t(tileRows), choice.block.tokens, choice.blocks,
        choice.resident, target.multiprocessors, llvm::formatv("{0:F1}", choice.seconds * 1e6).str());
  }
};

} // namespace
