//===- InterpretedModel.h - A model in the reference interpreter -*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_INTERPRETEDMODEL_H
#define TERN_TOOLS_TERN_INTERPRETEDMODEL_H

#include "runtime/Run/Generator.h"
#include "tern/Interpreter/TokenSession.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tools/tern/ModelFlags.h"

#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace tern {

/// A model that the interpreter runs, one sequence at a time.
class InterpretedModel {
public:
  struct Opened {
    std::unique_ptr<InterpretedModel> model; ///< Null unless `problems` is empty.
    Problems problems;
  };

  /// Imports the model that `flags` names; of an artifact it takes the program inside, whose weights must still lie
  /// where it was compiled from.
  static Opened open(const ModelFlags &flags);

  TokenSession &session() { return *tokens; }
  /// What went wrong in the session.
  Problems problems() const { return diagnostics.problems(); }

private:
  explicit InterpretedModel(const mlir::DialectRegistry &registry)
      : context(registry, mlir::MLIRContext::Threading::DISABLED), diagnostics(context) {}
  Problems load(const ModelFlags &flags);

  mlir::MLIRContext context;
  DiagnosticProblems diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<TokenSession> tokens;
};

/// What generates with the interpreter.
class InterpretedSequence final : public TokenSequence {
public:
  /// `context`: tokens that the sequence may have. The model must outlive it.
  InterpretedSequence(InterpretedModel &model, std::int64_t context) : model(model), context(context) {}

  std::int64_t vocabulary() const override { return model.session().vocabulary(); }
  const std::vector<TokenId> &ids() const override { return held; }
  std::int64_t room() const override { return context - length(); }
  Result<LogitsView> prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) override;
  Result<LogitsView> decode(TokenId token, const std::atomic<bool> *cancel) override;
  Status rewind(std::int64_t length) override;

private:
  Result<LogitsView> view(mlir::FailureOr<Tensor> following, llvm::ArrayRef<TokenId> fed);

  InterpretedModel &model;
  std::int64_t context;
  std::vector<TokenId> held;
  Tensor logits; ///< Those that were handed out last.
};

} // namespace tern

#endif // TERN_TOOLS_TERN_INTERPRETEDMODEL_H
