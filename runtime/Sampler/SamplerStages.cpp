//===- SamplerStages.cpp - What each stage keeps --------------------------===//

#include "runtime/Sampler/SamplerStages.h"

#include <algorithm>
#include <cmath>

using namespace tern;

static bool moreLikely(const Candidate &left, const Candidate &right) {
  return left.logit != right.logit ? left.logit > right.logit : left.token < right.token;
}

double tern::portableExp(double value) {
  if (value < -745.0)
    return 0.0;
  // value = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first exact when multiplied by n.
  constexpr double highLn2 = 0x1.62e42fee00000p-1, lowLn2 = 0x1.a39ef35793c76p-33, inverseLn2 = 0x1.71547652b82fep0;
  double n = std::floor(value * inverseLn2 + 0.5);
  double r = (value - n * highLn2) - n * lowLn2;
  // Horner's scheme over 1 / k!, from k = 13: the next term is below 2^-54.
  constexpr double factors[] = {1.0 / 6227020800.0,
                                1.0 / 479001600.0,
                                1.0 / 39916800.0,
                                1.0 / 3628800.0,
                                1.0 / 362880.0,
                                1.0 / 40320.0,
                                1.0 / 5040.0,
                                1.0 / 720.0,
                                1.0 / 120.0,
                                1.0 / 24.0,
                                1.0 / 6.0,
                                0.5,
                                1.0,
                                1.0};
  double sum = 0;
  for (double factor : factors)
    sum = sum * r + factor;
  return std::ldexp(sum, static_cast<int>(n));
}

void tern::keepTopK(std::vector<Candidate> &candidates, std::int64_t count) {
  if (count <= 0 || static_cast<std::uint64_t>(count) >= candidates.size())
    return;
  // A heap of the best so far, its least likely on top. Most candidates lose the one comparison with it.
  auto kept = candidates.begin() + count;
  std::make_heap(candidates.begin(), kept, moreLikely);
  for (auto next = kept; next != candidates.end(); ++next) {
    if (!moreLikely(*next, candidates.front()))
      continue;
    std::pop_heap(candidates.begin(), kept, moreLikely);
    *(kept - 1) = *next;
    std::push_heap(candidates.begin(), kept, moreLikely);
  }
  candidates.erase(kept, candidates.end());
  std::sort(candidates.begin(), candidates.end(), moreLikely);
}

/// Puts exp(logit - largest) into each probability and answers the sum by falling logit. Sorts.
static double weigh(std::vector<Candidate> &candidates) {
  std::sort(candidates.begin(), candidates.end(), moreLikely);
  double largest = candidates.front().logit, total = 0;
  for (Candidate &candidate : candidates)
    total += candidate.probability = portableExp(candidate.logit - largest);
  return total;
}

/// Keeps candidates up to the one at which the sum of weights reaches `mass`.
static void keepMass(std::vector<Candidate> &candidates, double mass) {
  double sum = 0;
  std::size_t kept = 0;
  while (kept < candidates.size() && sum < mass)
    sum += candidates[kept++].probability;
  candidates.resize(std::max<std::size_t>(kept, 1));
}

void tern::keepTopP(std::vector<Candidate> &candidates, double mass) {
  if (mass < 1.0)
    keepMass(candidates, mass * weigh(candidates));
}

void tern::keepMinP(std::vector<Candidate> &candidates, double share) {
  if (share <= 0.0)
    return;
  auto best = std::min_element(candidates.begin(), candidates.end(), moreLikely);
  double largest = best->logit;
  candidates.erase(
      std::remove_if(candidates.begin(), candidates.end(),
                     [&](const Candidate &candidate) { return portableExp(candidate.logit - largest) < share; }),
      candidates.end());
}

void tern::keepTypical(std::vector<Candidate> &candidates, double mass) {
  if (mass >= 1.0)
    return;
  double total = weigh(candidates), largest = candidates.front().logit, mean = 0;
  for (const Candidate &candidate : candidates)
    mean += candidate.probability > 0 ? candidate.probability * (candidate.logit - largest) : 0.0;
  mean /= total; // entropy = log(total) - mean, so |information - entropy| = |mean - (logit - largest)|
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate &left, const Candidate &right) {
    double one = std::fabs(mean - (left.logit - largest)), other = std::fabs(mean - (right.logit - largest));
    return one != other ? one < other : moreLikely(left, right);
  });
  keepMass(candidates, mass * total);
  std::sort(candidates.begin(), candidates.end(), moreLikely);
}
