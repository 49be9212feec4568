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

TERN_INLINE std::uint64_t weightOf(float x) {
  // Scaling is exact; adding 2^52 rounds to an integer, which then stands in the low bits.
  double scaled = static_cast<double>(exponentialOf(x)) * 0x1p40 + 0x1p52;
  return bitsAs<std::uint64_t>(scaled) & ((std::uint64_t(1) << 52) - 1);
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

struct AreBelowInfinity {
  TERN_INLINE bool run(const float *logits, std::size_t count) {
    std::uint32_t bad = 0;
    for (std::size_t i = 0; i < count; ++i)
      bad |= !(logits[i] < INFINITY);
    return bad == 0;
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

TERN_INLINE float largestOf(const float *logits, std::size_t count) {
  float lanes[64];
  for (float &lane : lanes)
    lane = -INFINITY;
  std::size_t whole = count / 64 * 64;
  for (std::size_t i = 0; i < whole; i += 64)
    for (std::size_t j = 0; j < 64; ++j)
      lanes[j] = logits[i + j] > lanes[j] ? logits[i + j] : lanes[j];
  float result = -INFINITY;
  for (float lane : lanes)
    result = lane > result ? lane : result;
  for (std::size_t i = whole; i < count; ++i)
    result = logits[i] > result ? logits[i] : result;
  return result;
}

struct Largest {
  TERN_INLINE float run(const float *logits, std::size_t count) { return largestOf(logits, count); }
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
            lanes[j] = logits[begin + i + j] > lanes[j] ? logits[begin + i + j] : lanes[j];
      } else {
        for (std::size_t i = 0; i < length; ++i)
          lanes[0] = logits[begin + i] > lanes[0] ? logits[begin + i] : lanes[0];
      }
      for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j)
          lanes[j] = lanes[j + half] > lanes[j] ? lanes[j + half] : lanes[j];
      maxima[begin / 64] = lanes[0];
    }
    return true;
  }
};

/// The largest of what `at` gives for each place, in lanes that a compiler keeps in vectors.
template <typename At> TERN_INLINE float largestOfEach(std::size_t count, At at) {
  float lanes[64];
  for (float &lane : lanes)
    lane = -INFINITY;
  std::size_t whole = count / 64 * 64;
  for (std::size_t i = 0; i < whole; i += 64)
    for (std::size_t j = 0; j < 64; ++j) {
      float value = at(i + j);
      lanes[j] = value > lanes[j] ? value : lanes[j];
    }
  float result = -INFINITY;
  for (float lane : lanes)
    result = lane > result ? lane : result;
  for (std::size_t i = whole; i < count; ++i) {
    float value = at(i);
    result = value > result ? value : result;
  }
  return result;
}

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
  TERN_INLINE std::uint64_t run(const float *logits, std::size_t count, float largest, std::uint64_t *weights) {
    std::uint64_t total = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i) {
      weights[i] = weightOf(logits[i] - largest);
      total += weights[i];
    }
    return total;
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
  TERN_INLINE std::uint64_t run(const std::uint64_t *weights, std::size_t count) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < count; ++i)
      total += weights[i];
    return total;
  }
};

