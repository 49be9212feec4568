//===- CpuFeatures.cpp - What this CPU can execute ------------------------===//

#include "runtime/Cpu/CpuFeatures.h"

#include <algorithm>
#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

using namespace tern;

#if defined(__x86_64__)

namespace {

enum class Register : std::uint8_t { A, B, C, D };

/// Registers that the system must save before a feature is usable: bits of XCR0.
enum SavedState : std::uint32_t { None = 0, Ymm = 0x6, Zmm = 0xe6, Tile = 0x60006 };

/// Where CPUID reports a feature: Intel SDM volume 2A, CPUID; AMD APM volume 3, appendix E.
struct FeatureBit {
  const char *name;
  std::uint32_t leaf, subleaf;
  Register reg;
  unsigned bit;
  SavedState state;
};

constexpr FeatureBit featureBits[] = {
    {"cx16", 1, 0, Register::C, 13, None},
    {"popcnt", 1, 0, Register::C, 23, None},
    {"sse3", 1, 0, Register::C, 0, None},
    {"ssse3", 1, 0, Register::C, 9, None},
    {"sse4.1", 1, 0, Register::C, 19, None},
    {"sse4.2", 1, 0, Register::C, 20, None},
    {"movbe", 1, 0, Register::C, 22, None},
    {"aes", 1, 0, Register::C, 25, None},
    {"pclmul", 1, 0, Register::C, 1, None},
    {"fma", 1, 0, Register::C, 12, Ymm},
    {"xsave", 1, 0, Register::C, 26, None},
    {"avx", 1, 0, Register::C, 28, Ymm},
    {"f16c", 1, 0, Register::C, 29, Ymm},
    {"fxsr", 1, 0, Register::D, 24, None},
    {"mmx", 1, 0, Register::D, 23, None},
    {"sse", 1, 0, Register::D, 25, None},
    {"sse2", 1, 0, Register::D, 26, None},
    {"cx8", 1, 0, Register::D, 8, None},
    {"cmov", 1, 0, Register::D, 15, None},
    {"sahf", 0x80000001, 0, Register::C, 0, None},
    {"lzcnt", 0x80000001, 0, Register::C, 5, None},
    {"bmi", 7, 0, Register::B, 3, None},
    {"avx2", 7, 0, Register::B, 5, Ymm},
    {"bmi2", 7, 0, Register::B, 8, None},
    {"avx512f", 7, 0, Register::B, 16, Zmm},
    {"avx512dq", 7, 0, Register::B, 17, Zmm},
    {"avx512ifma", 7, 0, Register::B, 21, Zmm},
    {"avx512cd", 7, 0, Register::B, 28, Zmm},
    {"avx512bw", 7, 0, Register::B, 30, Zmm},
    {"avx512vl", 7, 0, Register::B, 31, Zmm},
    {"avx512vbmi", 7, 0, Register::C, 1, Zmm},
    {"avx512vbmi2", 7, 0, Register::C, 6, Zmm},
    {"gfni", 7, 0, Register::C, 8, None},
    {"vaes", 7, 0, Register::C, 9, Ymm},
    {"vpclmulqdq", 7, 0, Register::C, 10, Ymm},
    {"avx512vnni", 7, 0, Register::C, 11, Zmm},
    {"avx512bitalg", 7, 0, Register::C, 12, Zmm},
    {"avx512vpopcntdq", 7, 0, Register::C, 14, Zmm},
    {"amx-bf16", 7, 0, Register::D, 22, Tile},
    {"avx512fp16", 7, 0, Register::D, 23, Zmm},
    {"amx-tile", 7, 0, Register::D, 24, Tile},
    {"amx-int8", 7, 0, Register::D, 25, Tile},
    {"avxvnni", 7, 1, Register::A, 4, Ymm},
    {"avx512bf16", 7, 1, Register::A, 5, Zmm},
    {"avxifma", 7, 1, Register::A, 23, Ymm},
    {"avxvnniint8", 7, 1, Register::D, 4, Ymm},
    {"avxneconvert", 7, 1, Register::D, 5, Ymm},
    {"avxvnniint16", 7, 1, Register::D, 10, Ymm},
};

/// XCR0 says which registers the system saves; readable once CPUID reports OSXSAVE.
std::uint64_t savedStates() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1))
    return 0;
  std::uint32_t low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t(high) << 32 | low;
}

} // namespace

CpuFeatures CpuFeatures::detect() {
  std::uint64_t saved = savedStates();
  std::vector<std::string> names;
  for (const FeatureBit &feature : featureBits) {
    unsigned regs[4] = {};
    // Answers false for a leaf above the CPU's highest. A subleaf above the leaf's highest reads as zeros.
    if (!__get_cpuid_count(feature.leaf, feature.subleaf, &regs[0], &regs[1], &regs[2], &regs[3]))
      continue;
    bool present = regs[static_cast<int>(feature.reg)] >> feature.bit & 1;
    if (present && (saved & feature.state) == feature.state)
      names.emplace_back(feature.name);
  }
  return {"x86_64", std::move(names)};
}

#elif defined(__aarch64__)

namespace {

/// Bits of AT_HWCAP and AT_HWCAP2 (arch/arm64/include/uapi/asm/hwcap.h).
struct FeatureBit {
  const char *name;
  unsigned long kind;
  unsigned bit;
};

constexpr FeatureBit featureBits[] = {
    {"fp-armv8", AT_HWCAP, 0}, {"neon", AT_HWCAP, 1},     {"aes", AT_HWCAP, 3},       {"sha2", AT_HWCAP, 6},
    {"crc", AT_HWCAP, 7},      {"lse", AT_HWCAP, 8},      {"fullfp16", AT_HWCAP, 10}, {"rdm", AT_HWCAP, 12},
    {"rcpc", AT_HWCAP, 15},    {"dotprod", AT_HWCAP, 20}, {"sve", AT_HWCAP, 22},      {"fp16fml", AT_HWCAP, 23},
    {"sve2", AT_HWCAP2, 1},    {"i8mm", AT_HWCAP2, 13},   {"bf16", AT_HWCAP2, 14},
};

} // namespace

CpuFeatures CpuFeatures::detect() {
  std::vector<std::string> names;
  for (const FeatureBit &feature : featureBits)
    if (getauxval(feature.kind) >> feature.bit & 1)
      names.emplace_back(feature.name);
  return {"aarch64", std::move(names)};
}

#else

CpuFeatures CpuFeatures::detect() { return {"", {}}; }

#endif

CpuFeatures::CpuFeatures(std::string architecture, std::vector<std::string> names)
    : arch(std::move(architecture)), features(std::move(names)) {
  std::sort(features.begin(), features.end());
}

bool CpuFeatures::has(std::string_view name) const {
  return std::binary_search(features.begin(), features.end(), name, std::less<>());
}

std::vector<std::string> CpuFeatures::missing(const std::vector<std::string> &required) const {
  std::vector<std::string> result;
  for (const std::string &name : required) {
    std::string_view word = name;
    if (!word.empty() && word.front() == '+')
      word.remove_prefix(1);
    if (!has(word))
      result.emplace_back(word);
  }
  return result;
}
