//===- Golden.h - What a model must compute ----------------------*- C++ -*-===//
//
// Prompts with the logits that follow them, as the reference computed them when the model was compiled. Whoever runs
// the artifact on another machine can so tell whether it computes there what it should (tern run --verify).
//
// In an artifact: `golden.json` with the prompts, and `golden.bin` with the logits, f32, one prompt after another.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_GOLDEN_H
#define TERN_RUNTIME_ARTIFACT_GOLDEN_H

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Artifact/ArtifactWriter.h"

namespace tern {

struct GoldenPrompt {
  std::string text; ///< What the tokens say; may be empty.
  std::vector<std::int32_t> tokens;
  std::vector<float> logits; ///< After the last token; as many as the model's vocabulary.
};

struct Golden {
  std::string reference;    ///< What computed the logits: "interpreter, f32 activations".
  double maxDivergence = 0; ///< The most that KL(reference || computed) of a prompt may be, in nats.
  std::vector<GoldenPrompt> prompts;
};

/// Adds both sections.
Status addGolden(ArtifactWriter &writer, const Golden &golden);

/// Problems: the artifact has none, or what is there is wrong: logits of another number, a token outside the
/// vocabulary.
Result<Golden> readGolden(const ArtifactReader &artifact);

/// How computed logits differ from those of a prompt.
struct GoldenDifference {
  double divergence = 0; ///< KL(reference || computed) in nats; NaN if a computed logit is.
  double maxError = 0;   ///< Largest difference of two logits.
  bool sameBest = true;  ///< Whether the same token has the largest logit.
};

/// `logits` has as many elements as the prompt's.
GoldenDifference compareGolden(const GoldenPrompt &prompt, const float *logits);

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_GOLDEN_H
