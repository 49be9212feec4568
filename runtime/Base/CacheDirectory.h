//===- CacheDirectory.h - Where Tern keeps what it can make again --*- C++ -*-===//

#ifndef TERN_RUNTIME_BASE_CACHEDIRECTORY_H
#define TERN_RUNTIME_BASE_CACHEDIRECTORY_H

#include <string>

namespace tern {

/// $TERN_CACHE_DIR, or else tern/ below $XDG_CACHE_HOME or ~/.cache; empty if none of them is set.
std::string defaultCacheDirectory();

} // namespace tern

#endif // TERN_RUNTIME_BASE_CACHEDIRECTORY_H
