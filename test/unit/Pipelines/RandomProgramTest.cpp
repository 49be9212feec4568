//===- RandomProgramTest.cpp - Random programs against the interpreter ----===//
//
// TERN_RANDOM_PROGRAMS programs (1,000 unless set), each with one of the policies in turns, from the seed
// TERN_RANDOM_SEED on (1 unless set), dealt out to several tests, which can run at once. Programs run in child
// processes, many to one, so that a crash is an answer like any other: a child that does not come back well is tried
// again program by program, and the one that fails is made smaller until it no longer does. What is printed is the
// smallest program that fails, its seed, and the step that it failed in.
//
// TERN_RANDOM_GPU_PROGRAMS programs (300 unless set) are compiled for a GPU as well and run block by block on this
// machine.
//
//   TERN_RANDOM_PROGRAMS=10000 ctest --test-dir build -j 2 -R RandomPrograms
//   TERN_RANDOM_PROGRAMS=1 TERN_RANDOM_SEED=417 build/bin/tests/TernPipelinesTests   again, alone
//
//===----------------------------------------------------------------------===//

#include "test/unit/Pipelines/ProgramRunner.h"

#include "tern/RegisterAll.h"

#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

using namespace tern;
using namespace tern::testing;

namespace {

/// Tests that share the programs out among them.
constexpr std::uint64_t numParts = 10;
/// Programs that share a child and a shared object.
constexpr int batchSize = 20;
/// Ops of the largest programs.
constexpr int largestSize = 12;
/// A child that computes or waits longer is stuck; one that waits may do so for other programs of a busy machine.
constexpr unsigned computingSeconds = 300, waitingSeconds = 3600;

/// What a child leaves behind for its parent.
struct Report {
  char step[160];
  char what[16384];
};

class RandomPrograms : public ::testing::TestWithParam<std::uint64_t> {
protected:
  static std::uint64_t setting(const char *name, std::uint64_t otherwise) {
    const char *text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
  }

  static ProgramCase caseOf(std::uint64_t seed, bool onGpu) {
    return {seed, 1 + static_cast<int>(seed % largestSize), randomPolicies[seed / largestSize % randomPolicies.size()],
            onGpu};
  }

  /// Runs `cases` in a child, and gives its process.
  pid_t start(const std::vector<ProgramCase> &cases, Report *report) {
    pid_t child = fork();
    if (child != 0)
      return child;
    alarm(waitingSeconds);
    rlimit limit{computingSeconds, computingSeconds};
    setrlimit(RLIMIT_CPU, &limit);
    auto onStep = [&](const ProgramCase &which, const char *step) {
      std::snprintf(report->step, sizeof report->step, "%s of seed %llu size %d policy %s", step,
                    static_cast<unsigned long long>(which.seed), which.size, which.policy.text);
    };
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    context.loadAllAvailableDialects();
    std::string what = runPrograms(context, pool, cases, onStep);
    std::snprintf(report->what, sizeof report->what, "%s", what.c_str());
    _exit(what.empty() ? 0 : 1);
  }

  /// What a child that ended with `status` says, or "" if all is well.
  static std::string outcome(int status, const Report &report) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return "";
    if (WIFEXITED(status) && report.what[0] != 0)
      return report.what;
    std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit " + std::to_string(WEXITSTATUS(status));
    return how + " in " + report.step + "\n";
  }

  static Report *newReport() {
    void *memory = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return new (memory) Report();
  }

  std::string runAlone(const ProgramCase &which) {
    Report *report = newReport();
    int status = 0;
    waitpid(start({which}, report), &status, 0);
    std::string what = outcome(status, *report);
    if (!what.empty() && report->what[0] == 0)
      what = describeProgram(which, makeRandomProgram(which.seed, which.size, which.policy, pool), what);
    munmap(report, sizeof *report);
    return what;
  }

  /// What the smallest program of this seed says that fails.
  std::string shrink(ProgramCase which, std::string what) {
    for (int size = 1; size < which.size; ++size)
      if (std::string smaller = runAlone({which.seed, size, which.policy, which.onGpu}); !smaller.empty())
        return smaller;
    return what;
  }

  /// Reports the programs of a batch that fail by themselves.
  void locate(const std::vector<ProgramCase> &cases, const std::string &together) {
    bool found = false;
    for (const ProgramCase &which : cases)
      if (std::string what = runAlone(which); !what.empty()) {
        ADD_FAILURE() << shrink(which, what);
        found = true;
      }
    if (!found)
      ADD_FAILURE() << "fails with others only, " << cases.size() << " programs from seed " << cases.front().seed
                    << ": " << together;
  }

  /// Runs the programs of this test out of `count`, for a GPU or for this CPU.
  void runPart(std::uint64_t count, bool onGpu) {
    std::uint64_t first = setting("TERN_RANDOM_SEED", 1);
    std::uint64_t seed = first + count * GetParam() / numParts, end = first + count * (GetParam() + 1) / numParts;
    while (seed < end) {
      std::vector<ProgramCase> cases;
      for (; cases.size() < batchSize && seed < end; ++seed)
        cases.push_back(caseOf(seed, onGpu));
      Report *report = newReport();
      int status = 0;
      waitpid(start(cases, report), &status, 0);
      if (std::string what = outcome(status, *report); !what.empty())
        locate(cases, what);
      munmap(report, sizeof *report);
    }
  }

  BlockPool pool;
};

} // namespace

/// Making a program is fast, so more seeds are tried than programs are compiled: a maker that needs luck shows here.
TEST(RandomProgram, IsMadeFromEverySeed) {
  BlockPool pool;
  for (std::uint64_t seed = 200001; seed <= 205000; ++seed) {
    const RandomPolicy &policy = randomPolicies[seed / largestSize % randomPolicies.size()];
    RandomProgram program = makeRandomProgram(seed, 1 + static_cast<int>(seed % largestSize), policy, pool);
    EXPECT_FALSE(program.results.empty()) << "seed " << seed;
  }
}

TEST_P(RandomPrograms, CompiledCodeAgreesWithTheInterpreter) {
  runPart(setting("TERN_RANDOM_PROGRAMS", 1000), /*onGpu=*/false);
}

TEST_P(RandomPrograms, EmulatedGpuCodeAgreesWithTheInterpreter) {
  runPart(setting("TERN_RANDOM_GPU_PROGRAMS", 300), /*onGpu=*/true);
}

INSTANTIATE_TEST_SUITE_P(Part, RandomPrograms, ::testing::Range<std::uint64_t>(0, numParts));
