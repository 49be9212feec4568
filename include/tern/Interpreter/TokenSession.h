//===- TokenSession.h - A decoder run token by token -------------*- C++ -*-===//
//
// Drives @forward of an imported decoder for one sequence: positions, the prompt in pieces, and the rules about rotary
// embeddings that depend on how long a call is.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_INTERPRETER_TOKENSESSION_H
#define TERN_INTERPRETER_TOKENSESSION_H

#include "tern/Interpreter/Interpreter.h"

#include <functional>

namespace tern {

class TokenSession {
public:
  /// Prepares `module`, which must have @forward as importers build it (docs/Pipeline.md) and outlive the session.
  static mlir::FailureOr<TokenSession> create(mlir::ModuleOp module, const InterpreterOptions &options = {});

  /// Runs the tokens that follow those fed so far and answers logits f32 [N, V]: of every token fed, or of the last one
  /// only. `progress`, if given, is called with the number of tokens done as the call goes on.
  mlir::FailureOr<Tensor> feed(llvm::ArrayRef<int32_t> ids, bool allLogits,
                               const std::function<void(int64_t done)> &progress = nullptr);

  /// Starts a new sequence.
  void reset();

  /// Tokens fed since the start of the sequence.
  int64_t length() const { return static_cast<int64_t>(history.size()); }
  /// Longest sequence that the model was made for.
  int64_t maxContext() const { return contextLimit; }
  int64_t vocabulary() const { return vocabularySize; }

private:
  TokenSession(Interpreter interpreter, mlir::ModuleOp module);

  mlir::FailureOr<Tensor> call(llvm::ArrayRef<int32_t> ids, int64_t firstPosition, bool allLogits);

  Interpreter interpreter;
  llvm::SmallVector<int32_t> history;
  int64_t contextLimit = 0, vocabularySize = 0;
  /// Whether frequencies depend on the largest position of a call, so that a prompt must be one call.
  bool needsWholePrompt = false;
  /// With longrope: sequences longer than this use the long factors, also for tokens that are in the cache already.
  int64_t longropeBoundary = 0;
};

} // namespace tern

#endif // TERN_INTERPRETER_TOKENSESSION_H
