//===- GgufPreTokenizers.cpp - What tokenizer.ggml.pre means --------------===//
//
// Names, patterns and what they imply are those that llama.cpp runs (src/llama-vocab.cpp and src/unicode.cpp,
// https://github.com/ggml-org/llama.cpp), as a model in this format is used with them, and not those
// of the models' authors, which it rewrote for an engine without case folding and letter cases.
// docs/reference/Tokenizers.md lists where that gives other ids.
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/GgufPreTokenizers.h"

#include "runtime/Text/ByteLevel.h"

using namespace tern;

namespace {

// Parts that many patterns share.
// Not (?i:..), which also takes the long s.
const std::string contractions = R"((?:'[sStTmMdD]|'[rR][eE]|'[vV][eE]|'[lL][lL]))";
const std::string word = R"([^\r\n\p{L}\p{N}]?\p{L}+)";
const std::string symbols = R"( ?[^\s\p{L}\p{N}]+[\r\n]*)";
const std::string symbolsOrSlash = R"( ?[^\s\p{L}\p{N}]+[\r\n/]*)";
const std::string spaces = R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
const std::string digit = R"(\p{N})";
const std::string upToThreeDigits = R"(\p{N}{1,3})";

const std::string beforeWord = R"([^\r\n\p{L}\p{N}]?)";

/// Words that change case once ("helloWorld" is "hello", "World"), and what may follow them. Letters beyond ASCII count
/// as of both cases; marks are letters only where `letters` has them.
std::string casedWords(const std::string &letters, const std::string &after) {
  std::string upper = "[" + letters + "&&[^a-z]]", lower = "[" + letters + "&&[^A-Z]]";
  return beforeWord + upper + "*" + lower + "+" + after + "|" + beforeWord + upper + "+" + lower + "*" + after;
}

const std::string gpt2 = bytelevel::wordPattern;
const std::string llama3 = contractions + "|" + word + "|" + upToThreeDigits + "|" + symbols + "|" + spaces;
const std::string qwen2 = contractions + "|" + word + "|" + digit + "|" + symbols + "|" + spaces;
/// kimi-k2 keeps Chinese apart. Its author's words change case once, and marks are letters in them.
const std::string kimiHan = R"(\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{F900}-\x{FAFF}\x{20000}-\x{2A6DF})"
                            R"(\x{2A700}-\x{2EBEF}\x{2F800}-\x{2FA1F})";
const std::string kimi = "[" + kimiHan + "]+|" + beforeWord + R"([\p{L}&&[^)" + kimiHan + "]]+" + contractions + "?|" +
                         upToThreeDigits + "|" + symbols + "|" + spaces;
const std::string youtuScripts =
    "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+";
const std::string afmoeScripts =
    "[一-鿿㐀-䶿豈-﫿぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+";
/// Words of letters and marks; their author's change case once.
const std::string caselessWords = beforeWord + R"([\p{L}\p{M}]+)" + contractions + "?|";
const std::string afterWords = upToThreeDigits + "|" + symbolsOrSlash + "|" + spaces;
const std::string gpt4o = casedWords(R"(\p{L})", contractions + "?") + "|" + afterWords;
const std::string graniteMulti = casedWords(R"(\p{L}\p{M})", contractions + "?") + "|" + afterWords;
const std::string tekken = casedWords(R"(\p{L})", "") + "|" + digit + "|" + symbolsOrSlash + "|" + spaces;
const std::string bloom = " ?[^(\\s|.,!?…。，、।۔،)]+";
const std::string deepseekHan = R"([一-龥ࠀ-一가-퟿&&[^\s]]+)";
const std::string deepseek3Han = "[一-龥぀-ゟ゠-ヿ]+";
const std::string deepseek3Words =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)" +
    spaces;
const std::string sparkWords =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+)";
// Cased letters of the Unicode version that the model was trained with.
const std::string deepseekLetters = R"(\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-)"
                                    R"(ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ)"
                                    R"(-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ)"
                                    R"(-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+)";

