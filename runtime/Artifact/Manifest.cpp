//===- Manifest.cpp - What an artifact says of itself ---------------------===//

#include "runtime/Artifact/Manifest.h"

#include "runtime/Base/ContentHash.h"
#include "runtime/Base/JsonCursor.h"

#include <algorithm>

using namespace tern;

bool tern::isGpuTarget(std::string_view target) {
  constexpr std::string_view prefix = "sm_";
  if (target.substr(0, prefix.size()) != prefix)
    return false;
  target.remove_prefix(prefix.size());
  if (!target.empty() && target.back() >= 'a' && target.back() <= 'z')
    target.remove_suffix(1);
  return !target.empty() && target.find_first_not_of("0123456789") == std::string_view::npos;
}

static Json nameOrNull(bool isThere, const char *name) { return isThere ? Json(name) : Json(nullptr); }

std::string tern::writeManifest(const Manifest &manifest) {
  Json variants = Json::array(), sections = Json::object();
  for (const ArtifactVariant &variant : manifest.variants)
    variants.push_back({{"target", variant.target},
                        {"features", variant.features},
                        {"code", variant.code},
                        {"program", variant.program},
                        {"source", variant.source.empty() ? Json(nullptr) : Json(variant.source)}});
  for (const auto &[name, hash] : manifest.sections)
    sections[name] = hash;
  const ArtifactModel &model = manifest.model;
  Json json = {{"tern", artifactVersion},
               {"producer", manifest.producer},
               {"model",
                {{"name", model.name},
                 {"architecture", model.architecture},
                 {"maxContext", model.maxContext},
                 {"vocabulary", model.vocabulary}}},
               {"variants", std::move(variants)},
               {"graph", nameOrNull(manifest.hasGraph, section::graph)},
               {"golden", nameOrNull(manifest.hasGolden, section::golden)},
               {"weights", nameOrNull(manifest.hasWeights, section::weights)},
               {"sections", std::move(sections)}};
  return json.dump(2) + "\n";
}

/// A key of any version: the number under "tern".
static Status checkVersion(const Json &json, const std::string &where) {
  auto found = json.is_object() ? json.find("tern") : json.end();
  if (!json.is_object() || found == json.end() || !found->is_number_integer())
    return Problem{where, "must be an object with the format version under 'tern', and is not",
                   "compile the model again"};
  std::string here = std::to_string(artifactVersion);
  if (*found > artifactVersion)
    return Problem{where, "has format version " + found->dump() + ", newer than the " + here + " that this tern reads",
                   "update tern, or compile the model again with this one"};
  if (*found < artifactVersion)
    return Problem{where, "has format version " + found->dump() + ", older than the " + here + " that this tern reads",
                   "compile the model again, or run it with the tern that made it"};
  return Done{};
}

static void readSections(const JsonCursor &cursor, Manifest &manifest) {
  cursor.forEachMember([&](std::string_view name, const JsonCursor &hash) {
    if (!isContentHash(hash.string()))
      hash.fail("must be 'xxh3:' and 16 lower-case hexadecimal digits, is '" + hash.string().substr(0, 80) + "'");
    manifest.sections.emplace_back(name, hash.string());
  });
}

/// The name of a section that the manifest lists.
static std::string readSectionName(const JsonCursor &cursor, const Manifest &manifest) {
  const std::string &name = cursor.name();
  auto isIt = [&](const auto &listed) { return listed.first == name; };
  if (std::none_of(manifest.sections.begin(), manifest.sections.end(), isIt))
    cursor.fail("must be one of the sections, is '" + name.substr(0, 80) + "'");
  return name;
}

/// A section under its fixed name, or null.
static bool readPresence(const JsonCursor &cursor, const char *name) {
  if (!cursor.isNull() && cursor.string() != name)
    cursor.fail("must be null or '" + std::string(name) + "', is '" + cursor.string().substr(0, 80) + "'");
  return !cursor.isNull();
}

static ArtifactModel readModel(const JsonCursor &cursor) {
  cursor.object({"name", "architecture", "maxContext", "vocabulary"});
  ArtifactModel model;
  model.name = cursor.at("name").string();
  model.architecture = cursor.at("architecture").string();
  model.maxContext = cursor.at("maxContext").integer(0, INT32_MAX);
  model.vocabulary = cursor.at("vocabulary").integer(0, INT32_MAX);
  return model;
}

static ArtifactVariant readVariant(const JsonCursor &cursor, const Manifest &manifest) {
  cursor.object({"target", "features", "code", "program", "source"});
  ArtifactVariant variant;
  variant.target = cursor.at("target").name();
  JsonCursor features = cursor.at("features");
  features.forEach([&](const JsonCursor &feature) { variant.features.push_back(feature.name()); });
  variant.code = readSectionName(cursor.at("code"), manifest);
  variant.program = readSectionName(cursor.at("program"), manifest);
  if (JsonCursor source = cursor.at("source"); !source.isNull())
    variant.source = readSectionName(source, manifest);
  return variant;
}

Result<Manifest> tern::readManifest(std::string_view text, const std::string &where) {
  Result<Json> json = parseJson(text, where);
  if (!json)
    return json.problem();
  if (Status version = checkVersion(*json, where); !version)
    return version.problem();
  JsonDocument document(where, "the artifact is damaged: compile the model again");
  JsonCursor root(*json, document);
  root.object({"tern", "producer", "model", "variants", "graph", "golden", "weights", "sections"});
  Manifest manifest;
  manifest.producer = root.at("producer").string();
  manifest.model = readModel(root.at("model"));
  readSections(root.at("sections"), manifest);
  JsonCursor variants = root.at("variants");
  variants.forEach([&](const JsonCursor &variant) { manifest.variants.push_back(readVariant(variant, manifest)); });
  manifest.hasGraph = readPresence(root.at("graph"), section::graph);
  manifest.hasGolden = readPresence(root.at("golden"), section::golden);
  manifest.hasWeights = readPresence(root.at("weights"), section::weights);
  if (manifest.hasGraph)
    readSectionName(root.at("graph"), manifest);
  if (manifest.hasGolden)
    readSectionName(root.at("golden"), manifest);
  if (document.problem)
    return *document.problem;
  return manifest;
}
