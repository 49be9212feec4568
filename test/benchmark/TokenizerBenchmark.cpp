//===- TokenizerBenchmark.cpp - How fast texts are tokenized --------------===//
//
// tokenizer-benchmark TOKENIZER.JSON TEXT_FILE CHUNK REPETITIONS IDS_FILE: tokenizes the text in parts that end with the
// first line beyond CHUNK bytes. Prints seconds per repetition, one a line, after one that does not count; and writes
// the ids of the last to IDS_FILE, four bytes each. scripts/bench-tokenizer runs it beside Hugging Face tokenizers.
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/Tokenizer.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace tern;

static std::string readFile(const char *path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

static std::vector<std::string> cut(const std::string &text, std::size_t chunk) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at + chunk), text.size() - 1) + 1;
    parts.push_back(text.substr(at, end - at));
    at = end;
  }
  return parts;
}

int main(int count, char **arguments) {
  if (count != 6) {
    std::cerr << "usage: tokenizer-benchmark TOKENIZER.JSON TEXT_FILE CHUNK REPETITIONS IDS_FILE\n";
    return 2;
  }
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(readFile(arguments[1]), arguments[1]);
  if (!tokenizer) {
    std::cerr << tokenizer.problem().str() << '\n';
    return 1;
  }
  std::vector<std::string> parts = cut(readFile(arguments[2]), std::stoul(arguments[3]));
  std::vector<std::vector<std::int32_t>> tokens(parts.size());
  for (int i = 0; i <= std::atoi(arguments[4]); ++i) {
    auto start = std::chrono::steady_clock::now();
    for (std::size_t part = 0; part < parts.size(); ++part) {
      Result<std::vector<std::int32_t>> ids = tokenizer->encode(parts[part], false);
      if (!ids) {
        std::cerr << ids.problem().str() << '\n';
        return 1;
      }
      tokens[part] = std::move(*ids);
    }
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (i > 0)
      std::cout << seconds << '\n';
  }
  std::ofstream file(arguments[5], std::ios::binary);
  for (const std::vector<std::int32_t> &ids : tokens)
    file.write(reinterpret_cast<const char *>(ids.data()), static_cast<std::streamsize>(ids.size() * sizeof(ids[0])));
  return file.flush() ? 0 : 1;
}
