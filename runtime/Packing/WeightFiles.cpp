//===- WeightFiles.cpp - Files that weights are read from -----------------===//

#include "runtime/Packing/WeightFiles.h"
#include "runtime/Base/ContentHash.h"

using namespace tern;

Result<std::vector<MappedFile>> tern::openWeightFiles(const Program &program) {
  std::vector<MappedFile> files;
  for (const ProgramFile &expected : program.files) {
    Result<MappedFile> file = MappedFile::open(expected.path);
    if (!file)
      return file.problem();
    std::string remedy = "restore the file, or compile the model again";
    if (file->size() != expected.size)
      return Problem{expected.path,
                     "the file must be the one that the model was compiled from, of " + std::to_string(expected.size) +
                         " bytes, but has " + std::to_string(file->size()),
                     remedy};
    if (!expected.headerHash.empty() && contentHashOf(file->text().substr(0, expected.header)) != expected.headerHash)
      return Problem{expected.path, "the file must be the one that the model was compiled from, but its header differs",
                     remedy};
    files.push_back(std::move(*file));
  }
  return files;
}
