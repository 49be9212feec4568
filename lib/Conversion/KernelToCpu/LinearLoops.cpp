//===- LinearLoops.cpp - Linear layers tile by tile ----------------------===//

#include "lib/Conversion/KernelToCpu/LinearLoops.h"

#include <algorithm>

using namespace mlir;

namespace tern::cpu {

namespace {

class LinearLoops {
public:
  LinearLoops(CodeBuilder &b, const CpuTarget &target, const LinearInput &input, ArrayRef<LinearWeight> weights,
              int64_t rows, const LinearSchedule &schedule, const LinearRange &range, FinishLinear finish)
      : b(b), target(target), input(input), weights(weights), rows(rows), schedule(schedule), range(range),
        finish(finish), blockTokens(schedule.tokens ? std::min(schedule.tokens, mostTokens()) : mostTokens()) {}

  void emit() {
    if (range.tokens && *range.tokens == 0)
      return;
    if (areQuants() && range.tokens != 1)
      emitQuants();
    else if (range.tokens && *range.tokens <= blockTokens)
      emitStreamed(*range.tokens);
    else
      emitBlocked();
  }

private:
  /// How many values for the rows of a tile the registers hold.
  int64_t tileValues() const { return int64_t(target.registers) / registersPerTile(target); }
  /// Tokens whose sums fit beside a block of weights, eight groups, and some room to work in. Short registers hold
  /// hardly the groups, which then come from the nearest cache again for each token.
  int64_t mostTokens() const { return tileValues() >= 32 ? 8 : 4; }
  /// Floats are little work, and several streams keep more of memory busy than one: bf16 is read at 15 GB/s with one
  /// tile, at 25 with four, on one thread. Quants are as fast either way.
  int64_t streamedTiles(int64_t tokens) const {
    bool areFloats = llvm::none_of(weights, [](const LinearWeight &weight) { return isBlockFormat(weight.format); });
    int64_t tiles = schedule.tiles ? schedule.tiles : areFloats ? 4 : 1;
    while (tiles > 1 && !fitsTogether(tiles * weights.size(), tokens))
      tiles /= 2;
    return tiles;
  }
  bool fitsTogether(int64_t tiles, int64_t tokens) const { return tiles * tokens + 12 <= tileValues(); }

  bool areQuants() const {
    return input.isQuantized() &&
           llvm::all_of(weights, [](const LinearWeight &weight) { return isBlockFormat(weight.format); });
  }

  /// Quants times any number of tokens. Tiles that are read for one block alone are fetched ahead.
  void emitQuants() {
    int64_t group = schedule.groupTiles ? schedule.groupTiles : 4;
    int64_t prefetch = range.tokens && *range.tokens <= blockTokens ? schedule.prefetch : 0;
    Val sums = b.stackBuffer(b.f32, weights.size() * blockTokens * tileRows);
    b.forLoop(range.tileBegin, range.tileEnd, b.index(group), [&](Val firstTile) {
      Val lastTile = b.minimum(firstTile + group, range.tileEnd);
      b.forLoop(range.tokenBegin, range.tokenEnd, b.index(blockTokens), [&](Val token) {
        Val tokens = b.minimum(range.tokenEnd - token, b.index(blockTokens));
        b.forLoop(firstTile, lastTile, b.index(1), [&](Val tile) {
          for (auto [i, weight] : llvm::enumerate(tilesOf(tile, 1)))
            ProductBuilder{b, target, input, prefetch}.multiplyQuants(
                weight, token, tokens, b.elementPointer(b.f32, sums, b.index(i * blockTokens * tileRows)));
          finishTokens(sums, blockTokens, tile, token, tokens);
        });
      });
    });
  }

  void emitStreamed(int64_t tokens) {
    int64_t together = streamedTiles(tokens);
    Val whole = range.tileBegin;
    if (together > 1) {
      whole = range.tileEnd - (range.tileEnd - range.tileBegin) % together;
      b.forLoop(range.tileBegin, whole, b.index(together),
                [&](Val tile) { emitPass(tile, together, range.tokenBegin, tokens, schedule.prefetch); });
    }
    b.forLoop(whole, range.tileEnd, b.index(1),
              [&](Val tile) { emitPass(tile, 1, range.tokenBegin, tokens, schedule.prefetch); });
  }

  void emitBlocked() {
    int64_t group = schedule.groupTiles ? schedule.groupTiles : 4;
    b.forLoop(range.tileBegin, range.tileEnd, b.index(group), [&](Val first) {
      Val last = b.minimum(first + group, range.tileEnd);
      if (range.tokens)
        return emitBlocks(first, last);
      Val enough = range.tokenEnd - range.tokenBegin >= blockTokens;
      b.ifElse(
          enough, [&] { return emitBlocks(first, last), Vals(); }, [&] { return emitTokens(first, last), Vals(); });
    });
  }

