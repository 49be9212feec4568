//===- RowsCase.h - One kernel of rows, as text ------------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_ROWSCASE_H
#define TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_ROWSCASE_H

#include "test/unit/Conversion/KernelToCpu/KernelProgram.h"

namespace tern::cpu {

/// A kernel of rows (or of kind `serial`, one task) that computes `results` ("f32[B, T, 64]") as %r0, %r1, ... in `body`
/// from `arguments` ("%x: f32[B, T, 64]"), and a function @main that launches it. `%table` is read in tiles. B is at most
/// 4, T 16 and C 64.
struct RowsCase {
  std::vector<std::string> arguments, results;
  std::string body;
  std::vector<std::string> attributes = {}; ///< Of the arguments of @main, such as " {test.range = ...}".
  bool isSerial = false;

  std::string text() const;
};

/// Runs the kernel and the interpreter.
void expectAgrees(const RowsCase &rows, double tolerance, const Sizes &sizes = {{"B", 2}, {"T", 5}, {"C", 9}});

} // namespace tern::cpu

#endif // TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_ROWSCASE_H
