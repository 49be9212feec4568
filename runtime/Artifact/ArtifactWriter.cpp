//===- ArtifactWriter.cpp - Making the file that ships --------------------===//

#include "runtime/Artifact/ArtifactWriter.h"

#include "runtime/Base/ContentHash.h"

#include <cassert>

using namespace tern;

Result<ArtifactWriter> ArtifactWriter::create(const std::string &path) {
  Result<ZipWriter> zip = ZipWriter::create(path);
  if (!zip)
    return zip.problem();
  return ArtifactWriter(std::move(*zip));
}

Status ArtifactWriter::add(const std::string &name, std::string_view bytes) {
  assert(name != section::manifest && name != section::weights && "written by commit and beginWeights");
  manifest.hasGraph |= name == section::graph;
  manifest.hasGolden |= name == section::golden;
  manifest.sections.emplace_back(name, contentHashOf(bytes));
  return zip.add(name, bytes);
}

Status ArtifactWriter::addVariant(std::string target, std::vector<std::string> features, std::string_view code,
                                  const Program &program, std::string_view source) {
  bool onGpu = isGpuTarget(target);
  std::string stem = (onGpu ? "gpu-" : "cpu-") + std::to_string(manifest.variants.size());
  ArtifactVariant variant = {std::move(target), std::move(features), stem + (onGpu ? ".cubin" : ".so"), stem + ".json",
                             source.empty() ? "" : stem + ".cu"};
  if (Status added = add(variant.code, code); !added)
    return added;
  if (!source.empty())
    if (Status added = add(variant.source, source); !added)
      return added;
  manifest.variants.push_back(std::move(variant));
  return add(stem + ".json", writeProgram(program).dump());
}

Status ArtifactWriter::beginWeights(std::uint64_t bytes) {
  assert(!manifest.hasWeights && "at most once");
  if (bytes == 0)
    return Done{};
  manifest.hasWeights = true;
  return zip.begin(section::weights, bytes);
}

Status ArtifactWriter::appendWeights(std::string_view piece) { return zip.append(piece); }

Status ArtifactWriter::commit(std::string producer, ArtifactModel model, const FileCheck &check) {
  manifest.producer = std::move(producer);
  manifest.model = std::move(model);
  if (Status added = zip.add(section::manifest, writeManifest(manifest)); !added)
    return added;
  return zip.commit(section::manifest, check);
}
