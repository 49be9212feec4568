//===- ByteTokens.cpp - Tokens that stand for a byte ----------------------===//

#include "runtime/Text/ByteTokens.h"

using namespace tern;

std::vector<std::int32_t> tern::findByteTokens(const TokenTable &tokens) {
  std::vector<std::int32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char digits[] = "0123456789ABCDEF";
    ids.push_back(tokens.find(std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">"));
  }
  return ids;
}

bool tern::appendByteTokens(const std::vector<std::int32_t> &byteTokens, std::string_view text,
                            std::vector<std::int32_t> &ids) {
  if (byteTokens.empty())
    return false;
  std::size_t before = ids.size();
  for (char byte : text) {
    std::int32_t id = byteTokens[static_cast<unsigned char>(byte)];
    if (id == noToken) {
      ids.resize(before);
      return false;
    }
    ids.push_back(id);
  }
  return true;
}
