//===- Normalizers.cpp - Changes to text before it is cut -----------------===//
//
// Each class follows the component of its name in Hugging Face tokenizers 0.23 (normalizers).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/ByteLevel.h"
#include "runtime/Text/CharacterMap.h"
#include "runtime/Text/Normalizer.h"
#include "runtime/Text/Pattern.h"
#include "runtime/Text/Unicode.h"
#include "runtime/Text/UnicodeNormalizers.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

using Made = Result<std::unique_ptr<Normalizer>>;

class Sequence final : public Normalizer {
public:
  explicit Sequence(std::vector<std::unique_ptr<Normalizer>> steps) : steps(std::move(steps)) {}

  static Made make(ComponentSpec &spec) {
    std::vector<std::unique_ptr<Normalizer>> steps;
    for (const Json &json : spec.array("normalizers")) {
      Made step = makeNormalizer(json, spec.where("normalizers[" + std::to_string(steps.size()) + "]"));
      if (!step)
        return step.problem();
      steps.push_back(std::move(*step));
    }
    return spec.make<Sequence, Normalizer>(std::move(steps));
  }

  Status apply(std::string_view, Rewriter &rewriter) const override {
    TracedText current = rewriter.rest();
    for (const auto &step : steps) {
      Rewriter inner(current);
      if (Status status = step->apply(current.text, inner); !status)
        return status;
      current = inner.take();
    }
    rewriter.replaceRest(std::move(current));
    return Done{};
  }

private:
  std::vector<std::unique_ptr<Normalizer>> steps;
};

/// Puts a text before text that is not empty.
class Prepend final : public Normalizer {
public:
  explicit Prepend(std::string prefix) : prefix(std::move(prefix)) {}

  static Made make(ComponentSpec &spec) {
    std::string prefix = spec.string("prepend");
    return spec.make<Prepend, Normalizer>(std::move(prefix));
  }

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    if (!text.empty())
      rewriter.replace(0, prefix);
    rewriter.keep(text.size());
    return Done{};
  }

private:
  std::string prefix;
};

class Replace final : public Normalizer {
public:
  Replace(Regex pattern, std::string content) : pattern(std::move(pattern)), content(std::move(content)) {}

  static Made make(ComponentSpec &spec) {
    std::string content = spec.string("content");
    Result<Regex> pattern = readPattern(spec, "pattern");
    if (!pattern)
      return pattern.problem();
    return spec.make<Replace, Normalizer>(std::move(*pattern), std::move(content));
  }

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    std::vector<Span> matches;
    if (Status status = pattern.findAll(text, matches); !status)
      return status;
    std::size_t done = 0;
    for (Span match : matches) {
      rewriter.keep(match.begin - done);
      rewriter.exchange(match.end - match.begin, content);
      done = match.end;
    }
    rewriter.keep(text.size() - done);
    return Done{};
  }

private:
  Regex pattern;
  std::string content;
};

/// White space off the ends.
class Strip final : public Normalizer {
public:
  Strip(bool left, bool right) : left(left), right(right) {}

  static Made make(ComponentSpec &spec) {
    bool left = spec.boolean("strip_left"), right = spec.boolean("strip_right");
    return spec.make<Strip, Normalizer>(left, right);
  }

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    std::size_t first = std::string_view::npos, last = 0;
    forEachCharacter(text, [&](char32_t code, std::size_t begin, std::size_t length) {
      if (unicode::isWhitespace(code))
        return;
      first = std::min(first, begin);
      last = begin + length;
    });
    if (first == std::string_view::npos) // Nothing but white space.
      first = last = left ? text.size() : 0;
    std::size_t begin = left ? first : 0, end = right ? last : text.size();
    rewriter.replace(begin, "");
    rewriter.keep(end - begin);
    rewriter.replace(text.size() - end, "");
    return Done{};
  }

private:
  bool left, right;
};

/// Bytes as characters of the byte-level alphabet.
class ByteLevel final : public Normalizer {
public:
  static Made make(ComponentSpec &spec) { return spec.make<ByteLevel, Normalizer>(); }

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    for (char byte : text)
      rewriter.replace(1, bytelevel::characterOf(static_cast<unsigned char>(byte)));
    return Done{};
  }
};

} // namespace

Result<std::unique_ptr<Normalizer>> tern::makeNormalizer(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<Normalizer>> kinds = {
      {"BertNormalizer", makeBertNormalizer},
      {"ByteLevel", ByteLevel::make},
      {"Lowercase", makeLowercase},
      {"NFC", makeNfc},
      {"NFD", makeNfd},
      {"NFKC", makeNfkc},
      {"NFKD", makeNfkd},
      {"Nmt", makeNmt},
      {"Precompiled", makePrecompiled},
      {"Prepend", Prepend::make},
      {"Replace", Replace::make},
      {"Sequence", Sequence::make},
      {"Strip", Strip::make},
      {"StripAccents", makeStripAccents},
  };
  return makeComponent<Normalizer>(json, where, "normalizer", kinds);
}
