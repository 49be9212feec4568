//===- Command.h - What the commands of tern share ---------------*- C++ -*-===//
//
// Each command is a function that adds itself to the command line and, if the user picked it, leaves the action to run.
// An action answers the exit status: 0 done, 1 the input or the machine is at fault; a wrong command line ends with 2
// before any action runs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_COMMAND_H
#define TERN_TOOLS_TERN_COMMAND_H

#include "runtime/Base/Json.h"

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tern {

/// The action of the command that was picked.
using Action = std::function<int()>;

/// Adds a command.
using AddCommand = void (*)(CLI::App &app, Action &action);

/// Reads the command line of a program with these commands, and acts; answers the exit status.
int runCommandLine(CLI::App &app, int argc, char **argv, const std::vector<AddCommand> &commands);

void addBenchCommand(CLI::App &app, Action &action);
void addCheckCommand(CLI::App &app, Action &action);
void addCompileCommand(CLI::App &app, Action &action);
void addDoctorCommand(CLI::App &app, Action &action);
void addEvalCommand(CLI::App &app, Action &action);
void addInspectCommand(CLI::App &app, Action &action);
void addRunCommand(CLI::App &app, Action &action);
void addTemplateCommand(CLI::App &app, Action &action);
void addTokenizeCommand(CLI::App &app, Action &action);

/// Prints "error: ..." for each problem on stderr and, for machines, {"problems": [...]} on stdout; answers 1.
int fail(const Problems &problems, bool json);
int fail(const Problem &problem, bool json);

/// [{"where", "what", "do"}].
Json problemsAsJson(const Problems &problems);

/// Prints one object on stdout. Text that is not UTF-8 (a token's bytes) comes out with replacement characters.
void printJson(const Json &object);

/// The text of a file, or of standard input for "-".
Result<std::string> readText(const std::string &path);

/// A JSON file, or standard input for "-".
Result<Json> readJson(const std::string &path);

/// Reads "reference" or "random:SEED".
Result<std::optional<std::uint64_t>> parseWeights(const std::string &text);

/// Adds --weights, checked, with `text` as its value.
CLI::Option *addWeightsOption(CLI::App &command, std::string &text);

/// Adds --threads; 0, the default, is one a core.
void addThreadsOption(CLI::App &command, unsigned &threads);

/// Ends parsing with `problem` of an option: the command line is wrong.
[[noreturn]] void failCommandLine(const Problem &problem);

/// "98.4 MB".
std::string bytesText(double bytes);

/// Seconds since `start` of a steady clock.
class Stopwatch {
public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

private:
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

} // namespace tern

#endif // TERN_TOOLS_TERN_COMMAND_H
