//===- GraphOps.cpp - Generated definitions of graph ops ------------------===//

#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/IR/GraphSyntax.h"

using namespace mlir;
using namespace tern::graph;

#define GET_OP_CLASSES
#include "dialects/Graph/IR/GraphOps.cpp.inc"
