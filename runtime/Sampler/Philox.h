//===- Philox.h - Random numbers from a counter ------------------*- C++ -*-===//
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11): 128 bits of randomness as a pure
// function of a 64-bit key and a 128-bit counter. The n-th draw of a seed is the same on every machine, whatever was
// drawn before, so that a sequence can be resumed, and a device can draw as the CPU does.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_PHILOX_H
#define TERN_RUNTIME_SAMPLER_PHILOX_H

#include <array>
#include <cstdint>

namespace tern {

/// Ten rounds over `counter` with `key`; words are little end first, as in the paper's reference code.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// 64 random bits: draw `step` of `stream` under `seed`. The counter is (step, stream), low words first, the key is the
/// seed, and the bits are (word 1, word 0).
std::uint64_t randomBits(std::uint64_t seed, std::uint64_t stream, std::uint64_t step);

/// The high 64 bits of bits * range: as even a number in [0, range) as 64 random bits give.
std::uint64_t scaledTo(std::uint64_t bits, std::uint64_t range);

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_PHILOX_H
