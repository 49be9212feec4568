//===- DiagnosticProblems.cpp - MLIR diagnostics as problems --------------===//

#include "tern/Pipelines/DiagnosticProblems.h"

#include "dialects/Graph/Transforms/ModulePath.h"

#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace tern;

/// "model.layers.7.self_attn", or a file's line and column.
static std::string placeOf(mlir::Location location) {
  if (auto name = llvm::dyn_cast<mlir::NameLoc>(location))
    return name.getName().str();
  if (auto place = llvm::dyn_cast<mlir::FileLineColLoc>(location))
    return place.getFilename().str() + ":" + std::to_string(place.getLine()) + ":" + std::to_string(place.getColumn());
  if (llvm::isa<mlir::UnknownLoc>(location))
    return "";
  if (llvm::StringRef path = graph::modulePath(location); !path.empty())
    return path.str();
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
