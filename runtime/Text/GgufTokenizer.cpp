//===- GgufTokenizer.cpp - The tokenizer that a GGUF file describes -------===//
//
// A GGUF file names a kind of tokenizer and lists the tokens; the steps round the model follow from the kind. Rules and
// defaults follow llama.cpp (src/llama-vocab.cpp, https://github.com/ggml-org/llama.cpp).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/Bpe.h"
#include "runtime/Text/CharacterMap.h"
#include "runtime/Text/GgufPreTokenizers.h"
#include "runtime/Text/SentencePieceBpe.h"
#include "runtime/Text/TokenizerPipeline.h"
#include "runtime/Text/Unigram.h"
#include "runtime/Text/WordPiece.h"

#include <algorithm>

using namespace tern;

namespace {

/// Builds the pipeline from the parts of one file; each step answers whether it worked.
class GgufReader {
public:
  explicit GgufReader(TokenizerParts parts)
      : parts(std::move(parts)), settings(this->parts.settings.at("ggml"), this->parts.where + ": tokenizer.ggml"),
        pipeline(std::make_unique<TokenizerPipeline>()) {
    pipeline->where = this->parts.where;
  }

  Result<Tokenizer> read() {
    numTokens = parts.arrays.tokens.size();
    model = settings.string("model", "");
    pre = settings.string("pre", "");
    readRoles();
    readAddedTokens();
    addSpacePrefix = flag("add_space_prefix");
    giveBos = flag("add_bos_token");
    giveEos = flag("add_eos_token");
    giveSeparator = flag("add_sep_token");
    for (const char *name :
         {"normalizer.lowercase", "normalizer.strip_accents", "remove_extra_whitespaces", "precompiled_charsmap"})
      settings.accept(name); // Read by the kinds of models that have a use for them.
    if (std::optional<Problem> wrong = settings.problem())
      return *wrong;
    if (Status status = readKind(); !status)
      return status.problem();
    if (std::optional<Problem> wrong = settings.problem())
      return *wrong;
    if (Status status = readEnds(); !status)
      return status.problem();
    return TokenizerPipeline::finish(std::move(pipeline));
  }

private:
  TokenizerParts parts;
  ComponentSpec settings;
  std::unique_ptr<TokenizerPipeline> pipeline;
  std::int32_t numTokens = 0;
  std::string model, pre;
  std::optional<bool> addSpacePrefix, giveBos, giveEos, giveSeparator;
  bool addBos = false; ///< What the kind of tokenizer does unless the file says otherwise.
  bool addEos = false;
  bool addSeparator = false;
  bool separatorEnds = false; ///< Whether a separator ends every text; else it stands between two.

  Problem problem(const std::string &key, std::string what, std::string remedy = "") const {
    return {settings.where(key), std::move(what), std::move(remedy)};
  }

  std::optional<bool> flag(const char *name) {
    if (settings.member(name).is_null())
      return std::nullopt;
    return settings.boolean(name);
  }

  /// The id under `name`, which must be a token's.
  std::optional<std::int32_t> tokenId(const char *name) {
    const Json &id = settings.member(name);
    if (id.is_null())
      return std::nullopt;
    if (id.is_number_integer() && id >= 0 && id < numTokens)
      return id.get<std::int32_t>();
    settings.fail(name, "must be a token id below " + std::to_string(numTokens) + ", is " + id.dump().substr(0, 40));
    return std::nullopt;
  }

  void readRoles() {
    SpecialTokens &special = pipeline->special;
    special.bos = tokenId("bos_token_id");
    special.eos = tokenId("eos_token_id");
    special.eot = tokenId("eot_token_id");
    special.eom = tokenId("eom_token_id");
    special.unknown = tokenId("unknown_token_id");
    special.separator = tokenId("seperator_token_id"); // spelled so in files
    special.padding = tokenId("padding_token_id");
    special.mask = tokenId("mask_token_id");
  }

