//===- StopRules.h - When generation ends, and what is shown -----*- C++ -*-===//
//
// Text is shown as it is generated, but never a part of a stop string or of a character. So what could still become a
// stop string is withheld until it is clear, and at the end everything withheld is shown, unless a stop string was met,
// which is not shown, nor is anything after it. Of several stop strings the one that is complete first ends the text.
//
//   stop "</s>":  push("a <")  shows "a ",  push("/b")  shows "</b",  push("c</s>d")  shows "c" and stops
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_STOPRULES_H
#define TERN_RUNTIME_SAMPLER_STOPRULES_H

#include "runtime/Sampler/Sampler.h"

#include <optional>
#include <string_view>

namespace tern {

enum class StopReason : std::uint8_t {
  EndToken, ///< A token of the end set.
  StopString,
  MaxTokens,
  ContextEnd, ///< The context has no room for another token.
};

/// "end_token", "stop_string", "max_tokens", "context_end".
std::string_view stopReasonName(StopReason reason);

struct StopOptions {
  std::vector<TokenId> endTokens;       ///< Any of them ends the text; not shown.
  std::vector<std::string> stopStrings; ///< UTF-8, none empty.
  std::int64_t maxTokens = -1;          ///< Tokens generated; -1 is no limit, 0 none at all.
  std::int64_t contextRoom = -1;        ///< Tokens that fit after the prompt; -1 is no limit.
};

class StopRules {
public:
  static Result<StopRules> create(StopOptions options);

  struct Step {
    std::string text; ///< To show now.
    std::optional<StopReason> reason;
  };

  /// What holds before the first token: a limit of 0 stops at once.
  std::optional<StopReason> atStart() const;

  /// Whether the token ends the text; the bytes that it would add are then nobody's.
  bool isEnd(TokenId token) const;

  /// Takes the next token and the bytes that it adds, which may end inside a character. A stop string ends it all;
  /// after any other reason, finish() has the rest.
  Step push(TokenId token, std::string_view bytes);

  /// Takes the bytes that come once no token follows and shows what was withheld, up to a stop string, should one be
  /// complete now. A character that lacks bytes shows as U+FFFD.
  Step finish(std::string_view bytes = {});

private:
  explicit StopRules(StopOptions options) : options(std::move(options)) {}

  StopOptions options;
  std::string withheld;
  std::int64_t count = 0;
  bool stopped = false;

  std::optional<StopReason> limitReached() const;
  std::size_t firstStop() const;
  std::size_t safeLength() const;
  std::string takeAll();
};

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_STOPRULES_H
