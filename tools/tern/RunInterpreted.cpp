//===- RunInterpreted.cpp - tern run in the reference interpreter ---------===//

#include "tools/tern/Command.h"
#include "tools/tern/InterpretedModel.h"
#include "tools/tern/RunCommand.h"

using namespace tern;

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
