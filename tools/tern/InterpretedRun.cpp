//===- InterpretedRun.cpp - tern run in the reference interpreter ---------===//

#include "tern/Import/TextFiles.h"
#include "tools/tern/Chat.h"
#include "tools/tern/Command.h"
#include "tools/tern/InterpretedModel.h"
#include "tools/tern/RunOptions.h"

#include <iostream>

using namespace tern;

static Result<std::vector<TokenId>> promptIds(const RunOptions &options, const ModelText &text) {
  Result<std::string> prompt = promptOf(options);
  if (!prompt)
    return prompt.problem();
  if (!options.chat)
    return text.tokenizer.encode(*prompt, /*addSpecial=*/true);
  if (text.chat.templates.named.empty())
    return Problem{options.model.path, "has no chat template", "leave out --chat"};
  ChatInput input;
  input.messages = Json::array({{{"role", "user"}, {"content", *prompt}}});
  input.addGenerationPrompt = true;
  Result<Rendering> rendered = renderChat({text.chat.templates, text.chat.specialTokens}, input);
  if (!rendered)
    return rendered.problem();
  return text.tokenizer.encode(rendered->text, /*addSpecial=*/false);
}

/// Generates with `sequence`, showing text as it comes unless JSON is wanted.
static Status generateInto(RunReport &report, TokenSequence &sequence, const ModelText &text,
                           const RunOptions &options) {
  GenerationRequest request;
  if (Status status = options.sampler.fill(request); !status)
    return status;
  request.prompt = report.promptIds;
  request.stops.stopStrings = options.stops;
  request.stops.maxTokens = options.maxTokens;
  if (!options.ignoreEnd)
    request.stops.endTokens = text.chat.endTokens;
  request.cancel = Interruptible::flag();
  request.shiftKeep = options.shiftKeep;
  ReadingProgress reading;
  request.progress = [&](std::int64_t done, std::int64_t total) { reading.show(done, total); };
  if (!options.json)
    request.stream = [](std::optional<TokenId>, std::string_view shown) {
      std::cout << shown << std::flush;
      return true;
    };
  Interruptible interruptible;
  SampleEvents events;
  events.begin = [&](std::int64_t sample) { showNumber(options, sample); };
  Result<std::vector<Generation>> samples =
      generateSamples(sequence, text.tokenizer, request, options.sampler.samples(), events);
  if (!samples)
    return SamplerFlags::ofFlag(samples.problem());
  return report.setSamples(std::move(*samples), [&](TokenId token) -> Result<std::string> {
    // A model can have more logits than the tokenizer has tokens.
    return token < text.tokenizer.size() ? text.tokenizer.decode({token}, /*skipSpecial=*/false) : std::string();
  });
}

Problems tern::runInterpreted(RunReport &report, const RunOptions &options) {
  Stopwatch loading;
  InterpretedModel::Opened opened = InterpretedModel::open(options.model);
  if (!opened.model)
    return opened.problems;
  Result<ModelText> text = openModelText(options.model.path);
  if (!text)
    return {text.problem()};
  Result<std::vector<TokenId>> ids = promptIds(options, *text);
  if (!ids)
    return {ids.problem()};
  report.promptIds = std::move(*ids);
  Result<std::int64_t> context = options.model.contextFor(opened.model->session().maxContext());
  if (!context)
    return {context.problem()};
  report.loadSeconds = loading.seconds();
  InterpretedSequence sequence(*opened.model, *context);
  if (Status status = generateInto(report, sequence, *text, options); !status)
    return {status.problem()};
  // The interpreter has no memory plan; what it took at most is known.
  report.memory = {{"planned", nullptr}, {"measured", residentBytes()}};
  return {};
}
