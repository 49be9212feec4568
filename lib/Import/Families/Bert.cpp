//===- Bert.cpp - BERT, an encoder ----------------------------------------===//
//
// Every token sees all others; learned positions; norms after attention and MLP. Gives a vector for each token, not
// logits: sentence transformers take their mean. Devlin et al., "BERT", https://arxiv.org/abs/1810.04805. A text is one
// sentence here: all its tokens are of type 0.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

#include <cmath>

using namespace mlir;
using namespace tern;

namespace {

class Bert : public Family {
public:
  std::string_view name() const override { return "bert"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"BertModel"}; }
  std::vector<std::string_view> ggufNames() const override { return {}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    config.givesEmbeddings = config.isBidirectional = true;
    CommonDefaults defaults;
    defaults.tiedEmbeddings = true;
    defaults.activation = graph::Activation::Gelu;
    readCommon(reader, model, config, defaults);
    config.normEpsilon = reader.number({"layer_norm_eps", {}}, 1e-12);
    config.usesRotary.assign(config.windows.size(), false);
    config.tokenTypes = reader.count({"type_vocab_size", {}}, 2);
    reader.ignore({"attention_probs_dropout_prob", {}});
    if (reader.flag({"is_decoder", {}}, false))
      reader.problem({"is_decoder", {}}, "must be false for this architecture", "use an encoder");
    ConfigKey positions{"position_embedding_type", {}};
    if (std::string kind = reader.text(positions, "absolute"); kind != "absolute")
      reader.problem(positions, "must be absolute, got '" + kind + "'", "relative positions are not supported");
  }

  bool isUnreadTensor(llvm::StringRef name) const override { // the head of one training task, and a counter
    name.consume_front("bert.");
    return name.starts_with("pooler.") || name == "embeddings.position_ids";
  }

  void build(DecoderBuilder &b) const override {
    b.beginForward();
    Value x;
    {
      DecoderBuilder::Scope inside(b, "bert.embeddings");
      x = b.add(b.embedding(b.tokens(), "word_embeddings", b.config().vocabulary),
                b.embedding(b.positions(), "position_embeddings", b.config().maxContext));
      x = b.add(x, b.firstRow("token_type_embeddings", b.config().tokenTypes));
      x = b.layerNorm(x, "LayerNorm");
    }
    for (int64_t i = 0; i < b.config().layers; ++i) {
      DecoderBuilder::Scope inside(b, "bert.encoder.layer." + std::to_string(i));
      x = layer(b, x, i);
    }
    b.endForward(x, "bert.encoder");
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    int64_t size = b.config().hidden, heads = b.config().heads;
    auto project = [&](llvm::StringRef name) { return b.splitHeads(b.linear(x, name, size, true), heads); };
    Value query = project("attention.self.query"), key = project("attention.self.key");
    Value mixed = b.attend(query, key, project("attention.self.value"), layer);
    x = b.layerNorm(b.add(x, b.linear(mixed, "attention.output.dense", size, true)), "attention.output.LayerNorm");
    Value wide = b.activate(b.linear(x, "intermediate.dense", b.config().intermediate, true));
    return b.layerNorm(b.add(x, b.linear(wide, "output.dense", size, true)), "output.LayerNorm");
  }
};

} // namespace

std::unique_ptr<Family> tern::makeBert() { return std::make_unique<Bert>(); }
