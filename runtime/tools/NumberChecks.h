//===- NumberChecks.h - Ranges of numbers on the command line -----*- C++ -*-===//
//
// The checks of CLI11 name the largest double as the end of a range that has none. These say what is asked for.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TOOLS_NUMBERCHECKS_H
#define TERN_RUNTIME_TOOLS_NUMBERCHECKS_H

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <string>

/// Whole numbers from `least` on, called `name` in the help. What is no number at all, CLI11 says by itself.
inline CLI::Validator atLeast(std::int64_t least, const std::string &name) {
  return CLI::Validator(
      [least](const std::string &text) {
        std::int64_t value = 0;
        if (CLI::detail::lexical_cast(text, value) && value < least)
          return "must be at least " + std::to_string(least) + ", got " + text;
        return std::string();
      },
      name);
}

inline CLI::Validator positive() { return atLeast(1, "POSITIVE"); }
inline CLI::Validator notNegative() { return atLeast(0, "NONNEGATIVE"); }

/// Finite numbers above 0, whole or not.
inline CLI::Validator aboveZero() {
  return CLI::Validator(
      [](const std::string &text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && !(value > 0 && std::isfinite(value)))
          return "must be a number above 0, got " + text;
        return std::string();
      },
      "POSITIVE");
}

#endif // TERN_RUNTIME_TOOLS_NUMBERCHECKS_H
