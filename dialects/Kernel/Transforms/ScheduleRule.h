//===- ScheduleRule.h - What kernels of some names get -----------*- C++ -*-===//
//
//   rms_norm_linear_*  rows=4 prefetch=4096      a glob on names of kernels, and numbers of #kernel.schedule
//   attention_7        tiles=1x1x32              tiles of its #kernel.tasks, one for each dimension
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_KERNEL_TRANSFORMS_SCHEDULERULE_H
#define TERN_DIALECTS_KERNEL_TRANSFORMS_SCHEDULERULE_H

#include "runtime/Base/Result.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/GlobPattern.h"

#include <optional>
#include <string>

namespace tern::kernel {

/// The largest numbers that a rule may set: more than any machine has registers or caches for.
inline constexpr int64_t mostScheduleRows = 64, mostScheduleTokens = 64, mostSchedulePrefetch = 1 << 20,
                         mostTile = 1 << 20;

struct ScheduleRule {
  std::string text; ///< As it was written.
  llvm::GlobPattern pattern;
  std::optional<int64_t> rows, tokens, prefetch; ///< Of linear kernels.
  llvm::SmallVector<int64_t> tiles;              ///< Empty: as they are.

  /// Reads "PATTERN NAME=NUMBER ...", parts apart by spaces. Problems: no pattern or none that can be read, no number,
  /// a name that is unknown or stands there twice, a number beyond those above.
  static Result<ScheduleRule> parse(llvm::StringRef text);
};

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_TRANSFORMS_SCHEDULERULE_H
