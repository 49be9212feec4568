//===- Result.h - Values or located problems ---------------------*- C++ -*-===//
//
// Everything in Tern that reads what a user hands in answers with a Result: the value, or a Problem that says where,
// what, and what to do about it. No exception crosses a function of ours, and nothing aborts on bad input.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_RESULT_H
#define TERN_RUNTIME_BASE_RESULT_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tern {

/// One thing that is wrong with the input or the machine. Messages are lower case, the rule first and then the
/// evidence, without a full stop.
struct Problem {
  std::string where;  ///< File, key, tensor or byte offset: "model.gguf: tensor 'blk.0.attn_q.weight'".
  std::string what;   ///< The rule that is broken and the evidence.
  std::string remedy; ///< What the reader can do; may be empty.

  /// "where: what; remedy", the form that tools print after "error: ".
  std::string str() const {
    std::string text = where.empty() ? what : where + ": " + what;
    return remedy.empty() ? text : text + "; " + remedy;
  }
};

using Problems = std::vector<Problem>;

/// A value of type T or the Problem that kept it from being made. Owns either. Must be looked at.
template <typename T> class [[nodiscard]] Result {
public:
  Result(const T &value) : state(std::in_place_index<0>, value) {}
  Result(T &&value) : state(std::in_place_index<0>, std::move(value)) {} // By value, C++17 would copy `return local`.
  Result(Problem problem) : state(std::in_place_index<1>, std::move(problem)) {}

  explicit operator bool() const { return state.index() == 0; }

  T &operator*() {
    assert(*this && "no value: look before you dereference");
    return *std::get_if<0>(&state);
  }
  const T &operator*() const {
    assert(*this && "no value: look before you dereference");
    return *std::get_if<0>(&state);
  }
  T *operator->() { return &**this; }
  const T *operator->() const { return &**this; }

  const Problem &problem() const {
    assert(!*this && "a value, not a problem");
    return *std::get_if<1>(&state);
  }

private:
  std::variant<T, Problem> state;
};

/// Success without a value.
struct Done {};
using Status = Result<Done>;

} // namespace tern

#endif // TERN_RUNTIME_BASE_RESULT_H
