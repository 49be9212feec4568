//===- AttentionProduct.cpp - Small products in registers -----------------===//

#include "lib/Conversion/KernelToCpu/AttentionTask.h"

using namespace mlir;

namespace tern::cpu {

// With 64-byte registers 6 rows by 4 registers are 24 sums of 32 registers; with shorter ones a step of 16 lanes takes
// two or four registers, and 6 rows by one step 12 of 16 or 24 of 32.
int64_t productRows(const CpuTarget &) { return 6; }
int64_t productTiles(const CpuTarget &target) { return target.registerBytes == 64 ? 4 : 1; }

/// The sums of `tiles` tiles from `firstTile` on stay in registers over all k.
static void emitTiles(CpuEmitter &e, RowMatrix left, RowMatrix out, int64_t rows, int64_t firstTile, int64_t tiles,
                      Val count, bool accumulate, RightSide right) {
  CodeBuilder &b = e.b;
  Type lanes = CodeBuilder::vec(b.f32, productLanes);
  auto place = [&](int64_t row, int64_t tile) { return row * out.stride + (firstTile + tile) * productLanes; };
  Vals sums;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t tile = 0; tile < tiles; ++tile)
      sums.push_back(accumulate ? b.load(lanes, out.pointer, place(row, tile)) : b.constant(lanes, 0.0));
  sums = b.fold(e.number(0), count, e.number(1), sums, [&](Val k, ArrayRef<Val> carried) {
    Vals columns, next;
    for (int64_t tile = 0; tile < tiles; ++tile)
      columns.push_back(right(k, firstTile + tile));
    for (int64_t row = 0; row < rows; ++row) {
      Val number = b.broadcast(b.load(b.f32, left.pointer, k + row * left.stride), productLanes);
      for (int64_t tile = 0; tile < tiles; ++tile)
        next.push_back(b.fma(number, columns[tile], carried[row * tiles + tile]));
    }
    return next;
  });
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t tile = 0; tile < tiles; ++tile)
      b.store(sums[row * tiles + tile], out.pointer, place(row, tile));
}

void emitBlockProduct(CpuEmitter &e, RowMatrix left, RowMatrix out, int64_t rows, int64_t tiles, Val count,
                      bool accumulate, RightSide right) {
  int64_t atOnce = productTiles(e.target);
  for (int64_t first = 0; first < tiles; first += atOnce)
    emitTiles(e, left, out, rows, first, std::min(atOnce, tiles - first), count, accumulate, right);
}

} // namespace tern::cpu
