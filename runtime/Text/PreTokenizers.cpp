//===- PreTokenizers.cpp - Cutting text into pieces -----------------------===//
//
// Each class follows the component of its name in Hugging Face tokenizers 0.23 (pre_tokenizers).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/ByteLevel.h"
#include "runtime/Text/Metaspace.h"
#include "runtime/Text/Pattern.h"
#include "runtime/Text/PreTokenizer.h"
#include "runtime/Text/Splitting.h"
#include "runtime/Text/Unicode.h"
#include "runtime/Text/UnicodeForms.h"

using namespace tern;

namespace {

using Made = Result<std::unique_ptr<PreTokenizer>>;

//===----------------------------------------------------------------------===//
// By pattern
//===----------------------------------------------------------------------===//

class Split final : public PreTokenizer {
public:
  Split(Regex pattern, SplitBehavior behavior, bool invert)
      : pattern(std::move(pattern)), behavior(behavior), invert(invert) {}

  static Made make(ComponentSpec &spec) {
    SplitBehavior behavior = readBehavior(spec, std::nullopt);
    bool invert = spec.boolean("invert", false);
    Result<Regex> pattern = readPattern(spec, "pattern");
    if (!pattern)
      return pattern.problem();
    return spec.make<Split, PreTokenizer>(std::move(*pattern), behavior, invert);
  }

  static SplitBehavior readBehavior(ComponentSpec &spec, std::optional<std::size_t> absent) {
    return static_cast<SplitBehavior>(
        spec.choice("behavior", {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"}, absent));
  }

  Status apply(Pieces &pieces) const override {
    std::vector<Span> matches;
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      matches.clear();
      if (Status status = pattern.findAll(piece, matches); !status)
        return status;
      std::vector<Stretch> stretches = cover(piece, matches);
      for (Stretch &stretch : stretches)
        stretch.matched ^= invert;
      splitStretches(stretches, behavior, parts);
      return Done{};
    });
  }

private:
  Regex pattern;
  SplitBehavior behavior;
  bool invert;
};

/// Cuts into words and writes their bytes as characters of the byte-level alphabet.
class ByteLevel final : public PreTokenizer {
public:
  ByteLevel(bool addPrefixSpace, std::unique_ptr<PreTokenizer> words)
      : addPrefixSpace(addPrefixSpace), words(std::move(words)) {}

  static Made make(ComponentSpec &spec) {
    bool prefix = spec.boolean("add_prefix_space", true);
    bool words = spec.boolean("use_regex", true);
    spec.accept("trim_offsets"); // Moves the ends of offsets, never ids.
    std::unique_ptr<PreTokenizer> split;
    if (words) {
      Result<Regex> pattern = Regex::compile(bytelevel::wordPattern, spec.where());
      if (!pattern)
        return pattern.problem();
      split = std::make_unique<Split>(std::move(*pattern), SplitBehavior::Isolated, false);
    }
    return spec.make<ByteLevel, PreTokenizer>(prefix, std::move(split));
  }

  Status apply(Pieces &pieces) const override {
    if (addPrefixSpace)
      pieces.rewrite([](std::size_t, std::string_view piece, Rewriter &rewriter) {
        if (piece.front() != ' ')
          rewriter.replace(0, " ");
        rewriter.keep(piece.size());
      });
    if (words)
      if (Status status = words->apply(pieces); !status)
        return status;
    pieces.rewrite([](std::size_t, std::string_view piece, Rewriter &rewriter) {
      for (char byte : piece)
        rewriter.replace(1, bytelevel::characterOf(static_cast<unsigned char>(byte)));
    });
    return Done{};
  }

private:
  bool addPrefixSpace;
  std::unique_ptr<PreTokenizer> words; ///< Null when the text is cut elsewhere.
};

//===----------------------------------------------------------------------===//
// By kind of character
//===----------------------------------------------------------------------===//

/// Cuts at the characters of a kind.
class CharacterSplit final : public PreTokenizer {
public:
  using Kind = bool (*)(char32_t code);
  CharacterSplit(Kind kind, SplitBehavior behavior) : kind(kind), behavior(behavior) {}

  static Made digits(ComponentSpec &spec) {
    bool individual = spec.boolean("individual_digits", false);
    return spec.make<CharacterSplit, PreTokenizer>(unicode::isNumeric,
                                                   individual ? SplitBehavior::Isolated : SplitBehavior::Contiguous);
  }
  static Made punctuation(ComponentSpec &spec) {
    SplitBehavior behavior = Split::readBehavior(spec, static_cast<std::size_t>(SplitBehavior::Isolated));
    return spec.make<CharacterSplit, PreTokenizer>(unicode::isPunctuation, behavior);
  }
  static Made whitespace(ComponentSpec &spec) {
    return spec.make<CharacterSplit, PreTokenizer>(unicode::isWhitespace, SplitBehavior::Removed);
  }

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      splitCharacters(piece, behavior, parts, kind);
      return Done{};
    });
  }

private:
  Kind kind;
  SplitBehavior behavior;
};

class CharDelimiterSplit final : public PreTokenizer {
public:
  explicit CharDelimiterSplit(char32_t delimiter) : delimiter(delimiter) {}

  static Made make(ComponentSpec &spec) {
    char32_t delimiter = spec.character("delimiter");
    return spec.make<CharDelimiterSplit, PreTokenizer>(delimiter);
  }

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      splitCharacters(piece, SplitBehavior::Removed, parts, [&](char32_t code) { return code == delimiter; });
      return Done{};
    });
  }

private:
  char32_t delimiter;
};

