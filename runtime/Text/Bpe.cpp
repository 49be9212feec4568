//===- Bpe.cpp - Byte-pair encoding by ranked merges ----------------------===//

#include "runtime/Text/Bpe.h"

#include "runtime/Text/ByteTokens.h"
#include "runtime/Text/PieceCache.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>
#include <utility>

using namespace tern;

namespace {

std::uint64_t pairKey(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

/// Scatters the bits of a key (the finalizer of splitmix64, https://prng.di.unimi.it/splitmix64.c).
std::uint64_t scatter(std::uint64_t key) {
  key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9;
  key = (key ^ key >> 27) * 0x94d049bb133111eb;
  return key ^ key >> 31;
}

std::string quoted(const std::string &text) { return "'" + text.substr(0, 80) + "'"; }

} // namespace

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

std::unique_ptr<Bpe> Bpe::make(TokenArrays arrays, BpeOptions options) {
  std::unique_ptr<Bpe> bpe(new Bpe(std::move(arrays.tokens), std::move(options)));
  const TokenTable &table = bpe->vocabulary;
  const BpeOptions &chosen = bpe->options;
  if (!chosen.unknown.empty())
    bpe->unknownId = table.find(chosen.unknown);
  if (chosen.byteFallback)
    bpe->byteTokens = findByteTokens(table);
  for (char32_t code = 0; code < 0x800; ++code) {
    std::string character;
    appendUtf8(character, code);
    bpe->characters.push_back(table.find(character));
  }
  bpe->addMerges(arrays.merges);
  return bpe;
}

void Bpe::addMerges(const std::vector<TokenMerge> &list) {
  std::size_t capacity = 16;
  while (capacity < list.size() * 2)
    capacity *= 2;
  merges.resize(capacity);
  for (std::size_t rank = 0; rank < list.size(); ++rank) {
    std::uint64_t pair = pairKey(list[rank].left, list[rank].right);
    merges[slotOf(pair)] = {pair, static_cast<std::uint32_t>(rank), list[rank].result};
  }
}

std::size_t Bpe::slotOf(std::uint64_t pair) const {
  std::size_t mask = merges.size() - 1, slot = scatter(pair) & mask;
  while (merges[slot].result != noToken && merges[slot].pair != pair)
    slot = (slot + 1) & mask;
  return slot;
}

const Bpe::Merge *Bpe::findMerge(std::int32_t left, std::int32_t right) const {
  const Merge &merge = merges[slotOf(pairKey(left, right))];
  return merge.result == noToken ? nullptr : &merge;
}

//===----------------------------------------------------------------------===//
// Tokenizing
//===----------------------------------------------------------------------===//

/// The symbols of one piece and the merges that wait. Kept from piece to piece for its memory.
class Bpe::Word {
public:
  void clear() {
    symbols.clear();
    waiting.clear();
  }
  /// `length` is how much text the symbol stands for.
  void add(std::int32_t id, std::size_t length) {
    auto index = static_cast<std::int32_t>(symbols.size());
    symbols.push_back({id, index - 1, index + 1, static_cast<std::uint32_t>(length)});
  }

  /// Applies merges, best rank first, of equal ranks the leftmost.
  void mergeAll(const Bpe &bpe) {
    if (symbols.empty())
      return;
    symbols.back().next = none;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
      consider(bpe, static_cast<std::int32_t>(i), false);
    std::make_heap(waiting.begin(), waiting.end(), later);
    while (!waiting.empty()) {
      std::pop_heap(waiting.begin(), waiting.end(), later);
      Candidate best = waiting.back();
      waiting.pop_back();
      apply(bpe, best);
    }
  }

  void appendTo(TokenList &tokens) const {
    std::size_t begin = 0;
    for (std::int32_t at = symbols.empty() ? none : 0; at != none; at = symbols[at].next) {
      if (symbols[at].id != noToken)
        tokens.add(symbols[at].id, begin, begin + symbols[at].length);
      begin += symbols[at].length;
    }
  }

  std::string scratch;       ///< For the text of a character with its prefix or suffix.
  bool lacksUnknown = false; ///< A character asked for an unknown token that is no token.

private:
  static constexpr std::int32_t none = -1;
  static constexpr std::int32_t gone = -2; ///< As an id: the symbol is part of its left neighbour now.

  struct Symbol {
    std::int32_t id, previous, next;
    std::uint32_t length;
  };
  struct Candidate {
    std::uint32_t rank;
    std::int32_t at; ///< The left symbol.
    std::int32_t result;
  };
  static bool later(const Candidate &a, const Candidate &b) { return a.rank != b.rank ? a.rank > b.rank : a.at > b.at; }

  std::vector<Symbol> symbols;
  std::vector<Candidate> waiting;

  void consider(const Bpe &bpe, std::int32_t at, bool heap) {
    const Merge *merge = bpe.findMerge(symbols[at].id, symbols[symbols[at].next].id);
    if (!merge)
      return;
    waiting.push_back({merge->rank, at, merge->result});
    if (heap)
      std::push_heap(waiting.begin(), waiting.end(), later);
  }

