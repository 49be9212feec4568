//===- Decoders.cpp - From tokens back to text ----------------------------===//
//
// Each stage follows the decoder of its name in Hugging Face tokenizers 0.23 (decoders).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/DecoderStages.h"
#include "runtime/Text/Metaspace.h"
#include "runtime/Text/Pattern.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

using Made = Result<std::unique_ptr<TokenDecoder>>;

std::string replaceAll(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; !from.empty() && (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// Takes the space out that stands before punctuation and English endings.
std::string cleanUp(std::string text) {
  constexpr std::pair<const char *, const char *> rules[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto &[from, to] : rules)
    text = replaceAll(std::move(text), from, to);
  return text;
}

/// Tokens with spaces between them: what the format means by no decoder.
class SpacedStage final : public TokenStage {
public:
  SpacedStage(TokenSink &next, NoOptions) : TokenStage(next) {}

protected:
  void decode(const std::string &token) override {
    emit(first ? token : " " + token);
    first = false;
  }

private:
  bool first = true;
};

struct WordPieceOptions {
  std::string prefix;
  bool cleanup;
};

/// "play" "##ing" is "playing"; a token without the prefix begins a word.
class WordPieceStage final : public TokenStage {
public:
  WordPieceStage(TokenSink &next, WordPieceOptions options) : TokenStage(next), options(std::move(options)) {}

  static Made make(ComponentSpec &spec) {
    WordPieceOptions options{spec.string("prefix", "##"), spec.boolean("cleanup", true)};
    return spec.make<SimpleDecoder<WordPieceStage, WordPieceOptions>, TokenDecoder>(std::move(options));
  }

protected:
  void decode(const std::string &token) override {
    bool inner = token.compare(0, options.prefix.size(), options.prefix) == 0;
    std::string text = first ? token : inner ? token.substr(options.prefix.size()) : " " + token;
    first = false;
    emit(options.cleanup ? cleanUp(std::move(text)) : text);
  }

private:
  WordPieceOptions options;
  bool first = true;
};

/// A suffix marks the end of a word; the last token's stands for nothing, so one token is held back.
class BpeStage final : public TokenStage {
public:
  BpeStage(TokenSink &next, std::string suffix) : TokenStage(next), suffix(std::move(suffix)) {}

  static Made make(ComponentSpec &spec) {
    std::string suffix = spec.string("suffix", "</w>");
    return spec.make<SimpleDecoder<BpeStage, std::string>, TokenDecoder>(std::move(suffix));
  }

  void end() override {
    if (held)
      emit(replaceAll(*held, suffix, ""));
    next.end();
  }

protected:
  void decode(const std::string &token) override {
    if (held)
      emit(replaceAll(*held, suffix, " "));
    held = token;
  }

private:
  std::string suffix;
  std::optional<std::string> held;
};

/// The mark of Metaspace is a space again, save in the first token.
class MetaspaceStage final : public TokenStage {
public:
  MetaspaceStage(TokenSink &next, MetaspaceOptions options) : TokenStage(next), options(std::move(options)) {}

  static Made make(ComponentSpec &spec) {
    MetaspaceOptions options = MetaspaceOptions::read(spec);
    return spec.make<SimpleDecoder<MetaspaceStage, MetaspaceOptions>, TokenDecoder>(std::move(options));
  }

protected:
  void decode(const std::string &token) override {
    bool drop = first && options.prepend != MetaspaceOptions::Prepend::Never;
    first = false;
    emit(replaceAll(token, options.mark, drop ? "" : " "));
  }

private:
  MetaspaceOptions options;
  bool first = true;
};

struct CtcOptions {
  std::string padding, delimiter;
  bool cleanup;
};

/// Output of speech models: repeats and padding go, the delimiter is a space.
class CtcStage final : public TokenStage {
public:
  CtcStage(TokenSink &next, CtcOptions options) : TokenStage(next), options(std::move(options)) {}

  static Made make(ComponentSpec &spec) {
    CtcOptions options{spec.string("pad_token", "<pad>"), spec.string("word_delimiter_token", "|"),
                       spec.boolean("cleanup", true)};
    return spec.make<SimpleDecoder<CtcStage, CtcOptions>, TokenDecoder>(std::move(options));
  }

protected:
  void decode(const std::string &token) override {
    if (previous == token)
      return;
    previous = token;
    std::string text = replaceAll(token, options.padding, "");
    if (options.cleanup)
      text = replaceAll(cleanUp(std::move(text)), options.delimiter, " ");
    if (!text.empty())
      emit(text);
  }

private:
  CtcOptions options;
  std::optional<std::string> previous;
};

struct ReplaceOptions {
  Regex pattern;
  std::string content;
};

class ReplaceStage final : public TokenStage {
public:
  ReplaceStage(TokenSink &next, ReplaceOptions options) : TokenStage(next), options(std::move(options)) {}

  static Made make(ComponentSpec &spec) {
    std::string content = spec.string("content");
    Result<Regex> pattern = readPattern(spec, "pattern");
    if (!pattern)
      return pattern.problem();
    ReplaceOptions options{std::move(*pattern), std::move(content)};
    return spec.make<SimpleDecoder<ReplaceStage, ReplaceOptions>, TokenDecoder>(std::move(options));
  }

protected:
  /// A token on which the engine gives up stays as it is; tokens are far too short for that.
  void decode(const std::string &token) override {
    std::vector<Span> matches;
    if (!options.pattern.findAll(token, matches))
      matches.clear();
    std::string text;
    std::size_t done = 0;
    for (Span match : matches) {
      text.append(token, done, match.begin - done);
      text += options.content;
      done = match.end;
    }
    emit(text.append(token, done, std::string::npos));
  }

private:
  ReplaceOptions options;
};

/// All tokens become one.
class FuseStage final : public DecoderStage {
public:
  FuseStage(TokenSink &next, NoOptions) : DecoderStage(next) {}

  static Made make(ComponentSpec &spec) {
    return spec.make<SimpleDecoder<FuseStage, NoOptions>, TokenDecoder>(NoOptions());
  }

  void text(std::string_view part) override { next.text(part); }
  void endToken() override {}
  void end() override {
    next.endToken();
    next.end();
  }
};

struct StripOptions {
  char32_t content;
  std::uint64_t start, stop;
};

/// Takes up to `start` and `stop` characters `content` off the ends of each token. Those that may be the end are held
/// back.
class StripStage final : public DecoderStage {
public:
  StripStage(TokenSink &next, StripOptions options) : DecoderStage(next), options(options) {
    appendUtf8(content, options.content);
  }

  static Made make(ComponentSpec &spec) {
    StripOptions options{spec.character("content"), spec.integer("start"), spec.integer("stop")};
    return spec.make<SimpleDecoder<StripStage, StripOptions>, TokenDecoder>(options);
  }

  void text(std::string_view part) override {
    std::string certain;
    forEachCharacter(part, [&](char32_t code, std::size_t begin, std::size_t length) {
      bool matches = code == options.content;
      if (matches && leading && cut < options.start) {
        ++cut;
        return;
      }
      leading = false;
      if (matches && options.stop > 0) {
        ++held;
        return;
      }
      for (; held > 0; --held)
        certain += content;
      certain += part.substr(begin, length);
    });
    next.text(certain);
  }
  void endToken() override {
    std::string certain;
    for (; held > options.stop; --held)
      certain += content;
    next.text(certain);
    next.endToken();
    held = cut = 0;
    leading = true;
  }
  void end() override { next.end(); }

private:
  StripOptions options;
  std::string content;
  std::uint64_t cut = 0;  ///< Taken off the beginning of the current token.
  std::uint64_t held = 0; ///< Characters `content` that may end the current token.
  bool leading = true;
};

class Sequence final : public TokenDecoder {
public:
  explicit Sequence(std::vector<std::unique_ptr<TokenDecoder>> steps) : steps(std::move(steps)) {}

  static Made make(ComponentSpec &spec) {
    std::vector<std::unique_ptr<TokenDecoder>> steps;
    for (const Json &json : spec.array("decoders")) {
      std::string where = spec.where("decoders[" + std::to_string(steps.size()) + "]");
      if (json.is_null())
        return Problem{where, "must be an object, is null", ""};
      Made step = makeDecoder(json, where);
      if (!step)
        return step.problem();
      steps.push_back(std::move(*step));
    }
    return spec.make<Sequence, TokenDecoder>(std::move(steps));
  }

  void start(TokenSink &next, std::vector<std::unique_ptr<TokenSink>> &stages) const override {
    TokenSink *follower = &next;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      (*step)->start(*follower, stages);
      follower = stages.empty() ? follower : stages.back().get();
    }
  }

private:
  std::vector<std::unique_ptr<TokenDecoder>> steps;
};

} // namespace

Result<std::unique_ptr<TokenDecoder>> tern::makeDecoder(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<TokenDecoder>> kinds = {
      {"BPEDecoder", BpeStage::make},      {"ByteFallback", makeByteFallbackDecoder},
      {"ByteLevel", makeByteLevelDecoder}, {"CTC", CtcStage::make},
      {"Fuse", FuseStage::make},           {"Metaspace", MetaspaceStage::make},
      {"Replace", ReplaceStage::make},     {"Sequence", Sequence::make},
      {"Strip", StripStage::make},         {"WordPiece", WordPieceStage::make},
  };
  if (json.is_null())
    return std::unique_ptr<TokenDecoder>(std::make_unique<SimpleDecoder<SpacedStage, NoOptions>>(NoOptions()));
  return makeComponent<TokenDecoder>(json, where, "decoder", kinds);
}
