//===- StorageTables.h - Quants that stand for numbers of a table -*- C++ -*-===//
//
// The levels of the block formats whose quants are no integers, and the power of two that scales MXFP4.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_STORAGETABLES_H
#define TERN_RUNTIME_BASE_STORAGETABLES_H

#include "runtime/Base/Half.h"

#include <cstdint>

namespace tern::storage {

/// The 16 levels of IQ4_NL and IQ4_XS.
constexpr std::int8_t iq4Levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/// The E2M1 values of MXFP4, doubled to be whole.
constexpr std::int8_t e2m1Levels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// 2^(exponent - 128): half of an E8M0 scale, because the E2M1 levels are doubled. The two smallest results are
/// subnormal. As in GGML, 255 (NaN in the OCP definition) is a power of two like the others.
inline float halfE8M0(std::uint8_t exponent) {
  return bitsToFloat(exponent < 2 ? 0x00200000u << exponent : static_cast<std::uint32_t>(exponent - 1) << 23);
}

} // namespace tern::storage

#endif // TERN_RUNTIME_BASE_STORAGETABLES_H
