//===- TiledAttention.cpp - Attention by products of tiles ----------------===//

#include "lib/Conversion/KernelToCuda/TiledAttention.h"

#include "mlir/IR/Remarks.h"

#define DEBUG_TYPE "convert-kernel-to-cuda"

using namespace mlir;

namespace tern::cuda {

static bool isCacheOfHalves(Value tensor, kernel::Layout layout) {
  auto read = tensor.getDefiningOp<kernel::ReadStateOp>();
  return read && read.getState().getType().getLayout() == layout &&
         cast<graph::SymbolicTensorType>(tensor.getType()).getElementType().isF16();
}

static std::string elementName(Value tensor) {
  std::string name;
  llvm::raw_string_ostream(name) << cast<graph::SymbolicTensorType>(tensor.getType()).getElementType();
  return name;
}

bool isTiledAttention(const code::AttentionOperands &operands, int64_t maxRows) {
  auto isWhole = [](int64_t size) { return size > 0 && size % 16 == 0 && size <= 256; };
  return maxRows > 16 && isCacheOfHalves(operands.key, kernel::Layout::Lanes16) &&
         isCacheOfHalves(operands.value, kernel::Layout::Heads) && isWhole(operands.headSize) &&
         isWhole(operands.valueSize);
}

int64_t tiledAttentionBytes(const code::AttentionOperands &operands, int64_t threads) {
  int64_t both = operands.headSize + operands.valueSize, tile = both <= 128 ? 64 : both <= 256 ? 32 : 16;
  int64_t teams = threads == 256 ? 2 : 1, rows = threads / teams / 2;
  return 2 * teams * tile * (both * 2 + 16) + rows * operands.headSize * 4;
}

int64_t attentionThreads(kernel::FuncOp function, const CudaTarget &target) {
  constexpr int64_t oneTeam = 128, twoTeams = 256;
  auto tokens = [&](Value query) {
    return function.getMaximum(cast<graph::SymbolicTensorType>(query.getType()).getDim(1)).value_or(1);
  };
  ValueRange results = function.getBody().front().getTerminator()->getOperands();
  for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
    auto root = static_cast<size_t>(tasks.getRoots().front());
    std::optional<code::AttentionOperands> operands;
    if (root < results.size() && !tasks.getTiles().empty())
      operands = code::attentionOf(results[root]);
    if (!operands || operands->isPart ||
        !isTiledAttention(*operands, std::min(tasks.getTiles().back(), tokens(operands->query))) ||
        tiledAttentionBytes(*operands, twoTeams) > target.sharedBytes)
      return oneTeam;
  }
  return twoTeams;
}

void remarkTiledAttention(kernel::FuncOp function, const code::AttentionOperands &operands, int64_t maxRows) {
  auto options = remark::RemarkOpts::name("Attention").category(DEBUG_TYPE);
  if (isTiledAttention(operands, maxRows))
    remark::passed(operands.op->getLoc(), options)
        << remark::add("@{0}: products of tiles, {1} rows a task", function.getSymName(), maxRows);
  else if (maxRows > 16)
    remark::missed(operands.op->getLoc(), options) << remark::reason(
        "@{0}: tensor cores take keys in lanes16 and values in heads, both f16, and heads of 16 to 256 "
        "numbers in steps of 16; got {1} numbers of {2} and {3} of {4}",
        function.getSymName(), operands.headSize, elementName(operands.key), operands.valueSize,
        elementName(operands.value));
}

} // namespace tern::cuda
