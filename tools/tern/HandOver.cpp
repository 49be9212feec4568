//===- HandOver.cpp - From tern to tern-compiler --------------------------===//

#include "tools/tern/HandOver.h"
#include "tools/tern/CompiledModel.h"
#include "tools/tern/RunOptions.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace tern;

Problem tern::becomeCompiler() {
  // The arguments as the kernel has them: each ends with a zero.
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string words{std::istreambuf_iterator<char>(file), {}};
  std::vector<char *> arguments;
  for (std::size_t begin = 0; begin < words.size(); begin = words.find('\0', begin) + 1)
    arguments.push_back(&words[begin]);
  arguments.push_back(nullptr);
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::string compiler = program.replace_filename("tern-compiler").string();
  execv(compiler.c_str(), arguments.data());
  return {compiler, std::string("cannot be started: ") + std::strerror(errno),
          "it belongs beside tern; tern alone runs artifacts"};
}

CompiledModel tern::openCompiled(const ModelFlags &flags) {
  if (isArtifactFile(flags.path))
    return openArtifact(flags);
  CompiledModel model;
  model.problems.push_back(becomeCompiler());
  return model;
}

Problems tern::runInterpreted(RunReport &, const RunOptions &) { return {becomeCompiler()}; }
