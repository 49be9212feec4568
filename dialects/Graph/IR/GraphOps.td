//===- GraphOps.td - All ops of the graph dialect ----------*- tablegen -*-===//
//
// One file per concern; this one gathers them for the generator.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_GRAPH_OPS
#define TERN_GRAPH_OPS

include "dialects/Graph/IR/GraphWeightOps.td"
include "dialects/Graph/IR/GraphStateOps.td"
include "dialects/Graph/IR/GraphLinearOps.td"
include "dialects/Graph/IR/GraphNormOps.td"
include "dialects/Graph/IR/GraphAttentionOps.td"
include "dialects/Graph/IR/GraphElementwiseOps.td"
include "dialects/Graph/IR/GraphShapeOps.td"
include "dialects/Graph/IR/GraphReductionOps.td"
include "dialects/Graph/IR/GraphRecurrentOps.td"
include "dialects/Graph/IR/GraphGroupOps.td"

#endif // TERN_GRAPH_OPS
