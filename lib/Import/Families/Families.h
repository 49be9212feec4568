//===- Families.h - Makers of all families -----------------------*- C++ -*-===//

#ifndef TERN_LIB_IMPORT_FAMILIES_FAMILIES_H
#define TERN_LIB_IMPORT_FAMILIES_FAMILIES_H

#include "tern/Import/Family.h"

namespace tern {

std::unique_ptr<Family> makeBert();
std::unique_ptr<Family> makeLlama();
std::unique_ptr<Family> makeMistral();
std::unique_ptr<Family> makeQwen2();
std::unique_ptr<Family> makeQwen3();
std::unique_ptr<Family> makePhi3();
std::unique_ptr<Family> makeGemma2();
std::unique_ptr<Family> makeGemma3();
std::unique_ptr<Family> makeGpt2();
std::unique_ptr<Family> makeSmolLm3();
std::unique_ptr<Family> makeOlmo2();
std::unique_ptr<Family> makeGranite();

} // namespace tern

#endif // TERN_LIB_IMPORT_FAMILIES_FAMILIES_H
