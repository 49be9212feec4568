//===- GeneratedTokens.cpp - The tokens that a model is to say ------------===//

#include "runtime/Text/GeneratedTokens.h"

#include <algorithm>

using namespace tern;

/// For each character the first token that it is part of, or the number of tokens.
static std::vector<std::size_t> tokensOfCharacters(const std::vector<Span> &spans) {
  std::size_t count = 0;
  for (Span span : spans)
    count = std::max(count, span.end);
  std::vector<std::size_t> tokens(count, spans.size());
  for (std::size_t token = spans.size(); token-- > 0;)
    for (std::size_t at = spans[token].begin; at < spans[token].end; ++at)
      tokens[at] = token;
  return tokens;
}

std::vector<std::uint8_t> tern::maskGenerated(const Encoding &encoding,
                                              const std::vector<std::pair<std::size_t, std::size_t>> &generated) {
  std::size_t count = encoding.ids.size();
  std::vector<std::uint8_t> mask(count, 0);
  std::vector<std::size_t> tokens = tokensOfCharacters(encoding.characters);
  for (auto [begin, end] : generated) {
    std::size_t first = begin < tokens.size() ? tokens[begin] : count;
    if (first == count)
      break;
    std::size_t last = end > 0 && end <= tokens.size() ? tokens[end - 1] : count;
    std::size_t stop = last == count || last == 0 ? count : last + 1; // Token 0 counts as none there, too.
    for (std::size_t token = first; token < stop; ++token)
      mask[token] = 1;
  }
  return mask;
}
