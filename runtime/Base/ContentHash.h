//===- ContentHash.h - Hashes that name bytes --------------------*- C++ -*-===//
//
// XXH3 with 64 bits (https://github.com/Cyan4973/xxHash), spelled "xxh3:" and 16 lower-case hexadecimal digits, the
// same as in IR. It finds damage and tells contents apart; it is no protection from somebody who forges it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_CONTENTHASH_H
#define TERN_RUNTIME_BASE_CONTENTHASH_H

#include <memory>
#include <string>
#include <string_view>

namespace tern {

/// The content hash of `bytes`.
std::string contentHashOf(std::string_view bytes);

/// The content hash of bytes that come in pieces. Movable, not copyable.
class ContentHasher {
public:
  ContentHasher();
  ContentHasher(ContentHasher &&) noexcept;
  ContentHasher &operator=(ContentHasher &&) noexcept;
  ~ContentHasher();

  void add(std::string_view piece);
  /// The hash of all pieces so far.
  std::string hash() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Whether `hash` is spelled as content hashes are.
bool isContentHash(std::string_view hash);

} // namespace tern

#endif // TERN_RUNTIME_BASE_CONTENTHASH_H
