//===- TokenTable.h - Token texts and their ids ------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_TOKENTABLE_H
#define TERN_RUNTIME_TEXT_TOKENTABLE_H

#include "runtime/Base/Json.h"

#include <cstdint>
#include <vector>

namespace tern {

/// Answer for a text that is no token.
constexpr std::int32_t noToken = -1;

/// A vocabulary: texts by id and ids by text. Ids may have holes, as vocabularies in JSON may. Texts are UTF-8; they
/// lie in one buffer, so 256,000 tokens cost a few allocations.
class TokenTable {
public:
  /// Ids are below this: a file that names id 4,000,000,000 must not make us allocate for it.
  static constexpr std::int64_t idEnd = 1 << 24;

  /// Reads a JSON object {"token": id, ...}. Problems: an id that is no id or given twice, too many tokens.
  static Result<TokenTable> fromJson(const Json &object, const std::string &where);
  /// Token i of the list has id i; of equal texts, the last is found. Problems: a text that is not UTF-8.
  static Result<TokenTable> fromList(const std::vector<std::string> &tokens, const std::string &where);

  /// Token i has the next `lengths[i]` bytes of `texts`; a length of `hole` leaves the id without a token. Problems:
  /// lengths that do not add up to the texts, a text that is not UTF-8.
  static Result<TokenTable> fromLengths(const std::vector<std::uint32_t> &lengths, std::string_view texts,
                                        const std::string &where);
  static constexpr std::uint32_t hole = 0xFFFFFFFF;

  /// One past the highest id.
  std::int32_t size() const { return static_cast<std::int32_t>(places.size()); }
  bool has(std::int64_t id) const { return id >= 0 && id < size() && places[id].length != hole; }
  /// The text of a token that the table has.
  std::string_view text(std::int32_t id) const {
    return std::string_view(bytes).substr(places[id].begin, places[id].length);
  }
  /// The id of a text, or noToken.
  std::int32_t find(std::string_view text) const;
  /// Length in bytes of the longest token.
  std::size_t longest() const { return longestText; }

private:
  struct Place {
    std::size_t begin = 0;
    std::uint32_t length = hole;
  };

  std::string bytes;
  std::vector<Place> places;
  std::vector<std::int32_t> slots; ///< Open addressing by the text's hash; a power of two, at most half full.
  std::size_t longestText = 0;

  void add(std::int32_t id, std::string_view text);
  void index();
  std::size_t slotOf(std::string_view text) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENTABLE_H
