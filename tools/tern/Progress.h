//===- Progress.h - What a person sees while waiting -------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_PROGRESS_H
#define TERN_TOOLS_TERN_PROGRESS_H

#include <cstdint>
#include <string>

namespace tern {

/// A line on a terminal's stderr that counts up and vanishes at the end; nothing when stderr is no terminal.
class Progress {
public:
  /// `what` is a present participle: "reading prompt"; `unit` what is counted.
  Progress(std::string what, std::int64_t total, std::string unit = "tokens");
  ~Progress();
  void show(std::int64_t done);

private:
  std::string what, unit;
  std::int64_t total;
  bool isTerminal;
};

} // namespace tern

#endif // TERN_TOOLS_TERN_PROGRESS_H
