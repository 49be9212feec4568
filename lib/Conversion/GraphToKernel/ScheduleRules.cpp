//===- ScheduleRules.cpp - Tiles, splits and tokens of kernels ------------===//

#include "ScheduleRules.h"

#include "llvm/Support/MathExtras.h"

using namespace tern;

LinearSchedule tern::scheduleLinear(StorageFormat format, int64_t rows, int64_t tokens) {
  LinearSchedule schedule;
  const StorageFormatInfo &info = storageFormatInfo(format);
  if (tokens > fewTokens) {
    schedule.taskTiles = schedule.tiles = rows >= 64 ? 4 : 1;
    schedule.taskTokens = 64;
    return schedule;
  }
  // The machine sees single streams coming, and instructions to prefetch them cost 15 %. Blocks of 256 columns are read
  // in up to four streams at once, which it loses: q6_k is read at 9.5 GB/s without and 22 GB/s with, on one thread.
  if (info.blockLength == 256)
    schedule.prefetch = 4096;
  // Floats are so little work that one stream does not keep memory busy: bf16 at 15 GB/s with one tile, 25 with four.
  if (info.blockLength == 1)
    schedule.tiles = 4;
  return schedule;
}

int64_t tern::contextParts(int64_t sequences, int64_t groups, bool isForGpu) {
  // Two blocks for each multiprocessor of an H100, and as many parts as a warp has lanes to weigh them. So it is for
  // few sequences, of which one then gets the same bits alone as among others; many fill the multiprocessors several
  // times.
  constexpr int64_t wantedBlocks = 256, fewest = 8, most = 32, manyBlocks = 1024;
  if (isForGpu && sequences > fewTokens)
    return std::clamp<int64_t>(llvm::divideCeil(manyBlocks, sequences * groups), 1, most);
  if (isForGpu)
    return std::clamp<int64_t>(llvm::divideCeil(wantedBlocks, groups), fewest, most);
  constexpr int64_t wantedTasks = 32;
  return std::max<int64_t>(1, llvm::divideCeil(wantedTasks, sequences * groups));
}
