//===- CudaEmitter.h - Kernels for a block of threads ------------*- C++ -*-===//
//
// A block of threads computes one task. Code is written once and run by all of its threads:
//
//   - outside the loops below every value is the same in all threads, computed by each for itself, and control flow
//     is too; here threads may meet at barriers;
//   - the elements of a row (`forRow`) are dealt out to the threads;
//   - what a row adds up to (`foldRow`) is added up by all threads and known to all after a reduction of the block;
//   - inside such a loop, and in lambdas that device functions call, each thread goes its own way: rows there are gone
//     through by one thread, and there are no barriers;
//   - many rows of scratch (`fillRows`) are dealt out to the warps. What is said of the block above then holds for each
//     warp; numbers are the same bits, as a row is combined in an order of its own (RowFolds.h);
//   - scratch is shared memory of the block, or of the warp in such a loop. Who fills it outside the loops over elements
//     is followed by a barrier.
//
// Products with packed weights and attention are device functions (runtime/Cuda/Device), which are handed lambdas for
// what comes before and after.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_CUDAEMITTER_H
#define TERN_CONVERSION_KERNELTOCUDA_CUDAEMITTER_H

#include "dialects/Cuda/IR/Cuda.h"
#include "lib/Conversion/KernelCode/TensorEmitter.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"
#include "lib/Conversion/KernelToCuda/SplitRows.h"
#include "lib/Conversion/KernelToCuda/WeightRing.h"

#include "llvm/ADT/DenseSet.h"

namespace tern::cuda {

using namespace code;

/// The weights that a space multiplies by, and how device functions are told their formats.
struct StreamedTiles {
  llvm::SmallVector<std::string> formats;
  llvm::SmallVector<mlir::Value> weights;
  int64_t columns = 0;
};

/// Threads that come by a place of the code together, with the same values.
enum class Group { Thread, Warp, Block };

class CudaEmitter : public TensorEmitter {
public:
  CudaEmitter(CodeBuilder &b, const KernelFrame &frame, kernel::FuncOp function,
              const llvm::StringMap<int64_t> &symbols, int64_t threads, const CudaTarget &target)
      : TensorEmitter(b, frame, function, symbols, /*vectorLanes=*/1), threads(threads), target(target),
        stream(weightRing(function, target)),
        thread(b.zeroExtend(b.i64, b.wrap(ThreadIndexOp::create(b.builder, b.loc, b.i32)))) {
    lastAtTop = thread.get().getDefiningOp();
  }

  const int64_t threads;
  const CudaTarget &target;

  /// Blocks that a multiprocessor is to hold at once, where shared memory or the registers of products bound them.
  std::optional<int64_t> residentBlocks() const {
    return stream                  ? std::optional(stream->resident)
           : attendsByTiles        ? std::optional<int64_t>(1)
           : groupBlocks(function) ? groupBlocks(function)
           : blocksOfNumbers       ? std::optional(residentLinearBlocks(target))
                                   : std::nullopt;
  }

  /// What comes before everything else: the next launch may begin, weights that tasks stream are fetched, and then the
  /// block waits for what launches before this one have written.
  void begin();

  Val scratch(int64_t bytes) override;
  void store(Val value, const TensorPlace &place, llvm::ArrayRef<Val> index) override;
  void forRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) override;
  void fillRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) override;
  void fillRows(Val count, int64_t atOnce, llvm::function_ref<void(Val)> body) override;
  bool copiesRows(int64_t atOnce) const override { return dealsOutRows(atOnce); }
  bool likesLongRows() const override { return group() == Group::Block; }
  Val foldRow(Fold kind, Val count, int64_t lanes, Val neutral, llvm::function_ref<Val(Val, int64_t)> body) override;
  void alone(llvm::function_ref<void()> body) override;
  void endRoot() override;

  Val loadPacked(PackedFormat format, Val tiles, int64_t columns, Val row, Val column) override;
  void quantizeRow(graph::QuantizeOp quantize, llvm::ArrayRef<Val> index, Val buffer, int64_t maxRows, Val row,
                   Val begin, Val end) override;
  void multiply(const LinearTask &task) override;
  void attend(const AttentionOperands &operands, const Root &root, const AttentionTask &task) override;
  Val combineParts(Val parts, int64_t count, int64_t width, Val column, Val sink) override;

  /// Small inputs of numbers are copied to shared memory at once: read while weights stream, each wait would be long.
  /// There is room for what keeps up to 16 rows apart.
  bool stagesInput(int64_t bytes) const override {
    constexpr int64_t apart = 512;
    return stream && !stream->isOfQuants &&
           bytes <= std::min<int64_t>(64 << 10, target.sharedBytes - stream->bytes - apart);
  }

private:
  std::optional<StreamedTiles> streamedTiles(kernel::TasksAttr tasks);
  void startWeights();
  void touchTables();
  void multiplyStream(const LinearTask &task, mlir::Value finish);
  llvm::SmallVector<std::string> streamArguments(llvm::ArrayRef<std::string> formats) const;
  void forRounds(int64_t rounds, llvm::function_ref<void(Val)> body);
  static std::optional<int64_t> wholeRounds(Val begin, Val end, int64_t threads);
  void attendTask(const AttentionOperands &operands, const Root &root, const AttentionTask &task, Val live);
  void finishAttention(const AttentionOperands &operands, const Root &root, const AttentionTask &task, bool isDivided,
                       Val live, llvm::ArrayRef<Val> at);
  void combineIfLast(const AttentionOperands &operands, const Root &root, const AttentionTask &task, Val begin,
                     Val live);
  void multiplyBlock(const LinearTask &task, const LinearBlock &block, mlir::Value finish);
  void multiplyGroups(const LinearTask &task, int64_t resident, mlir::Value finish);
  Val stagesOfBlock(int64_t bytes);
  Group group() const;
  bool requireGroup(llvm::StringRef what, Group least = Group::Warp);
  int64_t threadsOf(Group group) const { return group == Group::Block ? threads : group == Group::Warp ? 32 : 1; }
  Val threadOf(Group group);
  Val warp();
  std::string nameOf(Group group) const;
  bool dealsOutRows(int64_t atOnce) const;
  void barrier();
  void meet();

  /// A call of the device function `tern::<name>`, whose value has type `result`; none if that is null.
  Val call(mlir::Type result, llvm::StringRef name, llvm::ArrayRef<std::string> arguments,
           llvm::ArrayRef<mlir::Value> operands);
  /// A lambda with parameters of `types`; without a result if `result` is null.
  mlir::Value lambda(llvm::StringRef name, llvm::ArrayRef<mlir::Type> types, mlir::Type result,
                     llvm::function_ref<Val(llvm::ArrayRef<Val>)> body);

  const std::optional<WeightRing> stream;
  const Val thread;                   ///< Its number in the block.
  std::optional<Val> ring;            ///< Where tiles stream through, if they do.
  std::optional<int64_t> blockStages; ///< Where shared memory for blocks of a product begins.
  bool blocksOfNumbers = false;
  bool attendsByTiles = false;
  llvm::DenseSet<mlir::Operation *> dealtOut; ///< Loops and conditions in which each thread goes its own way.
  llvm::DenseSet<mlir::Operation *> ofWarps;  ///< Loops in which each warp does.
};

/// The type that stands for a packed format in runtime/Cuda/Device/Formats.h: "tern::Q4_1".
std::string packedFormatType(PackedFormat format);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_CUDAEMITTER_H
