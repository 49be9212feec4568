//===- UnicodeNormalizers.cpp - Normalizers that know characters ----------===//
//
// Each class follows the component of its name in Hugging Face tokenizers 0.23 (normalizers).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/UnicodeNormalizers.h"

#include "runtime/Text/Unicode.h"
#include "runtime/Text/UnicodeForms.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

/// Writes what became of a stretch.
void changeStretch(std::string_view before, std::string_view after, unicode::Form form, Rewriter &rewriter) {
  std::size_t old = 0, done = 0;
  auto drop = [&] {
    std::size_t length = utf8Length(static_cast<unsigned char>(before[old]));
    rewriter.replace(length, "");
    old += length;
  };
  for (const unicode::FormCharacter &character : unicode::formCharacters(before, form)) {
    std::size_t length = utf8Length(static_cast<unsigned char>(after[done]));
    std::string_view written = after.substr(done, length);
    done += length;
    if (character.taken == 0) {
      rewriter.exchange(0, written);
      continue;
    }
    std::size_t oldLength = utf8Length(static_cast<unsigned char>(before[old]));
    rewriter.replace(oldLength, written);
    old += oldLength;
    for (int more = 1; more < character.taken; ++more)
      drop();
  }
}

void toNormalForm(std::string_view text, unicode::Form form, Rewriter &rewriter) {
  std::vector<unicode::Change> changes;
  std::string normal = unicode::normalForm(text, form, rewriter.traced() ? &changes : nullptr);
  if (!rewriter.traced())
    return rewriter.replace(text.size(), normal);
  std::size_t from = 0, to = 0;
  for (unicode::Change change : changes) {
    if (change.changed)
      changeStretch(text.substr(from, change.before), std::string_view(normal).substr(to, change.after), form,
                    rewriter);
    else
      rewriter.keep(change.before);
    from += change.before;
    to += change.after;
  }
}

class UnicodeForm final : public Normalizer {
public:
  explicit UnicodeForm(unicode::Form form) : form(form) {}
  Status apply(std::string_view text, Rewriter &rewriter) const override {
    toNormalForm(text, form, rewriter);
    return Done{};
  }

private:
  unicode::Form form;
};

/// Passes each character to `change(code, bytes, rewriter)`, which consumes `bytes`.
template <typename Change> void changeCharacters(std::string_view text, Rewriter &rewriter, Change &&change) {
  forEachCharacter(text, [&](char32_t code, std::size_t begin, std::size_t length) {
    change(code, text.substr(begin, length), rewriter);
  });
}

void toLowercase(std::string_view text, Rewriter &rewriter) {
  std::string lower;
  changeCharacters(text, rewriter, [&](char32_t code, std::string_view bytes, Rewriter &out) {
    lower.clear();
    unicode::appendLowercase(lower, code);
    out.replace(bytes.size(), lower);
  });
}

template <typename Drops> void dropCharacters(std::string_view text, Rewriter &rewriter, Drops &&drops) {
  changeCharacters(text, rewriter, [&](char32_t code, std::string_view bytes, Rewriter &out) {
    drops(code) ? out.replace(bytes.size(), "") : out.keep(bytes.size());
  });
}

class Lowercase final : public Normalizer {
public:
  Status apply(std::string_view text, Rewriter &rewriter) const override {
    toLowercase(text, rewriter);
    return Done{};
  }
};

/// Drops combining marks; what they combine with comes apart only if NFD or NFKD goes before.
class StripAccents final : public Normalizer {
public:
  Status apply(std::string_view text, Rewriter &rewriter) const override {
    dropCharacters(text, rewriter, unicode::isMark);
    return Done{};
  }
};

