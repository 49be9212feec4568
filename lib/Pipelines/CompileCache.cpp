//===- CompileCache.cpp - Artifacts of models that were run ---------------===//

#include "tern/Pipelines/CompileCache.h"

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Base/ContentHash.h"
#include "tern/Import/ModelFiles.h"
#include "tern/Target/Target.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

using namespace tern;
namespace fs = std::filesystem;

//===----------------------------------------------------------------------===//
// Key
//===----------------------------------------------------------------------===//

/// Nanoseconds, or 0 if the file is gone.
static std::int64_t timeOf(const std::string &path) {
  std::error_code error;
  fs::file_time_type time = fs::last_write_time(path, error);
  return error ? 0 : time.time_since_epoch().count();
}

/// Configuration, tokenizer and templates of a model's directory: name and hash of each.
static Result<Json> smallFilesOf(const std::string &directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const std::string &folder : {directory, directory + "/additional_chat_templates"})
    for (const fs::directory_entry &entry : fs::directory_iterator(folder, error))
      if (std::string suffix = entry.path().extension(); suffix == ".json" || suffix == ".jinja" || suffix == ".model")
        paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Json files = Json::array();
  for (const fs::path &path : paths) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file)
      return file.problem();
    files.push_back({path.lexically_relative(directory).string(), contentHashOf(file->text())});
  }
  return files;
}

/// What tells one model from another without reading all of it. Headers alone do not: those of a model and of its
/// offspring trained further are often the same.
static Result<Json> identityOf(const std::string &path) {
  Problems found;
  Result<ModelFiles> model = ModelFiles::open(path, found);
  if (!model)
    return model.problem();
  Json files = Json::array();
  for (std::uint32_t i = 0; i != model->files().size(); ++i) {
    const TensorFilePart &part = model->files()[i];
    std::string_view header(reinterpret_cast<const char *>(model->fileBytes(i)), part.headerBytes);
    files.push_back({part.size, timeOf(part.path), contentHashOf(header)});
  }
  std::string samples;
  for (const TensorInfo &tensor : model->tensors())
    if (!model->isUnusable(tensor.name))
      samples.append(reinterpret_cast<const char *>(model->data(tensor)), std::min<std::uint64_t>(tensor.bytes, 64));
  Result<Json> small = model->isGguf() ? Result<Json>(Json::array()) : smallFilesOf(path);
  if (!small)
    return small.problem();
  return Json{{"files", files}, {"samples", contentHashOf(samples)}, {"small", *small}};
}

/// This program: another build of it may compile otherwise.
static Json compilerIdentity() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  std::uintmax_t size = fs::file_size(program, error);
  return {{"version", compilerVersion()}, {"size", error ? 0 : size}, {"time", timeOf(program)}};
}

Result<std::string> tern::compilationKey(const CompilerOptions &options) {
  Result<Json> model = identityOf(options.input);
  if (!model)
    return model.problem();
  Json targets = Json::array();
  for (const std::string &name : options.targets) {
    Result<Target> target = parseTarget(name);
    if (!target)
      return target.problem();
    targets.push_back(nameOf(*target));
    if (const auto *cpu = std::get_if<CpuTarget>(&*target)) // `native` code is tuned for more than the name says
      targets.push_back({cpu->processor, cpu->features});
  }
  Json key{{"model", *model},
           {"compiler", compilerIdentity()},
           {"artifact", artifactVersion},
           {"targets", targets},
           {"precision", options.precision},
           {"batches", options.batches},
           {"chunk", options.chunk.value_or(0)},
           {"outputs", options.outputs},
           {"maxContext", options.maxContext},
           {"schedule", options.scheduleRules},
           {"embed", options.embedWeights},
           {"embeddings", options.embeddings},
           {"golden", options.golden.value_or(false)}};
  if (options.randomSeed)
    key["seed"] = *options.randomSeed;
  std::string hash = contentHashOf(key.dump());
  return hash.substr(hash.find(':') + 1);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// Whether there is an artifact that can be opened. What is damaged is compiled again.
static bool isGood(const std::string &path) {
  std::error_code error;
  return fs::exists(path, error) && ArtifactReader::open(path);
}

static constexpr char remedy[] = "name a folder that can be written with --cache-dir or TERN_CACHE_DIR, or compile to "
                                 "a file: tern compile MODEL -o FILE";

/// Problem: `folder` cannot be made or written.
static Status prepare(const std::string &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return Problem{folder, "the cache cannot be made: " + error.message(), remedy};
  if (access(folder.c_str(), W_OK) != 0)
    return Problem{folder, "the cache cannot be written", remedy};
  return Done{};
}

CachedArtifact tern::cachedArtifact(CompilerOptions options, const std::string &directory,
                                    const std::function<Problems(const CompilerOptions &)> &compile) {
  CachedArtifact entry;
  auto fail = [&](Problem problem) {
    entry.problems.push_back(std::move(problem));
    return std::move(entry);
  };
  Result<std::string> key = compilationKey(options);
  if (!key)
    return fail(key.problem());
  if (directory.empty())
    return fail({"cache", "there is no folder for compiled models: neither HOME nor XDG_CACHE_HOME is set", remedy});
  std::string folder = directory + "/compiled";
  entry.path = folder + "/" + *key + ".tern";
  if (isGood(entry.path))
    return entry;
  if (Status status = prepare(folder); !status)
    return fail(status.problem());
  options.output = entry.path;
  entry.isNew = true;
  entry.problems = compile(options);
  for (Problem &problem : entry.problems)
    if (problem.where.rfind(folder, 0) == 0)
      problem.remedy = remedy;
  return entry;
}
