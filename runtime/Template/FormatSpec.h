//===- FormatSpec.h - Widths, signs and precisions ---------------*- C++ -*-===//
//
// What Python's two ways of formatting share: the part after the colon of "{:>10.2f}" and after the percent of
// "%-10.2f".
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_FORMATSPEC_H
#define TERN_RUNTIME_TEMPLATE_FORMATSPEC_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

struct FormatSpec {
  std::string fill = " ";
  char align = '\0'; ///< < > ^ =, or nothing: left for text, right for numbers.
  char sign = '\0';  ///< + or blank before numbers that are not negative.
  bool alternate = false, zeroPad = false;
  char grouping = '\0'; ///< , or _ between thousands.
  std::int64_t width = -1, precision = -1;
  char type = '\0';
};

std::string formatString(Machine &machine, std::string_view text, const FormatSpec &spec);
/// Types d n x X o b c, or none.
std::string formatInteger(Machine &machine, std::int64_t value, const FormatSpec &spec);
/// Types e E f F g G n %, or none, which is repr.
std::string formatFloat(Machine &machine, double value, const FormatSpec &spec);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_FORMATSPEC_H
