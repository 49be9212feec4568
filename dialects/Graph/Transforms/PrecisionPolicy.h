//===- PrecisionPolicy.h - Which numbers ops compute with --------*- C++ -*-===//
//
// A policy says what the activations of linear layers are rounded to before the product, and what the cache holds:
//
//   policy     quantised weights   float weights   cache
//   default    i15_32              f32             f16
//   f32        f32                 f32             f32
//   bf16       bf16                bf16            f16
//   int8       i8_32               f32             f16
//
// and rules make exceptions, `PATTERN=FORMAT`: the pattern is an op kind (`linear`, `state`) or a glob on module paths
// (`model.layers.*.mlp.down_proj`), the format f32, f16, bf16, int8 (i8_32) or int15 (i15_32), the latter two not for
// caches. The last rule that fits holds.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_TRANSFORMS_PRECISIONPOLICY_H
#define TERN_DIALECTS_GRAPH_TRANSFORMS_PRECISIONPOLICY_H

#include "runtime/Base/Result.h"
#include "runtime/Base/StorageFormat.h"

#include <string>
#include <string_view>
#include <vector>

namespace tern::graph {

class PrecisionPolicy {
public:
  /// Reads "default", "int8,lm_head=f32,state=f32". Problems: an unknown policy or format, a rule without a pattern, a
  /// cache of integers.
  static Result<PrecisionPolicy> parse(std::string_view text);

  /// What the activations of a linear layer at module path `path` are rounded to. `isQuantized`: its weight is stored
  /// in blocks.
  StorageFormat activations(std::string_view path, bool isQuantized);

  /// What a state by position at module path `path` holds.
  StorageFormat state(std::string_view path);

  /// Patterns of module paths that fitted nothing that was asked for: a name that the model does not have.
  std::vector<std::string> unusedRules() const;

private:
  struct Rule {
    std::string pattern;
    StorageFormat format;
    bool fits = false;
  };

  /// The last rule for `kind` or `path`, or `otherwise`.
  StorageFormat find(std::string_view kind, std::string_view path, StorageFormat otherwise);

  StorageFormat quantized = StorageFormat::I15_32, floats = StorageFormat::F32, cache = StorageFormat::F16;
  std::vector<Rule> rules;
};

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_TRANSFORMS_PRECISIONPOLICY_H
