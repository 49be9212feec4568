//===- GgufPreTokenizers.h - What tokenizer.ggml.pre means -------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
#define TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H

#include <string>
#include <vector>

namespace tern {

/// How a byte-level model of a GGUF file cuts text. The file gives a name; what the name stands for is known only to
/// the programs that read such files.
struct GgufPreTokenizer {
  std::vector<std::string> names;    ///< Values of tokenizer.ggml.pre.
  std::vector<std::string> patterns; ///< Each cuts the pieces of the one before, a match being a piece.
  bool wholePieces = false;          ///< See BpeOptions.
  bool addBos = false;               ///< Unless the file says otherwise.
};

/// The entry that has `name`, or null.
const GgufPreTokenizer *findGgufPreTokenizer(const std::string &name);

/// Every name, for messages.
std::string ggufPreTokenizerNames();

} // namespace tern

#endif // TERN_RUNTIME_TEXT_GGUFPRETOKENIZERS_H
