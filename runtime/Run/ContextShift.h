//===- ContextShift.h - Going on past the end of the context ------*- C++ -*-===//
//
// A sequence that is full can go on without its middle: its first `keep` tokens stay, of the others the newer half is
// read again at the positions that are now free. What follows is what would follow a prompt of just those tokens.
//
//   keep 2, full at 8:   a b c d e f g h  ->  a b f g h . . .
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_RUN_CONTEXTSHIFT_H
#define TERN_RUNTIME_RUN_CONTEXTSHIFT_H

#include "runtime/Run/Generator.h"

namespace tern {

/// Shifts `sequence`; false if it was cancelled. Problems: it holds no more than `keep` tokens, those of a step. After
/// either the sequence holds a part of what it should.
Result<bool> shiftContext(TokenSequence &sequence, std::int64_t keep, const std::atomic<bool> *cancel = nullptr);

} // namespace tern

#endif // TERN_RUNTIME_RUN_CONTEXTSHIFT_H
