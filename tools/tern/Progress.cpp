//===- Progress.cpp - What a person sees while waiting --------------------===//

#include "tools/tern/Progress.h"

#include <cstdio>
#include <unistd.h>

using namespace tern;

Progress::Progress(std::string what, std::int64_t total, std::string unit)
    : what(std::move(what)), unit(std::move(unit)), total(total), isTerminal(isatty(STDERR_FILENO)) {
  show(0);
}

Progress::~Progress() {
  if (isTerminal)
    std::fputs("\r\033[K", stderr);
}

void Progress::show(std::int64_t done) {
  if (!isTerminal)
    return;
  std::fprintf(stderr, "\r\033[K%s: %lld of %lld %s", what.c_str(), static_cast<long long>(done),
               static_cast<long long>(total), unit.c_str());
  std::fflush(stderr);
}
