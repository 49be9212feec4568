//===- ContentHash.cpp - Hashes that name bytes ---------------------------===//

#include "runtime/Base/ContentHash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>

using namespace tern;

static constexpr std::string_view prefix = "xxh3:";
static constexpr char digits[] = "0123456789abcdef";

static std::string spell(std::uint64_t hash) {
  std::string text(prefix);
  for (int shift = 60; shift >= 0; shift -= 4)
    text += digits[(hash >> shift) & 15];
  return text;
}

std::string tern::contentHashOf(std::string_view bytes) { return spell(XXH3_64bits(bytes.data(), bytes.size())); }

struct ContentHasher::State {
  XXH3_state_t running;
};

ContentHasher::ContentHasher() : state(std::make_unique<State>()) { XXH3_64bits_reset(&state->running); }
ContentHasher::ContentHasher(ContentHasher &&) noexcept = default;
ContentHasher &ContentHasher::operator=(ContentHasher &&) noexcept = default;
ContentHasher::~ContentHasher() = default;

void ContentHasher::add(std::string_view piece) { XXH3_64bits_update(&state->running, piece.data(), piece.size()); }

std::string ContentHasher::hash() const { return spell(XXH3_64bits_digest(&state->running)); }

bool tern::isContentHash(std::string_view hash) {
  return hash.size() == prefix.size() + 16 && hash.substr(0, prefix.size()) == prefix &&
         hash.find_first_not_of(digits, prefix.size()) == std::string_view::npos;
}
