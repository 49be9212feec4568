//===- ArtifactTest.cpp - Writing artifacts and opening them --------------===//

#include "ArtifactTesting.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string problemOf(const std::string &bytes) {
  Result<ArtifactReader> reader = ArtifactReader::fromBytes(bytes, "m.tern");
  return reader ? "" : reader.problem().str();
}

TEST(Artifact, ComesBackTheSame) {
  std::string path = testPath("whole.tern");
  Status written = writeTestArtifact(path);
  ASSERT_TRUE(written) << written.problem().str();
  Result<ArtifactReader> reader = ArtifactReader::open(path);
  ASSERT_TRUE(reader) << reader.problem().str();
  const Manifest &manifest = reader->manifest();
  EXPECT_EQ(manifest.producer, "tern test");
  EXPECT_EQ(manifest.model.name, "tiny");
  EXPECT_EQ(manifest.model.architecture, "llama");
  EXPECT_EQ(manifest.model.maxContext, 2048);
  EXPECT_EQ(manifest.model.vocabulary, 100);
  ASSERT_EQ(manifest.variants.size(), 1u);
  EXPECT_EQ(manifest.variants[0].target, "x86-64-v4");
  EXPECT_THAT(manifest.variants[0].features, ElementsAre("avx512vnni"));
  EXPECT_EQ(reader->code(manifest.variants[0]), "not really code");
  EXPECT_EQ(reader->section(section::graph), "graph.func @main() {}");
  EXPECT_EQ(reader->section("absent"), std::nullopt);
  EXPECT_EQ(reader->weights(), makeTestWeights());
  Result<Program> program = reader->program(manifest.variants[0]);
  ASSERT_TRUE(program) << program.problem().str();
  EXPECT_EQ(writeProgram(*program), writeProgram(makeHashedProgram()));
  Status verified = reader->verifyWeights(*program);
  EXPECT_TRUE(verified) << verified.problem().str();
  std::remove(path.c_str());
}

TEST(Artifact, SectionsAreAlignedAndTheManifestIsFirst) {
  std::string bytes = testArtifact();
  Result<ArtifactReader> reader = ArtifactReader::fromBytes(bytes, "m.tern");
  ASSERT_TRUE(reader) << reader.problem().str();
  EXPECT_EQ(reader->entries()[0].name, "tern.json");
  for (const ZipEntry &entry : reader->entries())
    EXPECT_EQ(entry.dataOffset % (entry.name == "weights.bin" ? 4096 : 64), 0u) << entry.name;
}

TEST(Artifact, TheSameContentsAreTheSameBytes) { EXPECT_EQ(testArtifact(), testArtifact()); }

TEST(Artifact, NeedsNoWeights) {
  std::string path = testPath("no_weights.tern");
  Result<ArtifactWriter> writer = ArtifactWriter::create(path);
  ASSERT_TRUE(writer);
  EXPECT_TRUE(writer->beginWeights(0));
  EXPECT_TRUE(writer->add("text/tokenizer.json", ""));
  EXPECT_TRUE(writer->commit("tern test", {"", "llama", 1, 1}));
  Result<ArtifactReader> reader = ArtifactReader::open(path);
  ASSERT_TRUE(reader) << reader.problem().str();
  EXPECT_EQ(reader->weights(), "");
  EXPECT_EQ(reader->section("text/tokenizer.json"), "");
  EXPECT_FALSE(reader->manifest().hasGraph);
  std::remove(path.c_str());
}