struct SumOfInformation {
  TERN_INLINE passes::SplitSum run(const float *logits, const std::uint64_t *weights, std::size_t count,
                                   float largest) {
    std::uint64_t high = 0, low = 0;
    TERN_SIXTEEN_WIDE
    for (std::size_t i = 0; i < count; ++i) {
      float below = largest - logits[i];
      below = below > 29.0f ? 29.0f : below;
      std::uint64_t information = bitsAs<std::uint64_t>(static_cast<double>(below) * 0x1p16 + 0x1p52) & 0xFFFFFFFF;
      high += (weights[i] >> 20 & 0xFFFFFFFF) * information;
      low += (weights[i] & 0xFFFFF) * information;
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

struct FlagWeightsAbove {
  TERN_INLINE std::size_t run(const std::uint64_t *weights, std::size_t count, std::uint64_t weight,
                              std::uint8_t *flags) {
    return flagIf(count, flags, [=](std::uint32_t i) __attribute__((always_inline)) { return weights[i] > weight; });
  }
};

/// Masks the places for which a rule does not hold.
template <typename Rule>
TERN_INLINE passes::Kept keepIf(float *__restrict logits, std::uint64_t *__restrict weights, std::size_t count,
                                Rule rule) {
  std::uint64_t kept = 0, total = 0;
  TERN_SIXTEEN_WIDE
  for (std::size_t i = 0; i < count; ++i) {
    bool keep = rule(i);
    logits[i] = keep ? logits[i] : -INFINITY;
    std::uint64_t weight = keep ? weights[i] : 0;
    weights[i] = weight;
    total += weight;
    kept += keep;
  }
  return {kept, total};
}

struct KeepDownTo {
  TERN_INLINE passes::Kept run(const float *scores, float score, std::size_t last, float *logits,
                               std::uint64_t *weights, std::size_t count) {
    if (!weights)
      return keepLogits(score, static_cast<std::uint32_t>(last), logits, count);
    if (scores == logits) // Told apart, as a loop over what may be the same memory is not vectorised.
      return keepIf(logits, weights, count, [=](std::size_t i) __attribute__((always_inline)) {
        return (logits[i] > score) | ((logits[i] == score) & (i <= last));
      });
    const float *__restrict others = scores;
    return keepIf(logits, weights, count, [=](std::size_t i) __attribute__((always_inline)) {
      return (others[i] > score) | ((others[i] == score) & (i <= last));
    });
  }

private:
  TERN_INLINE passes::Kept keepLogits(float score, std::uint32_t last, float *logits, std::size_t count) {
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      float logit = logits[i];
      bool keep = (logit > score) | ((logit == score) & (static_cast<std::uint32_t>(i) <= last));
      logits[i] = keep ? logit : -INFINITY;
      kept += keep;
    }
    return {kept, 0};
  }
};

struct KeepWeights {
  TERN_INLINE passes::Kept run(std::uint64_t least, float *logits, std::uint64_t *weights, std::size_t count) {
    return keepIf(logits, weights, count,
                  [=](std::size_t i) __attribute__((always_inline)) { return weights[i] >= least; });
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

std::uint64_t passes::weight(float x) { return weightOf(x); }

bool passes::areBelowInfinity(const float *logits, std::size_t count) { return run<AreBelowInfinity>(logits, count); }

bool passes::copy(const float *from, std::size_t count, float *to) { return run<Copy>(from, count, to); }

void passes::mask(float *logits, std::size_t count, const std::uint32_t *bits) { run<Mask>(logits, count, bits); }

float passes::largest(const float *logits, std::size_t count) { return run<Largest>(logits, count); }

void passes::blockMaxima(const float *logits, std::size_t count, float *maxima) {
  run<BlockMaxima>(logits, count, maxima);
}

float passes::scale(float *logits, std::size_t count, float factor) { return run<Scale>(logits, count, factor); }

std::uint64_t passes::weigh(const float *logits, std::size_t count, float largest, std::uint64_t *weights) {
  return run<Weigh>(logits, count, largest, weights);
}

double passes::sumOfExponentials(const float *logits, std::size_t count, float largest) {
  return run<SumOfExponentials>(logits, count, largest);
}

std::uint64_t passes::sum(const std::uint64_t *weights, std::size_t count) { return run<Sum>(weights, count); }

passes::SplitSum passes::sumOfInformation(const float *logits, const std::uint64_t *weights, std::size_t count,
                                          float largest) {
  return run<SumOfInformation>(logits, weights, count, largest);
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

std::size_t passes::flagWeightsAbove(const std::uint64_t *weights, std::size_t count, std::uint64_t weight,
                                     std::uint8_t *flags) {
  return run<FlagWeightsAbove>(weights, count, weight, flags);
}

passes::Kept passes::keepDownTo(const float *scores, float score, std::size_t last, float *logits,
                                std::uint64_t *weights, std::size_t count) {
  return run<KeepDownTo>(scores, score, last, logits, weights, count);
}

passes::Kept passes::keepWeights(std::uint64_t least, float *logits, std::uint64_t *weights, std::size_t count) {
  return run<KeepWeights>(least, logits, weights, count);
}

std::size_t passes::find(const float *logits, std::size_t count, float logit) {
  return run<Find>(logits, count, logit);
}
