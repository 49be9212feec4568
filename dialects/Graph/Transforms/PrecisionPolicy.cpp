//===- PrecisionPolicy.cpp - Which numbers ops compute with ---------------===//

#include "dialects/Graph/Transforms/PrecisionPolicy.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/GlobPattern.h"

using namespace tern;
using namespace tern::graph;

static constexpr std::string_view linearKind = "linear", stateKind = "state";

static std::optional<StorageFormat> formatByName(llvm::StringRef name) {
  if (name == "int8")
    return StorageFormat::I8_32;
  if (name == "int15")
    return StorageFormat::I15_32;
  std::optional<StorageFormat> format = storageFormatByName(name);
  bool known = format == StorageFormat::F32 || format == StorageFormat::F16 || format == StorageFormat::BF16;
  return known ? format : std::nullopt;
}

Result<PrecisionPolicy> PrecisionPolicy::parse(std::string_view text) {
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::StringRef(text).split(parts, ',');
  PrecisionPolicy policy;
  llvm::StringRef name = parts.front();
  if (name == "f32") {
    policy.quantized = policy.cache = StorageFormat::F32;
  } else if (name == "bf16") {
    policy.quantized = policy.floats = StorageFormat::BF16;
  } else if (name == "int8") {
    policy.quantized = StorageFormat::I8_32;
  } else if (name != "default") {
    return Problem{"--precision", "must be default, f32, bf16 or int8, got '" + name.str() + "'",
                   "add rules after it: default,lm_head=f32"};
  }
  for (llvm::StringRef rule : llvm::ArrayRef(parts).drop_front()) {
    auto [pattern, formatName] = rule.split('=');
    std::optional<StorageFormat> format = formatByName(formatName);
    if (pattern.empty() || !format)
      return Problem{"--precision",
                     "a rule is PATTERN=FORMAT with f32, f16, bf16, int8 or int15, got '" + rule.str() + "'",
                     "for example linear=f32 or model.layers.*.mlp.down_proj=bf16"};
    if (llvm::Expected<llvm::GlobPattern> glob = llvm::GlobPattern::create(pattern); !glob)
      return Problem{"--precision",
                     "must hold patterns of names, got '" + pattern.str() + "': " + llvm::toString(glob.takeError()),
                     ""};
    if (pattern == llvm::StringRef(stateKind) && storageFormatInfo(*format).isActivation)
      return Problem{"--precision", "a cache holds f32, f16 or bf16, got '" + rule.str() + "'", ""};
    policy.rules.push_back({pattern.str(), *format});
  }
  return policy;
}

StorageFormat PrecisionPolicy::find(std::string_view kind, std::string_view path, StorageFormat otherwise) {
  StorageFormat found = otherwise;
  for (Rule &rule : rules) {
    if (rule.pattern != kind && !llvm::cantFail(llvm::GlobPattern::create(rule.pattern)).match(path))
      continue;
    rule.fits = true;
    if (kind == linearKind || !storageFormatInfo(rule.format).isActivation) // a cache has no blocks
      found = rule.format;
  }
  return found;
}

StorageFormat PrecisionPolicy::activations(std::string_view path, bool isQuantized) {
  return find(linearKind, path, isQuantized ? quantized : floats);
}

StorageFormat PrecisionPolicy::state(std::string_view path) { return find(stateKind, path, cache); }

std::vector<std::string> PrecisionPolicy::unusedRules() const {
  std::vector<std::string> unused;
  for (const Rule &rule : rules)
    if (!rule.fits && rule.pattern != linearKind && rule.pattern != stateKind)
      unused.push_back(rule.pattern);
  return unused;
}
