//===- ByteTokens.h - Tokens that stand for a byte ---------------*- C++ -*-===//
//
// Vocabularies with byte fallback have the tokens <0x00> .. <0xFF>, in which anything can be written.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_BYTETOKENS_H
#define TERN_RUNTIME_TEXT_BYTETOKENS_H

#include "runtime/Text/TokenTable.h"

namespace tern {

/// The ids of <0x00> .. <0xFF>; noToken for those that the table lacks.
std::vector<std::int32_t> findByteTokens(const TokenTable &tokens);

/// Appends the tokens of the bytes of `text`, or nothing and answers false when one of them has none; `byteTokens` may
/// be empty.
bool appendByteTokens(const std::vector<std::int32_t> &byteTokens, std::string_view text,
                      std::vector<std::int32_t> &ids);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_BYTETOKENS_H
