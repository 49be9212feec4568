//===- TokenizerPipeline.cpp - The components of one tokenizer ------------===//

#include "runtime/Text/TokenizerPipeline.h"

#include <algorithm>

using namespace tern;

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

Result<Tokenizer> TokenizerPipeline::finish(std::unique_ptr<TokenizerPipeline> pipeline) {
  if (Status status = pipeline->indexAddedTokens(); !status)
    return status.problem();
  if (Status status = pipeline->check(); !status)
    return status.problem();
  return Tokenizer(std::move(pipeline));
}

Status TokenizerPipeline::indexAddedTokens() {
  const TokenTable &tokens = model->tokens();
  size = tokens.size();
  for (std::size_t i = 0; i < addedTokens.size(); ++i) {
    AddedToken &token = addedTokens[i];
    std::string place = where + ": added token '" + token.text.substr(0, 80) + "'";
    if (tokens.has(token.id) && tokens.text(token.id) != token.text)
      return Problem{place,
                     "an id must name one token: " + std::to_string(token.id) + " is '" +
                         std::string(tokens.text(token.id).substr(0, 80)) + "' in the vocabulary",
                     ""};
    if (std::int32_t id = tokens.find(token.text);
        id != noToken && id != token.id && tokens.text(token.id) != token.text)
      return Problem{place,
                     "must have one id: has " + std::to_string(token.id) + " here and " + std::to_string(id) +
                         " in the vocabulary",
                     ""};
    if (!addedById.emplace(token.id, i).second)
      return Problem{place, "an id must name one token: " + std::to_string(token.id) + " is added twice", ""};
    addedByText.emplace(token.text, token.id);
    size = std::max(size, token.id + 1);
    Result<std::string> shown = token.normalized ? normalize(token.text) : Result<std::string>(token.text);
    if (!shown)
      return shown.problem();
    token.shown = *shown;
    (token.normalized ? inNormalized : inSource).add(token, token.shown);
    if (token.special)
      specialTexts.insert(token.text);
  }
  return Done{};
}

/// Every id that can come out of encode must be a token.
Status TokenizerPipeline::check() {
  for (std::int32_t id : postProcessor.specialIds())
    if (!has(id))
      return Problem{where + ": post_processor", "adds token " + std::to_string(id) + ", which does not exist", ""};
  if (lengths.padding && !has(lengths.padding->token))
    return Problem{where + ": padding",
                   "pads with token " + std::to_string(lengths.padding->token) + ", which does not exist", ""};
  return Done{};
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

std::string_view TokenizerPipeline::text(std::int32_t id) const {
  if (auto added = addedById.find(id); added != addedById.end())
    return addedTokens[added->second].shown;
  return model->tokens().has(id) ? model->tokens().text(id) : std::string_view();
}

bool TokenizerPipeline::isSpecial(std::int32_t id) const { return specialTexts.count(std::string(text(id))) > 0; }

Result<std::string> TokenizerPipeline::normalize(std::string_view text) const {
  if (!normalizer)
    return std::string(text);
  Rewriter rewriter(text);
  if (Status status = normalizer->apply(text, rewriter); !status)
    return status.problem();
  return rewriter.take();
}

Status TokenizerPipeline::encode(std::string_view text, std::vector<std::int32_t> &ids) const {
  for (const Segment &segment : inSource.cut(text)) {
    if (segment.token != noToken) {
      ids.push_back(segment.token);
      continue;
    }
    std::string_view source = text.substr(segment.span.begin, segment.span.end - segment.span.begin);
    if (Status status = encodeBetween(source, segment.span.begin == 0, ids); !status)
      return status;
  }
  return Done{};
}

/// Encodes what lies between added tokens; `first` says that the input begins with it.
Status TokenizerPipeline::encodeBetween(std::string_view source, bool first, std::vector<std::int32_t> &ids) const {
  Result<std::string> text = normalize(source);
  if (!text)
    return text.problem();
  for (const Segment &segment : inNormalized.cut(*text)) {
    if (segment.token != noToken) {
      ids.push_back(segment.token);
      continue;
    }
    Pieces pieces(text->substr(segment.span.begin, segment.span.end - segment.span.begin),
                  first && segment.span.begin == 0);
    if (preTokenizer)
      if (Status status = preTokenizer->apply(pieces); !status)
        return status;
    if (Status status = model->tokenize(pieces, ids); !status)
      return status;
  }
  return Done{};
}
