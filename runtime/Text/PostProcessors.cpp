//===- PostProcessors.cpp - Special tokens round a text -------------------===//
//
// Follows Hugging Face tokenizers 0.23 (processors), for texts that come one at a time.
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/PostProcessor.h"

#include "runtime/Text/TokenTable.h"

using namespace tern;

namespace {

using Element = PostProcessor::Element;
using Template = PostProcessor::Template;

/// Reads an id, or reports under `name`.
std::int32_t readId(ComponentSpec &spec, const std::string &name, const Json &json) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() < static_cast<std::uint64_t>(TokenTable::idEnd))
    return json.get<std::int32_t>();
  spec.fail(name, "must be a token id, is " + json.dump().substr(0, 40));
  return 0;
}

/// Bert and Roberta: ["[CLS]", 101], the text, ["[SEP]", 102].
Template readClsSep(ComponentSpec &spec) {
  auto token = [&](const char *name) -> Element {
    const Json &pair = spec.member(name);
    if (pair.is_array() && pair.size() == 2 && pair[0].is_string())
      return {false, {readId(spec, name, pair[1])}};
    spec.fail(name, "must be a pair of token and id, is " + pair.dump().substr(0, 80));
    return {};
  };
  Element cls = token("cls"), sep = token("sep");
  return {cls, {true, {}}, sep};
}

/// The ids of one entry of "special_tokens".
std::vector<std::int32_t> readSpecial(ComponentSpec &spec, const Json &table, const std::string &name) {
  std::vector<std::int32_t> ids;
  if (!table.is_object() || !table.contains(name) || !table[name].is_object() || !table[name].contains("ids") ||
      !table[name]["ids"].is_array()) {
    spec.fail("special_tokens", "must give the ids of '" + name.substr(0, 80) + "', which the template uses");
    return ids;
  }
  for (const Json &id : table[name]["ids"])
    ids.push_back(readId(spec, "special_tokens." + name, id));
  return ids;
}

/// {"Sequence": {"id": "A"}} or {"SpecialToken": {"id": "[CLS]"}}.
Element readElement(ComponentSpec &spec, const Json &table, const Json &piece) {
  for (const char *kind : {"Sequence", "SpecialToken"}) {
    if (!piece.is_object() || piece.size() != 1 || !piece.contains(kind) || !piece[kind].is_object() ||
        !piece[kind].contains("id") || !piece[kind]["id"].is_string())
      continue;
    std::string id = piece[kind]["id"].get<std::string>();
    if (kind == std::string_view("SpecialToken"))
      return {false, readSpecial(spec, table, id)};
    if (id == "A")
      return {true, {}};
  }
  spec.fail("single", "must be made of special tokens and sequence A, has " + piece.dump().substr(0, 80));
  return {};
}

Template readTemplate(ComponentSpec &spec) {
  const Json &table = spec.member("special_tokens");
  spec.accept("pair"); // For two texts at once, which Tokenizer does not offer.
  Template elements;
  for (const Json &piece : spec.array("single"))
    elements.push_back(readElement(spec, table, piece));
  return elements;
}

Status readLayers(const Json &json, const std::string &where, std::vector<Template> &layers) {
  ComponentSpec spec(json, where);
  if (spec.type() == "Sequence") {
    std::size_t index = 0;
    for (const Json &step : spec.array("processors"))
      if (Status status = readLayers(step, spec.where("processors[" + std::to_string(index++) + "]"), layers); !status)
        return status;
  } else if (spec.type() == "TemplateProcessing") {
    layers.push_back(readTemplate(spec));
  } else if (spec.type() == "BertProcessing" || spec.type() == "RobertaProcessing") {
    layers.push_back(readClsSep(spec));
    spec.accept("trim_offsets"); // Moves the ends of offsets, never ids.
    spec.accept("add_prefix_space");
  } else if (spec.type() == "ByteLevel") {
    for (const char *name : {"add_prefix_space", "trim_offsets", "use_regex"})
      spec.accept(name); // As a post-processor it only moves the ends of offsets.
  } else if (!spec.failed()) {
    return Problem{where, "post-processor type '" + spec.type() + "' is not known",
                   "known types: BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing"};
  }
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return Done{};
}

} // namespace

Result<PostProcessor> PostProcessor::fromJson(const Json &json, const std::string &where) {
  PostProcessor processor;
  if (!json.is_null())
    if (Status status = readLayers(json, where, processor.layers); !status)
      return status.problem();
  return processor;
}

void PostProcessor::apply(std::vector<std::int32_t> &ids, bool addSpecial) const {
  for (const Template &layer : layers) {
    std::vector<std::int32_t> result;
    result.reserve(ids.size() + layer.size());
    for (const Element &element : layer) {
      const std::vector<std::int32_t> &part = element.text ? ids : element.ids;
      if (element.text || addSpecial)
        result.insert(result.end(), part.begin(), part.end());
    }
    ids = std::move(result);
  }
}

std::size_t PostProcessor::added() const {
  std::vector<std::int32_t> none;
  apply(none, true);
  return none.size();
}

std::vector<std::int32_t> PostProcessor::specialIds() const {
  std::vector<std::int32_t> ids;
  apply(ids, true);
  return ids;
}
