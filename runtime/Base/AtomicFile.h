//===- AtomicFile.h - Files that appear whole or not at all ------*- C++ -*-===//
//
// Everything that Tern writes goes through here. The bytes go to a temporary beside the target, reach the disk, and
// only then take the target's name:
//
//     create -> write -> write -> commit                     the target holds all of the new bytes
//        |        |        |        |
//        +--------+--------+--------+-> failure, or          the target holds what it held before,
//                                       no commit at all     and the temporary is gone
//
// A reader sees the old file or the new one, never a part; a full disk leaves the old one and no litter. A symbolic
// link stays a link: the file that it names is replaced. The new file keeps the old one's permissions. A device or pipe
// (/dev/stdout) cannot be replaced, so it is written straight through.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_ATOMICFILE_H
#define TERN_RUNTIME_BASE_ATOMICFILE_H

#include "runtime/Base/Result.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace tern {

/// What is to be found out about a whole file before it takes its name: `path` is where it can be opened until then.
using FileCheck = std::function<Status(const std::string &path)>;

/// A file being written. Owns the descriptor and the temporary. Movable, not copyable.
class AtomicFile {
public:
  /// Problems: no such directory, no permission, the target is a directory, the disk is full.
  static Result<AtomicFile> create(const std::string &path);

  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&other) noexcept;
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;
  ~AtomicFile();

  /// The problem that ended the writing, if there was one.
  Status status() const { return descriptor < 0 ? Status(failure) : Done{}; }

  /// Appends `bytes`. After a problem the temporary is gone and every further call repeats the problem.
  Status write(std::string_view bytes);

  /// Replaces bytes written before; `offset` counts from the start of the file. What write() appends next still goes to
  /// the end. Problem: a pipe, which takes nothing back.
  Status writeAt(std::uint64_t offset, std::string_view bytes);

  /// Makes the file appear under its name, unless `check` has a problem with it. Call once, last.
  Status commit(const FileCheck &check = {});

private:
  AtomicFile() = default;
  Status fail(const char *action, int error);
  Status fail(Problem problem);
  std::string pathBeforeCommit() const;
  void discard();

  std::string path;      ///< As the caller named it, for messages.
  std::string target;    ///< `path` with symbolic links resolved.
  std::string temporary; ///< Empty when the target is written straight through.
  int descriptor = -1;   ///< -1 once committed or failed.
  Problem failure;
};

/// Replaces the file at `path` by `bytes`.
Status writeFile(const std::string &path, std::string_view bytes);

} // namespace tern

#endif // TERN_RUNTIME_BASE_ATOMICFILE_H