TEST(Artifact, GpuCodeHasItsSource) {
  std::string path = testPath("gpu.tern");
  Program program;
  program.symbols = {"capacity"};
  Result<ArtifactWriter> writer = ArtifactWriter::create(path);
  ASSERT_TRUE(writer);
  EXPECT_TRUE(writer->addVariant("sm_90a", {}, "cubin", program, "__global__"));
  EXPECT_TRUE(writer->addVariant("sm_80", {}, "", program, "source alone"));
  EXPECT_TRUE(writer->addVariant("x86-64-v3", {}, "code", program));
  EXPECT_TRUE(writer->commit("tern test", {"", "llama", 1, 1}));
  Result<ArtifactReader> reader = ArtifactReader::open(path);
  ASSERT_TRUE(reader) << reader.problem().str();
  const std::vector<ArtifactVariant> &variants = reader->manifest().variants;
  ASSERT_EQ(variants.size(), 3u);
  EXPECT_EQ(variants[0].code, "gpu-0.cubin");
  EXPECT_EQ(variants[0].source, "gpu-0.cu");
  EXPECT_EQ(variants[2].program, "cpu-2.json");
  EXPECT_EQ(reader->code(variants[0]), "cubin");
  EXPECT_EQ(reader->source(variants[0]), "__global__");
  EXPECT_EQ(reader->code(variants[1]), "");
  EXPECT_EQ(reader->source(variants[1]), "source alone");
  EXPECT_EQ(reader->source(variants[2]), "");
  std::remove(path.c_str());
}

TEST(Artifact, WithoutCommitTheOldFileStays) {
  std::string path = testPath("kept.tern");
  ASSERT_TRUE(writeFile(path, "before"));
  {
    Result<ArtifactWriter> writer = ArtifactWriter::create(path);
    ASSERT_TRUE(writer);
    EXPECT_TRUE(writer->add(section::graph, "text"));
  }
  EXPECT_EQ(readBytes(path), "before");
  std::remove(path.c_str());
}

TEST(Artifact, AFullDiskIsAProblemAndTheOldFileStays) {
  std::string path = testPath("full.tern");
  ASSERT_TRUE(writeFile(path, "before"));
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = {6000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Status written = writeTestArtifact(path);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.problem().str(), HasSubstr("cannot write"));
  EXPECT_EQ(readBytes(path), "before");
  std::remove(path.c_str());
}

/// Pages of this process that are in memory, in bytes.
std::size_t residentBytes() {
  std::ifstream stream("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  stream >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Artifact, OpeningLeavesTheWeightsAlone) {
  constexpr std::size_t size = 32 << 20;
  std::string path = testPath("large.tern");
  {
    std::string piece(1 << 20, 'w');
    Result<ArtifactWriter> writer = ArtifactWriter::create(path);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->beginWeights(size));
    for (std::size_t written = 0; written < size; written += piece.size())
      ASSERT_TRUE(writer->appendWeights(piece));
    ASSERT_TRUE(writer->commit("tern test", {"", "llama", 1, 1}));
  }
  std::size_t before = residentBytes();
  Result<ArtifactReader> reader = ArtifactReader::open(path);
  ASSERT_TRUE(reader) << reader.problem().str();
  EXPECT_LT(residentBytes(), before + size / 4);
  Status verified = reader->verifyWeights(Program());
  EXPECT_TRUE(verified) << verified.problem().str();
  std::remove(path.c_str());
}

TEST(Artifact, APipeIsNoPlaceForWeights) {
  std::string path = testPath("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  Status written = writeTestArtifact(path);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.problem().str(), HasSubstr("name a regular file: a pipe takes nothing back"));
  ::close(reader);
  std::remove(path.c_str());
}

TEST(Artifact, EveryTruncationIsRefused) {
  std::string bytes = testArtifact();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_NE(problemOf(bytes.substr(0, length)), "") << length;
  EXPECT_THAT(problemOf(bytes.substr(0, 5000)), HasSubstr("m.tern: must end with the directory of a ZIP file"));
  EXPECT_NE(problemOf(bytes + "x"), "");
  EXPECT_NE(problemOf("x" + bytes), "");
}

TEST(Artifact, EveryFlippedBitOutsideTheWeightsIsRefused) {
  std::string bytes = testArtifact();
  Result<ArtifactReader> reader = ArtifactReader::fromBytes(bytes, "m.tern");
  ASSERT_TRUE(reader);
  std::size_t weightsAt = reader->weights().data() - bytes.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= weightsAt && i < weightsAt + reader->weights().size())
      continue;
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] ^= 1 << bit;
      ASSERT_NE(problemOf(bytes), "") << "byte " << i << " bit " << bit;
      bytes[i] ^= 1 << bit;
    }
  }
}

