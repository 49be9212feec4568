//===- CpuFeaturesTest.cpp - What this CPU can execute --------------------===//

#include "runtime/Cpu/CpuFeatures.h"

#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <set>
#include <sstream>

using namespace tern;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(CpuFeatures, MissingFeaturesAreNamedInTheOrderAsked) {
  CpuFeatures cpu("x86_64", {"fma", "avx2", "f16c"});
  EXPECT_THAT(cpu.missing({"avx2", "fma"}), IsEmpty());
  EXPECT_THAT(cpu.missing({"avx512vnni", "avx2", "avx512f"}), ElementsAre("avx512vnni", "avx512f"));
}

TEST(CpuFeatures, APlusSignAsInFeatureStringsIsAllowed) {
  CpuFeatures cpu("x86_64", {"avx2"});
  EXPECT_THAT(cpu.missing({"+avx2", "+avx512f"}), ElementsAre("avx512f"));
}

TEST(CpuFeatures, AnUnknownNameCountsAsMissing) {
  EXPECT_THAT(CpuFeatures::detect().missing({"no-such-feature"}), ElementsAre("no-such-feature"));
}

#if defined(__x86_64__)
/// What the kernel shows in /proc/cpuinfo is an independent reading of the same bits.
TEST(CpuFeatures, AgreesWithTheKernel) {
  std::set<std::string> flags;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("flags", 0) == 0) {
      std::istringstream words(line.substr(line.find(':') + 1));
      for (std::string word; words >> word;)
        flags.insert(word);
      break;
    }
  ASSERT_FALSE(flags.empty());
  const std::map<std::string, std::string> kernelNames = {{"avx2", "avx2"},
                                                          {"fma", "fma"},
                                                          {"f16c", "f16c"},
                                                          {"bmi", "bmi1"},
                                                          {"bmi2", "bmi2"},
                                                          {"lzcnt", "abm"},
                                                          {"avx512f", "avx512f"},
                                                          {"avx512bw", "avx512bw"},
                                                          {"avx512vl", "avx512vl"},
                                                          {"avx512dq", "avx512dq"},
                                                          {"avx512cd", "avx512cd"},
                                                          {"avx512vnni", "avx512_vnni"},
                                                          {"avx512bf16", "avx512_bf16"},
                                                          {"avxvnni", "avx_vnni"},
                                                          {"avx512fp16", "avx512_fp16"},
                                                          {"popcnt", "popcnt"},
                                                          {"sse4.2", "sse4_2"},
                                                          {"movbe", "movbe"},
                                                          {"gfni", "gfni"},
                                                          {"avx512vbmi", "avx512vbmi"}};
  CpuFeatures cpu = CpuFeatures::detect();
  EXPECT_EQ(cpu.architecture(), "x86_64");
  for (const auto &[ours, theirs] : kernelNames)
    EXPECT_EQ(cpu.has(ours), flags.count(theirs) != 0) << ours;
}
#endif
