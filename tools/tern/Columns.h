//===- Columns.h - Text in columns -------------------------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_COLUMNS_H
#define TERN_TOOLS_TERN_COLUMNS_H

#include <string>

namespace tern {

/// `text` filled up with blanks to `width`, at its end or at its beginning; at least one blank.
inline std::string left(const std::string &text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}
inline std::string right(const std::string &text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
}

} // namespace tern

#endif // TERN_TOOLS_TERN_COLUMNS_H
