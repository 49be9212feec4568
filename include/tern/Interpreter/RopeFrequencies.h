//===- RopeFrequencies.h - How fast each pair turns --------------*- C++ -*-===//

#ifndef TERN_INTERPRETER_ROPEFREQUENCIES_H
#define TERN_INTERPRETER_ROPEFREQUENCIES_H

#include "dialects/Graph/IR/Graph.h"

#include <vector>

namespace tern {

/// The angle by which each of the `rotary.dims / 2` pairs turns from one position to the next, in f64, as the
/// documentation of `#graph.rotary` defines it. `length` is one more than the largest position of the call (only
/// `dynamic` and `longrope` look at it). `factors` and `longFactors` are the operands of `graph.rope`, empty if absent.
std::vector<double> ropeFrequencies(graph::RopeAttr rotary, int64_t length, llvm::ArrayRef<float> factors = {},
                                    llvm::ArrayRef<float> longFactors = {});

} // namespace tern

#endif // TERN_INTERPRETER_ROPEFREQUENCIES_H
