//===- VerifyEachTest.cpp - Passes that change what is computed -----------===//
//
// Passes that are broken on purpose, one at a time, are put behind those of a phase of an otherwise healthy
// compilation.
//
//===----------------------------------------------------------------------===//

#include "tern/Support/MlirAbi.h"

#include "tern/Pipelines/Compiler.h"

#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/Transforms/ModulePath.h"
#include "runtime/Base/MappedFile.h"
#include "tern/RegisterAll.h"
#include "test/unit/TemporaryDirectory.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace tern;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// A pass that does what it was told to each op below a function.
template <typename Self> class EachOpPass : public PassWrapper<Self, OperationPass<func::FuncOp>> {
public:
  void runOnOperation() override {
    this->getOperation().walk([&](Operation *op) { static_cast<Self *>(this)->visit(op); });
  }
};

/// Gives the norm ahead of the second layer's feed-forward another epsilon.
struct BlurNormPass : EachOpPass<BlurNormPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BlurNormPass)
  StringRef getArgument() const final { return "test-blur-norm"; }

  void visit(Operation *op) {
    if (auto norm = dyn_cast<graph::RmsNormOp>(op))
      if (graph::modulePath(norm.getLoc()) == "model.layers.1.post_attention_layernorm")
        norm->setAttr("epsilon", FloatAttr::get(norm.getEpsilonAttr().getType(), 3.0));
  }
};

/// Takes the third layer's gate for its activation.
struct DropGatePass : EachOpPass<DropGatePass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DropGatePass)
  StringRef getArgument() const final { return "test-drop-gate"; }

  void visit(Operation *op) {
    auto gated = dyn_cast<graph::GatedOp>(op);
    if (!gated || graph::modulePath(gated.getLoc()) != "model.layers.2.mlp")
      return;
    OpBuilder builder(gated);
    gated.replaceAllUsesWith(
        graph::MulOp::create(builder, gated.getLoc(), gated.getType(), gated.getOperand(0), gated.getOperand(1))
            .getResult());
    gated.erase();
  }
};

/// Gives every norm another epsilon, also those in kernels.
struct BlurKernelsPass : PassWrapper<BlurKernelsPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BlurKernelsPass)
  StringRef getArgument() const final { return "test-blur-kernels"; }

  void runOnOperation() override {
    getOperation().walk(
        [](graph::RmsNormOp norm) { norm->setAttr("epsilon", FloatAttr::get(norm.getEpsilonAttr().getType(), 3.0)); });
  }
};

/// Looks up tokens that there are none of.
struct NegateTokensPass : EachOpPass<NegateTokensPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(NegateTokensPass)
  StringRef getArgument() const final { return "test-negate-tokens"; }

  void visit(Operation *op) {
    auto embedding = dyn_cast<graph::EmbeddingOp>(op);
    if (!embedding)
      return;
    OpBuilder builder(embedding);
    Value ids = embedding.getIds();
    Value positions = this->getOperation().getArgument(1); // smaller than the tokens of the test
    embedding.getIdsMutable().set(graph::SubOp::create(builder, op->getLoc(), ids.getType(), positions, ids));
  }
};

class VerifyEach : public tern::test::TemporaryDirectory {
protected:
  /// Compiles the tiny model with `pass` behind those of `phase`; gives what is wrong, or "".
  std::string compile(StringRef phase, std::function<std::unique_ptr<Pass>()> pass, StringRef precision = "default") {
    DialectRegistry registry;
    registerAllDialects(registry);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    CompilerOptions options;
    options.input = TERN_TEST_DIR "/../../numerics/goldens/llama3";
    options.randomSeed = 7;
    options.precision = precision.str();
    options.output = (directory / "model.tern").string();
    options.verifyEach = true;
    options.threads = 1;
    options.onPasses = [&](StringRef name, PassManager &passes) {
      if (name != phase)
        return;
      if (phase == "plan") // functions have become entries
        passes.addPass(pass());
      else
        passes.addNestedPass<func::FuncOp>(pass());
    };
    std::string text;
    for (const Problem &problem : compileModel(context, options).problems)
      text += problem.str() + "\n";
    return text;
  }
};

} // namespace

TEST_F(VerifyEach, FindsNothingWrongWithPassesThatAreRight) {
  EXPECT_EQ(compile("none", nullptr), "");
  EXPECT_EQ(compile("none", nullptr, "f32"), "");
  EXPECT_EQ(compile("none", nullptr, "int8"), "");
  EXPECT_EQ(compile("none", nullptr, "bf16"), "");
}

TEST_F(VerifyEach, BlamesPassOpAndLayer) {
  for (StringRef phase : {"normalize", "precision", "fuse"})
    EXPECT_THAT(compile(phase, [] { return std::make_unique<BlurNormPass>(); }),
                AllOf(HasSubstr("phase " + phase.str() + ", pass test-blur-norm: "),
                      HasSubstr("the first value that is off is that of graph.rms_norm in "
                                "model.layers.1.post_attention_layernorm, by ")));
}

TEST_F(VerifyEach, NamesWhatThePassMade) {
  EXPECT_THAT(
      compile("normalize", [] { return std::make_unique<DropGatePass>(); }),
      AllOf(
          HasSubstr("phase normalize, pass test-drop-gate: logits of call 0 must stay within 0.001 % of those before"),
          HasSubstr("that of graph.linear in model.layers.2.mlp.down_proj, by "),
          HasSubstr(", after graph.mul in model.layers.2.mlp, which is new")));
}

TEST_F(VerifyEach, BlamesAPassWhoseProgramDoesNotRun) {
  EXPECT_THAT(compile("normalize", [] { return std::make_unique<NegateTokensPass>(); }),
              HasSubstr("phase normalize, pass test-negate-tokens: what it leaves must run in the interpreter: "));
}

TEST_F(VerifyEach, LeavesNoArtifactWhereSomethingIsOff) {
  compile("fuse", [] { return std::make_unique<BlurNormPass>(); });
  EXPECT_FALSE(std::filesystem::exists(directory / "model.tern"));
}

TEST_F(VerifyEach, KeepsTheOldArtifactWhereTheNewOneIsOff) {
  std::string path = write("model.tern", "old");
  EXPECT_THAT(compile("plan", [] { return std::make_unique<BlurKernelsPass>(); }),
              HasSubstr("phase emit: logits of call 0 must stay within "));
  Result<MappedFile> file = MappedFile::open(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->text(), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
}
