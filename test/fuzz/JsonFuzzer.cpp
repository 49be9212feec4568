//===- JsonFuzzer.cpp - JSON of any bytes ---------------------------------===//
//
// What parses must print, and parse again to the same.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"

#include <cstdlib>

using namespace tern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  Result<Json> value = parseJson({reinterpret_cast<const char *>(data), size}, "input");
  if (!value)
    return value.problem().str().empty() ? std::abort(), 0 : 0;
  std::string printed = value->dump();
  Result<Json> again = parseJson(printed, "printed");
  if (!again || again->dump() != printed)
    std::abort();
  return 0;
}