  void apply(const Bpe &bpe, const Candidate &candidate) {
    Symbol &left = symbols[candidate.at];
    if (left.id == gone || left.next == none)
      return;
    Symbol &right = symbols[left.next];
    const Merge *merge = bpe.findMerge(left.id, right.id);
    if (!merge || merge->result != candidate.result)
      return; // One of the two has changed since the candidate was queued.
    left.id = candidate.result;
    left.length += right.length;
    left.next = right.next;
    right.id = gone;
    if (left.next != none) {
      symbols[left.next].previous = candidate.at;
      consider(bpe, candidate.at, true);
    }
    if (left.previous != none)
      consider(bpe, left.previous, true);
  }
};

/// A character with what its place in the piece asks for; `scratch` holds the text when that is more.
std::string_view Bpe::decorate(std::string_view character, bool first, bool last, std::string &scratch) const {
  bool prefix = !first && !options.innerPrefix.empty(), suffix = last && !options.lastSuffix.empty();
  if (!prefix && !suffix)
    return character;
  scratch.assign(prefix ? options.innerPrefix : "");
  scratch += character;
  scratch += suffix ? options.lastSuffix : "";
  return scratch;
}

std::int32_t Bpe::findSymbol(std::string_view text) const {
  if (text.size() == 1 || (text.size() == 2 && (text[0] & 0x80)))
    return characters[readUtf8(text, 0).code];
  return vocabulary.find(text);
}

/// Adds the bytes of `text` as tokens, or nothing when one of them has no token.
bool Bpe::addBytes(std::string_view text, Word &word) const {
  std::vector<std::int32_t> ids;
  if (!appendByteTokens(byteTokens, text, ids))
    return false;
  for (std::int32_t id : ids)
    word.add(id, 1);
  return true;
}

void Bpe::addCharacters(std::string_view piece, Word &word) const {
  std::size_t unknownLength = 0;
  bool unknownWaits = false; // An unknown token is added when it is known whether the next character fuses with it.
  for (std::size_t at = 0, length; at < piece.size(); at += length) {
    length = utf8Length(static_cast<unsigned char>(piece[at]));
    std::string_view text = decorate(piece.substr(at, length), at == 0, at + length == piece.size(), word.scratch);
    std::int32_t id = findSymbol(text);
    if (id == noToken && addBytes(text, word))
      continue;
    if (id == noToken && unknownId == noToken) {
      word.lacksUnknown = word.lacksUnknown || !options.unknown.empty();
      if (options.unknownDivides)
        word.add(noToken, length);
      continue;
    }
    if (unknownWaits && (id != noToken || !options.fuseUnknown))
      word.add(unknownId, std::exchange(unknownLength, 0));
    unknownWaits = id == noToken;
    if (id != noToken)
      word.add(id, length);
    else
      unknownLength += length;
  }
  if (unknownWaits)
    word.add(unknownId, unknownLength);
}

void Bpe::tokenizePiece(std::string_view piece, Word &word, TokenList &tokens) const {
  if (options.wholePieces || (options.wholeNewlines && piece.find_first_not_of('\n') == std::string_view::npos)) {
    if (std::int32_t whole = vocabulary.find(piece); whole != noToken) {
      tokens.add(whole, 0, piece.size());
      return;
    }
  }
  word.clear();
  addCharacters(piece, word);
  word.mergeAll(*this);
  word.appendTo(tokens);
}

Status Bpe::tokenize(const Pieces &pieces, TokenList &tokens) const {
  Word word;
  PieceCache cache(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    tokens.base = pieces.begin(i);
    cache.tokenize(pieces[i], tokens, [&](std::string_view piece) { tokenizePiece(piece, word, tokens); });
  }
  if (word.lacksUnknown)
    return Problem{"text",
                   "has a character that the vocabulary cannot write, and the unknown token " +
                       quoted(options.unknown) + " is not in the vocabulary",
                   ""};
  return Done{};
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

Result<std::vector<TokenMerge>> Bpe::readMerges(const Json &model, const TokenTable &tokens, const std::string &where) {
  ComponentSpec spec(model, where);
  std::string innerPrefix = spec.string("continuing_subword_prefix", "");
  const Json &list = spec.array("merges");
  if (spec.failed())
    return *spec.problem();
  std::vector<MergeText> merges;
  merges.reserve(list.size());
  for (const Json &merge : list) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    std::string text = merge.is_string() ? merge.get<std::string>() : ""; // "left right", in older files.
    std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
      return Problem{spec.where("merges"),
                     "a merge is a pair of tokens or 'left right': merge " + std::to_string(merges.size()) + " is " +
                         merge.dump().substr(0, 80),
                     ""};
    merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  return findMerges(tokens, merges, innerPrefix, where);
}

Result<std::unique_ptr<Model>> Bpe::fromSpec(ComponentSpec &spec, TokenArrays arrays) {
  BpeOptions options;
  options.unknown = spec.string("unk_token", "");
  options.innerPrefix = spec.string("continuing_subword_prefix", "");
  options.lastSuffix = spec.string("end_of_word_suffix", "");
  options.fuseUnknown = spec.boolean("fuse_unk", false);
  options.byteFallback = spec.boolean("byte_fallback", false);
  options.wholePieces = spec.boolean("ignore_merges", false);
  if (spec.number("dropout", 0.0) != 0.0)
    spec.fail("dropout", "random merges belong to training; only 0 or null gives the same ids twice");
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return std::unique_ptr<Model>(make(std::move(arrays), std::move(options)));
}