/// SentencePiece's rules for machine translation: control characters go, unusual spaces become spaces.
class Nmt final : public Normalizer {
public:
  Status apply(std::string_view text, Rewriter &rewriter) const override {
    changeCharacters(text, rewriter, [](char32_t code, std::string_view bytes, Rewriter &out) {
      if (drops(code))
        out.replace(bytes.size(), "");
      else if (isSpace(code))
        out.replace(bytes.size(), " ");
      else
        out.keep(bytes.size());
    });
    return Done{};
  }

private:
  static bool drops(char32_t code) {
    return (code >= 0x01 && code <= 0x08) || code == 0x0B || (code >= 0x0E && code <= 0x1F) || code == 0x7F ||
           code == 0x8F || code == 0x9F;
  }
  static bool isSpace(char32_t code) {
    return code == 0x09 || code == 0x0A || code == 0x0C || code == 0x0D || code == 0x1680 ||
           (code >= 0x200B && code <= 0x200F) || code == 0x2028 || code == 0x2029 || code == 0x2581 || code == 0xFEFF ||
           code == 0xFFFD;
  }
};

struct BertOptions {
  bool cleanText, isolateHan, stripAccents, lowercase;
};

/// What BERT does to text before it cuts it.
class BertNormalizer final : public Normalizer {
public:
  explicit BertNormalizer(BertOptions options) : options(options) {}

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    TracedText current = rewriter.rest();
    auto step = [&](auto &&change) {
      Rewriter inner(current);
      change(current.text, inner);
      current = inner.take();
    };
    step([&](std::string_view now, Rewriter &to) {
      changeCharacters(now, to,
                       [&](char32_t code, std::string_view bytes, Rewriter &out) { cleanCharacter(code, bytes, out); });
    });
    if (options.stripAccents) {
      step([](std::string_view now, Rewriter &to) { toNormalForm(now, unicode::Form::Nfd, to); });
      step([](std::string_view now, Rewriter &to) { dropCharacters(now, to, unicode::isNonspacingMark); });
    }
    if (options.lowercase)
      step(toLowercase);
    rewriter.replaceRest(std::move(current));
    return Done{};
  }

private:
  BertOptions options;

  void cleanCharacter(char32_t code, std::string_view bytes, Rewriter &out) const {
    bool lineSpace = code == '\t' || code == '\n' || code == '\r';
    if (options.cleanText && (code == 0 || code == 0xFFFD || (!lineSpace && unicode::isControl(code)))) {
      out.replace(bytes.size(), "");
      return;
    }
    if (options.cleanText && unicode::isWhitespace(code)) {
      out.replace(bytes.size(), " ");
      return;
    }
    if (options.isolateHan && isHan(code))
      out.replace(bytes.size(), " " + std::string(bytes) + " ");
    else
      out.keep(bytes.size());
  }

  /// The blocks that BERT's authors took for Chinese; 2B920 for the block's true start 2B820 is theirs too.
  static bool isHan(char32_t code) {
    constexpr std::pair<char32_t, char32_t> blocks[] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF},
                                                        {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF},
                                                        {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
    for (const auto &[first, last] : blocks)
      if (code >= first && code <= last)
        return true;
    return false;
  }
};

} // namespace

NormalizerResult tern::makeNfc(ComponentSpec &spec) { return spec.make<UnicodeForm, Normalizer>(unicode::Form::Nfc); }
NormalizerResult tern::makeNfd(ComponentSpec &spec) { return spec.make<UnicodeForm, Normalizer>(unicode::Form::Nfd); }
NormalizerResult tern::makeNfkc(ComponentSpec &spec) { return spec.make<UnicodeForm, Normalizer>(unicode::Form::Nfkc); }
NormalizerResult tern::makeNfkd(ComponentSpec &spec) { return spec.make<UnicodeForm, Normalizer>(unicode::Form::Nfkd); }
NormalizerResult tern::makeLowercase(ComponentSpec &spec) { return spec.make<Lowercase, Normalizer>(); }
NormalizerResult tern::makeStripAccents(ComponentSpec &spec) { return spec.make<StripAccents, Normalizer>(); }
NormalizerResult tern::makeNmt(ComponentSpec &spec) { return spec.make<Nmt, Normalizer>(); }

NormalizerResult tern::makeBertNormalizer(ComponentSpec &spec) {
  BertOptions options;
  options.cleanText = spec.boolean("clean_text", true);
  options.isolateHan = spec.boolean("handle_chinese_chars", true);
  options.lowercase = spec.boolean("lowercase", true);
  options.stripAccents = spec.boolean("strip_accents", options.lowercase);
  return spec.make<BertNormalizer, Normalizer>(options);
}
