//===- Verification.h - Whether an artifact computes what it must -*- C++ -*-===//

#ifndef TERN_RUNTIME_RUN_VERIFICATION_H
#define TERN_RUNTIME_RUN_VERIFICATION_H

#include "runtime/Run/LoadedModel.h"

namespace tern {

/// How an artifact's golden prompts came out.
struct Verification {
  std::size_t prompts = 0;
  double maxDivergence = 0, allowed = 0, maxError = 0;
  std::string reference; ///< What computed the golden logits.
};

/// Compares the weights with their hashes, then runs the artifact's golden prompts, read as prompts and token by token.
/// Problems: damaged weights, no golden prompts, logits that are not what they must be.
Result<Verification> verifyModel(const LoadedModel &loaded);

} // namespace tern

#endif // TERN_RUNTIME_RUN_VERIFICATION_H
