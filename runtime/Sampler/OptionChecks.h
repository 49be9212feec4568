//===- OptionChecks.h - Options that can be met -------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_SAMPLER_OPTIONCHECKS_H
#define TERN_RUNTIME_SAMPLER_OPTIONCHECKS_H

#include "runtime/Sampler/Sampler.h"

namespace tern {

/// The first option that is out of range, by its name in `where`.
Status checkOptions(const SamplerOptions &options, std::size_t vocabularySize);

/// Whether any penalty on tokens that occurred does something.
bool hasPenalties(const SamplerOptions &options);

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_OPTIONCHECKS_H
