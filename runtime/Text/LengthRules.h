//===- LengthRules.h - Truncation and padding --------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_LENGTHRULES_H
#define TERN_RUNTIME_TEXT_LENGTHRULES_H

#include "runtime/Text/ComponentSpec.h"

namespace tern {

/// How many ids a text may and must have, as a tokenizer.json states it.
struct LengthRules {
  struct Truncation {
    std::uint64_t longest = 0; ///< Special tokens included.
    bool keepEnd = false;      ///< Drop from the left.
  };
  struct Padding {
    std::uint64_t shortest = 0; ///< 0: no fixed length.
    std::uint64_t multiple = 0; ///< 0: any length.
    bool atStart = false;
    std::int32_t token = 0;
  };
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;

  /// Reads "truncation" and "padding"; null for either means none.
  static Result<LengthRules> fromJson(const Json &truncation, const Json &padding, const std::string &where);

  /// Shortens `ids`, which will get `added` special tokens.
  void truncate(std::vector<std::int32_t> &ids, std::size_t added) const;
  void pad(std::vector<std::int32_t> &ids) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_LENGTHRULES_H
