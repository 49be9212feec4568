//===- Command.cpp - What the commands of tern share ----------------------===//

#include "tools/tern/Command.h"

#include "runtime/Base/MappedFile.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>

using namespace tern;

Json tern::problemsAsJson(const Problems &problems) {
  Json list = Json::array();
  for (const Problem &problem : problems)
    list.push_back({{"where", problem.where}, {"what", problem.what}, {"do", problem.remedy}});
  return list;
}

int tern::fail(const Problems &problems, bool json) {
  for (const Problem &problem : problems)
    std::cerr << "error: " << problem.str() << '\n';
  if (json)
    printJson({{"problems", problemsAsJson(problems)}});
  return 1;
}

int tern::fail(const Problem &problem, bool json) { return fail(Problems{problem}, json); }

void tern::printJson(const Json &object) {
  std::cout << object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) << std::endl;
}

Result<std::string> tern::readText(const std::string &path) {
  if (path == "-")
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.problem();
  return std::string(file->text());
}

Result<Json> tern::readJson(const std::string &path) {
  Result<std::string> text = readText(path);
  if (!text)
    return text.problem();
  return parseJson(*text, path == "-" ? "standard input" : path);
}

Result<std::optional<std::uint64_t>> tern::parseWeights(const std::string &text) {
  if (text == "reference")
    return std::optional<std::uint64_t>();
  const std::string prefix = "random:";
  std::string seed = text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : "";
  bool isNumber = !seed.empty() && seed.size() <= 19 && seed.find_first_not_of("0123456789") == std::string::npos;
  if (!isNumber)
    return Problem{"--weights", "must be 'reference' or 'random:SEED' with a whole number, got '" + text + "'",
                   "write for example --weights random:7"};
  return std::optional<std::uint64_t>(std::stoull(seed));
}

CLI::Option *tern::addWeightsOption(CLI::App &command, std::string &text) {
  auto check = [](const std::string &given) {
    Result<std::optional<std::uint64_t>> seed = parseWeights(given);
    return seed ? "" : seed.problem().what + "; " + seed.problem().remedy;
  };
  return command.add_option("--weights", text, "reference: those of the files; random:SEED: generated ones")
      ->check(CLI::Validator(check, ""));
}

void tern::addThreadsOption(CLI::App &command, unsigned &threads) {
  command.add_option("--threads", threads, "Worker threads (default: one a core)")->check(CLI::Range(1u, 1024u));
}

void tern::failCommandLine(const Problem &problem) {
  throw CLI::ValidationError(problem.where,
                             problem.remedy.empty() ? problem.what : problem.what + "; " + problem.remedy);
}

std::string tern::bytesText(double bytes) {
  const char *units[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < std::size(units)) {
    bytes /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

/// Whether everything printed has arrived: a full disk shows no earlier than here.
static bool flushOutput() {
  std::cout.flush();
  return std::cout && std::fflush(stdout) == 0 && !std::ferror(stdout);
}

int tern::runCommandLine(CLI::App &app, int argc, char **argv, const std::vector<AddCommand> &commands) {
  std::signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is an error of whoever writes, not the end
  app.require_subcommand(1);
  Action action;
  int status = 0;
  for (AddCommand add : commands)
    add(app, action);
  try {
    app.parse(argc, argv);
    status = action();
  } catch (const CLI::ParseError &error) {
    status = app.exit(error) == 0 ? 0 : 2;
  }
  if (flushOutput() || status != 0)
    return status;
  return fail(Problem{"standard output", "cannot be written", "check the disk or the pipe"}, /*json=*/false);
}
