//===- SafetensorsIndex.cpp - Opening safetensors models ------------------===//

#include "lib/Import/SafetensorsParser.h"
#include "runtime/Base/Utf8.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>
#include <unordered_set>

using namespace tern;

static const char publishedTogether[] = "put the index and all shards of one model into one directory";

static bool exists(const std::string &path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0;
}

static bool isDirectory(const std::string &path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

namespace tern {

/// Opens one file, or the shards that an index names, into one SafetensorsFile.
class SafetensorsIndexReader {
public:
  explicit SafetensorsIndexReader(ProblemSink &sink) : sink(sink) {}

  Result<SafetensorsFile> open(const std::string &path);

private:
  ProblemSink &sink;
  SafetensorsFile file;

  /// What an index says: the tensors of each shard, shards in the order of their names.
  using Shards = std::map<std::string, std::unordered_set<std::string>>;

  Result<SafetensorsFile> openIndex(const std::string &path);
  Result<Shards> readIndex(const std::string &path);
  Status openFile(const std::string &path);
  void checkShard(const std::string &index, const std::string &shard, const std::unordered_set<std::string> &expected,
                  std::size_t firstTensor, std::size_t firstUnusable);
};

} // namespace tern

Result<SafetensorsFile> SafetensorsIndexReader::open(const std::string &path) {
  if (isDirectory(path)) {
    for (const char *name : {"/model.safetensors.index.json", "/model.safetensors"})
      if (exists(path + name))
        return open(path + name);
    return Problem{path,
                   "a model directory must hold model.safetensors or model.safetensors.index.json, and has neither",
                   "download the weights too, or name a .safetensors file"};
  }
  if (endsWith(path, ".json"))
    return openIndex(path);
  if (Status opened = openFile(path); !opened)
    return opened.problem();
  return std::move(file);
}

Status SafetensorsIndexReader::openFile(const std::string &path) {
  Result<MappedFile> mapping = MappedFile::open(path);
  if (!mapping)
    return mapping.problem();
  file.mappings.push_back(std::move(*mapping));
  const MappedFile &mapped = file.mappings.back();
  return SafetensorsParser(file, sink, mapped.data(), mapped.size(), path).parse();
}

Result<SafetensorsFile> SafetensorsIndexReader::openIndex(const std::string &path) {
  Result<Shards> shards = readIndex(path);
  if (!shards)
    return shards.problem();
  std::size_t slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  for (const auto &[shard, expected] : *shards) {
    std::size_t firstTensor = file.allTensors.size(), firstUnusable = file.unusable.size();
    if (Status opened = openFile(directory + shard); !opened) {
      sink.add(opened.problem());
      file.unusable.insert(file.unusable.end(), expected.begin(), expected.end());
      continue;
    }
    checkShard(path, shard, expected, firstTensor, firstUnusable);
  }
  return std::move(file);
}

Result<SafetensorsIndexReader::Shards> SafetensorsIndexReader::readIndex(const std::string &path) {
  Result<Json> index = readJsonFile(path);
  if (!index)
    return index.problem();
  auto map = index->is_object() ? index->find("weight_map") : index->end();
  if (!index->is_object() || map == index->end() || !map->is_object())
    return Problem{path, "an index must have an object 'weight_map' from tensors to files, and this one has none",
                   "download the index again"};
  Shards shards;
  for (const auto &[tensor, value] : map->items()) {
    std::string shard = value.is_string() ? value.get<std::string>() : "";
    // Shards lie beside the index. Anything else could make a stranger's model read files that it has no business with.
    bool plain = !shard.empty() && shard.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos &&
                 endsWith(shard, ".safetensors");
    if (plain) {
      shards[shard].insert(tensor);
      continue;
    }
    sink.add({path + ": weight_map " + inQuotes(tensor),
              "a tensor must be mapped to the plain name of a .safetensors file beside the index, and this one is "
              "mapped to " +
                  (value.is_string() ? inQuotes(shard) : std::string("a ") + value.type_name()),
              "download the index from a source that you trust"});
    file.unusable.push_back(tensor);
  }
  return shards;
}

/// Index and shard must name the same tensors.
void SafetensorsIndexReader::checkShard(const std::string &index, const std::string &shard,
                                        const std::unordered_set<std::string> &expected, std::size_t firstTensor,
                                        std::size_t firstUnusable) {
  std::unordered_set<std::string_view> found;
  auto visit = [&](const std::string &name) {
    found.insert(name);
    if (expected.count(name) == 0)
      sink.add({index,
                "the index must map every tensor of a shard to it, and does not map " + inQuotes(name) + " to " +
                    inQuotes(shard) + ", which has it",
                publishedTogether});
  };
  for (std::size_t i = firstTensor; i < file.allTensors.size(); ++i)
    visit(file.allTensors[i].name);
  for (std::size_t i = firstUnusable; i < file.unusable.size(); ++i)
    visit(file.unusable[i]);
  std::vector<std::string> lacking;
  for (const std::string &name : expected)
    if (found.count(name) == 0)
      lacking.push_back(name);
  std::sort(lacking.begin(), lacking.end());
  for (const std::string &name : lacking) {
    sink.add(
        {index,
         "a shard must hold what the index maps to it, and " + inQuotes(shard) + " has no tensor " + inQuotes(name),
         publishedTogether});
    // Another shard may hold it: then the index is wrong, and the tensor is there.
    if (!file.findTensor(name))
      file.unusable.push_back(name);
  }
}

Result<SafetensorsFile> SafetensorsFile::open(const std::string &path, Problems &problems) {
  ProblemSink sink(problems);
  return SafetensorsIndexReader(sink).open(path);
}
