//===- InterpreterTest.cpp - Calling graph programs from C++ --------------===//

#include "tern/Interpreter/Interpreter.h"

#include "dialects/Graph/IR/Graph.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include <gmock/gmock.h>

using namespace tern;
using testing::ElementsAre;

namespace {

constexpr llvm::StringRef program = R"(
graph.weight @w : f32[5, 40] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>
graph.state @total recurrent of layer 0 : f32[B, 2]
func.func @accumulate(%x: !graph.tensor<f32[B, 2]>) -> !graph.tensor<f32[B, 2]> {
  %0 = graph.read_state @total : f32[B, 2]
  %1 = graph.add %0, %x : (f32[B, 2], f32[B, 2]) -> f32[B, 2]
  graph.write_state @total, %1 : f32[B, 2]
  return %1 : !graph.tensor<f32[B, 2]>
}
func.func @same(%x: !graph.tensor<f32[B, T]>, %y: !graph.tensor<f32[B, T]>) -> !graph.tensor<f32[B, T]> {
  return %x : !graph.tensor<f32[B, T]>
}
func.func @multiply(%x: !graph.tensor<f32[T, 40]>) -> !graph.tensor<f32[T, 5]> {
  %0 = graph.load_weight @w : f32[5, 40]
  %1 = graph.transpose %0 [1, 0] : (f32[5, 40]) -> f32[40, 5]
  %2 = graph.transpose %1 [1, 0] : (f32[40, 5]) -> f32[5, 40]
  %3 = graph.linear %x, %2 : (f32[T, 40], f32[5, 40]) -> f32[T, 5]
  return %3 : !graph.tensor<f32[T, 5]>
}
)";

class InterpreterTest : public testing::Test {
protected:
  InterpreterTest() : handler(&context, [this](mlir::Diagnostic &diagnostic) { errors += diagnostic.str() + "\n"; }) {
    context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(program, &context);
  }

  Interpreter make(const InterpreterOptions &options = {}) {
    auto interpreter = Interpreter::create(*module, options);
    EXPECT_TRUE(succeeded(interpreter)) << errors;
    return std::move(*interpreter);
  }

  mlir::MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(InterpreterTest, StateSurvivesCallsUntilReset) {
  Interpreter interpreter = make();
  Tensor x = Tensor::fromFloats({1, 2}, {1, 2});
  ASSERT_TRUE(succeeded(interpreter.call("accumulate", {x})));
  EXPECT_THAT((*interpreter.call("accumulate", {x}))[0].floats(), ElementsAre(2, 4));
  interpreter.resetState();
  // After a reset symbols of states are free again.
  Tensor two = Tensor::fromFloats({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT((*interpreter.call("accumulate", {two}))[0].floats(), ElementsAre(1, 2, 3, 4));
}

TEST_F(InterpreterTest, ReportsCallsThatDoNotFit) {
  Interpreter interpreter = make();
  Tensor x = Tensor::fromFloats({1, 2}, {1, 2});
  EXPECT_TRUE(failed(interpreter.call("missing", {})));
  EXPECT_TRUE(failed(interpreter.call("accumulate", {})));
  EXPECT_TRUE(failed(interpreter.call("accumulate", {Tensor::fromFloats({1, 3}, {1, 2, 3})})));
  EXPECT_TRUE(failed(interpreter.call("accumulate", {Tensor::fromInts({1, 2}, {1, 2})})));
  EXPECT_TRUE(failed(interpreter.call("same", {x, Tensor::fromFloats({2, 1}, {1, 2})})));
  EXPECT_EQ(errors, "the module must have a function @missing to call it\n"
                    "@accumulate must be called with 1 arguments, got 0\n"
                    "argument 0 of @accumulate must have shape [B, 2], got [1, 3]\n"
                    "argument 0 of @accumulate must hold f32, got i32\n"
                    "argument 1 of @same must have shape [B, T] with B = 1, got [2, 1]\n");
}

TEST_F(InterpreterTest, StatesKeepTheirSymbols) {
  Interpreter interpreter = make();
  ASSERT_TRUE(succeeded(interpreter.call("accumulate", {Tensor::fromFloats({1, 2}, {1, 2})})));
  EXPECT_TRUE(failed(interpreter.call("accumulate", {Tensor::fromFloats({2, 2}, {1, 2, 3, 4})})));
  EXPECT_EQ(errors, "result 0 must have shape [B, 2] with B = 2, got [1, 2]\n");
}

TEST_F(InterpreterTest, ResultsDoNotDependOnThreadsOrCaching) {
  std::vector<float> x(7 * 40);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = std::sin(static_cast<float>(i));
  std::vector<std::vector<float>> results;
  for (unsigned threads : {1u, 2u, 5u})
    for (int64_t constantBytes : {int64_t{0}, int64_t{1000}, int64_t{1} << 20}) {
      InterpreterOptions options;
      options.threads = threads;
      options.constantBytes = constantBytes;
      Interpreter interpreter = make(options);
      for (int call = 0; call < 2; ++call) {
        auto result = interpreter.call("multiply", {Tensor::fromFloats({7, 40}, x)});
        ASSERT_TRUE(succeeded(result)) << errors;
        results.push_back((*result)[0].floats().vec());
      }
    }
  for (const std::vector<float> &result : results)
    EXPECT_EQ(result, results.front());
}

TEST_F(InterpreterTest, LimitsTensors) {
  InterpreterOptions options;
  options.tensorBytes = 500;
  Interpreter interpreter = make(options);
  EXPECT_TRUE(failed(interpreter.call("multiply", {Tensor::fromFloats({1, 40}, std::vector<float>(40))})));
  EXPECT_EQ(errors, "a tensor must take at most 500 bytes, got '!graph.tensor<f32[40, 5]>'\n");
}

} // namespace
