//===- GgufPreTokenizers.h - What tokenizer.ggml.pre means -------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
#define TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H

#include <string>
#include <vector>

namespace tern {

/// In place of a pattern: cuts runs of numbers into groups of three from the right, as thousands are written. As a
/// regular expression this would look at the whole run for each group.
constexpr const char *ggufDigitGroups = "(digit groups)";

/// What the vocabulary of a BPE model is written in.
enum class GgufAlphabet {
  Bytes,  ///< The byte-level alphabet.
  Marked, ///< Text, with "▁" for spaces, and tokens <0x00> .. <0xFF> for what is not in the vocabulary.
  Plain,  ///< Text as it is.
};

/// How a BPE model of a GGUF file cuts text. The file gives a name; what the name stands for is known only to
/// the programs that read such files.
struct GgufPreTokenizer {
  std::vector<std::string> names;    ///< Values of tokenizer.ggml.pre.
  std::vector<std::string> patterns; ///< Each cuts the pieces of the one before, a match being a piece.
  bool wholePieces = false;          ///< See BpeOptions.
  bool addBos = false;               ///< Unless the file says otherwise.
  GgufAlphabet alphabet = GgufAlphabet::Bytes;
};

/// The entry that has `name`, or null.
const GgufPreTokenizer *findGgufPreTokenizer(const std::string &name);

/// Every name, for messages.
std::string ggufPreTokenizerNames();

} // namespace tern

#endif // TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
