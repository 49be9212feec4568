//===- SamplerStages.h - What each stage keeps -------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_SAMPLER_SAMPLERSTAGES_H
#define TERN_RUNTIME_SAMPLER_SAMPLERSTAGES_H

#include "runtime/Sampler/Sampler.h"

namespace tern {

/// exp(value) for value <= 0, the same to the bit on every machine: only IEEE additions, multiplications and scaling by
/// powers of two. Within 2 ulp of the true value.
double portableExp(double value);

/// Each keeps at least one candidate and leaves the rest in falling order of logit, ties by ascending id, or, if it
/// keeps all, as they were.
void keepTopK(std::vector<Candidate> &candidates, std::int64_t count);
void keepTopP(std::vector<Candidate> &candidates, double mass);
void keepMinP(std::vector<Candidate> &candidates, double share);
void keepTypical(std::vector<Candidate> &candidates, double mass);

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_SAMPLERSTAGES_H
