//===- Golden.cpp - What a model must compute -----------------------------===//

#include "runtime/Artifact/Golden.h"

#include "runtime/Base/JsonCursor.h"
#include "runtime/Base/LogProbability.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tern;

Status tern::addGolden(ArtifactWriter &writer, const Golden &golden) {
  Json prompts = Json::array();
  std::string logits;
  for (const GoldenPrompt &prompt : golden.prompts) {
    prompts.push_back({{"text", prompt.text}, {"tokens", prompt.tokens}});
    logits.append(reinterpret_cast<const char *>(prompt.logits.data()), prompt.logits.size() * sizeof(float));
  }
  Json json = {{"reference", golden.reference},
               {"maxDivergence", golden.maxDivergence},
               {"logits", section::goldenLogits},
               {"prompts", std::move(prompts)}};
  if (Status added = writer.add(section::golden, json.dump() + "\n"); !added)
    return added;
  return writer.add(section::goldenLogits, logits);
}

namespace {

class GoldenReader {
public:
  explicit GoldenReader(const ArtifactReader &artifact)
      : artifact(artifact), vocabulary(artifact.manifest().model.vocabulary),
        document(artifact.path() + ": " + section::golden, "the artifact is damaged: compile the model again") {}

  Result<Golden> read() {
    std::optional<std::string_view> text = artifact.section(section::golden);
    logits = artifact.section(section::goldenLogits).value_or(std::string_view());
    if (!text || !artifact.manifest().hasGolden)
      return Problem{artifact.path(), "has no golden prompts to verify with", "compile the model again, with them"};
    Result<Json> json = parseJson(*text, document.where);
    if (!json)
      return json.problem();
    JsonCursor root(*json, document);
    readRoot(root);
    if (document.problem)
      return *document.problem;
    return std::move(golden);
  }

private:
  const ArtifactReader &artifact;
  std::int64_t vocabulary;
  JsonDocument document;
  std::string_view logits; ///< Those not read yet.
  Golden golden;

  void readRoot(const JsonCursor &root) {
    root.object({"reference", "maxDivergence", "logits", "prompts"});
    golden.reference = root.at("reference").string();
    golden.maxDivergence = root.at("maxDivergence").number();
    JsonCursor name = root.at("logits"), prompts = root.at("prompts");
    if (name.string() != section::goldenLogits)
      name.fail("must be '" + std::string(section::goldenLogits) + "'");
    std::uint64_t expected = prompts.size() * static_cast<std::uint64_t>(vocabulary) * sizeof(float);
    if (logits.size() != expected)
      name.fail("must have " + std::to_string(expected) + " bytes for " + std::to_string(prompts.size()) +
                " prompts and " + std::to_string(vocabulary) + " tokens, has " + std::to_string(logits.size()));
    prompts.forEach([&](const JsonCursor &prompt) { readPrompt(prompt); });
  }

  void readPrompt(const JsonCursor &cursor) {
    cursor.object({"text", "tokens"});
    GoldenPrompt prompt;
    prompt.text = cursor.at("text").string();
    JsonCursor tokens = cursor.at("tokens");
    tokens.forEach([&](const JsonCursor &token) {
      prompt.tokens.push_back(static_cast<std::int32_t>(token.integer(0, vocabulary - 1)));
    });
    if (prompt.tokens.empty())
      tokens.fail("must have a token");
    if (cursor.failed())
      return;
    prompt.logits.resize(static_cast<std::size_t>(vocabulary));
    std::memcpy(prompt.logits.data(), logits.data(), prompt.logits.size() * sizeof(float));
    logits.remove_prefix(prompt.logits.size() * sizeof(float));
    if (!std::all_of(prompt.logits.begin(), prompt.logits.end(), [](float logit) { return std::isfinite(logit); }))
      cursor.fail("must have finite logits");
    golden.prompts.push_back(std::move(prompt));
  }
};

} // namespace

Result<Golden> tern::readGolden(const ArtifactReader &artifact) { return GoldenReader(artifact).read(); }

GoldenDifference tern::compareGolden(const GoldenPrompt &prompt, const float *logits) {
  const float *reference = prompt.logits.data();
  auto count = static_cast<std::int64_t>(prompt.logits.size());
  GoldenDifference difference;
  difference.divergence = logitDivergence(logits, reference, count);
  difference.sameBest =
      std::max_element(logits, logits + count) - logits == std::max_element(reference, reference + count) - reference;
  for (std::int64_t i = 0; i < count; ++i)
    difference.maxError = std::max(difference.maxError, std::fabs(double(logits[i]) - double(reference[i])));
  return difference;
}
