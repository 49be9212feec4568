//===- tern.cpp - Runs artifacts, and hands on the rest -------------------===//
//
// The compiler's libraries take 70 MB and about 40 ms before a program does anything. Who runs an artifact should not
// pay for them: this program has the runtime alone and becomes tern-compiler for everything else.
//
//===----------------------------------------------------------------------===//

#include "tools/tern/Command.h"
#include "tools/tern/HandOver.h"

#include "runtime/Artifact/ArtifactReader.h"

#include <CLI/CLI.hpp>

/// Whether this may be `tern run ARTIFACT` on compiled code. What looks like it and is not is handed on later.
static bool runsArtifact(int argc, char **argv) {
  if (argc < 3 || std::string_view(argv[1]) != "run")
    return false;
  bool found = false;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]).find("interpreter") != std::string_view::npos)
      return false;
    found |= argv[i][0] != '-' && tern::isArtifactFile(argv[i]);
  }
  return found;
}

int main(int argc, char **argv) {
  if (!runsArtifact(argc, argv))
    return tern::fail(tern::becomeCompiler(), /*json=*/false);
  CLI::App app("Tern runs transformer language models that were compiled ahead of time.");
  return tern::runCommandLine(app, argc, argv, {tern::addRunCommand});
}
