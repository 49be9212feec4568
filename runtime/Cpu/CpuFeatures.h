//===- CpuFeatures.h - What this CPU can execute ------------------*- C++ -*-===//
//
// An artifact holds code for several CPUs, each compiled for a list of features. Names are those of LLVM's target
// features ("avx512vnni", "f16c", "dotprod"), the ones that the compiler was given, so that both sides compare words.
// A feature counts only if the operating system also saves the registers that it adds.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_CPUFEATURES_H
#define TERN_RUNTIME_CPU_CPUFEATURES_H

#include <string>
#include <string_view>
#include <vector>

namespace tern {

class CpuFeatures {
public:
  /// Asks the CPU that runs this.
  static CpuFeatures detect();

  /// For tests and for questions about other machines.
  CpuFeatures(std::string architecture, std::vector<std::string> names);

  /// "x86_64" or "aarch64", as in a target triple; empty for any other.
  const std::string &architecture() const { return arch; }

  /// In alphabetical order.
  const std::vector<std::string> &names() const { return features; }

  bool has(std::string_view name) const;

  /// Those of `required` that this CPU lacks, in their order. A name that this runtime does not know counts as lacking.
  /// A leading '+', as in LLVM's feature strings, is allowed.
  std::vector<std::string> missing(const std::vector<std::string> &required) const;

private:
  std::string arch;
  std::vector<std::string> features;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_CPUFEATURES_H
