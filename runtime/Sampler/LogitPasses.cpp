//===- LogitPasses.cpp - Sweeps over a vocabulary -------------------------===//

#include "runtime/Sampler/LogitPasses.h"

#include <cmath>
#include <cstring>

using namespace tern;

// Loops over f32 and 64-bit integers are else made as wide as the integers allow.
#if defined(__clang__)
#define TERN_SIXTEEN_WIDE _Pragma("clang loop vectorize_width(16)")
#else
#define TERN_SIXTEEN_WIDE
#endif

#define TERN_INLINE __attribute__((always_inline)) static inline

//===----------------------------------------------------------------------===//
// Each pass for the best vectors that this machine has
//===----------------------------------------------------------------------===//

namespace {

enum class Vectors { Baseline, Avx2, Avx512 };

Vectors detect() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return Vectors::Avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return Vectors::Avx2;
#endif
  return Vectors::Baseline;
}

#if defined(__x86_64__)
template <typename Pass, typename... Arguments>
__attribute__((target("avx2,fma"))) auto runAvx2(Arguments... arguments) {
  return Pass::run(arguments...);
}
template <typename Pass, typename... Arguments>
__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))) auto runAvx512(Arguments... arguments) {
  return Pass::run(arguments...);
}
#endif

template <typename Pass, typename... Arguments> auto run(Arguments... arguments) {
#if defined(__x86_64__)
  static const Vectors vectors = detect();
  if (vectors == Vectors::Avx512)
    return runAvx512<Pass>(arguments...);
  if (vectors == Vectors::Avx2)
    return runAvx2<Pass>(arguments...);
#endif
  return Pass::run(arguments...);
}

template <typename To, typename From> TERN_INLINE To bitsAs(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  std::memcpy(&result, &value, sizeof(To));
  return result;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

TERN_INLINE float exponentialOf(float x) {
  constexpr float log2E = 0x1.715476p0f, highLn2 = 0x1.62e4p-1f, lowLn2 = 0x1.7f7d1cp-20f, round = 0x1.8p23f;
  x = x < -29.0f ? -29.0f : x;
  // Adding and taking away 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  float shifted = __builtin_fmaf(x, log2E, round);
  float n = shifted - round;
  float r = __builtin_fmaf(n, -lowLn2, __builtin_fmaf(n, -highLn2, x));
  float sum = 1.0f / 5040;
  sum = __builtin_fmaf(sum, r, 1.0f / 720);
  sum = __builtin_fmaf(sum, r, 1.0f / 120);
  sum = __builtin_fmaf(sum, r, 1.0f / 24);
  sum = __builtin_fmaf(sum, r, 1.0f / 6);
  sum = __builtin_fmaf(sum, r, 0.5f);
  sum = __builtin_fmaf(sum, r, 1.0f);
  sum = __builtin_fmaf(sum, r, 1.0f);
  std::uint32_t power = bitsAs<std::uint32_t>(shifted) - bitsAs<std::uint32_t>(round);
  return bitsAs<float>(bitsAs<std::uint32_t>(sum) + (power << 23));
}

/// The weight with the exponent of 2^52 still in front of it, in passes::weightOfPart's way: taking `roundedZero` away
/// once for each of a sum is cheaper.
TERN_INLINE std::uint64_t roundedWeight(float part) {
  return bitsAs<std::uint64_t>(static_cast<double>(part) * 0x1p40 + 0x1p52);
}

constexpr std::uint64_t roundedZero = 0x433ull << 52;

TERN_INLINE std::uint64_t weightOf(float part) { return roundedWeight(part) & ~roundedZero; }

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

/// The larger one; of NaN and another the other.
TERN_INLINE float larger(float one, float other) { return one > other ? one : other; }

template <std::size_t Count> TERN_INLINE float largestLane(const float (&lanes)[Count]) {
  float result = -INFINITY;
  for (float lane : lanes)
    result = larger(lane, result);
  return result;
}

/// The largest of what `at` gives for each place, in lanes that a compiler keeps in vectors.
template <typename At> TERN_INLINE float largestOfEach(std::size_t count, At at) {
  float lanes[64];
  for (float &lane : lanes)
    lane = -INFINITY;
  std::size_t whole = count / 64 * 64;
  for (std::size_t i = 0; i < whole; i += 64)
    for (std::size_t j = 0; j < 64; ++j)
      lanes[j] = larger(at(i + j), lanes[j]);
  for (std::size_t i = whole; i < count; ++i)
    lanes[0] = larger(at(i), lanes[0]);
  return largestLane(lanes);
}

struct Largest {
  TERN_INLINE float run(const float *logits, std::size_t count) {
    return largestOfEach(count, [=](std::size_t i) __attribute__((always_inline)) { return logits[i]; });
  }
};

struct Range {
  TERN_INLINE passes::Range run(const float *logits, std::size_t count) {
    std::uint32_t bad = 0;
    for (std::size_t i = 0; i < count; ++i)
      bad |= !(logits[i] < INFINITY);
    return {bad == 0, Largest::run(logits, count)};
  }
};

struct Copy {
  TERN_INLINE bool run(const float *from, std::size_t count, float *to) {
    std::uint32_t bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = from[i];
      bad |= !(from[i] < INFINITY);
    }
    return bad == 0;
  }
};

