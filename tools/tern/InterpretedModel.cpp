//===- InterpretedModel.cpp - A model in the reference interpreter --------===//

#include "tools/tern/InterpretedModel.h"
#include "runtime/Artifact/ArtifactReader.h"
#include "tern/Import/Importer.h"
#include "tern/RegisterAll.h"
#include "tools/tern/Command.h"

#include "mlir/Parser/Parser.h"

using namespace tern;

/// The program that an artifact keeps; null with problems or diagnostics.
static mlir::OwningOpRef<mlir::ModuleOp> parseProgramOf(const std::string &path, mlir::MLIRContext &context,
                                                        Problems &problems) {
  Result<ArtifactReader> artifact = ArtifactReader::open(path);
  if (!artifact) {
    problems.push_back(artifact.problem());
    return nullptr;
  }
  std::optional<std::string_view> text = artifact->section(section::graph);
  if (!text) {
    problems.push_back({path, "has no program for the interpreter: it was compiled from a later phase",
                        "give the model that it was compiled from"});
    return nullptr;
  }
  return mlir::parseSourceString<mlir::ModuleOp>(*text, mlir::ParserConfig(&context), path);
}

Problems InterpretedModel::load(const ModelFlags &flags) {
  Problems problems;
  bool isArtifact = isArtifactFile(flags.path);
  if (Status status = flags.checkFor(isArtifact); !status)
    return {status.problem()};
  if (isArtifact) {
    module = parseProgramOf(flags.path, context, problems);
  } else {
    Result<std::optional<std::uint64_t>> seed = parseWeights(flags.weights);
    if (!seed)
      return {seed.problem()};
    ImportOptions options;
    options.randomSeed = *seed;
    ImportedModel imported = importModel(context, flags.path, options);
    problems = std::move(imported.problems);
    module = std::move(imported.module);
  }
  if (!module)
    return problems.empty() ? diagnostics.problems() : problems;
  if ((*module)->hasAttr("graph.embeddings"))
    return {{flags.path, "gives embeddings, and this takes a model that generates text",
             "use tern_embed of the runtime (docs/CApi.md)"}};
  mlir::FailureOr<TokenSession> made = TokenSession::create(*module, {flags.threads});
  if (failed(made))
    return diagnostics.problems();
  tokens.emplace(std::move(*made));
  return {};
}

InterpretedModel::Opened InterpretedModel::open(const ModelFlags &flags) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  Opened opened{std::unique_ptr<InterpretedModel>(new InterpretedModel(registry)), {}};
  opened.problems = opened.model->load(flags);
  if (!opened.problems.empty())
    opened.model.reset();
  return opened;
}

/// The logits of a step that appended `fed`.
Result<LogitsView> InterpretedSequence::view(mlir::FailureOr<Tensor> following, llvm::ArrayRef<TokenId> fed) {
  if (failed(following))
    return model.problems().front();
  held.insert(held.end(), fed.begin(), fed.end());
  logits = std::move(*following);
  return LogitsView{logits.floats().data(), logits.dim(0), logits.dim(1), false};
}

Result<LogitsView> InterpretedSequence::prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) {
  auto total = static_cast<std::int64_t>(ids.size());
  auto progress = [&](std::int64_t done) {
    if (options.progress)
      options.progress(done, total);
  };
  Result<LogitsView> read = view(model.session().feed(ids, static_cast<bool>(options.allLogits), progress), ids);
  if (read && options.allLogits)
    options.allLogits(0, *read);
  return read;
}

Result<LogitsView> InterpretedSequence::decode(TokenId token, const std::atomic<bool> *cancel) {
  if (cancel && cancel->load())
    return LogitsView{nullptr, 0, vocabulary(), true};
  return view(model.session().feed(token, /*allLogits=*/false), token);
}

Status InterpretedSequence::rewind(std::int64_t length) {
  if (length != 0 && length != this->length())
    return Problem{"interpreter", "cannot go back to an earlier token", "begin the sequence again"};
  held.resize(static_cast<std::size_t>(length));
  if (length == 0)
    model.session().reset();
  return Done{};
}