  void emitBlocks(Val firstTile, Val lastTile) {
    b.forLoop(range.tokenBegin, range.tokenEnd, b.index(blockTokens), [&](Val token) {
      Val first = b.minimum(token, range.tokenEnd - blockTokens);
      b.forLoop(firstTile, lastTile, b.index(1), [&](Val tile) { emitPass(tile, 1, first, blockTokens, 0); });
    });
  }

  void emitTokens(Val firstTile, Val lastTile) {
    b.forLoop(range.tokenBegin, range.tokenEnd, b.index(1), [&](Val token) {
      b.forLoop(firstTile, lastTile, b.index(1), [&](Val tile) { emitPass(tile, 1, token, 1, 0); });
    });
  }

  /// Tiles [tile, tile + count) of every weight.
  SmallVector<WeightTile> tilesOf(Val tile, int64_t count) {
    SmallVector<WeightTile> tiles;
    for (int64_t i = 0; i < count; ++i) {
      for (const LinearWeight &weight : weights) {
        int64_t bytes = *tileBytes(weight.format, input.columns);
        tiles.push_back({weight.format, b.bytePointer(weight.pointer, (tile + i) * bytes)});
      }
    }
    return tiles;
  }

  /// Tiles [tile, tile + count) of every weight times tokens [token, token + tokens).
  void emitPass(Val tile, int64_t count, Val token, int64_t tokens, int64_t prefetch) {
    Vals sums = multiply(tilesOf(tile, count), token, tokens, prefetch);
    if (tokens == 1) {
      for (int64_t i = 0; i < count; ++i)
        finishToken(token, tile + i, Vals(ArrayRef(sums).slice(i * weights.size(), weights.size())));
      return;
    }
    finishBlock(sums, tile, count, token, tokens);
  }

  /// All tiles at once if the registers hold their sums.
  Vals multiply(ArrayRef<WeightTile> tiles, Val token, int64_t tokens, int64_t prefetch) {
    ProductBuilder product{b, target, input, prefetch};
    if (fitsTogether(tiles.size(), tokens))
      return product.multiply(tiles, token, tokens);
    Vals sums;
    for (const WeightTile &tile : tiles)
      llvm::append_range(sums, product.multiply(tile, token, tokens));
    return sums;
  }

  /// Through memory, so that the code that finishes a token exists once.
  void finishBlock(const Vals &sums, Val tile, int64_t count, Val token, int64_t tokens) {
    Val buffer = b.stackBuffer(b.f32, sums.size() * tileRows);
    for (auto [i, sum] : llvm::enumerate(sums))
      b.store(sum, buffer, i * tileRows, /*alignment=*/64);
    int64_t numWeights = weights.size();
    for (int64_t i = 0; i < count; ++i)
      finishTokens(b.elementPointer(b.f32, buffer, b.index(i * numWeights * tokens * tileRows)), tokens, tile + i,
                   token, b.index(tokens));
  }

  /// The first `tokens` of `stride` tokens' sums of each weight at `sums`.
  void finishTokens(Val sums, int64_t stride, Val tile, Val token, Val tokens) {
    b.forLoop(b.index(0), tokens, b.index(1), [&](Val t) {
      Vals own;
      for (int64_t w = 0; w < int64_t(weights.size()); ++w)
        own.push_back(b.load(b.vec(b.f32, tileRows), sums, (t + w * stride) * int64_t(tileRows), /*alignment=*/64));
      finishToken(token + t, tile, own);
    });
  }

  void finishToken(Val token, Val tile, Vals sums) {
    Val firstRow = tile * int64_t(tileRows), count;
    if (rows % tileRows != 0)
      count = b.minimum(b.index(rows) - firstRow, b.index(tileRows));
    finish({token, firstRow, count, std::move(sums)});
  }

  CodeBuilder &b;
  const CpuTarget &target;
  const LinearInput &input;
  ArrayRef<LinearWeight> weights;
  int64_t rows;
  const LinearSchedule &schedule;
  const LinearRange &range;
  FinishLinear finish;
  int64_t blockTokens;
};

} // namespace

void emitLinear(CodeBuilder &b, const CpuTarget &target, const LinearInput &input, ArrayRef<LinearWeight> weights,
                int64_t rows, const LinearSchedule &schedule, const LinearRange &range, FinishLinear finish) {
  LinearLoops(b, target, input, weights, rows, schedule, range, finish).emit();
}

} // namespace tern::cpu
