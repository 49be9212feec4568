//===- GgufPreTokenizers.h - What tokenizer.ggml.pre means -------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
#define TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H

#include <string>
#include <vector>

namespace tern {

// In place of a pattern. As regular expressions these would look at the whole run of digits for each group.

/// Cuts runs of numbers (\p{N}) after each group of three, counted from the right; not before the first.
constexpr const char *ggufNumberEnds = "(ends of numbers)";
/// Cuts runs of the digits 0 to 9 before each whole group of three, counted from the right.
constexpr const char *ggufThousands = "(thousands)";

/// What the vocabulary of a BPE model is written in.
enum class GgufAlphabet {
  Bytes,  ///< The byte-level alphabet.
  Marked, ///< Text, with "▁" for spaces, and tokens <0x00> .. <0xFF> for what is not in the vocabulary.
  Plain,  ///< Text as it is.
};

/// How a BPE model of a GGUF file cuts text. The file gives a name; what it stands for is what llama.cpp
/// does (docs/reference/Tokenizers.md), and not always what the model's author does.
struct GgufPreTokenizer {
  std::vector<std::string> names;    ///< Values of tokenizer.ggml.pre.
  std::vector<std::string> patterns; ///< Each cuts the pieces of the one before, a match being a piece.
  bool wholePieces = false;          ///< See BpeOptions.
  bool addBos = false;               ///< Unless the file says otherwise.
  GgufAlphabet alphabet = GgufAlphabet::Bytes;
  bool isGemma4 = false; ///< BOS whatever the file says, for some say wrong; newlines that are a token stay whole.
};

/// The entry that has `name`, or null.
const GgufPreTokenizer *findGgufPreTokenizer(const std::string &name);

/// Every name, for messages.
std::string ggufPreTokenizerNames();

} // namespace tern

#endif // TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