/// Runs of word characters and runs of anything else but white space.
class Whitespace final : public PreTokenizer {
public:
  static Made make(ComponentSpec &spec) { return spec.make<Whitespace, PreTokenizer>(); }

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      enum { Space, Word, Other } previous = Space;
      forEachCharacter(piece, [&](char32_t code, std::size_t begin, std::size_t length) {
        auto kind = unicode::isWord(code) ? Word : unicode::isWhitespace(code) ? Space : Other;
        if (kind != Space && kind == previous)
          parts.back().end = begin + length;
        else if (kind != Space)
          parts.push_back({begin, begin + length});
        previous = kind;
      });
      return Done{};
    });
  }
};

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

/// Writes spaces as a character that shows, as SentencePiece does, and begins words with it.
class Metaspace final : public PreTokenizer {
public:
  explicit Metaspace(MetaspaceOptions options) : options(std::move(options)) {}

  static Made make(ComponentSpec &spec) {
    MetaspaceOptions options = MetaspaceOptions::read(spec);
    return spec.make<Metaspace, PreTokenizer>(std::move(options));
  }

  Status apply(Pieces &pieces) const override {
    using Prepend = MetaspaceOptions::Prepend;
    const std::string &mark = options.mark;
    pieces.rewrite([&](std::size_t index, std::string_view piece, Rewriter &rewriter) {
      bool wanted =
          options.prepend == Prepend::Always || (options.prepend == Prepend::First && pieces.startsInput(index));
      bool marked = piece.front() == ' ' || piece.substr(0, mark.size()) == mark;
      if (wanted && !marked)
        rewriter.replace(0, mark);
      for (char byte : piece)
        byte == ' ' ? rewriter.replace(1, mark) : rewriter.keep(1);
    });
    if (!options.split)
      return Done{};
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      splitCharacters(piece, SplitBehavior::MergedWithNext, parts,
                      [&](char32_t code) { return code == options.replacement; });
      return Done{};
    });
  }

private:
  MetaspaceOptions options;
};

/// Cuts where the kind of writing changes; a space belongs to the writing before it, and Japanese is one with Chinese.
class UnicodeScripts final : public PreTokenizer {
public:
  static Made make(ComponentSpec &spec) { return spec.make<UnicodeScripts, PreTokenizer>(); }

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      int last = unicode::anyScript; // Spaces that begin a piece belong to nothing and are dropped.
      forEachCharacter(piece, [&](char32_t code, std::size_t begin, std::size_t length) {
        int script = unicode::scriptOf(code);
        if (script != unicode::anyScript && script != last)
          parts.push_back({begin, begin});
        if (!parts.empty())
          parts.back().end = begin + length;
        last = script == unicode::anyScript ? last : script;
      });
      return Done{};
    });
  }
};

class FixedLength final : public PreTokenizer {
public:
  explicit FixedLength(std::uint64_t length) : length(length) {}

  static Made make(ComponentSpec &spec) {
    std::uint64_t length = spec.integer("length", 5);
    if (length == 0)
      spec.fail("length", "must be at least 1");
    return spec.make<FixedLength, PreTokenizer>(length);
  }

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      std::uint64_t count = 0;
      forEachCharacter(piece, [&](char32_t, std::size_t begin, std::size_t bytes) {
        if (count++ % length == 0)
          parts.push_back({begin, begin});
        parts.back().end = begin + bytes;
      });
      return Done{};
    });
  }

private:
  std::uint64_t length;
};

class Sequence final : public PreTokenizer {
public:
  explicit Sequence(std::vector<std::unique_ptr<PreTokenizer>> steps) : steps(std::move(steps)) {}

  static Made make(ComponentSpec &spec) {
    std::vector<std::unique_ptr<PreTokenizer>> steps;
    for (const Json &json : spec.array("pretokenizers")) {
      Made step = makePreTokenizer(json, spec.where("pretokenizers[" + std::to_string(steps.size()) + "]"));
      if (!step)
        return step.problem();
      steps.push_back(std::move(*step));
    }
    return spec.make<Sequence, PreTokenizer>(std::move(steps));
  }
  /// BERT: drop white space, isolate punctuation.
  static Made bert(ComponentSpec &spec) {
    std::vector<std::unique_ptr<PreTokenizer>> steps;
    steps.push_back(std::make_unique<CharacterSplit>(unicode::isWhitespace, SplitBehavior::Removed));
    steps.push_back(std::make_unique<CharacterSplit>(unicode::isPunctuation, SplitBehavior::Isolated));
    return spec.make<Sequence, PreTokenizer>(std::move(steps));
  }

  Status apply(Pieces &pieces) const override {
    for (const auto &step : steps)
      if (Status status = step->apply(pieces); !status)
        return status;
    return Done{};
  }

private:
  std::vector<std::unique_ptr<PreTokenizer>> steps;
};

} // namespace

std::unique_ptr<PreTokenizer> tern::makeSequence(std::vector<std::unique_ptr<PreTokenizer>> steps) {
  return std::make_unique<Sequence>(std::move(steps));
}

Result<std::unique_ptr<PreTokenizer>> tern::makePreTokenizer(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<PreTokenizer>> kinds = {
      {"BertPreTokenizer", Sequence::bert},
      {"ByteLevel", ByteLevel::make},
      {"CharDelimiterSplit", CharDelimiterSplit::make},
      {"Digits", CharacterSplit::digits},
      {"FixedLength", FixedLength::make},
      {"Metaspace", Metaspace::make},
      {"Punctuation", CharacterSplit::punctuation},
      {"Sequence", Sequence::make},
      {"Split", Split::make},
      {"UnicodeScripts", UnicodeScripts::make},
      {"Whitespace", Whitespace::make},
      {"WhitespaceSplit", CharacterSplit::whitespace},
  };
  return makeComponent<PreTokenizer>(json, where, "pre-tokenizer", kinds);
}
