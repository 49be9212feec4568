//===- ScheduleRules.cpp - Tiles, splits and tokens of kernels ------------===//

#include "ScheduleRules.h"

#include "llvm/Support/MathExtras.h"

using namespace tern;

LinearSchedule tern::scheduleLinear(int64_t rows, int64_t tokens) {
  LinearSchedule schedule;
  if (tokens <= fewTokens)
    return schedule; // no prefetch: the machine sees these streams coming, and instructions for it cost 15 %
  schedule.tiles = rows >= 64 ? 4 : 1;
  schedule.taskTokens = 64;
  return schedule;
}

int64_t tern::contextParts(int64_t sequences, int64_t groups) {
  constexpr int64_t wantedTasks = 32;
  return std::max<int64_t>(1, llvm::divideCeil(wantedTasks, sequences * groups));
}
