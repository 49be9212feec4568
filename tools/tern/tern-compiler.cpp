//===- tern.cpp - The compiler's command line -----------------------------===//

#include "tools/tern/Command.h"

#include <cstdio>
#include <iostream>

/// Whether everything printed has arrived: a full disk shows no earlier than here.
static bool flushOutput() {
  std::cout.flush();
  return std::cout && std::fflush(stdout) == 0 && !std::ferror(stdout);
}

int main(int argc, char **argv) {
  CLI::App app("Tern compiles transformer language models ahead of time.\n\n"
               "  tern check smol.gguf\n"
               "  tern compile smol.gguf -o smol.tern\n"
               "  tern run smol.tern --chat -p \"What is a compiler?\"\n");
  app.set_version_flag("--version", "tern " TERN_VERSION);
  app.require_subcommand(1);

  tern::Action action;
  int status = 0;
  for (auto add : {tern::addCheckCommand, tern::addCompileCommand, tern::addRunCommand, tern::addEvalCommand,
                   tern::addBenchCommand, tern::addInspectCommand, tern::addTokenizeCommand, tern::addTemplateCommand,
                   tern::addDoctorCommand})
    add(app, action);
  try {
    app.parse(argc, argv);
    status = action();
  } catch (const CLI::ParseError &error) {
    status = app.exit(error) == 0 ? 0 : 2;
  }
  if (flushOutput() || status != 0)
    return status;
  return tern::fail(tern::Problem{"standard output", "cannot be written", "check the disk or the pipe"},
                    /*json=*/false);
}
