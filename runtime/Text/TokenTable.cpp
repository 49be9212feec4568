//===- TokenTable.cpp - Token texts and their ids -------------------------===//

#include "runtime/Text/TokenTable.h"

#include "runtime/Text/Utf8.h"

#include <functional>

using namespace tern;

Result<TokenTable> TokenTable::fromJson(const Json &object, const std::string &where) {
  if (!object.is_object())
    return Problem{where, std::string("a vocabulary must be an object from token to id, is ") + object.type_name(), ""};
  TokenTable table;
  for (const auto &item : object.items()) {
    const std::string &text = item.key();
    if (!item.value().is_number_unsigned() || item.value().get<std::uint64_t>() >= static_cast<std::uint64_t>(idEnd))
      return Problem{where,
                     "an id must be a whole number below " + std::to_string(idEnd) + ": token '" + text.substr(0, 80) +
                         "' has " + item.value().dump().substr(0, 40),
                     ""};
    auto id = item.value().get<std::int32_t>();
    if (table.has(id))
      return Problem{where,
                     "an id must name one token: " + std::to_string(id) + " is given to '" +
                         std::string(table.text(id).substr(0, 80)) + "' and '" + text.substr(0, 80) + "'",
                     ""};
    table.add(id, text);
  }
  table.index();
  return table;
}

Result<TokenTable> TokenTable::fromList(const std::vector<std::string> &tokens, const std::string &where) {
  if (tokens.size() >= static_cast<std::size_t>(idEnd))
    return Problem{where,
                   "a vocabulary has fewer than " + std::to_string(idEnd) + " tokens, this one has " +
                       std::to_string(tokens.size()),
                   ""};
  TokenTable table;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (findInvalidUtf8(tokens[id]) != std::string_view::npos)
      return Problem{where, "a token must be UTF-8: token " + std::to_string(id) + " is not", ""};
    table.add(static_cast<std::int32_t>(id), tokens[id]);
  }
  table.index();
  return table;
}

Result<TokenTable> TokenTable::fromLengths(const std::vector<std::uint32_t> &lengths, std::string_view texts,
                                           const std::string &where) {
  if (lengths.size() >= static_cast<std::size_t>(idEnd))
    return Problem{where, "a vocabulary has fewer than " + std::to_string(idEnd) + " tokens", ""};
  TokenTable table;
  table.bytes = texts;
  table.places.resize(lengths.size());
  std::size_t begin = 0;
  // Texts that are UTF-8 together and begin where characters do are UTF-8 each.
  bool isUtf8 = findInvalidUtf8(texts) == std::string_view::npos;
  for (std::size_t id = 0; id < lengths.size() && isUtf8; ++id) {
    if (lengths[id] == hole)
      continue;
    if (lengths[id] > texts.size() - begin)
      return Problem{where, "texts must be as long as their lengths say: token " + std::to_string(id) + " is cut", ""};
    isUtf8 = begin == texts.size() || (static_cast<unsigned char>(texts[begin]) & 0xC0) != 0x80;
    table.places[id] = {begin, lengths[id]};
    table.longestText = std::max<std::size_t>(table.longestText, lengths[id]);
    begin += lengths[id];
  }
  if (!isUtf8)
    return Problem{where, "a token must be UTF-8, and one is not", ""};
  if (begin != texts.size())
    return Problem{
        where,
        "texts must be as long as their lengths say: " + std::to_string(texts.size() - begin) + " bytes are left", ""};
  table.index();
  return table;
}

void TokenTable::add(std::int32_t id, std::string_view text) {
  if (id >= size())
    places.resize(static_cast<std::size_t>(id) + 1);
  places[id] = {bytes.size(), static_cast<std::uint32_t>(text.size())};
  bytes += text;
  longestText = std::max(longestText, text.size());
}

void TokenTable::index() {
  std::size_t capacity = 16;
  while (capacity < places.size() * 2)
    capacity *= 2;
  slots.assign(capacity, noToken);
  for (std::int32_t id = 0; id < size(); ++id)
    if (has(id))
      slots[slotOf(text(id))] = id;
}

/// The slot that holds `text`, or the empty one where it would go.
std::size_t TokenTable::slotOf(std::string_view wanted) const {
  std::size_t mask = slots.size() - 1, slot = std::hash<std::string_view>()(wanted) & mask;
  while (slots[slot] != noToken && text(slots[slot]) != wanted)
    slot = (slot + 1) & mask;
  return slot;
}

std::int32_t TokenTable::find(std::string_view text) const { return slots.empty() ? noToken : slots[slotOf(text)]; }
