//===- Target.cpp - What code is generated for ----------------------------===//

#include "tern/Target/Target.h"

using namespace tern;

template <typename Kind> static Result<Target> asTarget(Result<Kind> parsed) {
  if (!parsed)
    return parsed.problem();
  return Target(std::move(*parsed));
}

Result<Target> tern::parseTarget(llvm::StringRef name) {
  return isCudaTargetName(name) ? asTarget(parseCudaTarget(name)) : asTarget(parseCpuTarget(name));
}

const std::string &tern::nameOf(const Target &target) {
  return std::visit([](const auto &kind) -> const std::string & { return kind.name; }, target);
}
