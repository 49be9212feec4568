//===- ProgramReader.h - Programs from JSON ----------------------*- C++ -*-===//
//
// Reading in the order of dependence: tables first, then the entries whose indices point into them. Each class fills
// one part of the program and checks it; a problem is kept by the document of the cursors.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_PROGRAMREADER_H
#define TERN_RUNTIME_ARTIFACT_PROGRAMREADER_H

#include "runtime/Artifact/Program.h"
#include "runtime/Base/JsonCursor.h"

#include <unordered_set>

namespace tern {

/// Reads what the entries point into: kernels, their shapes, symbols, files, weights, states and the sizes.
class ProgramTables {
public:
  explicit ProgramTables(Program &program) : program(program) {}
  void read(const JsonCursor &root);

  static StorageFormat readFormat(const JsonCursor &cursor);

private:
  Program &program;

  void readShapes(const JsonCursor &cursor);
  void readFile(const JsonCursor &cursor);
  void readWeight(const JsonCursor &cursor);
  void readState(const JsonCursor &cursor);
  void readEmbedded(const JsonCursor &cursor, ProgramWeight &weight) const;
  void readStored(const JsonCursor &cursor, ProgramWeight &weight) const;
  void readRandom(const JsonCursor &cursor, ProgramWeight &weight) const;
};

/// Reads one entry after the other into a program whose tables are read.
class ProgramEntries {
public:
  explicit ProgramEntries(Program &program) : program(program), operandCounts(program.kernels.size(), -1) {}
  void read(const JsonCursor &entries);

private:
  Program &program;
  std::vector<std::int64_t> operandCounts; ///< Of each kernel, -1 before its first launch.
  std::vector<std::int64_t> largest;       ///< Of each symbol in the entry being read, -1 without a range.

  Entry readEntry(const JsonCursor &cursor);
  void readRanges(const JsonCursor &cursor, Entry &entry);
  std::vector<Argument> readArguments(const JsonCursor &cursor) const;
  Argument readArgument(const JsonCursor &cursor) const;
  Launch readLaunch(const JsonCursor &cursor);
  Place readPlace(const JsonCursor &cursor) const;
  std::vector<TaskSegment> readTasks(const JsonCursor &cursor) const;
  /// Also the largest value, for products that must not overflow.
  Extent readExtent(const JsonCursor &cursor, std::int64_t &largestValue) const;
  std::int32_t findSymbol(std::string_view name) const;
};

/// Tells a name from those before it.
class UniqueNames {
public:
  void add(const JsonCursor &cursor, const std::string &name) {
    if (!cursor.failed() && !names.insert(name).second)
      cursor.fail("must be a name of its own, '" + name.substr(0, 80) + "' is given twice");
  }

private:
  std::unordered_set<std::string> names;
};

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_PROGRAMREADER_H
