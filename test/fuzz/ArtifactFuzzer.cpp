//===- ArtifactFuzzer.cpp - Artifacts of any bytes ------------------------===//
//
// An input that begins like a ZIP file is opened as it is. Hashes would stop every other change to a section, so any
// other input is the contents of sections with zero bytes between them, and the fuzzer makes the artifact round them:
//
//   program \0 text/tokenizer.json \0 text/chat.json \0 golden.json \0 text/tokens.bin
//
// What is accepted must hold: places lie where they should, and a program is written again as it was read.
//
//===----------------------------------------------------------------------===//

#include "runtime/Artifact/Crc32.h"
#include "runtime/Artifact/Golden.h"
#include "runtime/Artifact/ModelText.h"
#include "runtime/Base/ContentHash.h"

#include <algorithm>
#include <cstdlib>

using namespace tern;

static void check(bool holds) {
  if (!holds)
    std::abort();
}

//===----------------------------------------------------------------------===//
// Making artifacts
//===----------------------------------------------------------------------===//

namespace {

/// An artifact in memory, written as ArtifactWriter does, of a model with three tokens.
class ForgedArtifact {
public:
  ForgedArtifact() {
    manifest.model = {"", "llama", 64, 3};
    manifest.variants = {{"x86-64-v3", {"avx2"}, "cpu-0.so", "cpu-0.json", "cpu-0.cu"}};
    manifest.hasGolden = manifest.hasWeights = true;
    append(section::weights, std::string(128, 'w'), pageAlignment);
    add("cpu-0.so", "code");
    add("cpu-0.cu", "source");
    add(section::goldenLogits, std::string(24, '\0'));
  }
  void add(const std::string &name, std::string_view data) {
    manifest.sections.emplace_back(name, contentHashOf(data));
    append(name, data, sectionAlignment);
  }
  std::string finish() {
    append(section::manifest, writeManifest(manifest), sectionAlignment);
    std::rotate(entries.begin(), entries.end() - 1, entries.end());
    return bytes + zipDirectory(entries, bytes.size());
  }

private:
  Manifest manifest;
  std::vector<ZipEntry> entries;
  std::string bytes;

  void append(const std::string &name, std::string_view data, std::uint64_t alignment) {
    ZipEntry entry;
    entry.name = name;
    entry.headerOffset = bytes.size();
    entry.dataOffset = zipDataOffset(name, data.size(), bytes.size(), alignment);
    entry.size = data.size();
    entry.crc = updateCrc32(0, data);
    bytes += zipHeader(entry);
    bytes += data;
    entries.push_back(entry);
  }
};

std::string forge(std::string_view input) {
  ForgedArtifact artifact;
  for (const char *name : {"cpu-0.json", section::tokenizer, section::chat, section::golden}) {
    std::size_t end = std::min(input.find('\0'), input.size());
    artifact.add(name, input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  artifact.add(section::tokens, input);
  return artifact.finish();
}

} // namespace

//===----------------------------------------------------------------------===//
// Checking what is accepted
//===----------------------------------------------------------------------===//

static void checkProgram(const Program &program) {
  check(program.shapes.empty() || program.shapes.size() == program.kernels.size());
  for (const KernelShape &shape : program.shapes)
    check(shape.threads >= 32 && shape.threads <= maxBlockThreads && shape.threads % 32 == 0 &&
          shape.sharedBytes <= maxSharedBytes);
  for (const Entry &entry : program.entries)
    for (const Launch &launch : entry.launches) {
      check(static_cast<std::size_t>(launch.kernel) < program.kernels.size());
      for (const Place &place : launch.operands) {
        std::size_t index = static_cast<std::size_t>(place.index);
        check(place.kind == Place::Kind::Arena    ? place.offset < program.arenaBytes
              : place.kind == Place::Kind::Weight ? index < program.weights.size()
                                                  : index < program.states.size());
      }
      for (const TaskSegment &segment : launch.tasks)
        for (const TaskFactor &factor : segment.factors)
          check(factor.tile >= 1 && factor.extent.symbol < static_cast<std::int32_t>(program.symbols.size()));
    }
  std::string text = writeProgram(program).dump();
  Result<Program> again = readProgram(*parseJson(text, "again"), "again");
  check(bool(again) && writeProgram(*again).dump() == text);
}

static void checkText(const ModelText &text) {
  Result<std::vector<std::int32_t>> ids = text.tokenizer.encode("ab a <s> 12", true);
  if (!ids)
    return;
  for (std::int32_t id : *ids)
    check(id >= 0 && id < text.tokenizer.size());
  check(bool(text.tokenizer.decode(*ids, false)));
}

static void checkArtifact(const ArtifactReader &artifact) {
  for (const ArtifactVariant &variant : artifact.manifest().variants) {
    (void)artifact.code(variant);
    (void)artifact.source(variant);
    Result<Program> program = artifact.program(variant);
    if (!program)
      continue;
    checkProgram(*program);
    (void)artifact.verifyWeights(*program);
  }
  if (Result<ModelText> text = readModelText(artifact))
    checkText(*text);
  if (Result<Golden> golden = readGolden(artifact))
    for (const GoldenPrompt &prompt : golden->prompts)
      check(compareGolden(prompt, prompt.logits.data()).sameBest);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  bool isWhole = input.substr(0, 2) == "PK";
  std::string bytes = isWhole ? std::string(input) : forge(input);
  Result<ArtifactReader> artifact = ArtifactReader::fromBytes(bytes, "input");
  check(isWhole || bool(artifact));
  if (artifact)
    checkArtifact(*artifact);
  else
    check(!artifact.problem().what.empty());
  if (Result<Manifest> manifest = readManifest(input, "input"))
    check(writeManifest(*manifest).size() > 2);
  return 0;
}
