//===- StopRules.cpp - When generation ends, and what is shown ------------===//

#include "runtime/Sampler/StopRules.h"

#include "runtime/Base/Utf8.h"

#include <algorithm>

using namespace tern;

std::string_view tern::stopReasonName(StopReason reason) {
  switch (reason) {
  case StopReason::EndToken:
    return "end_token";
  case StopReason::StopString:
    return "stop_string";
  case StopReason::MaxTokens:
    return "max_tokens";
  case StopReason::ContextEnd:
    return "context_end";
  }
  return "";
}

Result<StopRules> StopRules::create(StopOptions options) {
  for (const std::string &text : options.stopStrings)
    if (text.empty() || !isUtf8(text))
      return Problem{
          "stop",
          text.empty() ? "a stop string must not be empty" : "a stop string must be UTF-8, not " + inQuotes(text), ""};
  for (TokenId token : options.endTokens)
    if (token < 0)
      return Problem{"end tokens", "must not be negative, as " + std::to_string(token) + " is", ""};
  if (options.maxTokens < -1)
    return Problem{"max_tokens", "must be at least -1, not " + std::to_string(options.maxTokens), ""};
  if (options.contextRoom < -1)
    return Problem{"context", "must have room for at least -1 tokens, not " + std::to_string(options.contextRoom), ""};
  return StopRules(std::move(options));
}

std::optional<StopReason> StopRules::limitReached() const {
  if (options.maxTokens >= 0 && count >= options.maxTokens)
    return StopReason::MaxTokens;
  if (options.contextRoom >= 0 && count >= options.contextRoom)
    return StopReason::ContextEnd;
  return std::nullopt;
}

std::optional<StopReason> StopRules::atStart() const { return limitReached(); }

/// Where the stop string begins that is complete first, or npos.
std::size_t StopRules::firstStop() const {
  std::size_t start = std::string::npos, end = std::string::npos;
  for (const std::string &stop : options.stopStrings) {
    std::size_t found = withheld.find(stop);
    if (found == std::string::npos)
      continue;
    std::size_t foundEnd = found + stop.size();
    if (foundEnd < end || (foundEnd == end && found < start)) {
      start = found;
      end = foundEnd;
    }
  }
  return start;
}

/// Bytes of what is withheld before the first that may belong to a stop string or an incomplete character.
std::size_t StopRules::safeLength() const {
  std::size_t safe = withheld.size();
  for (const std::string &stop : options.stopStrings) {
    std::size_t longest = std::min(stop.size() - 1, withheld.size());
    for (std::size_t length = longest; length > withheld.size() - safe; --length)
      if (withheld.compare(withheld.size() - length, length, stop, 0, length) == 0) {
        safe = withheld.size() - length;
        break;
      }
  }
  // The last character that begins in the safe part must end there too.
  std::size_t lead = safe;
  while (lead > 0 && safe - lead < 3 && (withheld[lead - 1] & 0xC0) == 0x80)
    --lead;
  if (lead == 0)
    return safe;
  unsigned char first = static_cast<unsigned char>(withheld[lead - 1]);
  std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  return safe - (lead - 1) < length && first >= 0xC0 ? lead - 1 : safe;
}

bool StopRules::isEnd(TokenId token) const {
  return std::find(options.endTokens.begin(), options.endTokens.end(), token) != options.endTokens.end();
}

StopRules::Step StopRules::push(TokenId token, std::string_view bytes) {
  if (stopped)
    return {};
  ++count;
  if (isEnd(token))
    return {"", StopReason::EndToken};
  withheld += bytes;
  if (std::size_t stop = firstStop(); stop != std::string::npos) {
    withheld.resize(stop);
    return {takeAll(), StopReason::StopString};
  }
  std::size_t safe = safeLength();
  std::string text = withheld.substr(0, safe);
  withheld.erase(0, safe);
  return {std::move(text), limitReached()};
}

StopRules::Step StopRules::finish(std::string_view bytes) {
  if (stopped)
    return {};
  withheld += bytes;
  std::size_t stop = firstStop();
  if (stop == std::string::npos)
    return {takeAll(), std::nullopt};
  withheld.resize(stop);
  return {takeAll(), StopReason::StopString};
}

std::string StopRules::takeAll() {
  stopped = true;
  std::size_t lead = withheld.size();
  while (lead > 0 && withheld.size() - lead < 3 && (withheld[lead - 1] & 0xC0) == 0x80)
    --lead;
  if (lead > 0) {
    unsigned char first = static_cast<unsigned char>(withheld[lead - 1]);
    std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (first >= 0xC0 && withheld.size() - (lead - 1) < length)
      withheld.replace(lead - 1, std::string::npos, "\xEF\xBF\xBD");
  }
  return std::exchange(withheld, {});
}
