//===- BuildProgramTest.cpp - Plans as the runtime reads them -------------===//

#include "tern/Target/BuildProgram.h"
#include "tern/RegisterAll.h"

#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace tern;
using ::testing::ElementsAre;

namespace {

class BuildProgram : public ::testing::Test {
protected:
  FailureOr<Program> build(const char *text) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return module ? buildProgram(*module) : FailureOr<Program>();
  }

  MLIRContext context;
};

} // namespace

TEST_F(BuildProgram, NamesSizesThatOnlyUnusedInputsHave) {
  FailureOr<Program> program = build(R"(
    module attributes {kernel.symbols = ["capacity", "B"]} {
      plan.memory arena 1024 scratch 0
      plan.entry @run attributes {ranges = {A = [1, 1], B = [3, 3], T = [1, 2]}} {
        plan.input "unused" : f32[B, T, 32] at 0
        plan.output "result" : f32[B, 16] at 768
      }
    })");
  ASSERT_TRUE(succeeded(program));
  EXPECT_THAT(program->symbols, ElementsAre("capacity", "B", "T"));
  const Entry &entry = program->entries.front();
  ASSERT_EQ(entry.inputs.front().shape.size(), 3u);
  EXPECT_EQ(entry.inputs.front().shape[0].symbol, 1);
  EXPECT_EQ(entry.inputs.front().shape[1].symbol, 2);
  ASSERT_EQ(entry.ranges.size(), 2u) << "neither an argument nor a kernel asks for A";
  EXPECT_EQ(entry.ranges[1].symbol, 2);
  EXPECT_EQ(entry.ranges[1].max, 2);
}
