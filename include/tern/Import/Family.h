//===- Family.h - Architectures that can be imported -------------*- C++ -*-===//
//
// A family is a decoder architecture: the names it goes by, how its configuration reads, and what a layer does. Each is
// one short file in lib/Import/Families; docs/AddAnArchitecture.md walks through writing one.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_FAMILY_H
#define TERN_IMPORT_FAMILY_H

#include "tern/Import/DecoderBuilder.h"

#include <memory>

namespace tern {

class Family {
public:
  virtual ~Family() = default;

  /// The name it is reported under.
  virtual std::string_view name() const = 0;
  /// Entries of config.json's `architectures`, and values of GGUF's `general.architecture`.
  virtual std::vector<std::string_view> huggingFaceNames() const = 0;
  virtual std::vector<std::string_view> ggufNames() const = 0;

  /// Reads every key of the configuration that the architecture has.
  virtual void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const = 0;

  /// GGUF names of modules; looked up before those that most decoders share.
  virtual std::vector<TensorName> tensorNames() const { return {}; }

  /// Tensors that some exporters write and no forward pass reads.
  virtual bool isUnreadTensor(llvm::StringRef name) const { return false; }

  /// Appends layer `layer` to the program. `x` and the result are [B, T, hidden]; modules are named relative to the layer.
  virtual mlir::Value layer(DecoderBuilder &b, mlir::Value x, int64_t layer) const = 0;

  /// The whole decoder: embedding, layers, final norm, head. Families with other outer modules override it.
  virtual void build(DecoderBuilder &b) const;
};

/// Every family, in the order in which they are listed to users.
llvm::ArrayRef<std::unique_ptr<Family>> families();

/// The family of a model, or the problem that nobody knows its architecture.
Result<const Family *> familyOf(const ModelFiles &model);

} // namespace tern

#endif // TERN_IMPORT_FAMILY_H