struct BlockMaxima {
  TERN_INLINE bool run(const float *logits, std::size_t count, float *maxima) {
    for (std::size_t begin = 0; begin < count; begin += 64) {
      float lanes[16];
      for (float &lane : lanes)
        lane = -INFINITY;
      std::size_t length = count - begin < 64 ? count - begin : 64;
      if (length == 64) {
        for (std::size_t i = 0; i < 64; i += 16)
          for (std::size_t j = 0; j < 16; ++j)
            lanes[j] = larger(logits[begin + i + j], lanes[j]);
      } else {
        for (std::size_t i = 0; i < length; ++i)
          lanes[0] = larger(logits[begin + i], lanes[0]);
      }
      for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j)
          lanes[j] = larger(lanes[j + half], lanes[j]);
      maxima[begin / 64] = lanes[0];
    }
    return true;
  }
};

struct Mask {
  TERN_INLINE bool run(float *logits, std::size_t count, const std::uint32_t *bits) {
    for (std::size_t begin = 0; begin < count; begin += 32) {
      std::uint32_t word = bits[begin / 32];
      std::size_t length = count - begin < 32 ? count - begin : 32;
      for (std::size_t i = 0; i < length; ++i)
        logits[begin + i] = word >> i & 1 ? logits[begin + i] : -INFINITY;
    }
    return true;
  }
};

struct Scale {
  TERN_INLINE float run(float *logits, std::size_t count, float factor) {
    constexpr float most = 0x1.fffffep127f;
    return largestOfEach(count, [=](std::size_t i) __attribute__((always_inline)) {
      float product = logits[i] * factor;
      product = product > most ? most : product;
      product = product < -most ? -most : product;
      return logits[i] = logits[i] > -INFINITY ? product : -INFINITY;
    });
  }
};

struct Weigh {
  TERN_INLINE std::uint64_t run(const float *logits, std::size_t count, float largest, float *parts) {
    std::uint64_t total = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = exponentialOf(logits[i] - largest);
      total += roundedWeight(parts[i]);
    }
    return total - count * roundedZero;
  }
};

struct SumOfExponentials {
  TERN_INLINE double run(const float *logits, std::size_t count, float largest) {
    double total = 0;
    std::size_t begin = 0;
    for (; count - begin >= 512; begin += 512) {
      float lanes[32] = {};
      for (std::size_t i = 0; i < 512; i += 32)
        for (std::size_t j = 0; j < 32; ++j)
          lanes[j] += exponentialOf(logits[begin + i + j] - largest);
      for (float lane : lanes)
        total += static_cast<double>(lane);
    }
    for (; begin < count; ++begin)
      total += static_cast<double>(exponentialOf(logits[begin] - largest));
    return total;
  }
};

struct Sum {
  TERN_INLINE std::uint64_t run(const float *logits, const float *parts, std::size_t count) {
    std::uint64_t total = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i)
      total += roundedWeight(logits[i] > -INFINITY ? parts[i] : 0.0f);
    return total - count * roundedZero;
  }
};

struct SumOfInformation {
  TERN_INLINE passes::SplitSum run(const float *logits, const float *parts, std::size_t count, float largest) {
    std::uint64_t high = 0, low = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i) {
      float below = largest - logits[i];
      below = below > 29.0f ? 29.0f : below;
      std::uint64_t information = bitsAs<std::uint64_t>(static_cast<double>(below) * 0x1p16 + 0x1p52) & 0xFFFFFFFF;
      std::uint64_t weight = roundedWeight(logits[i] > -INFINITY ? parts[i] : 0.0f);
      high += (weight >> 20 & 0x1FFFFF) * information;
      low += (weight & 0xFFFFF) * information;
    }
    return {high, low};
  }
};

