//===- GgufTokenizer.cpp - The tokenizer that a GGUF file describes -------===//
//
// A GGUF file names a kind of tokenizer and lists the tokens; the steps round the model follow from the kind. Rules and
// defaults follow llama.cpp (src/llama-vocab.cpp, https://github.com/ggml-org/llama.cpp).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/Bpe.h"
#include "runtime/Text/GgufPreTokenizers.h"
#include "runtime/Text/SentencePieceBpe.h"
#include "runtime/Text/TokenizerPipeline.h"
#include "runtime/Text/WordPiece.h"

#include <cmath>

using namespace tern;

namespace {

/// Builds the pipeline for one file; each step answers whether it worked.
class GgufReader {
public:
  explicit GgufReader(const Vocabulary &vocabulary)
      : file(vocabulary), pipeline(std::make_unique<TokenizerPipeline>()) {
    pipeline->where = file.where;
  }

  Result<Tokenizer> read() {
    if (Status status = checkTable(); !status)
      return status.problem();
    if (Status status = readRoles(); !status)
      return status.problem();
    readAddedTokens();
    if (Status status = readKind(); !status)
      return status.problem();
    if (Status status = readEnds(); !status)
      return status.problem();
    return TokenizerPipeline::finish(std::move(pipeline));
  }

private:
  const Vocabulary &file;
  std::unique_ptr<TokenizerPipeline> pipeline;
  bool addBos = false; ///< What the kind of tokenizer does unless the file says otherwise.
  bool addEos = false;
  bool addSeparator = false;

  Problem problem(const std::string &key, std::string what, std::string remedy = "") const {
    return {file.where + ": tokenizer.ggml." + key, std::move(what), std::move(remedy)};
  }

  Status checkTable() const {
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
    if (Status status = perToken("token_type", file.types.size()); !status)
      return status;
    for (std::size_t id = 0; id < file.types.size(); ++id)
      if (file.types[id] < Vocabulary::Normal || file.types[id] > Vocabulary::Byte)
        return problem("token_type",
                       "a type is 1 to 6: token " + std::to_string(id) + " has " + std::to_string(file.types[id]));
    return Done{};
  }

  Status readRoles() {
    struct Role {
      const char *key;
      const std::optional<std::int64_t> &from;
      std::optional<std::int32_t> &to;
    };
    SpecialTokens &special = pipeline->special;
    const Role roles[] = {
        {"bos_token_id", file.bos, special.bos},
        {"eos_token_id", file.eos, special.eos},
        {"eot_token_id", file.eot, special.eot},
        {"eom_token_id", file.eom, special.eom},
        {"unknown_token_id", file.unknown, special.unknown},
        {"seperator_token_id", file.separator, special.separator},
        {"padding_token_id", file.padding, special.padding},
        {"mask_token_id", file.mask, special.mask},
    };
    for (const Role &role : roles) {
      if (!role.from)
        continue;
      if (*role.from < 0 || *role.from >= static_cast<std::int64_t>(file.tokens.size()))
        return problem(role.key, "must be a token id below " + std::to_string(file.tokens.size()) + ", is " +
                                     std::to_string(*role.from));
      role.to = static_cast<std::int32_t>(*role.from);
    }
    return Done{};
  }

  /// Control, unknown and user-defined tokens stay whole wherever they stand in a text.
  void readAddedTokens() {
    for (std::size_t id = 0; id < file.types.size(); ++id) {
      std::int32_t type = file.types[id];
      if (type != Vocabulary::Control && type != Vocabulary::Unknown && type != Vocabulary::UserDefined)
        continue;
      AddedToken token;
      token.id = static_cast<std::int32_t>(id);
      token.text = file.tokens[id];
      token.special = type != Vocabulary::UserDefined;
      pipeline->addedTokens.push_back(std::move(token));
    }
  }

  Status readKind() {
    if (file.model == "gpt2")
      return readByteLevelBpe();
    if (file.model == "llama")
      return readSentencePiece();
    if (file.model == "bert")
      return readWordPiece();
    return problem("model", "tokenizer '" + file.model.substr(0, 80) + "' is not known", "known: bert, gpt2, llama");
  }

  Status readByteLevelBpe() {
    const std::string &name = file.pre.empty() ? "default" : file.pre; // Files older than the key.
    const GgufPreTokenizer *kind = findGgufPreTokenizer(name);
    if (!kind)
      return problem("pre", "pre-tokenizer '" + name.substr(0, 80) + "' is not known",
                     "known: " + ggufPreTokenizerNames());
    addBos = kind->addBos;
    Result<TokenTable> tokens = TokenTable::fromList(file.tokens, file.where + ": tokenizer.ggml.tokens");
    if (!tokens)
      return tokens.problem();
    Result<std::vector<MergeText>> merges = readMerges();
    if (!merges)
      return merges.problem();
    BpeOptions options;
    options.wholePieces = kind->wholePieces;
    Result<std::unique_ptr<Bpe>> bpe =
        Bpe::make(std::move(*tokens), *merges, std::move(options), file.where + ": tokenizer.ggml.merges");
    if (!bpe)
      return bpe.problem();
    pipeline->model = std::move(*bpe);
    Result<std::unique_ptr<PreTokenizer>> cuts =
        makeByteLevelSplits(kind->patterns, file.where + ": tokenizer.ggml.pre '" + name + "'");
    if (!cuts)
      return cuts.problem();
    pipeline->preTokenizer = std::move(*cuts);
    pipeline->decoder = makeByteLevelDecoder();
    return Done{};
  }