TEST(Artifact, DamagedSectionIsNamed) {
  std::string bytes = testArtifact();
  bytes[bytes.find("not really code")] = 'N';
  EXPECT_THAT(problemOf(bytes), HasSubstr("m.tern: entry 'cpu-0.so': must have hash xxh3:"));
}

TEST(Artifact, DamagedWeightIsNamedWhenVerified) {
  std::string bytes = testArtifact();
  std::size_t weightsAt = bytes.find(makeTestWeights());
  ASSERT_NE(weightsAt, std::string::npos);
  bytes[weightsAt + 64 + 639] ^= 4;
  Result<ArtifactReader> reader = ArtifactReader::fromBytes(bytes, "m.tern");
  ASSERT_TRUE(reader) << reader.problem().str();
  Result<Program> program = reader->program(reader->manifest().variants[0]);
  ASSERT_TRUE(program);
  Status verified = reader->verifyWeights(*program);
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.problem().str(), HasSubstr("m.tern: weight 'model.embed': must have hash xxh3:"));
  program->weights[0].hash.clear();
  verified = reader->verifyWeights(*program);
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.problem().str(), HasSubstr("m.tern: entry 'weights.bin': must have the checksum"));
}

TEST(Artifact, AProgramForOtherWeightsIsRefused) {
  std::string path = testPath("other_weights.tern");
  Result<ArtifactWriter> writer = ArtifactWriter::create(path);
  ASSERT_TRUE(writer);
  EXPECT_TRUE(writer->addVariant("x86-64-v3", {}, "code", makeTestProgram(1)));
  EXPECT_TRUE(writer->commit("tern test", {"", "llama", 1, 1}));
  Result<ArtifactReader> reader = ArtifactReader::open(path);
  ASSERT_TRUE(reader) << reader.problem().str();
  Result<Program> program = reader->program(reader->manifest().variants[0]);
  ASSERT_FALSE(program);
  EXPECT_THAT(program.problem().str(), HasSubstr("must be the size of the weights section, 0, is 8192"));
  std::remove(path.c_str());
}

TEST(Artifact, OtherFilesAreRecognised) {
  EXPECT_THAT(problemOf("GGUF\3\0\0\0"), HasSubstr("compile it first: tern compile m.tern"));
  EXPECT_THAT(problemOf("{}"), HasSubstr("is not a compiled artifact"));
  EXPECT_THAT(problemOf(""), HasSubstr("is not a compiled artifact"));
  EXPECT_THAT(problemOf("PK\3\4"), HasSubstr("it is cut short or damaged"));
}

