//===- GeneratedTokens.h - The tokens that a model is to say -----*- C++ -*-===//
//
// A chat template marks with {% generation %} what the model is to say, and Rendering::generated has those parts in
// characters. Training looks only at the tokens in them:
//
//   text       <user>Hi<assistant>Hello<end>         generated: [17, 22)
//   tokens     <user> Hi <assistant> Hel lo <end>
//   mask          0    0      0       1   1   0
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_GENERATEDTOKENS_H
#define TERN_RUNTIME_TEXT_GENERATEDTOKENS_H

#include "runtime/Text/Tokenizer.h"

namespace tern {

/// For each token of `encoding`, of which the text is the only one, 1 if it stands in one of the parts `generated`,
/// [begin, end) in characters and ascending, else 0: `assistant_masks` of Hugging Face transformers 5. A token that a
/// part begins or ends in counts. A part without a token at its end, which truncation may have cut off, reaches to the
/// last token; one without a token at its beginning ends the marking.
std::vector<std::uint8_t> maskGenerated(const Encoding &encoding,
                                        const std::vector<std::pair<std::size_t, std::size_t>> &generated);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_GENERATEDTOKENS_H
