//===- tern-compiler.cpp - The compiler's command line --------------------===//
//
// Every command of tern. Users start it as `tern`, which hands on to it what it does not do by itself.
//
//===----------------------------------------------------------------------===//

#include "tools/tern/Command.h"

#include <CLI/CLI.hpp>

int main(int argc, char **argv) {
  CLI::App app("Tern compiles transformer language models ahead of time.\n\n"
               "  tern check smol.gguf\n"
               "  tern compile smol.gguf -o smol.tern\n"
               "  tern run smol.tern --chat -p \"What is a compiler?\"\n");
  app.set_version_flag("--version", "tern " TERN_VERSION);
  return tern::runCommandLine(app, argc, argv,
                              {tern::addCheckCommand, tern::addCompileCommand, tern::addRunCommand,
                               tern::addEvalCommand, tern::addBenchCommand, tern::addInspectCommand,
                               tern::addTokenizeCommand, tern::addTemplateCommand, tern::addDoctorCommand});
}