  /// Gives a role to the token that has it in every model of a kind.
  void setUnlessGiven(std::optional<std::int32_t> &role, std::int32_t usual) const {
    if (!role && static_cast<std::size_t>(usual) < file.tokens.size())
      role = usual;
  }

  /// Llama 2 and its kin. The normalizer and decoder are those of their tokenizer.json.
  Status readSentencePiece() {
    addBos = true;
    setUnlessGiven(pipeline->special.unknown, 0);
    setUnlessGiven(pipeline->special.bos, 1);
    setUnlessGiven(pipeline->special.eos, 2);
    if (file.scores.empty())
      return problem("scores", "a model of kind 'llama' has scores, this one has none");
    for (std::size_t id = 0; id < file.scores.size(); ++id)
      if (std::isnan(file.scores[id]))
        return problem("scores", "a score is a number: that of token " + std::to_string(id) + " is NaN");
    Result<TokenTable> tokens = TokenTable::fromList(file.tokens, file.where + ": tokenizer.ggml.tokens");
    if (!tokens)
      return tokens.problem();
    std::int32_t unknown = pipeline->special.unknown.value_or(noToken);
    pipeline->model = std::make_unique<SentencePieceBpe>(std::move(*tokens), file.scores, unknown);
    bool prefix = file.addSpacePrefix.value_or(true);
    Json replace = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}};
    Json normalizers = Json::array({replace});
    if (prefix)
      normalizers.insert(normalizers.begin(), Json{{"type", "Prepend"}, {"prepend", "▁"}});
    Json unreplace = {{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}};
    Json decoders = Json::array({unreplace, Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
    if (prefix)
      decoders.push_back(Json{{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    return addSteps(Json{{"type", "Sequence"}, {"normalizers", normalizers}}, nullptr,
                    Json{{"type", "Sequence"}, {"decoders", decoders}});
  }

  /// BERT: tokens that begin a word are written with "▁" in front, inner ones without "##".
  Status readWordPiece() {
    addBos = true;
    addSeparator = true;
    setUnlessGiven(pipeline->special.unknown, 100);
    setUnlessGiven(pipeline->special.bos, 101);
    setUnlessGiven(pipeline->special.separator, 102);
    Result<TokenTable> tokens = TokenTable::fromList(file.tokens, file.where + ": tokenizer.ggml.tokens");
    if (!tokens)
      return tokens.problem();
    WordPieceModelOptions options;
    if (pipeline->special.unknown)
      options.unknown = file.tokens[*pipeline->special.unknown];
    options.firstPrefix = "▁";
    options.innerPrefix = "";
    options.longestPiece = 100; // As every tokenizer.json of this kind has it; GGUF has no key for it.
    pipeline->model = std::make_unique<WordPiece>(std::move(*tokens), std::move(options));
    return addSteps(Json{{"type", "BertNormalizer"}}, Json{{"type", "BertPreTokenizer"}},
                    Json{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}});
  }

  /// Adds components as a tokenizer.json would describe them.
  Status addSteps(const Json &normalizer, const Json &preTokenizer, const Json &decoder) {
    Result<std::unique_ptr<Normalizer>> first = makeNormalizer(normalizer, file.where);
    if (!first)
      return first.problem();
    pipeline->normalizer = std::move(*first);
    if (!preTokenizer.is_null()) {
      Result<std::unique_ptr<PreTokenizer>> second = makePreTokenizer(preTokenizer, file.where);
      if (!second)
        return second.problem();
      pipeline->preTokenizer = std::move(*second);
    }
    Result<std::unique_ptr<Decoder>> last = makeDecoder(decoder, file.where);
    if (!last)
      return last.problem();
    pipeline->decoder = std::move(*last);
    return Done{};
  }

  /// "left right": the first space that does not begin the text divides, so that a left part may be a space.
  Result<std::vector<MergeText>> readMerges() const {
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
    return merges;
  }

  /// BOS, EOS and separator round a text.
  Status readEnds() {
    PostProcessor::Template ends = {{true, {}}};
    const SpecialTokens &special = pipeline->special;
    auto end = [&](const char *name, const std::optional<bool> &given, bool usual,
                   const std::optional<std::int32_t> &id, bool atStart) -> Status {
      if (!given.value_or(usual))
        return Done{};
      if (!id)
        return problem(std::string(name) + "_token_id",
                       std::string("must be given, for texts get it (add_") + name + "_token)");
      ends.insert(atStart ? ends.begin() : ends.end(), {false, {*id}});
      return Done{};
    };
    if (Status status = end("bos", file.addBos, addBos, special.bos, true); !status)
      return status;
    if (Status status = end("eos", file.addEos, addEos, special.eos, false); !status)
      return status;
    if (Status status = end("seperator", file.addSeparator, addSeparator, special.separator, false); !status)
      return status;
    pipeline->postProcessor = PostProcessor(std::move(ends));
    return Done{};
  }
};

} // namespace

Result<Tokenizer> Tokenizer::fromVocabulary(const Vocabulary &vocabulary) { return GgufReader(vocabulary).read(); }
