//===- VocabularyFuzzer.cpp - Vocabularies of GGUF files, of any shape ----===//
//
// The input is a JSON object with the keys `tokenizer.ggml.*` up to the first zero byte and a text after it.
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/TokenizerChecks.h"

#include "runtime/Base/Json.h"

using namespace tern;

namespace {

/// Whether no number has a fraction, which the conversions below would not survive.
bool isWhole(const Json &json) {
  if (json.is_array())
    return std::all_of(json.begin(), json.end(), isWhole);
  return !json.is_number_float();
}

template <typename T> void read(const Json &json, const char *name, T &into) {
  if (!json.contains(name) || (!isWhole(json[name]) && name != std::string_view("scores")))
    return;
  try {
    into = json[name].get<T>();
  } catch (const Json::exception &) { // Of another type: the reader of files would have refused it.
  }
}

template <typename T> void read(const Json &json, const char *name, std::optional<T> &into) {
  T value{};
  read(json, name, value);
  if (json.contains(name))
    into = value;
}

Vocabulary makeVocabulary(const Json &json) {
  Vocabulary vocabulary;
  vocabulary.where = "input";
  read(json, "model", vocabulary.model);
  read(json, "pre", vocabulary.pre);
  read(json, "tokens", vocabulary.tokens);
  read(json, "scores", vocabulary.scores);
  read(json, "token_type", vocabulary.types);
  read(json, "merges", vocabulary.merges);
  read(json, "precompiled_charsmap", vocabulary.charactersMap);
  read(json, "bos_token_id", vocabulary.bos);
  read(json, "eos_token_id", vocabulary.eos);
  read(json, "unknown_token_id", vocabulary.unknown);
  read(json, "seperator_token_id", vocabulary.separator);
  read(json, "add_bos_token", vocabulary.addBos);
  read(json, "add_eos_token", vocabulary.addEos);
  read(json, "add_sep_token", vocabulary.addSeparator);
  read(json, "add_space_prefix", vocabulary.addSpacePrefix);
  read(json, "remove_extra_whitespaces", vocabulary.removeExtraWhitespaces);
  read(json, "normalizer.lowercase", vocabulary.lowercase);
  read(json, "normalizer.strip_accents", vocabulary.stripAccents);
  return vocabulary;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  std::size_t end = std::min(input.find('\0'), size);
  Result<Json> json = parseJson(input.substr(0, end), "input");
  if (!json || !json->is_object())
    return 0;
  fuzz::checkTokenizer(Tokenizer::fromVocabulary(makeVocabulary(*json)), input.substr(std::min(end + 1, size)));
  return 0;
}
