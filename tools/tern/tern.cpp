//===- tern.cpp - The compiler's command line -----------------------------===//

#include "tools/tern/Command.h"

int main(int argc, char **argv) {
  CLI::App app("Tern compiles transformer language models ahead of time.\n\n"
               "  tern check smol.gguf\n"
               "  tern run smol.gguf --chat -p \"What is a compiler?\"\n");
  app.set_version_flag("--version", "tern " TERN_VERSION);
  app.require_subcommand(1);

  tern::Action action;
  tern::addCheckCommand(app, action);
  tern::addCompileCommand(app, action);
  tern::addRunCommand(app, action);
  tern::addEvalCommand(app, action);
  tern::addTokenizeCommand(app, action);
  tern::addTemplateCommand(app, action);
  tern::addDoctorCommand(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return action();
}
