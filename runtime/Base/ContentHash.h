//===- ContentHash.h - Hashes that name bytes --------------------*- C++ -*-===//
//
// XXH3 with 64 bits (https://github.com/Cyan4973/xxHash), spelled "xxh3:" and 16 lower-case hexadecimal digits, the
// same as in IR. It finds damage and tells contents apart; it is no protection from somebody who forges it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_CONTENTHASH_H
#define TERN_RUNTIME_BASE_CONTENTHASH_H

#include <string>
#include <string_view>

namespace tern {

/// The content hash of `bytes`.
std::string contentHashOf(std::string_view bytes);

/// Whether `hash` is spelled as content hashes are.
bool isContentHash(std::string_view hash);

} // namespace tern

#endif // TERN_RUNTIME_BASE_CONTENTHASH_H
