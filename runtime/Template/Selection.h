//===- Selection.h - Attributes and orders that filters name -----*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_SELECTION_H
#define TERN_RUNTIME_TEMPLATE_SELECTION_H

#include "runtime/Template/Machine.h"

#include <algorithm>

namespace tern::jinja {

/// The path that a filter's `attribute` names: "address.city", "0.name", 3. Digits are indexes.
class AttributePath {
public:
  /// None is the value itself. `fallback`, unless None, stands for what is undefined on the way.
  AttributePath(const Value &attribute, Value fallback = Value::none());

  Value of(Machine &machine, Value item) const;
  /// The same with strings in lower case, as filters that ignore case compare.
  Value folded(Machine &machine, const Value &item) const;
  unsigned depth() const { return fallback.depth(); }

private:
  std::vector<Value> parts;
  Value fallback;
};

/// Strings in lower case, other values as they are.
Value ignoringCase(Machine &machine, const Value &value);

/// Stable merge sort that stays in bounds whatever `before` answers: orders of strangers' values may contradict
/// themselves (not-a-number), which std::sort does not survive.
template <typename T, typename Before> void mergeSort(std::vector<T> &items, const Before &before) {
  std::vector<T> merged(items.size());
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    for (std::size_t start = 0; start < items.size(); start += 2 * width) {
      std::size_t left = start, middle = std::min(start + width, items.size()), right = middle;
      std::size_t end = std::min(start + 2 * width, items.size());
      for (std::size_t at = start; at < end; ++at) {
        bool takeRight = left == middle || (right < end && before(items[right], items[left]));
        merged[at] = std::move(items[takeRight ? right++ : left++]);
      }
    }
    items.swap(merged);
  }
}

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_SELECTION_H
