//===- ContentHash.cpp - Hashes that name bytes ---------------------------===//

#include "runtime/Base/ContentHash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>

using namespace tern;

static constexpr std::string_view prefix = "xxh3:";
static constexpr char digits[] = "0123456789abcdef";

std::string tern::contentHashOf(std::string_view bytes) {
  std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  std::string text(prefix);
  for (int shift = 60; shift >= 0; shift -= 4)
    text += digits[(hash >> shift) & 15];
  return text;
}

bool tern::isContentHash(std::string_view hash) {
  return hash.size() == prefix.size() + 16 && hash.substr(0, prefix.size()) == prefix &&
         hash.find_first_not_of(digits, prefix.size()) == std::string_view::npos;
}
