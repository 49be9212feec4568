//===- Progress.cpp - What a person sees while waiting --------------------===//

#include "tools/tern/Progress.h"

#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <unistd.h>

using namespace tern;

Progress::Progress(std::string what, std::int64_t total)
    : what(std::move(what)), total(total), isTerminal(isatty(STDERR_FILENO)) {
  show(0);
}

Progress::~Progress() {
  if (isTerminal)
    std::fputs("\r\033[K", stderr);
}

void Progress::show(std::int64_t done) {
  if (!isTerminal)
    return;
  std::fprintf(stderr, "\r\033[K%s: %lld of %lld tokens", what.c_str(), static_cast<long long>(done),
               static_cast<long long>(total));
  std::fflush(stderr);
}

/// "model.layers.7.self_attn", or a file's line and column.
static std::string placeOf(mlir::Location location) {
  if (auto name = llvm::dyn_cast<mlir::NameLoc>(location))
    return name.getName().str();
  if (auto place = llvm::dyn_cast<mlir::FileLineColLoc>(location))
    return place.getFilename().str() + ":" + std::to_string(place.getLine()) + ":" + std::to_string(place.getColumn());
  if (llvm::isa<mlir::UnknownLoc>(location))
    return "";
  std::string text;
  llvm::raw_string_ostream(text) << location;
  return text;
}

DiagnosticProblems::DiagnosticProblems(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
          found.push_back({placeOf(diagnostic.getLocation()), diagnostic.str(), ""});
        return mlir::success();
      }) {}

Problems DiagnosticProblems::problems() const {
  return found.empty() ? Problems{{"", "failed without saying why", "report this: it is a bug"}} : found;
}
