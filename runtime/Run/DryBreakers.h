//===- DryBreakers.h - Sequence breakers as tokens ----------------*- C++ -*-===//

#ifndef TERN_RUNTIME_RUN_DRYBREAKERS_H
#define TERN_RUNTIME_RUN_DRYBREAKERS_H

#include "runtime/Sampler/Sampler.h"
#include "runtime/Text/Tokenizer.h"

namespace tern {

/// The ways in which tokens spell the texts that end a repetition (SamplerOptions::dryBreakers): each token whose text
/// contains one, and each that ends with its beginning, followed by the tokens of what is missing. Without
/// those that a model with `vocabulary` tokens cannot say. Looks at each token, so call it once. Problems: a text that
/// is empty or not UTF-8.
Result<std::vector<std::vector<TokenId>>> dryBreakersOf(const Tokenizer &tokenizer,
                                                        const std::vector<std::string> &texts, std::int64_t vocabulary);

} // namespace tern

#endif // TERN_RUNTIME_RUN_DRYBREAKERS_H
