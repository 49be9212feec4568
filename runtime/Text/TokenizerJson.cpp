//===- TokenizerJson.cpp - Reading tokenizer.json -------------------------===//

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/TokenizerPipeline.h"

using namespace tern;

namespace {

Result<AddedToken> readAddedToken(const Json &json, const std::string &where) {
  ComponentSpec spec(json, where);
  AddedToken token;
  token.text = spec.string("content");
  std::uint64_t id = spec.integer("id");
  if (id >= static_cast<std::uint64_t>(TokenTable::idEnd))
    spec.fail("id", "must be below " + std::to_string(TokenTable::idEnd) + ", is " + std::to_string(id));
  else
    token.id = static_cast<std::int32_t>(id);
  token.special = spec.boolean("special", false);
  token.singleWord = spec.boolean("single_word", false);
  token.stripLeft = spec.boolean("lstrip", false);
  token.stripRight = spec.boolean("rstrip", false);
  token.normalized = spec.boolean("normalized", !token.special);
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return token;
}

/// Stores the value of a result, or reports its problem.
template <typename T> std::optional<Problem> take(Result<T> result, T &into) {
  if (!result)
    return result.problem();
  into = std::move(*result);
  return std::nullopt;
}

std::optional<Problem> readAddedTokens(ComponentSpec &spec, TokenizerPipeline &pipeline) {
  for (const Json &json : spec.array("added_tokens")) {
    AddedToken token;
    std::string where = spec.where() + ": added_tokens[" + std::to_string(pipeline.addedTokens.size()) + "]";
    if (std::optional<Problem> wrong = take(readAddedToken(json, where), token))
      return wrong;
    pipeline.addedTokens.push_back(std::move(token));
  }
  return std::nullopt;
}

/// Reads every member of the settings into the pipeline.
std::optional<Problem> readPipeline(ComponentSpec &spec, TokenArrays arrays, TokenizerPipeline &pipeline) {
  auto place = [&](const char *name) { return spec.where() + ": " + name; };
  if (std::string version = spec.string("version", "1.0"); version != "1.0")
    spec.fail("version", "must be '1.0', is '" + version.substr(0, 40) + "'");
  const Json &normalizer = spec.member("normalizer"), &preTokenizer = spec.member("pre_tokenizer");
  const Json &model = spec.member("model"), &truncation = spec.member("truncation"), &padding = spec.member("padding");
  std::optional<Problem> wrong = readAddedTokens(spec, pipeline);
  if (!wrong && !normalizer.is_null())
    wrong = take(makeNormalizer(normalizer, place("normalizer")), pipeline.normalizer);
  if (!wrong && !preTokenizer.is_null())
    wrong = take(makePreTokenizer(preTokenizer, place("pre_tokenizer")), pipeline.preTokenizer);
  if (!wrong)
    wrong =
        take(PostProcessor::fromJson(spec.member("post_processor"), place("post_processor")), pipeline.postProcessor);
  if (!wrong)
    wrong = take(makeDecoder(spec.member("decoder"), place("decoder")), pipeline.decoder);
  if (!wrong)
    wrong = take(LengthRules::fromJson(truncation, padding, spec.where()), pipeline.lengths);
  if (!wrong)
    wrong = spec.problem();
  if (!wrong)
    wrong = take(makeModel(model, std::move(arrays), place("model")), pipeline.model);
  return wrong;
}

} // namespace

Result<Tokenizer> tern::makeHuggingFaceTokenizer(TokenizerParts parts) {
  ComponentSpec spec(parts.settings, parts.where);
  if (spec.failed())
    return *spec.problem();
  auto pipeline = std::make_unique<TokenizerPipeline>();
  pipeline->where = parts.where;
  if (std::optional<Problem> wrong = readPipeline(spec, std::move(parts.arrays), *pipeline))
    return *wrong;
  if (std::int32_t unknown = pipeline->model->unknownToken(); unknown != noToken)
    pipeline->special.unknown = unknown;
  return TokenizerPipeline::finish(std::move(pipeline));
}
