//===- Crc32.cpp - The checksum of ZIP entries ----------------------------===//
//
// A CRC is the remainder of the message, read as a polynomial, and 16 bytes may be moved D bits along the message by
// multiplying each half with x^D modulo the polynomial: the remainder stays the same. So a long message folds, 64 bytes
// at a time, onto its own end, and zlib finishes the last few bytes. The method is that of V. Gopal and others, "Fast
// CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
//
//===----------------------------------------------------------------------===//

#include "runtime/Artifact/Crc32.h"

#include <zlib.h>

#include <algorithm>

#ifdef __x86_64__
#include <immintrin.h>
#endif

using namespace tern;

static std::uint32_t updateBySteps(std::uint32_t crc, std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t length = std::min<std::size_t>(bytes.size(), 1u << 30); // zlib counts in 32 bits.
    crc = static_cast<std::uint32_t>(
        ::crc32(crc, reinterpret_cast<const Bytef *>(bytes.data()), static_cast<uInt>(length)));
    bytes.remove_prefix(length);
  }
  return crc;
}

#ifdef __x86_64__

/// x^exponent modulo the polynomial, bit-reflected, one bit to the left: reflected products come out one bit short.
static constexpr std::int64_t foldingFactor(int exponent) {
  std::uint32_t power = 0x80000000u; // x^0
  for (int i = 0; i < exponent; ++i)
    power = (power >> 1) ^ (power & 1 ? 0xEDB88320u : 0);
  return static_cast<std::int64_t>(power) << 1;
}

/// Moves the 16 bytes of `block` along the message to where `next` is, and joins them. `factors` are those of the low
/// half, which is first in the message and so 64 bits further away, and of the high half.
__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold(__m128i block, __m128i next, __m128i factors) {
  __m128i low = _mm_clmulepi64_si128(block, factors, 0x00), high = _mm_clmulepi64_si128(block, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// `bytes` are at least 64.
__attribute__((target("pclmul,sse4.1"))) static std::uint32_t updateByFolding(std::uint32_t crc,
                                                                              std::string_view bytes) {
  const __m128i over64 = _mm_set_epi64x(foldingFactor(512 - 32), foldingFactor(512 + 32));
  const __m128i over16 = _mm_set_epi64x(foldingFactor(128 - 32), foldingFactor(128 + 32));
  const char *at = bytes.data(), *end = at + bytes.size();
  auto load = [&at](int i) __attribute__((target("pclmul,sse4.1"))) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(at) + i);
  };
  __m128i a = load(0), b = load(1), c = load(2), d = load(3);
  a = _mm_xor_si128(a, _mm_cvtsi32_si128(static_cast<int>(~crc)));
  for (at += 64; end - at >= 64; at += 64) {
    a = fold(a, load(0), over64);
    b = fold(b, load(1), over64);
    c = fold(c, load(2), over64);
    d = fold(d, load(3), over64);
  }
  a = fold(fold(fold(a, b, over16), c, over16), d, over16);
  for (; end - at >= 16; at += 16)
    a = fold(a, load(0), over16);
  char folded[16];
  _mm_storeu_si128(reinterpret_cast<__m128i *>(folded), a);
  crc = updateBySteps(~0u, {folded, sizeof folded}); // ~0 is a register of zero: the start is in `a` already.
  return updateBySteps(crc, {at, static_cast<std::size_t>(end - at)});
}

std::uint32_t tern::updateCrc32(std::uint32_t crc, std::string_view bytes) {
  static const bool canFold = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return canFold && bytes.size() >= 256 ? updateByFolding(crc, bytes) : updateBySteps(crc, bytes);
}

#else

std::uint32_t tern::updateCrc32(std::uint32_t crc, std::string_view bytes) { return updateBySteps(crc, bytes); }

#endif