  /// Pairs of an id and whether the token is special, which is left out of texts for people.
  void readAddedTokens() {
    for (const Json &pair : settings.array("added_tokens")) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_boolean() ||
          pair[0] < 0 || pair[0] >= numTokens || !parts.arrays.tokens.has(pair[0].get<std::int32_t>()))
        return settings.fail("added_tokens",
                             "must be pairs of a token's id and true or false, one is " + pair.dump().substr(0, 80));
      AddedToken token;
      token.id = pair[0].get<std::int32_t>();
      token.text = parts.arrays.tokens.text(token.id);
      token.special = pair[1].get<bool>();
      pipeline->addedTokens.push_back(std::move(token));
    }
  }

  Status readKind() {
    if (model == "gpt2" || model == "gemma4" || model == "whitespace")
      return readBpe();
    if (model == "llama")
      return readSentencePiece();
    if (model == "bert")
      return readWordPiece();
    if (model == "t5")
      return readUnigram();
    return problem("model", "tokenizer '" + model.substr(0, 80) + "' is not known",
                   "known: bert, gemma4, gpt2, llama, t5, whitespace");
  }

  Status readBpe() {
    const std::string &name = model == "gemma4" ? model : pre.empty() ? "default" : pre; // Files older than the key.
    const GgufPreTokenizer *kind = findGgufPreTokenizer(name);
    if (!kind)
      return problem("pre", "pre-tokenizer '" + name.substr(0, 80) + "' is not known",
                     "known: " + ggufPreTokenizerNames());
    addBos = kind->addBos;
    if (kind->isGemma4)
      giveBos = true;
    BpeOptions options;
    options.wholePieces = kind->wholePieces;
    options.wholeNewlines = kind->isGemma4;
    options.unknownDivides = true;
    options.byteFallback = kind->alphabet != GgufAlphabet::Bytes;
    pipeline->model = Bpe::make(std::move(parts.arrays), std::move(options));
    bool byteLevel = kind->alphabet == GgufAlphabet::Bytes;
    if (kind->alphabet == GgufAlphabet::Plain) {
      Json lowercase = {{"type", "Sequence"}, {"normalizers", {exchange("İ", "i"), {{"type", "Lowercase"}}}}};
      return addSteps(settings.boolean("normalizer.lowercase", false) ? lowercase : Json(),
                      Json{{"type", "WhitespaceSplit"}}, Json{{"type", "Fuse"}});
    }
    Result<std::unique_ptr<PreTokenizer>> cuts =
        makeGgufSplits(kind->patterns, byteLevel, settings.where("pre") + " '" + name + "'");
    if (!cuts)
      return cuts.problem();
    pipeline->preTokenizer = std::move(*cuts);
    pipeline->decoder = makeByteLevelDecoder();
    return byteLevel ? Status(Done{}) : addSteps(exchange(" ", "▁"), nullptr, unmark(false));
  }

  static Json exchange(const char *from, const char *to) {
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
  }

  /// From tokens with "▁" for spaces to text, of which `prefix` takes one space off.
  static Json unmark(bool prefix) {
    Json decoders = Json::array({exchange("▁", " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
    if (prefix)
      decoders.push_back(Json{{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    return Json{{"type", "Sequence"}, {"decoders", decoders}};
  }

  /// T5 and its kin.
  Status readUnigram() {
    addEos = true;
    setUnlessGiven(pipeline->special.eos, 1);
    setUnlessGiven(pipeline->special.unknown, 2);
    setUnlessGiven(pipeline->special.padding, 0);
    if (parts.arrays.scores.empty())
      return problem("scores", "a model of kind 't5' has scores, this one has none");
    Result<std::string> bytes =
        decodeBase64(settings.string("precompiled_charsmap", ""), settings.where("precompiled_charsmap"));
    Result<CharacterMap> map = bytes ? CharacterMap::parse(*bytes, settings.where("precompiled_charsmap"))
                                     : Result<CharacterMap>(bytes.problem());
    if (!map)
      return map.problem();
    std::vector<double> scores = std::move(parts.arrays.scores);
    for (const AddedToken &token : pipeline->addedTokens)
      if (!token.special)
        scores[token.id] = 0; // User-defined tokens win over what they could be made of.
    pipeline->model = std::make_unique<Unigram>(std::move(parts.arrays.tokens), std::move(scores),
                                                pipeline->special.unknown.value_or(noToken), /*byteFallback=*/false);
    bool prefix = addSpacePrefix.value_or(false);
    pipeline->normalizer =
        makeSentencePieceNormalizer(std::move(*map), prefix, settings.boolean("remove_extra_whitespaces", false));
    return addSteps(nullptr, nullptr, unmark(prefix));
  }

  /// Gives a role to the token that has it in every model of a kind.
  void setUnlessGiven(std::optional<std::int32_t> &role, std::int32_t usual) const {
    if (!role && usual < numTokens)
      role = usual;
  }

  /// Llama 2 and its kin. The normalizer and decoder are those of their tokenizer.json.
  Status readSentencePiece() {
    addBos = true;
    setUnlessGiven(pipeline->special.unknown, 0);
    setUnlessGiven(pipeline->special.bos, 1);
    setUnlessGiven(pipeline->special.eos, 2);
    if (parts.arrays.scores.empty())
      return problem("scores", "a model of kind 'llama' has scores, this one has none");
    std::vector<float> scores(parts.arrays.scores.begin(), parts.arrays.scores.end());
    std::int32_t unknown = pipeline->special.unknown.value_or(noToken);
    pipeline->model = std::make_unique<SentencePieceBpe>(std::move(parts.arrays.tokens), std::move(scores), unknown);
    bool prefix = addSpacePrefix.value_or(true);
    Json normalizers = Json::array({exchange(" ", "▁")});
    if (prefix)
      normalizers.insert(normalizers.begin(), Json{{"type", "Prepend"}, {"prepend", "▁"}});
    return addSteps(Json{{"type", "Sequence"}, {"normalizers", normalizers}}, nullptr, unmark(prefix));
  }

  /// BERT: tokens that begin a word are written with "▁" in front, inner ones without "##".
  Status readWordPiece() {
    addBos = true;
    addSeparator = true;
    separatorEnds = true;
    setUnlessGiven(pipeline->special.unknown, 100);
    setUnlessGiven(pipeline->special.bos, 101);
    setUnlessGiven(pipeline->special.separator, 102);
    WordPieceModelOptions options;
    if (pipeline->special.unknown)
      options.unknown = parts.arrays.tokens.text(*pipeline->special.unknown);
    options.firstPrefix = "▁";
    options.innerPrefix = "";
    pipeline->model = std::make_unique<WordPiece>(std::move(parts.arrays.tokens), std::move(options));
    bool lowercase = settings.boolean("normalizer.lowercase", true);
    bool strip = settings.boolean("normalizer.strip_accents", lowercase);
    auto replaceAll = [](const char *pattern, const char *with) {
      return Json{{"type", "Replace"}, {"pattern", {{"Regex", pattern}}}, {"content", with}};
    };
    // Beyond BertNormalizer: controls that are white space divide words, and marks of every kind are accents.
    Json steps = Json::array({replaceAll(R"([\x0B\x0C\x{85}])", " ")});
    if (lowercase)
      steps.push_back(exchange("İ", "i")); // Which lower case would give a dot above.
    if (strip) {
      steps.push_back(Json{{"type", "NFD"}});
      steps.push_back(replaceAll(R"(\p{M})", ""));
    }
    steps.push_back(Json{{"type", "BertNormalizer"}, {"lowercase", lowercase}, {"strip_accents", strip}});
    return addSteps(Json{{"type", "Sequence"}, {"normalizers", steps}}, Json{{"type", "BertPreTokenizer"}},
                    Json{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}});
  }

  /// Adds components as a tokenizer.json would describe them.
  Status addSteps(const Json &normalizer, const Json &preTokenizer, const Json &decoder) {
    if (!normalizer.is_null()) {
      Result<std::unique_ptr<Normalizer>> first = makeNormalizer(normalizer, parts.where);
      if (!first)
        return first.problem();
      pipeline->normalizer = std::move(*first);
    }
    if (!preTokenizer.is_null()) {
      Result<std::unique_ptr<PreTokenizer>> second = makePreTokenizer(preTokenizer, parts.where);
      if (!second)
        return second.problem();
      pipeline->preTokenizer = std::move(*second);
    }
    Result<std::unique_ptr<TokenDecoder>> last = makeDecoder(decoder, parts.where);
    if (!last)
      return last.problem();
    pipeline->decoder = std::move(*last);
    return Done{};
  }

  /// Appends the special token that texts get, if `given`, or `usual` where the file does not say, asks for it.
  Status addEnd(const char *name, const std::optional<bool> &given, bool usual, const std::optional<std::int32_t> &id,
                PostProcessor::Template &ends) const {
    if (!given.value_or(usual))
      return Done{};
    if (!id)
      return problem(std::string(name) + "_token_id",
                     std::string("must be given, for texts get it (add_") + name + "_token)");
    ends.push_back({PostProcessor::Element::Special, {*id}, 0});
    return Done{};
  }

  /// BOS, EOS and separator round texts: BOS A EOS, and BOS A EOS SEP B EOS; for BERT, BOS A SEP and BOS A SEP B SEP.
  Status readEnds() {
    using Element = PostProcessor::Element;
    const SpecialTokens &special = pipeline->special;
    PostProcessor::Template begin, end, separator;
    if (Status status = addEnd("bos", giveBos, addBos, special.bos, begin); !status)
      return status;
    if (Status status = addEnd("eos", giveEos, addEos, special.eos, end); !status)
      return status;
    if (Status status =
            addEnd("seperator", giveSeparator, addSeparator, special.separator, separatorEnds ? end : separator);
        !status)
      return status;
    PostProcessor::Template single = begin;
    single.push_back({Element::First, {}, 0});
    single.insert(single.end(), end.begin(), end.end());
    PostProcessor::Template pair = single;
    pair.insert(pair.end(), separator.begin(), separator.end());
    pair.push_back({Element::Second, {}, 1});
    for (Element &element : end)
      element.type = 1;
    pair.insert(pair.end(), end.begin(), end.end());
    pipeline->postProcessor = PostProcessor({std::move(single), std::move(pair)});
    return Done{};
  }
};

} // namespace

Result<Tokenizer> tern::makeGgufTokenizer(TokenizerParts parts) { return GgufReader(std::move(parts)).read(); }
