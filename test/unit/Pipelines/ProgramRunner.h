//===- ProgramRunner.h - Random programs compiled, run, compared -*- C++ -*-===//

#ifndef TERN_TEST_UNIT_PIPELINES_PROGRAMRUNNER_H
#define TERN_TEST_UNIT_PIPELINES_PROGRAMRUNNER_H

#include "test/unit/Pipelines/RandomProgram.h"

#include "mlir/IR/MLIRContext.h"

#include <functional>

namespace tern::testing {

/// One program with one policy.
struct ProgramCase {
  std::uint64_t seed = 0;
  int size = 0;
  RandomPolicy policy = randomPolicies.front();
  bool onGpu = false; ///< Compiled for a GPU, and run by emulation.
};

/// Called before each step, so that whoever watches knows where a crash was.
using OnStep = std::function<void(const ProgramCase &, const char *step)>;

/// Takes `cases`, all for one kind of target, through the phases from precision to emit, the code of all in one shared
/// object, runs each as the runtime would, its calls in a row, and compares with the interpreter on the program as it
/// was made, and on what the phase precision made of it. What is wrong with the first case that fails, or "" if none
/// does.
std::string runPrograms(mlir::MLIRContext &context, const BlockPool &pool, const std::vector<ProgramCase> &cases,
                        const OnStep &onStep);

/// What a message says of a case: how to make it again, what is wrong, the sizes of its calls, its text.
std::string describeProgram(const ProgramCase &which, const RandomProgram &source, const std::string &what);

} // namespace tern::testing

#endif // TERN_TEST_UNIT_PIPELINES_PROGRAMRUNNER_H