struct Closeness {
  TERN_INLINE bool run(const float *logits, std::size_t count, float largest, float mean, float *scores) {
    for (std::size_t i = 0; i < count; ++i) {
      float distance = (largest - logits[i]) - mean;
      scores[i] = distance < 0 ? distance : -distance;
    }
    return true;
  }
};

struct Bins {
  TERN_INLINE bool run(const float *scores, std::size_t count, float greatest, float scale, std::uint16_t last,
                       std::uint16_t *bins) {
    auto most = static_cast<float>(last);
    for (std::size_t i = 0; i < count; ++i) {
      float part = (greatest - scores[i]) * scale;
      part = part < most ? part : most;
      std::int32_t bin = static_cast<std::int32_t>(part) + (scores[i] == -INFINITY ? 1 : 0);
      bins[i] = static_cast<std::uint16_t>(bin);
    }
    return true;
  }
};

/// Flags by a rule of the index.
template <typename Rule> TERN_INLINE std::size_t flagIf(std::size_t count, std::uint8_t *flags, Rule rule) {
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t flag = rule(static_cast<std::uint32_t>(i)) ? 1 : 0;
    flags[i] = flag;
    found += flag;
  }
  for (std::size_t i = count; i % 8 != 0; ++i)
    flags[i] = 0;
  return found;
}

struct FlagBin {
  TERN_INLINE std::size_t run(const std::uint16_t *bins, std::size_t count, std::uint16_t bin, std::uint8_t *flags) {
    return flagIf(count, flags, [=](std::uint32_t i) __attribute__((always_inline)) { return bins[i] == bin; });
  }
};

struct FlagAbove {
  TERN_INLINE std::size_t run(const float *scores, std::size_t count, float score, std::uint8_t *flags) {
    return flagIf(count, flags, [=](std::uint32_t i) __attribute__((always_inline)) { return scores[i] > score; });
  }
};

/// Flags scores between two, and adds up what `weightAt` says of those above.
template <typename Weight, typename WeightAt>
TERN_INLINE passes::Between flagBetween(const float *__restrict scores, std::size_t count, float least, float greatest,
                                        std::uint8_t *__restrict flags, WeightAt weightAt) {
  Weight above = 0;
  std::uint32_t flagged = 0;
  TERN_SIXTEEN_WIDE
  for (std::size_t i = 0; i < count; ++i) {
    bool isBetween = (scores[i] <= greatest) & (scores[i] >= least);
    std::uint8_t flag = isBetween ? 1 : 0;
    flags[i] = flag;
    flagged += flag;
    above += scores[i] > greatest ? weightAt(i) : Weight(0);
  }
  for (std::size_t i = count; i % 8 != 0; ++i)
    flags[i] = 0;
  return {flagged, above};
}

struct FlagBetween {
  TERN_INLINE passes::Between run(const float *scores, const float *parts, std::size_t count, float least,
                                  float greatest, std::uint8_t *flags) {
    if (!parts)
      return flagBetween<std::uint32_t>(scores, count, least, greatest, flags,
                                        [](std::size_t) __attribute__((always_inline)) { return 1u; });
    return flagBetween<std::uint64_t>(scores, count, least, greatest, flags,
                                      [=](std::size_t i) __attribute__((always_inline)) { return weightOf(parts[i]); });
  }
};

struct KeepDownTo {
  TERN_INLINE passes::Kept run(const float *scores, float score, std::size_t last, float *logits, std::size_t count) {
    if (scores == logits) // Told apart, as a loop over what may be the same memory is not vectorised.
      return keep(count, static_cast<std::uint32_t>(last), score, logits,
                  [=](std::size_t i) __attribute__((always_inline)) { return logits[i]; });
    const float *__restrict others = scores;
    return keep(count, static_cast<std::uint32_t>(last), score, logits,
                [=](std::size_t i) __attribute__((always_inline)) { return others[i]; });
  }

private:
  template <typename ScoreAt>
  TERN_INLINE passes::Kept keep(std::size_t count, std::uint32_t last, float score, float *__restrict logits,
                                ScoreAt scoreAt) {
    std::uint32_t kept = 0;
    float largest = largestOfEach(count, [=, &kept](std::size_t i) __attribute__((always_inline)) {
      float own = scoreAt(i);
      bool stays = (own > score) | ((own == score) & (static_cast<std::uint32_t>(i) <= last));
      kept += stays;
      return logits[i] = stays ? logits[i] : -INFINITY;
    });
    return {kept, largest};
  }
};