TEST(Artifact, OrdinaryToolsListIt) {
  std::string path = testPath("listed.tern");
  ASSERT_TRUE(writeTestArtifact(path));
  std::string script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; "
                       "assert z.namelist() == ['tern.json', 'weights.bin', 'cpu-0.so', 'cpu-0.json', 'graph.mlir']";
  EXPECT_EQ(std::system(("python3 -c \"" + script + "\" " + path).c_str()), 0);
  std::remove(path.c_str());
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

Manifest makeManifest() {
  Manifest manifest;
  manifest.model = {"m", "llama", 16, 10};
  manifest.sections = {{"a.so", "xxh3:0123456789abcdef"}, {"a.json", "xxh3:0123456789abcdef"}};
  manifest.variants = {{"x86-64-v3", {}, "a.so", "a.json", ""}};
  return manifest;
}

std::string manifestProblem(const std::function<void(Json &)> &edit) {
  Json json = *parseJson(writeManifest(makeManifest()), "tern.json");
  edit(json);
  Result<Manifest> manifest = readManifest(json.dump(), "m.tern: tern.json");
  return manifest ? "" : manifest.problem().str();
}

TEST(Manifest, ComesBackTheSame) {
  EXPECT_EQ(manifestProblem([](Json &) {}), "");
}

TEST(Manifest, TellsGpusFromOtherTargets) {
  for (const char *target : {"sm_80", "sm_90a", "sm_100a", "sm_120"})
    EXPECT_TRUE(isGpuTarget(target)) << target;
  for (const char *target : {"x86-64-v4", "sm_", "sm_a", "sm_90ab", "sm_9 0", "sm-90", "asm_90", ""})
    EXPECT_FALSE(isGpuTarget(target)) << target;
}

TEST(Manifest, OtherVersionsAreNamedWhateverElseTheyHold) {
  EXPECT_EQ(
      manifestProblem([](Json &json) { json = {{"tern", 3}, {"new", 1}}; }),
      "m.tern: tern.json: has format version 3, newer than the 2 that this tern reads; update tern, or compile the "
      "model again with this one");
  EXPECT_EQ(
      manifestProblem([](Json &json) { json["tern"] = 1; }),
      "m.tern: tern.json: has format version 1, older than the 2 that this tern reads; compile the model again, or "
      "run it with the tern that made it");
  EXPECT_THAT(manifestProblem([](Json &json) { json["tern"] = "1"; }), HasSubstr("format version under 'tern'"));
  EXPECT_THAT(manifestProblem([](Json &json) { json = Json::array(); }), HasSubstr("format version under 'tern'"));
}

TEST(Manifest, MistakesHaveTheirPlace) {
  EXPECT_THAT(manifestProblem([](Json &json) { json["variants"][0]["code"] = "b.so"; }),
              HasSubstr("tern.json: variants[0].code: must be one of the sections, is 'b.so'"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["variants"][0]["source"] = "b.cu"; }),
              HasSubstr("tern.json: variants[0].source: must be one of the sections, is 'b.cu'"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["variants"][0]["source"] = ""; }),
              HasSubstr("tern.json: variants[0].source: must"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["variants"][0].erase("source"); }),
              HasSubstr("must have the key 'source'"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["model"]["vocabulary"] = -1; }),
              HasSubstr("tern.json: model.vocabulary: must be an integer in [0, 2147483647], is -1"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["graph"] = "other.mlir"; }),
              HasSubstr("tern.json: graph: must be null or 'graph.mlir'"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["graph"] = "graph.mlir"; }),
              HasSubstr("tern.json: graph: must be one of the sections"));
  EXPECT_THAT(manifestProblem([](Json &json) { json["sections"]["a.so"] = "xxh3:0"; }),
              HasSubstr("tern.json: sections.a.so: must be 'xxh3:' and 16"));
  EXPECT_THAT(manifestProblem([](Json &json) { json.erase("producer"); }), HasSubstr("must have the key 'producer'"));
}

} // namespace

//===----------------------------------------------------------------------===//
// The guide
//===----------------------------------------------------------------------===//

/// The examples of docs/Artifact.md are what the readers read.
TEST(ArtifactGuide, ExamplesAreRight) {
  std::string guide = readBytes(TERN_TEST_DIR "/../../../docs/Artifact.md");
  std::vector<std::string> examples;
  const std::string fence = "```json\n";
  for (std::size_t at = 0; (at = guide.find(fence, at)) != std::string::npos;) {
    at += fence.size();
    examples.push_back(guide.substr(at, guide.find("```", at) - at));
  }
  ASSERT_EQ(examples.size(), 2u);
  Json manifest = *parseJson(examples[0], "example");
  for (const char *name : {section::graph, section::golden}) // The example lists the first few sections only.
    manifest["sections"][name] = "xxh3:0123456789abcdef";
  Result<Manifest> read = readManifest(manifest.dump(), "manifest");
  EXPECT_TRUE(read) << read.problem().str();
  Result<Program> program = readProgram(*parseJson(examples[1], "example"), "program");
  EXPECT_TRUE(program) << program.problem().str();
}
