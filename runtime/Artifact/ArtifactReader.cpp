//===- ArtifactReader.cpp - Opening the file that ships -------------------===//

#include "runtime/Artifact/ArtifactReader.h"

#include "runtime/Artifact/Crc32.h"
#include "runtime/Artifact/ZipReader.h"
#include "runtime/Base/ContentHash.h"

#include <algorithm>
#include <cstring>
#include <fstream>

using namespace tern;

static constexpr char damagedRemedy[] = "the artifact is damaged: download it again, or compile the model again";

bool tern::isArtifactFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof(magic)) && std::memcmp(magic, "PK\3\4", sizeof(magic)) == 0;
}

Result<ArtifactReader> ArtifactReader::open(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.problem();
  ArtifactReader reader;
  reader.name = path;
  reader.bytes = file->text();
  reader.file = std::move(*file);
  if (Status status = reader.read(); !status)
    return status.problem();
  return reader;
}

Result<ArtifactReader> ArtifactReader::fromBytes(std::string_view bytes, const std::string &path) {
  ArtifactReader reader;
  reader.name = path;
  reader.bytes = bytes;
  if (Status status = reader.read(); !status)
    return status.problem();
  return reader;
}

/// What a file that does not begin like an artifact may be.
static std::optional<Problem> mistakenFor(std::string_view bytes, const std::string &path) {
  auto begins = [&](std::string_view mark) { return bytes.substr(0, mark.size()) == mark; };
  if (begins("PK\x03\x04"))
    return std::nullopt;
  if (begins("GGUF"))
    return Problem{path, "is a model in GGUF, not a compiled artifact", "compile it first: tern compile " + path};
  return Problem{path, "is not a compiled artifact: it must begin as a ZIP file",
                 "name a file that 'tern compile' made"};
}

Status ArtifactReader::read() {
  if (std::optional<Problem> mistaken = mistakenFor(bytes, name))
    return *mistaken;
  Result<std::vector<ZipEntry>> entries = readZipDirectory(bytes, section::manifest, name);
  if (!entries)
    return entries.problem();
  directory = std::move(*entries);
  Result<Manifest> manifest = readContents();
  if (!manifest)
    return manifest.problem();
  contents = std::move(*manifest);
  return checkSections();
}

Result<Manifest> ArtifactReader::readContents() const {
  std::string where = name + ": " + section::manifest;
  std::string_view text = dataOf(directory.front());
  if (updateCrc32(0, text) != directory.front().crc)
    return Problem{where, "must have the checksum that the directory gives, and has not", damagedRemedy};
  return readManifest(text, where);
}

/// The manifest and the directory list the same sections, and all but the weights have their hash.
Status ArtifactReader::checkSections() const {
  std::size_t listed = 1 + contents.sections.size() + (contents.hasWeights ? 1 : 0);
  if (listed != directory.size())
    return Problem{name,
                   "must have the " + std::to_string(listed) + " entries of its " + section::manifest + ", has " +
                       std::to_string(directory.size()),
                   damagedRemedy};
  if (contents.hasWeights && !section(section::weights))
    return Problem{name, "must have an entry '" + std::string(section::weights) + "', and has not", damagedRemedy};
  for (const auto &[sectionName, hash] : contents.sections) {
    std::string where = name + ": entry '" + sectionName.substr(0, 80) + "'";
    std::optional<std::string_view> data = section(sectionName);
    if (!data || sectionName == section::manifest || sectionName == section::weights)
      return Problem{where, "must be there as its " + std::string(section::manifest) + " says, and is not",
                     damagedRemedy};
    if (std::string found = contentHashOf(*data); found != hash)
      return Problem{where, "must have hash " + hash + ", has " + found, damagedRemedy};
  }
  return Done{};
}

std::optional<std::string_view> ArtifactReader::section(std::string_view wanted) const {
  for (const ZipEntry &entry : directory)
    if (entry.name == wanted)
      return dataOf(entry);
  return std::nullopt;
}

Result<Program> ArtifactReader::program(const ArtifactVariant &variant) const {
  std::string where = name + ": " + variant.program;
  Result<Json> json = parseJson(*section(variant.program), where);
  if (!json)
    return json.problem();
  Result<Program> program = readProgram(*json, where);
  if (program && program->weightBytes != weights().size())
    return Problem{where + ": weightBytes",
                   "must be the size of the weights section, " + std::to_string(weights().size()) + ", is " +
                       std::to_string(program->weightBytes),
                   damagedRemedy};
  return program;
}

/// The first weight that lies in the section and differs from its hash, or nothing.
static const ProgramWeight *findDamaged(const Program &program, std::string_view section) {
  for (const ProgramWeight &weight : program.weights) {
    if (weight.source != ProgramWeight::Source::Embedded || weight.hash.empty() || weight.bytes > section.size() ||
        weight.offset > section.size() - weight.bytes)
      continue;
    if (contentHashOf(section.substr(weight.offset, weight.bytes)) != weight.hash)
      return &weight;
  }
  return nullptr;
}

Status ArtifactReader::verifyWeights(const Program &program) const {
  for (const ZipEntry &entry : directory) {
    if (entry.name != section::weights || updateCrc32(0, dataOf(entry)) == entry.crc)
      continue;
    if (const ProgramWeight *weight = findDamaged(program, dataOf(entry)))
      return Problem{name + ": weight '" + weight->name.substr(0, 80) + "'",
                     "must have hash " + weight->hash + ", and has not", damagedRemedy};
    return Problem{name + ": entry '" + entry.name + "'",
                   "must have the checksum that the directory gives, and has not", damagedRemedy};
  }
  return Done{};
}
