//===- EmulatedKernels.cpp - Generated CUDA C++, compiled and run here ----===//

#include "runtime/Cuda/Emulation/EmulatedKernels.h"

#include "runtime/Base/AtomicFile.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

using namespace tern;

//===----------------------------------------------------------------------===//
// Source
//===----------------------------------------------------------------------===//

std::vector<std::string> tern::kernelNamesOf(std::string_view source) {
  // __global__, its bounds and return type, the name. Comments do not hold the word but in prose, without "(".
  static const std::regex kernel(R"(\b__global__\s+(?:__launch_bounds__\s*\([^()]*\)\s*)?void\s+)"
                                 R"((?:__launch_bounds__\s*\([^()]*\)\s*)?(\w+)\s*\()");
  std::vector<std::string> names;
  for (std::cregex_iterator match(source.data(), source.data() + source.size(), kernel), end; match != end; ++match)
    names.push_back((*match)[1]);
  return names;
}

std::string tern::emulationSourceOf(std::string_view source) {
  static const std::regex dynamicShared(
      R"(extern\s+__shared__\s+(?:(?:__align__|alignas)\s*\(\w+\)\s*)?([\w:]+(?:\s+char)?)\s+(\w+)\s*\[\s*\]\s*;)");
  std::string text = std::regex_replace(std::string(source), dynamicShared,
                                        "\n#define $2 (reinterpret_cast<$1 *>(::tern::sharedMemory()))\n");
  for (const std::string &name : kernelNamesOf(source))
    text += "\nTERN_EMULATE_KERNEL(" + name + ")\n";
  return text;
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

/// `text` as one word for the shell.
static std::string shellWord(const std::string &text) {
  std::string word = "'";
  for (char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

static std::string contentsOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

static std::string commandFor(const std::string &path, const EmulationOptions &options) {
  std::string root = options.sourceRoot.empty() ? TERN_EMULATION_SOURCE_ROOT : options.sourceRoot;
  std::string command = shellWord(options.compiler.empty() ? TERN_EMULATION_COMPILER : options.compiler);
  command += " -x c++ -std=c++17 -fPIC -shared -O" + std::to_string(options.optimization);
  command += " -ffp-contract=off -fvisibility=hidden -Wno-unknown-pragmas -Wno-pass-failed";
  if (options.detectOutOfBounds)
    command += " -fsanitize=address -shared-libsan -fno-omit-frame-pointer -g1";
  if (options.detectRaces)
    command += " -DTERN_EMULATE_RACES -fsanitize=thread -mllvm -tsan-instrument-func-entry-exit=0"
               " -mllvm -tsan-instrument-atomics=0 -fsanitize-ignorelist=" +
               shellWord(root + "/runtime/Cuda/Emulation/Uninstrumented.txt");
  command += " -I" + shellWord(root) + " -include runtime/Cuda/Emulation/Emulation.h";
  return command + " " + shellWord(path + ".cpp") + " -o " + shellWord(path) + " 2> " + shellWord(path + ".log");
}

Status tern::compileEmulation(std::string_view source, const std::string &path, const EmulationOptions &options) {
  if (Status written = writeFile(path + ".cpp", emulationSourceOf(source)); !written)
    return written;
  int status = std::system(commandFor(path, options).c_str());
  std::string log = contentsOf(path + ".log");
  std::filesystem::remove(path + ".log");
  if (status != 0)
    return Problem{path + ".cpp", "the emulated CUDA source does not compile:\n" + log, ""};
  std::filesystem::remove(path + ".cpp");
  return Done();
}

//===----------------------------------------------------------------------===//
// Libraries
//===----------------------------------------------------------------------===//

EmulatedKernels::EmulatedKernels(void *library) : library(library) {}

Result<EmulatedKernels> EmulatedKernels::load(const std::string &path) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return Problem{path, std::string("is not a library that can be loaded: ") + dlerror(), ""};
  return EmulatedKernels(library);
}

Result<EmulatedKernels> EmulatedKernels::compile(std::string_view source, const EmulationOptions &options) {
  std::string folder = (std::filesystem::temp_directory_path() / "tern-emulation-XXXXXX").string();
  if (!mkdtemp(folder.data()))
    return Problem{folder, "cannot create a folder for the compiled kernels", ""};
  std::string path = folder + "/kernels.so";
  if (Status compiled = compileEmulation(source, path, options); !compiled)
    return compiled.problem();
  Result<EmulatedKernels> kernels = load(path);
  std::filesystem::remove_all(folder);
  return kernels;
}

using Launcher = const char *(*)(void **, unsigned, unsigned, unsigned, unsigned long long);

static Launcher launcherOf(void *library, const std::string &kernel) {
  return reinterpret_cast<Launcher>(dlsym(library, ("tern_emulate_" + kernel).c_str()));
}

bool EmulatedKernels::has(const std::string &kernel) const { return launcherOf(library, kernel) != nullptr; }

Status EmulatedKernels::launch(const std::string &kernel, void **parameters, unsigned grid, unsigned block,
                               unsigned sharedBytes, unsigned long long seed) const {
  Launcher launcher = launcherOf(library, kernel);
  if (!launcher)
    return Problem{kernel, "is no kernel of this source", ""};
  if (const char *problem = launcher(parameters, grid, block, sharedBytes, seed))
    return Problem{kernel, problem, ""};
  return Done();
}
