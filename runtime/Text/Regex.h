//===- Regex.h - Regular expressions of tokenizer files ----------*- C++ -*-===//
//
// Oniguruma, the engine that Hugging Face tokenizers use, behind a value type. Patterns come from files of strangers,
// so a search may hit the engine's limit on retries; that is a Problem, never a hang.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_REGEX_H
#define TERN_RUNTIME_TEXT_REGEX_H

#include "runtime/Base/Result.h"
#include "runtime/Text/Span.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace tern {

/// A compiled pattern over UTF-8. Searching is const and may run on several threads at once.
class Regex {
public:
  /// Problem: what the engine says about the pattern; `where` names the pattern's place in its file.
  static Result<Regex> compile(std::string_view pattern, const std::string &where);

  /// Successive matches that do not overlap, from the left; text outside `text` is not seen by look-behind. After an
  /// empty match the search goes on one character later, and an empty match that touches the match before it does not
  /// count.
  Status findAll(std::string_view text, std::vector<Span> &matches) const;

private:
  struct Engine;
  std::shared_ptr<const Engine> engine;
};

/// Prepares the engine, once per process; all of this folder's users go through here.
void initializeRegexEngine();

} // namespace tern

#endif // TERN_RUNTIME_TEXT_REGEX_H
