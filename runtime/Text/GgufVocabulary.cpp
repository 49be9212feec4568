//===- GgufVocabulary.cpp - A GGUF file's tokenizer taken apart -----------===//

#include "runtime/Text/TokenizerParts.h"

#include "runtime/Text/CharacterMap.h"

#include <cmath>
#include <unordered_set>

using namespace tern;

namespace {

class VocabularyReader {
public:
  explicit VocabularyReader(const Vocabulary &vocabulary) : file(vocabulary) {}

  Result<TokenizerParts> read() {
    for (Status (VocabularyReader::*step)() :
         {&VocabularyReader::checkCounts, &VocabularyReader::checkTypes, &VocabularyReader::readTokens,
          &VocabularyReader::readMerges, &VocabularyReader::readScores})
      if (Status status = (this->*step)(); !status)
        return status.problem();
    return TokenizerParts{file.where, {{"ggml", settings()}}, std::move(arrays)};
  }

private:
  const Vocabulary &file;
  TokenArrays arrays;

  Problem problem(const std::string &key, std::string what) const {
    return {file.where + ": tokenizer.ggml." + key, std::move(what), ""};
  }

  Status checkCounts() {
    auto perToken = [&](const char *key, std::size_t count) -> Status {
      if (count == 0 || count == file.tokens.size())
        return Done{};
      return problem(key, "has one entry per token: " + std::to_string(count) + " entries, " +
                              std::to_string(file.tokens.size()) + " tokens");
    };
    if (file.tokens.empty())
      return problem("tokens", "a vocabulary has tokens, this one has none");
    if (Status status = perToken("scores", file.scores.size()); !status)
      return status;
    return perToken("token_type", file.types.size());
  }

  Status checkTypes() {
    for (std::size_t id = 0; id < file.types.size(); ++id)
      if (file.types[id] < Vocabulary::Normal || file.types[id] > Vocabulary::Byte)
        return problem("token_type",
                       "a type is 1 to 6: token " + std::to_string(id) + " has " + std::to_string(file.types[id]));
    return Done{};
  }

  Status readTokens() {
    Result<TokenTable> tokens = TokenTable::fromList(file.tokens, file.where + ": tokenizer.ggml.tokens");
    if (!tokens)
      return tokens.problem();
    arrays.tokens = std::move(*tokens);
    return Done{};
  }

  /// "left right": the first space that does not begin the text divides, so that a left part may be a space. Other
  /// kinds of models may have merges too, and do without.
  Status readMerges() {
    if (file.model != "gpt2" && file.model != "gemma4" && file.model != "whitespace")
      return Done{};
    if (file.merges.empty())
      return problem("merges", "a model of kind '" + file.model + "' has merges, this one has none");
    std::vector<MergeText> merges;
    merges.reserve(file.merges.size());
    for (const std::string &text : file.merges) {
      std::size_t space = text.find(' ', 1);
      if (space == std::string::npos)
        return problem("merges", "a merge is 'left right': merge " + std::to_string(merges.size()) + " is '" +
                                     text.substr(0, 80) + "'");
      merges.emplace_back(text.substr(0, space), text.substr(space + 1));
    }
    Result<std::vector<TokenMerge>> found =
        findMerges(arrays.tokens, merges, "", file.where + ": tokenizer.ggml.merges");
    if (!found)
      return found.problem();
    arrays.merges = std::move(*found);
    return Done{};
  }

  Status readScores() {
    if (file.model != "llama" && file.model != "t5")
      return Done{};
    for (std::size_t id = 0; id < file.scores.size(); ++id)
      if (std::isnan(file.scores[id]))
        return problem("scores", "a score is a number: that of token " + std::to_string(id) + " is NaN");
    arrays.scores.assign(file.scores.begin(), file.scores.end());
    return Done{};
  }

  /// Keys as in the file; what the file does not have is left out.
  Json settings() const {
    Json json = {{"model", file.model}, {"pre", file.pre}};
    auto put = [&](const char *key, const auto &value) {
      if (value)
        json[key] = *value;
    };
    put("bos_token_id", file.bos);
    put("eos_token_id", file.eos);
    put("eot_token_id", file.eot);
    put("eom_token_id", file.eom);
    put("unknown_token_id", file.unknown);
    put("seperator_token_id", file.separator); // spelled so in files
    put("padding_token_id", file.padding);
    put("mask_token_id", file.mask);
    put("add_bos_token", file.addBos);
    put("add_eos_token", file.addEos);
    put("add_sep_token", file.addSeparator);
    put("add_space_prefix", file.addSpacePrefix);
    put("remove_extra_whitespaces", file.removeExtraWhitespaces);
    put("normalizer.lowercase", file.lowercase);
    put("normalizer.strip_accents", file.stripAccents);
    if (!file.charactersMap.empty())
      json["precompiled_charsmap"] = encodeBase64({file.charactersMap.data(), file.charactersMap.size()});
    json["added_tokens"] = addedTokens();
    return json;
  }

  /// Whether a token ends a turn or a text by its name alone. Files that were converted badly have them as normal
  /// tokens; llama.cpp puts that right.
  static bool isEnd(const std::string &text) {
    static const std::unordered_set<std::string> ends = {"<|eot_id|>",
                                                         "<|im_end|>",
                                                         "<|end|>",
                                                         "<|return|>",
                                                         "<|call|>",
                                                         "<|flush|>",
                                                         "<|calls|>",
                                                         "</s>",
                                                         "<end_of_turn>",
                                                         "<EOT>",
                                                         "<|eom_id|>",
                                                         "<|endoftext|>",
                                                         "<|tool_response>",
                                                         "[e~[",
                                                         "_<EOT>",
                                                         "[EOT]",
                                                         "[EOS]",
                                                         "<eos>",
                                                         "<|end_of_text|>",
                                                         "<end_of_utterance>",
                                                         "<turn|>",
                                                         "<｜end▁of▁sentence｜>"};
    return ends.count(text) != 0;
  }

  /// Control, unknown and user-defined tokens stay whole wherever they stand in a text: ids, and whether special.
  Json addedTokens() const {
    Json added = Json::array();
    for (std::size_t id = 0; id < file.types.size(); ++id) {
      std::int32_t type = isEnd(file.tokens[id]) ? Vocabulary::Control : file.types[id];
      if (type == Vocabulary::Control || type == Vocabulary::Unknown || type == Vocabulary::UserDefined)
        added.push_back(Json::array({id, type != Vocabulary::UserDefined}));
    }
    return added;
  }
};

} // namespace

Result<TokenizerParts> TokenizerParts::fromVocabulary(const Vocabulary &vocabulary) {
  return VocabularyReader(vocabulary).read();
}
