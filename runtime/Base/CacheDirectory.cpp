//===- CacheDirectory.cpp - Where Tern keeps what it can make again -------===//

#include "runtime/Base/CacheDirectory.h"

#include <cstdlib>

using namespace tern;

std::string tern::defaultCacheDirectory() {
  auto variable = [](const char *name) {
    const char *value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (std::string given = variable("TERN_CACHE_DIR"); !given.empty())
    return given;
  if (std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return cache + "/tern";
  std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.cache/tern";
}
