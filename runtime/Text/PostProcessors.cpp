//===- PostProcessors.cpp - Special tokens round a text -------------------===//
//
// Follows Hugging Face tokenizers 0.23 (processors).
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

/// Bert: [CLS] A [SEP] and [CLS] A [SEP] B [SEP]. Roberta has two separators between texts and one type for all.
PostProcessor::Layer readClsSep(ComponentSpec &spec, bool roberta) {
  auto token = [&](const char *name) -> Element {
    const Json &pair = spec.member(name);
    if (pair.is_array() && pair.size() == 2 && pair[0].is_string())
      return {Element::Special, {readId(spec, name, pair[1])}, 0};
    spec.fail(name, "must be a pair of token and id, is " + pair.dump().substr(0, 80));
    return {};
  };
  Element cls = token("cls"), sep = token("sep"), last = sep, first = {Element::First, {}, 0, roberta};
  last.type = roberta ? 0 : 1;
  Element second = {Element::Second, {}, last.type, roberta};
  Template pair = {cls, first, sep, second, last};
  if (roberta)
    pair.insert(pair.begin() + 3, sep);
  return {{cls, first, sep}, pair};
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

/// {"Sequence": {"id": "A", "type_id": 0}} or {"SpecialToken": {"id": "[CLS]", "type_id": 0}}.
Element readElement(ComponentSpec &spec, const char *name, const Json &table, const Json &piece) {
  for (const char *kind : {"Sequence", "SpecialToken"}) {
    if (!piece.is_object() || piece.size() != 1 || !piece.contains(kind) || !piece[kind].is_object() ||
        !piece[kind].contains("id") || !piece[kind]["id"].is_string())
      continue;
    std::string id = piece[kind]["id"].get<std::string>();
    std::int32_t type = piece[kind].contains("type_id") ? readId(spec, name, piece[kind]["type_id"]) : 0;
    if (kind == std::string_view("SpecialToken"))
      return {Element::Special, readSpecial(spec, table, id), type};
    if (id == "A" || id == "B")
      return {id == "A" ? Element::First : Element::Second, {}, type};
  }
  spec.fail(name, "must be made of special tokens and sequences A and B, has " + piece.dump().substr(0, 80));
  return {};
}

PostProcessor::Layer readTemplate(ComponentSpec &spec) {
  const Json &table = spec.member("special_tokens");
  PostProcessor::Layer layer;
  for (const char *name : {"single", "pair"})
    for (const Json &piece : spec.array(name)) {
      Element element = readElement(spec, name, table, piece);
      if (element.kind == Element::Second && name == std::string_view("single"))
        spec.fail(name, "is for one text, has sequence B");
      (name == std::string_view("single") ? layer.single : layer.pair).push_back(std::move(element));
    }
  return layer;
}

std::size_t count(const Template &elements) {
  std::size_t total = 0;
  for (const Element &element : elements)
    total += element.ids.size();
  return total;
}

} // namespace

Status PostProcessor::readLayers(const Json &json, const std::string &where) {
  ComponentSpec spec(json, where);
  bool roberta = spec.type() == "RobertaProcessing";
  if (spec.type() == "Sequence") {
    std::size_t index = 0;
    for (const Json &step : spec.array("processors"))
      if (Status status = readLayers(step, spec.where("processors[" + std::to_string(index++) + "]")); !status)
        return status;
  } else if (spec.type() == "TemplateProcessing") {
    layers.push_back(readTemplate(spec));
  } else if (spec.type() == "BertProcessing" || roberta) {
    layers.push_back(readClsSep(spec, roberta));
  } else if (spec.type() == "ByteLevel") {
    spec.accept("use_regex");
  } else if (!spec.failed()) {
    return Problem{where, "post-processor type '" + spec.type() + "' is not known",
                   "known types: BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing"};
  }
  if (spec.type() == "ByteLevel" || roberta) {
    bool prefix = spec.boolean("add_prefix_space", true);
    if (spec.boolean("trim_offsets", true))
      trims.push_back({prefix});
  }
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return Done{};
}

Result<PostProcessor> PostProcessor::fromJson(const Json &json, const std::string &where) {
  PostProcessor processor;
  if (!json.is_null())
    if (Status status = processor.readLayers(json, where); !status)
      return status.problem();
  return processor;
}

/// Appends the tokens alone.
static void appendTokens(TokenizedText &sequence, const TokenizedText &other) {
  TokenList &tokens = sequence.tokens;
  tokens.ids.insert(tokens.ids.end(), other.tokens.ids.begin(), other.tokens.ids.end());
  tokens.spans.insert(tokens.spans.end(), other.tokens.spans.begin(), other.tokens.spans.end());
  sequence.types.insert(sequence.types.end(), other.types.begin(), other.types.end());
}

void TokenizedText::append(const TokenizedText &other) {
  std::vector<TokenizedText> parts;
  auto join = [&](const TokenizedText &left, const TokenizedText &right) {
    parts.push_back({left.tokens, left.types, {}});
    appendTokens(parts.back(), right);
  };
  for (const TokenizedText &part : overflowing) {
    join(part, other);
    for (const TokenizedText &otherPart : other.overflowing)
      join(part, otherPart);
  }
  for (const TokenizedText &otherPart : other.overflowing)
    join(*this, otherPart);
  appendTokens(*this, other);
  overflowing = std::move(parts);
}

void TokenizedText::append(std::int32_t special, std::int32_t type) {
  tokens.base = 0;
  tokens.add(special, 0, 0);
  types.push_back(type);
  for (TokenizedText &part : overflowing)
    part.append(special, type);
}

TokenizedText PostProcessor::apply(std::vector<TokenizedText> texts, bool addSpecial) const {
  for (const Layer &layer : layers) {
    TokenizedText result;
    result.tokens.traced = texts[0].tokens.traced;
    for (const Element &element : texts.size() == 2 ? layer.pair : layer.single) {
      TokenizedText &text = texts[element.kind == Element::Second ? 1 : 0];
      if (element.kind != Element::Special) {
        text.types.assign(text.types.size(), element.type);
        for (TokenizedText &part : text.overflowing)
          if (element.typesParts && addSpecial)
            part.types.assign(part.types.size(), element.type);
        result.append(text);
      } else if (addSpecial)
        for (std::int32_t id : element.ids)
          result.append(id, element.type);
    }
    texts.clear();
    texts.push_back(std::move(result));
  }
  if (texts.size() == 2)
    texts[0].append(texts[1]);
  return std::move(texts[0]);
}

std::size_t PostProcessor::added(bool pair) const {
  std::size_t total = 0; // Of several layers, only the first sees a pair.
  for (std::size_t i = 0; i < layers.size(); ++i)
    total += count(pair && i == 0 ? layers[i].pair : layers[i].single);
  return total;
}

std::vector<std::int32_t> PostProcessor::specialIds() const {
  std::vector<std::int32_t> ids;
  for (const Layer &layer : layers)
    for (const Template *elements : {&layer.single, &layer.pair})
      for (const Element &element : *elements)
        ids.insert(ids.end(), element.ids.begin(), element.ids.end());
  return ids;
}
