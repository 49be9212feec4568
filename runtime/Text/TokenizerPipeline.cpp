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
    Result<TracedText> shown = TracedText{token.text, {}, false};
    if (token.normalized)
      shown = normalize(std::move(*shown));
    if (!shown)
      return shown.problem();
    token.shown = shown->text;
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

Result<TracedText> TokenizerPipeline::normalize(TracedText text) const {
  if (!normalizer)
    return text;
  Rewriter rewriter(text);
  if (Status status = normalizer->apply(text.text, rewriter); !status)
    return status.problem();
  return rewriter.take();
}

Status TokenizerPipeline::encode(std::string_view text, TokenList &tokens) const {
  for (const Segment &segment : inSource.cut(text)) {
    auto [begin, end] = segment.span;
    tokens.base = 0;
    if (segment.token != noToken)
      tokens.add(segment.token, begin, end);
    else if (Status status = encodeBetween(TracedText::of(text.substr(begin, end - begin), begin, tokens.traced),
                                           begin == 0, tokens);
             !status)
      return status;
  }
  return Done{};
}

/// Encodes what lies between added tokens; `first` says that the input begins with it.
Status TokenizerPipeline::encodeBetween(TracedText source, bool first, TokenList &tokens) const {
  Result<TracedText> text = normalize(std::move(source));
  if (!text)
    return text.problem();
  for (const Segment &segment : inNormalized.cut(text->text)) {
    if (segment.token != noToken) {
      Span span = tokens.traced ? text->source(segment.span) : segment.span;
      tokens.base = 0;
      tokens.add(segment.token, span.begin, span.end);
      continue;
    }
    bool whole = segment.span == Span{0, text->text.size()};
    Pieces pieces(whole ? std::move(*text) : text->part(segment.span), first && segment.span.begin == 0);
    if (preTokenizer)
      if (Status status = preTokenizer->apply(pieces); !status)
        return status;
    std::size_t done = tokens.spans.size();
    if (Status status = model->tokenize(pieces, tokens); !status)
      return status;
    for (std::size_t i = done; i < tokens.spans.size(); ++i)
      tokens.spans[i] = pieces.whole().source(tokens.spans[i]);
  }
  return Done{};
}