const std::vector<GgufPreTokenizer> &table() {
  static const std::vector<GgufPreTokenizer> entries = {
      {{"default"}, {R"([\p{P}\$\+<=>\^~\|]+)", gpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
      {{"gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
        "modern-bert", "mpt", "olmo", "jais", "exaone4", "trillion", "granite-docling", "jina-v1-en", "jina-v2-code",
        "roberta-bpe"},
       {gpt2}},
      {{"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"}, {digit, gpt2}},
      {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"},
       {llama3},
       true,
       true},
      {{"dbrx", "smaug-bpe", "chatglm-bpe"}, {llama3}},
      {{"glm4", "glm5"}, {llama3}, true},
      {{"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "megrez", "hunyuan", "solar-open", "grok-2"},
       {qwen2}},
      {{"qwen35"},
       {contractions + R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" + spaces}},
      {{"ufakzeka"}, {word + "|" + digit + "|" + symbols + "|" + spaces}},
      {{"laguna"}, {R"([^\n]+|[\n]+)", qwen2}},
      {{"minicpm5"}, {upToThreeDigits, contractions + "|" + word + R"(|\p{N}+|)" + symbols + "|" + spaces}, true},
      {{"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"}, {gpt4o}},
      {{"tiny_aya", "cohere2moe"}, {ggufNumberEnds, caselessWords + afterWords}},
      {{"tekken"}, {tekken}, true, true},
      {{"deepseek-llm"},
       {"[\r\n]", deepseekLetters, R"(\s?[!-/:-~！-／：-～‘-‟、。]+)", R"(\s+$)", deepseekHan, R"(\p{N}+)"}},
      {{"deepseek-coder"}, {"[\r\n]", R"(\s?\p{L}+)", R"(\s?\p{P}+)", deepseekHan, digit}},
      {{"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"}, {upToThreeDigits, deepseek3Han, deepseek3Words}},
      {{"falcon"}, {R"([\p{P}\$\+<=>\^~\|`]+)", gpt2, "[0-9][0-9][0-9]"}},
      {{"poro-chat", "bloom", "gpt3-finnish"}, {bloom}},
      {{"viking"}, {bloom, digit}},
      {{"jais-2"},
       {contractions + "|" + word + "|" + upToThreeDigits + "|" + symbols +
        R"(|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S))"
        R"(|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})"}},
      {{"exaone-moe"},
       {contractions + R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?)"
                       R"(|\s*[\r\n]|\s+(?!\S)|\s+)"}},
      {{"bailingmoe", "bailingmoe2", "llada-moe"},
       {contractions + R"(|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"}},
      {{"kimi-k2"}, {kimi}},
      {{"youtu"}, {youtuScripts, caselessWords + digit + "|" + symbolsOrSlash + "|" + spaces}, true},
      {{"spark2_5"}, {upToThreeDigits, deepseek3Han, sparkWords, digit}},
      {{"afmoe"}, {ggufNumberEnds, afmoeScripts, deepseek3Words}},
      {{"superbpe"}, {R"(\p{N}+)", ggufThousands}},
      {{"granite-embed-multi-97m"}, {graniteMulti}, true},
      {{"chameleon"},
       {"<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", R"([\t\n]|    |  )", digit,
        R"([\p{P}!-/:-@\[-`{-~])", gpt2},
       false,
       true},
      {{"gemma4", "granite-embed-multi-311m"}, {R"([^\n]+|[\n]+)"}, false, true, GgufAlphabet::Marked, true},
      {{"sarvam-moe"}, {R"([^\n]+|[\n]+)"}, false, false, GgufAlphabet::Marked},
      {{"whitespace"}, {R"(\S+)"}, false, false, GgufAlphabet::Plain},
      {{"seed-coder"}, {contractions + "|" + word + R"(|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|)" + spaces}},
  };
  return entries;
}

} // namespace

const GgufPreTokenizer *tern::findGgufPreTokenizer(const std::string &wanted) {
  for (const GgufPreTokenizer &entry : table())
    for (const std::string &name : entry.names)
      if (name == wanted)
        return &entry;
  return nullptr;
}

std::string tern::ggufPreTokenizerNames() {
  std::string names;
  for (const GgufPreTokenizer &entry : table())
    for (const std::string &name : entry.names)
      names += (names.empty() ? "" : ", ") + name;
  return names;
}
