//===- LoadedModel.cpp - An artifact that is ready to run -----------------===//

#include "runtime/Run/LoadedModel.h"
#include "runtime/Run/Backends.h"

using namespace tern;

static std::string joined(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The backends to ask, in order of preference. Problem: there is none of that name.
static Result<std::vector<const Backend *>> backendsNamed(const std::string &name) {
  std::vector<const Backend *> all = allBackends(), chosen;
  std::vector<std::string> names;
  for (const Backend *backend : all) {
    names.push_back(backend->name());
    if (name.empty() || name == backend->name())
      chosen.push_back(backend);
  }
  if (chosen.empty())
    return Problem{"backend", "must be one of " + joined(names) + ", is '" + name + "'", ""};
  return chosen;
}

Result<VariantChoice> tern::chooseVariant(const ArtifactReader &artifact, const LoadOptions &options) {
  Result<std::vector<const Backend *>> backends = backendsNamed(options.backend);
  if (!backends)
    return backends.problem();
  const std::string &target = options.target;
  std::vector<std::string> targets;
  std::string lacks;
  for (const ArtifactVariant &variant : artifact.manifest().variants) {
    targets.push_back(variant.target);
    if (!target.empty() && variant.target != target)
      continue;
    for (const Backend *backend : *backends) {
      if (options.backend.empty() && !backend->isFor(variant))
        continue;
      std::string lack = backend->lackOf(artifact, variant);
      if (lack.empty())
        return VariantChoice{backend, &variant};
      lacks += (lacks.empty() ? "" : "; ") + variant.target + " " + lack;
    }
  }
  if (lacks.empty())
    return Problem{artifact.path(),
                   target.empty() ? "holds code for no CPU"
                                  : "holds no code for the target '" + target + "', only for " + joined(targets),
                   "compile the model with --target " + (target.empty() ? "cpu" : target)};
  if (!options.backend.empty())
    return Problem{artifact.path(), "the backend " + options.backend + " can execute none of its code: " + lacks,
                   "compile the model for it with --target"};
  return Problem{artifact.path(), "this machine can execute none of its code: " + lacks,
                 "compile the model with --target cpu on this machine"};
}

Result<std::unique_ptr<LoadedModel>> LoadedModel::open(const std::string &path, const LoadOptions &options) {
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  if (!opened)
    return opened.problem();
  std::unique_ptr<LoadedModel> loaded(new LoadedModel);
  loaded->reader = std::make_shared<const ArtifactReader>(std::move(*opened));
  Result<VariantChoice> choice = chooseVariant(*loaded->reader, options);
  if (!choice)
    return choice.problem();
  loaded->chosen = *choice;
  Result<std::shared_ptr<ExecutorModel>> model =
      choice->backend->load(loaded->reader, *choice->variant, options.threads);
  if (!model)
    return model.problem();
  loaded->model = std::move(*model);
  return loaded;
}

Result<const ModelText *> LoadedModel::text() const {
  std::call_once(textOnce, [&] { textRead.emplace(readModelText(*reader)); });
  if (!*textRead)
    return textRead->problem();
  return const_cast<const ModelText *>(&**textRead);
}
