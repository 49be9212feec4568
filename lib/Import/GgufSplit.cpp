//===- GgufSplit.cpp - Opening GGUF models, whole or split ----------------===//
//
// A split model says in each part how many parts there are (split.count), which one this is (split.no, from 0) and how
// many tensors there are in all (split.tensors.count). Parts find each other by name: P-00001-of-00003.gguf.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/GgufParser.h"
#include "runtime/Base/Utf8.h"

#include <cstdio>

using namespace tern;

/// "-00002-of-00003.gguf"
static std::string partSuffix(std::uint64_t number, std::uint64_t count) {
  char text[64];
  std::snprintf(text, sizeof text, "-%05llu-of-%05llu.gguf", static_cast<unsigned long long>(number + 1),
                static_cast<unsigned long long>(count));
  return text;
}

namespace tern {

/// Opens the parts of one model, in order, into one GgufFile.
class GgufSplitReader {
public:
  GgufSplitReader(std::string path, ProblemSink &sink) : path(std::move(path)), sink(sink) {}

  Result<GgufFile> open();

private:
  std::string path;
  ProblemSink &sink;

  struct Split {
    std::uint64_t count = 1, number = 0;
  };

  Result<Split> probe();
  Result<GgufFile> openParts(const std::vector<std::string> &paths);
  Status openPart(GgufFile &file, std::uint64_t number, std::uint64_t count);
  void checkTensorCount(const GgufFile &file);
  static Result<Split> splitOf(const GgufParser &parser, const std::string &where);
};

} // namespace tern

Result<GgufSplitReader::Split> GgufSplitReader::splitOf(const GgufParser &parser, const std::string &where) {
  const GgufValue *count = parser.find("split.count");
  if (!count)
    return Split();
  const GgufValue *number = parser.find("split.no");
  std::optional<std::uint64_t> parts = count->unsignedInteger();
  std::optional<std::uint64_t> index = number ? number->unsignedInteger() : std::nullopt;
  if (parts && *parts <= 1)
    return Split();
  if (!parts || *parts > 99999 || !index || *index >= *parts)
    return Problem{where,
                   "a part of a split model must have split.count up to 99999 and split.no below it, and this has " +
                       (parts ? std::to_string(*parts) : "none") + " and " + (index ? std::to_string(*index) : "none"),
                   "split or download the model again"};
  return Split{*parts, *index};
}

Result<GgufFile> GgufSplitReader::open() {
  Result<Split> split = probe();
  if (!split)
    return split.problem();
  if (split->count == 1)
    return openParts({path});
  std::string suffix = partSuffix(split->number, split->count);
  if (path.size() <= suffix.size() || path.compare(path.size() - suffix.size(), suffix.size(), suffix) != 0)
    return Problem{path, "the name of this part of a split model must end in " + suffix,
                   "give all parts the names that they were published with"};
  std::string prefix = path.substr(0, path.size() - suffix.size());
  std::vector<std::string> paths;
  for (std::uint64_t number = 0; number < split->count; ++number)
    paths.push_back(prefix + partSuffix(number, split->count));
  return openParts(paths);
}

/// Which part of how many `path` is. Problems that do not end reading come up again when the part is read in earnest.
Result<GgufSplitReader::Split> GgufSplitReader::probe() {
  Result<MappedFile> mapping = MappedFile::open(path);
  if (!mapping)
    return mapping.problem();
  GgufFile unused;
  Problems ignored;
  ProblemSink ignore(ignored);
  GgufParser parser(unused, ignore, mapping->data(), mapping->size(), path);
  if (Status parsed = parser.parseMetadata(); !parsed)
    return parsed.problem();
  return splitOf(parser, path);
}

Result<GgufFile> GgufSplitReader::openParts(const std::vector<std::string> &paths) {
  GgufFile file;
  std::string missing;
  std::size_t numMissing = 0;
  for (const std::string &part : paths) {
    Result<MappedFile> mapping = MappedFile::open(part);
    if (mapping)
      file.mappings.push_back(std::move(*mapping));
    else if (numMissing++ < 8)
      missing += (missing.empty() ? "" : ", ") + part + " (" + mapping.problem().what + ")";
  }
  if (numMissing > 0)
    return Problem{path,
                   "all " + std::to_string(paths.size()) + " parts of a split model must be there, and " +
                       std::to_string(numMissing) + " cannot be read: " + missing + (numMissing > 8 ? ", ..." : ""),
                   "put all parts into one directory"};
  for (std::uint64_t number = 0; number < paths.size(); ++number)
    if (Status opened = openPart(file, number, paths.size()); !opened)
      return opened.problem();
  if (paths.size() > 1)
    checkTensorCount(file);
  checkOverlaps(file.tensors(), file.files(), sink);
  return file;
}

Status GgufSplitReader::openPart(GgufFile &file, std::uint64_t number, std::uint64_t count) {
  const MappedFile &mapping = file.mappings[number];
  GgufParser parser(file, sink, mapping.data(), mapping.size(), mapping.path());
  if (Status parsed = parser.parseMetadata(); !parsed)
    return parsed;
  Result<Split> split = splitOf(parser, mapping.path());
  if (!split)
    return split.problem();
  if (split->count != count || split->number != number)
    return Problem{mapping.path(),
                   "its name says part " + std::to_string(number + 1) + " of " + std::to_string(count) +
                       ", and its metadata part " + std::to_string(split->number + 1) + " of " +
                       std::to_string(split->count),
                   "give all parts the names that they were published with"};
  if (Status parsed = parser.parseTensors(); !parsed)
    return parsed;
  if (number == 0)
    parser.giveMetadata();
  return Done{};
}

void GgufSplitReader::checkTensorCount(const GgufFile &file) {
  const GgufValue *value = file.find("split.tensors.count");
  std::optional<std::uint64_t> claimed = value ? value->unsignedInteger() : std::nullopt;
  std::uint64_t found = file.tensors().size() + file.unusableTensors().size();
  if (!claimed || *claimed != found)
    sink.add({file.path() + ": metadata key 'split.tensors.count'",
              "the parts must hold as many tensors as the first says: it says " +
                  (claimed ? std::to_string(*claimed) : "nothing") + ", and they hold " + std::to_string(found),
              "put the parts of one and the same model into one directory"});
}

Result<GgufFile> GgufFile::open(const std::string &path, Problems &problems) {
  ProblemSink sink(problems);
  return GgufSplitReader(path, sink).open();
}

Result<GgufFile> GgufFile::parse(const std::uint8_t *data, std::uint64_t size, const std::string &where,
                                 Problems &problems) {
  ProblemSink sink(problems);
  GgufFile file;
  GgufParser parser(file, sink, data, size, where);
  for (auto step : {&GgufParser::parseMetadata, &GgufParser::parseTensors})
    if (Status parsed = (parser.*step)(); !parsed)
      return parsed.problem();
  parser.giveMetadata();
  checkOverlaps(file.allTensors, file.parts, sink);
  return file;
}
