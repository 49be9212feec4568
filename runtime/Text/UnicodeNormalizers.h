//===- UnicodeNormalizers.h - Normalizers that know characters ---*- C++ -*-===//
//
// Rows of the registry of normalizers: the forms of Unicode, letter case, accents, and the clean-up of BERT and of
// SentencePiece's NMT rules.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UNICODENORMALIZERS_H
#define TERN_RUNTIME_TEXT_UNICODENORMALIZERS_H

#include "runtime/Text/Normalizer.h"

namespace tern {

using NormalizerResult = Result<std::unique_ptr<Normalizer>>;

NormalizerResult makeNfc(ComponentSpec &spec);
NormalizerResult makeNfd(ComponentSpec &spec);
NormalizerResult makeNfkc(ComponentSpec &spec);
NormalizerResult makeNfkd(ComponentSpec &spec);
NormalizerResult makeLowercase(ComponentSpec &spec);
NormalizerResult makeStripAccents(ComponentSpec &spec);
NormalizerResult makeNmt(ComponentSpec &spec);
NormalizerResult makeBertNormalizer(ComponentSpec &spec);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_UNICODENORMALIZERS_H