struct KeepWeights {
  TERN_INLINE passes::KeptWeights run(std::uint64_t least, float *__restrict logits, const float *__restrict parts,
                                      std::size_t count) {
    std::uint64_t kept = 0, total = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t weight = weightOf(parts[i]);
      bool stays = (weight >= least) & (logits[i] > -INFINITY);
      logits[i] = stays ? logits[i] : -INFINITY;
      total += stays ? weight : 0;
      kept += stays;
    }
    return {kept, total};
  }
};

struct Find {
  TERN_INLINE std::size_t run(const float *logits, std::size_t count, float logit) {
    std::size_t begin = 0;
    for (bool found = false; count - begin >= 256; begin += 256) {
      for (std::size_t i = 0; i < 256; ++i)
        found |= logits[begin + i] == logit;
      if (found)
        break;
    }
    while (logits[begin] != logit)
      ++begin;
    return begin;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// What others call
//===----------------------------------------------------------------------===//

float passes::exponential(float x) { return exponentialOf(x); }

std::uint64_t passes::weight(float x) { return weightOf(exponentialOf(x)); }

passes::Range passes::range(const float *logits, std::size_t count) { return run<::Range>(logits, count); }

bool passes::copy(const float *from, std::size_t count, float *to) { return run<Copy>(from, count, to); }

void passes::blockMaxima(const float *logits, std::size_t count, float *maxima) {
  run<BlockMaxima>(logits, count, maxima);
}

void passes::mask(float *logits, std::size_t count, const std::uint32_t *bits) { run<Mask>(logits, count, bits); }

float passes::largest(const float *logits, std::size_t count) { return run<Largest>(logits, count); }

float passes::scale(float *logits, std::size_t count, float factor) { return run<Scale>(logits, count, factor); }

std::uint64_t passes::weigh(const float *logits, std::size_t count, float largest, float *parts) {
  return run<Weigh>(logits, count, largest, parts);
}

double passes::sumOfExponentials(const float *logits, std::size_t count, float largest) {
  return run<SumOfExponentials>(logits, count, largest);
}

std::uint64_t passes::sum(const float *logits, const float *parts, std::size_t count) {
  return run<Sum>(logits, parts, count);
}

passes::SplitSum passes::sumOfInformation(const float *logits, const float *parts, std::size_t count, float largest) {
  return run<SumOfInformation>(logits, parts, count, largest);
}

void passes::closeness(const float *logits, std::size_t count, float largest, float mean, float *scores) {
  run<Closeness>(logits, count, largest, mean, scores);
}

void passes::bins(const float *scores, std::size_t count, float greatest, float scale, std::uint16_t last,
                  std::uint16_t *bins) {
  run<Bins>(scores, count, greatest, scale, last, bins);
}

std::size_t passes::flagBin(const std::uint16_t *bins, std::size_t count, std::uint16_t bin, std::uint8_t *flags) {
  return run<FlagBin>(bins, count, bin, flags);
}

std::size_t passes::flagAbove(const float *scores, std::size_t count, float score, std::uint8_t *flags) {
  return run<FlagAbove>(scores, count, score, flags);
}

passes::Between passes::flagBetween(const float *scores, const float *parts, std::size_t count, float least,
                                    float greatest, std::uint8_t *flags) {
  return run<FlagBetween>(scores, parts, count, least, greatest, flags);
}

passes::Kept passes::keepDownTo(const float *scores, float score, std::size_t last, float *logits, std::size_t count) {
  return run<KeepDownTo>(scores, score, last, logits, count);
}

passes::KeptWeights passes::keepWeights(std::uint64_t least, float *logits, const float *parts, std::size_t count) {
  return run<KeepWeights>(least, logits, parts, count);
}

std::size_t passes::find(const float *logits, std::size_t count, float logit) {
  return run<Find>(logits, count, logit);
}
