//===- ImportTesting.h - What the tests of containers share ------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_IMPORT_IMPORTTESTING_H
#define TERN_TEST_UNIT_IMPORT_IMPORTTESTING_H

#include "test/unit/TemporaryDirectory.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <unistd.h>

namespace tern::test {

/// What reading gave: the model if there was one, and all problems, the one that ended reading last.
template <typename File> struct Outcome {
  std::optional<File> file;
  Problems problems;
  std::string text; ///< All problems, one a line.

  explicit Outcome(Result<File> result, Problems collected) : problems(std::move(collected)) {
    if (result)
      file = std::move(*result);
    else
      problems.push_back(result.problem());
    for (const Problem &problem : problems)
      text += problem.str() + "\n";
  }
  bool sound() const { return file && problems.empty(); }
};

/// Parses a copy of `bytes` that ends where they end, so that a sanitizer sees every read behind it. The copy lives as
/// long as the result.
template <typename File> struct Parsed {
  std::unique_ptr<std::uint8_t[]> copy;
  Outcome<File> outcome;

  explicit Parsed(const std::string &bytes, std::size_t size)
      : copy(new std::uint8_t[size]), outcome(parse(bytes.data(), size)) {}
  explicit Parsed(const std::string &bytes) : Parsed(bytes, bytes.size()) {}

private:
  Outcome<File> parse(const char *bytes, std::size_t size) {
    std::copy(bytes, bytes + size, copy.get());
    Problems problems;
    Result<File> file = File::parse(copy.get(), size, "test", problems);
    return Outcome<File>(std::move(file), std::move(problems));
  }
};

} // namespace tern::test

#endif // TERN_TEST_UNIT_IMPORT_IMPORTTESTING_H
