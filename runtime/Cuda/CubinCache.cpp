//===- CubinCache.cpp - Compiled kernels kept on disk ---------------------===//

#include "runtime/Cuda/CubinCache.h"

#include "runtime/Base/AtomicFile.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Base/MappedFile.h"
#include "runtime/Cuda/Nvrtc.h"

#include <filesystem>

using namespace tern;

std::string CubinCache::pathOf(std::string_view source, const std::string &architecture) const {
  if (directory.empty())
    return "";
  ContentHasher hasher;
  for (const std::string &argument : nvrtcArguments(architecture)) {
    hasher.add(argument);
    hasher.add("\n");
  }
  hasher.add(source);
  std::string hash = hasher.hash();
  return directory + "/cuda/" + hash.substr(hash.find(':') + 1) + "-" + architecture + ".cubin";
}

std::optional<std::string> CubinCache::find(std::string_view source, const std::string &architecture) const {
  std::string path = pathOf(source, architecture);
  std::error_code error;
  if (path.empty() || !std::filesystem::is_regular_file(path, error))
    return std::nullopt;
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return std::nullopt;
  std::string_view text = file->text();
  std::size_t hashLength = contentHashOf("").size();
  if (text.size() < hashLength)
    return std::nullopt;
  std::string_view cubin = text.substr(0, text.size() - hashLength);
  if (contentHashOf(cubin) != text.substr(cubin.size()))
    return std::nullopt;
  return std::string(cubin);
}

bool CubinCache::store(std::string_view source, const std::string &architecture, std::string_view cubin) const {
  std::string path = pathOf(source, architecture);
  if (path.empty())
    return false;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  return !error && writeFile(path, std::string(cubin) + contentHashOf(cubin));
}
