//===- TokenizeCommand.cpp - tern tokenize --------------------------------===//

#include "tern/Import/TextFiles.h"
#include "tools/tern/Command.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct TokenizeOptions {
  std::string model, prompt, file;
  std::vector<std::int32_t> ids; ///< To decode.
  bool hasPrompt = false, hasIds = false;
  bool noSpecial = false, json = false;
};

} // namespace

/// Ids separated by spaces or commas.
static Result<std::vector<std::int32_t>> parseIds(const std::string &text) {
  std::vector<std::int32_t> ids;
  std::string separated = text;
  for (char &c : separated)
    if (c == ',' || c == '[' || c == ']')
      c = ' ';
  std::istringstream stream(separated);
  for (std::string word; stream >> word;) {
    if (word.size() > 9 || word.find_first_not_of("0123456789") != std::string::npos)
      return Problem{"--decode", "must be token ids, got '" + word + "'", "write for example --decode \"1, 2, 3\""};
    ids.push_back(std::stoi(word));
  }
  return ids;
}

static int tokenize(const TokenizeOptions &options) {
  Result<Tokenizer> tokenizer = openTokenizer(options.model);
  if (!tokenizer)
    return fail(tokenizer.problem(), options.json);
  std::string text;
  Result<std::vector<std::int32_t>> ids = std::vector<std::int32_t>();
  Json offsets = Json::array();
  if (options.hasIds) {
    ids = options.ids;
  } else {
    Result<std::string> given = options.hasPrompt && options.prompt != "-"
                                    ? Result<std::string>(options.prompt)
                                    : readText(options.hasPrompt ? "-" : options.file);
    if (!given)
      return fail(given.problem(), options.json);
    text = *given;
    Result<Encoding> encoding = tokenizer->encodeWithOffsets(text, !options.noSpecial);
    ids = encoding ? Result<std::vector<std::int32_t>>(encoding->ids) : encoding.problem();
    for (std::size_t i = 0; encoding && i < encoding->characters.size(); ++i)
      offsets.push_back({encoding->characters[i].begin, encoding->characters[i].end});
  }
  if (!ids)
    return fail(ids.problem(), options.json);
  if (options.hasIds) {
    Result<std::string> decoded = tokenizer->decode(*ids, /*skipSpecial=*/options.noSpecial);
    if (!decoded)
      return fail(decoded.problem(), options.json);
    text = *decoded;
  }
  if (options.json) {
    Json pieces = Json::array();
    for (std::int32_t id : *ids)
      pieces.push_back(std::string(tokenizer->piece(id)));
    Json answer = {{"ids", *ids}, {"pieces", pieces}, {"text", text}};
    if (!options.hasIds) // Where each token stands in the text, in code points; [0, 0] for one that the text lacks.
      answer["offsets"] = offsets;
    printJson(answer);
  } else if (options.hasIds) {
    std::cout << text << std::endl;
  } else {
    for (std::int32_t id : *ids)
      std::cout << id << '\t' << tokenizer->piece(id) << '\n';
    std::cout.flush();
  }
  return 0;
}

void tern::addTokenizeCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<TokenizeOptions>();
  CLI::App *command = app.add_subcommand("tokenize", "Turn text into token ids, or ids into text");
  command->footer("  tern tokenize smol.gguf -p \"Hello, world\"\n"
                  "  tern tokenize ./tokenizer.json --file story.txt --json\n"
                  "  tern tokenize smol.gguf --decode \"19556, 28, 905\"");
  command->add_option("model", options->model, "Hugging Face directory, tokenizer.json or .gguf file")->required();
  CLI::Option *prompt = command->add_option("-p,--prompt", options->prompt, "The text; - reads standard input");
  CLI::Option *file = command->add_option("--file", options->file, "A file with the text; - reads standard input");
  auto given = std::make_shared<std::string>();
  CLI::Option *ids = command->add_option("--decode", *given, "Ids to turn into text");
  prompt->excludes(file)->excludes(ids);
  file->excludes(ids);
  command->add_flag("--no-special", options->noSpecial,
                    "Add no special tokens; with --decode, leave special tokens out of the text");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([=, &action] {
    options->hasPrompt = prompt->count() > 0;
    options->hasIds = ids->count() > 0;
    if (!options->hasPrompt && !options->hasIds && file->count() == 0)
      throw CLI::RequiredError("-p, --file or --decode");
    Result<std::vector<std::int32_t>> parsed = parseIds(*given);
    if (!parsed)
      failCommandLine(parsed.problem());
    options->ids = *parsed;
    action = [options] { return tokenize(*options); };
  });
}
