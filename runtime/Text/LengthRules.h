//===- LengthRules.h - Truncation and padding --------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_LENGTHRULES_H
#define TERN_RUNTIME_TEXT_LENGTHRULES_H

#include "runtime/Text/PostProcessor.h"

namespace tern {

/// How many ids a text may and must have, as a tokenizer.json states it.
struct LengthRules {
  struct Truncation {
    std::uint64_t longest = 0; ///< Special tokens included.
    std::uint64_t stride = 0;  ///< How many tokens a part that is cut off shares with the one before.
    bool keepEnd = false;      ///< Drop from the left.
    enum Strategy { LongestFirst, OnlyFirst, OnlySecond } strategy = LongestFirst;
  };
  struct Padding {
    std::uint64_t shortest = 0; ///< 0: no fixed length.
    std::uint64_t multiple = 0; ///< 0: any length.
    bool atStart = false;
    std::int32_t token = 0;
    std::int32_t type = 0;
  };
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;

  /// Reads "truncation" and "padding"; null for either means none.
  static Result<LengthRules> fromJson(const Json &truncation, const Json &padding, const std::string &where);

  /// Shortens one text or two, which will get `added` special tokens; with `keepRest` what is cut off stays as
  /// `overflowing` parts. Problems: a strategy that cannot make them fit, a stride as long as what stays, and parts
  /// that are beyond all measure together.
  Status truncate(std::vector<TokenizedText> &texts, std::size_t added, bool keepRest) const;
  /// Makes a text as long as it must be, and parts that were cut off at least as long as it is then.
  void pad(TokenizedText &tokens) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_LENGTHRULES_H
