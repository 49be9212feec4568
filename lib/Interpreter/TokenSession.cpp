//===- TokenSession.cpp - A decoder run token by token --------------------===//

#include "tern/Interpreter/TokenSession.h"

#include "dialects/Graph/IR/Graph.h"

using namespace mlir;
using namespace tern;

/// Tokens of a prompt that go through the model at once: enough to share the decoding of weights, few enough for the
/// progress to move.
static constexpr int64_t promptPiece = 128;

/// @forward as importers build it: tokens and positions [B, T] and outputs [B, N] to logits [B, N, V].
static LogicalResult checkForward(ModuleOp module, func::FuncOp forward) {
  if (!forward)
    return module.emitError() << "must have a function @forward";
  FunctionType type = forward.getFunctionType();
  auto isIds = [](Type input) {
    auto tensor = dyn_cast<graph::SymbolicTensorType>(input);
    return tensor && tensor.isInteger() && tensor.getRank() == 2;
  };
  auto logits = type.getNumResults() == 1 ? dyn_cast<graph::SymbolicTensorType>(type.getResult(0)) : nullptr;
  if (type.getNumInputs() != 3 || !llvm::all_of(type.getInputs(), isIds) || !logits || !logits.isFloat() ||
      logits.getRank() != 3 || !logits.getStaticDim(2))
    return forward.emitError() << "must take tokens [B, T], positions [B, T] and outputs [B, N] and give logits "
                                  "[B, N, V], got "
                               << type;
  return success();
}

FailureOr<TokenSession> TokenSession::create(ModuleOp module, const InterpreterOptions &options) {
  if (failed(checkForward(module, module.lookupSymbol<func::FuncOp>("forward"))))
    return failure();
  FailureOr<Interpreter> interpreter = Interpreter::create(module, options);
  if (failed(interpreter))
    return failure();
  return TokenSession(std::move(*interpreter), module);
}

TokenSession::TokenSession(Interpreter made, ModuleOp module) : interpreter(std::move(made)) {
  auto logits = cast<graph::SymbolicTensorType>(module.lookupSymbol<func::FuncOp>("forward").getResultTypes()[0]);
  vocabularySize = *logits.getStaticDim(2);
  auto limit = module->getAttrOfType<IntegerAttr>("graph.max_context");
  contextLimit = limit ? limit.getInt() : INT32_MAX;
  module.walk([&](graph::RopeOp rope) {
    graph::RopeAttr rotary = rope.getRotary();
    if (rotary.getScaling() == graph::RopeScaling::Longrope)
      longropeBoundary = rotary.getOriginal();
    needsWholePrompt |=
        rotary.getScaling() == graph::RopeScaling::Longrope || rotary.getScaling() == graph::RopeScaling::Dynamic;
  });
}

void TokenSession::reset() {
  interpreter.resetState();
  history.clear();
}

FailureOr<Tensor> TokenSession::call(ArrayRef<int32_t> ids, int64_t firstPosition, bool allLogits) {
  auto count = static_cast<int64_t>(ids.size());
  std::vector<int64_t> tokens(ids.begin(), ids.end()), positions, outputs;
  for (int64_t i = 0; i < count; ++i) {
    positions.push_back(firstPosition + i);
    if (allLogits || i + 1 == count)
      outputs.push_back(i);
  }
  auto wanted = static_cast<int64_t>(outputs.size());
  FailureOr<SmallVector<Tensor>> results = interpreter.call(
      "forward", {Tensor::fromInts({1, count}, std::move(tokens)), Tensor::fromInts({1, count}, std::move(positions)),
                  Tensor::fromInts({1, wanted}, std::move(outputs))});
  if (failed(results))
    return failure();
  return results->front().reshaped({wanted, vocabularySize});
}

FailureOr<Tensor> TokenSession::feed(ArrayRef<int32_t> ids, bool allLogits,
                                     const std::function<void(int64_t)> &progress) {
  int64_t start = length(), end = start + static_cast<int64_t>(ids.size());
  history.append(ids.begin(), ids.end());
  // A longrope sequence that grows past the boundary is computed again from its start, with the long factors.
  bool crosses = longropeBoundary > 0 && start > 0 && start <= longropeBoundary && end > longropeBoundary;
  if (crosses) {
    interpreter.resetState();
    FailureOr<Tensor> logits = call(history, 0, allLogits);
    if (failed(logits) || !allLogits)
      return logits;
    ArrayRef<float> fresh = logits->floats().drop_front(start * vocabularySize);
    return Tensor::fromFloats({end - start, vocabularySize}, std::vector<float>(fresh.begin(), fresh.end()));
  }

  std::vector<float> all;
  FailureOr<Tensor> logits = Tensor();
  int64_t piece = needsWholePrompt ? end - start : promptPiece;
  for (int64_t done = 0; done < end - start; done += piece) {
    ArrayRef<int32_t> part = ids.slice(done, std::min(piece, end - start - done));
    logits = call(part, start + done, allLogits);
    if (failed(logits))
      return failure();
    if (allLogits)
      all.insert(all.end(), logits->floats().begin(), logits->floats().end());
    if (progress)
      progress(done + static_cast<int64_t>(part.size()));
  }
  return allLogits ? Tensor::fromFloats({end - start, vocabularySize}, std::move(all)) : logits;
}
