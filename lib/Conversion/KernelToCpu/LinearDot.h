//===- LinearDot.h - Integer dot products of a tile --------------*- C++ -*-===//
//
// One step multiplies a group of a packed tile, four neighbouring columns of 16 rows in 64 bytes, with four bytes of
// activations that all rows share, and adds the four products of each row to the row's lane:
//
//   DotSum sum(b, target, bits);
//   for (int g = 0; g < 8; ++g)
//     sum.add(groups[g], word[g]);        // sum[row] += sum over j of group[row * 4 + j] * byte j of word
//   Val lanes = sum.total();              // vector<16xi32>
//
// The target's instruction does the work (tern/Target/CpuTarget.h). Registers shorter than 64 bytes hold a part of a
// tile's rows each.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARDOT_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARDOT_H

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include "tern/Target/CpuTarget.h"

namespace tern::cpu {

using namespace code;

/// Registers that hold a number for each row of a tile.
inline int64_t registersPerTile(const CpuTarget &target) { return 16 / target.lanes(); }

/// Whether weights of eight bits are taken as signed bytes, 128 less than the packed ones. Weights of fewer bits fit
/// both ways.
bool hasSignedBytes(const CpuTarget &target);

/// A group of weights in the form that the target's instruction takes, made once and used for every token.
struct DotGroup {
  Val bytes; ///< vector<64xi8>: unsigned, or signed if they have eight bits and hasSignedBytes().
  Val signs; ///< With Maddubs and eight bits: the signed bytes, of which `bytes` are the magnitudes.
};

/// `packed` are unsigned bytes of `bits` bits, vector<64xi8>.
DotGroup prepareGroup(CodeBuilder &b, const CpuTarget &target, Val packed, int64_t bits);

class DotSum {
public:
  /// Weights are of `bits` bits; activations lie in [-127, 127]. Each row's sum begins with `start`, an i32, if given.
  DotSum(CodeBuilder &b, const CpuTarget &target, int64_t bits, Val start = Val());

  /// `word` is an i32 of four signed bytes.
  void add(const DotGroup &group, Val word);

  /// One sum for each row: vector<16xi32>.
  Val total();

private:
  /// Adds what lies in 16-bit sums to those of 32 bits.
  void flush();
  Val dotStep(int64_t part, const DotGroup &group, Val word);
  Val maddubs(const DotGroup &group, int64_t part, Val word);

  CodeBuilder &b;
  const CpuTarget &target;
  int64_t maxPending;  ///< Groups that fit in 16-bit sums.
  int64_t pending = 0; ///< Groups in them.
  Vals sums;           ///< One for each register of a tile, vector<lanes x i32>; empty before the first group.
  Vals halves;         ///< Likewise of 16-bit sums, vector<2 lanes x i16>.
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARDOT_H
