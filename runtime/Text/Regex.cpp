//===- Regex.cpp - Regular expressions of tokenizer files -----------------===//

#include "runtime/Text/Regex.h"

#include "runtime/Text/Utf8.h"

#include <mutex>
#include <oniguruma.h>

using namespace tern;

void tern::initializeRegexEngine() {
  static std::once_flag once;
  std::call_once(once, [] {
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
    onig_initialize(encodings, 1);
  });
}

/// The compiled program and what its messages are headed with.
struct Regex::Engine {
  OnigRegex program = nullptr;
  std::string where;

  ~Engine() { onig_free(program); }
};

namespace {

const OnigUChar *bytes(const char *text) { return reinterpret_cast<const OnigUChar *>(text); }

std::string describe(int code, OnigErrorInfo *details = nullptr) {
  OnigUChar text[ONIG_MAX_ERROR_MESSAGE_LEN];
  int length = details ? onig_error_code_to_str(text, code, details) : onig_error_code_to_str(text, code);
  return {reinterpret_cast<char *>(text), static_cast<std::size_t>(length)};
}

/// What one search needs besides text and pattern; freed with the scope.
struct Search {
  OnigRegion *region = onig_region_new();
  OnigMatchParam *limits = onig_new_match_param();

  /// A pattern that backtracks without end stops after some steps for each byte; real ones take a few.
  explicit Search(std::size_t textSize) {
    onig_initialize_match_param(limits);
    onig_set_retry_limit_in_search_of_match_param(limits, 10000000 + 64 * static_cast<unsigned long>(textSize));
  }
  ~Search() {
    onig_free_match_param(limits);
    onig_region_free(region, 1);
  }
};

} // namespace

/// The pattern with [:punct:] as Hugging Face's Oniguruma has it, which is newer than what systems have: punctuation
/// and symbols.
static std::string withSymbolsAsPunctuation(std::string_view pattern) {
  constexpr std::string_view name = "[:punct:]", negated = "[:^punct:]";
  std::string result;
  std::size_t depth = 0; // Of brackets.
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    std::string_view rest = pattern.substr(at);
    if (depth > 0 && rest.substr(0, name.size()) == name) {
      result += "\\p{P}\\p{S}";
      at += name.size() - 1;
    } else if (depth > 0 && rest.substr(0, negated.size()) == negated) {
      result += "[^\\p{P}\\p{S}]";
      at += negated.size() - 1;
    } else if (pattern[at] == '\\' || (pattern[at] == '[' && rest.substr(1, 1) == "]")) {
      depth += pattern[at] == '['; // What stands after it is no end of a bracket.
      result += rest.substr(0, 2);
      ++at;
    } else {
      depth += pattern[at] == '[';
      depth -= depth > 0 && pattern[at] == ']';
      result += pattern[at];
    }
  }
  return result;
}

Result<Regex> Regex::compile(std::string_view pattern, const std::string &where) {
  initializeRegexEngine();
  if (std::size_t bad = findInvalidUtf8(pattern); bad != std::string_view::npos)
    return Problem{where, "a regular expression is UTF-8: byte " + std::to_string(bad) + " is not", ""};
  auto engine = std::make_shared<Engine>();
  engine->where = where;
  OnigErrorInfo details;
  std::string meant = withSymbolsAsPunctuation(pattern);
  int code = onig_new(&engine->program, bytes(meant.data()), bytes(meant.data() + meant.size()), ONIG_OPTION_NONE,
                      ONIG_ENCODING_UTF8, ONIG_SYNTAX_ONIGURUMA, &details);
  if (code != ONIG_NORMAL)
    return Problem{where, "not a regular expression of Oniguruma: " + describe(code, &details), ""};
  Regex regex;
  regex.engine = std::move(engine);
  return regex;
}

Status Regex::findAll(std::string_view text, std::vector<Span> &matches) const {
  Search found(text.size());
  const OnigUChar *begin = bytes(text.data()), *end = begin + text.size();
  std::size_t from = 0, lastEnd = std::string_view::npos;
  while (from <= text.size()) {
    int code = onig_search_with_param(engine->program, begin, end, begin + from, end, found.region, ONIG_OPTION_NONE,
                                      found.limits);
    if (code == ONIG_MISMATCH)
      break;
    if (code < 0)
      return Problem{engine->where,
                     "the regular expression gave up on a text of " + std::to_string(text.size()) +
                         " bytes: " + describe(code),
                     "pass the text in shorter parts"};
    Span match{static_cast<std::size_t>(found.region->beg[0]), static_cast<std::size_t>(found.region->end[0])};
    if (match.empty() && match.end == lastEnd) {
      from += from < text.size() ? utf8Length(static_cast<unsigned char>(text[from])) : 1;
      continue;
    }
    matches.push_back(match);
    from = lastEnd = match.end;
  }
  return Done{};
}
