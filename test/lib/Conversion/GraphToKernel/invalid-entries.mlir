// Entries that cannot be.
// RUN: not tern-opt %s --convert-graph-to-kernel 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=:T=1" 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:T" 2>&1 | FileCheck %s --check-prefix=SIGN
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:=4" 2>&1 | FileCheck %s --check-prefix=DIM
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:T=0" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:T=99999999999999999999" 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:T=1:T<4" 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:Q=1" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:Q<1" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:C=64" 2>&1 | FileCheck %s --check-prefix=GROWS
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=a:T=1,a:T=2" 2>&1 | FileCheck %s --check-prefix=TAKEN
// RUN: not tern-opt %s --convert-graph-to-kernel="entries=k" 2>&1 | FileCheck %s --check-prefix=SYMBOL
// RUN: not tern-opt %s --convert-graph-to-kernel="function=missing entries=a" 2>&1 | FileCheck %s --check-prefix=FUNCTION

// NONE: error: 'entries' must name an entry point, got none
// EMPTY: error: 'entries': ':T=1' must be NAME:DIM=SIZE:DIM<MAXIMUM: the name is missing
// SIGN: error: 'entries': 'a:T' must be NAME:DIM=SIZE:DIM<MAXIMUM: got 'T'
// DIM: error: 'entries': 'a:=4' must be NAME:DIM=SIZE:DIM<MAXIMUM: got '=4'
// ZERO: got 'T=0'
// LARGE: got 'T=99999999999999999999'
// TWICE: T stands there twice
// UNKNOWN: error: entry 'a': dimension 'Q' must be a symbol in a type of @forward
// GROWS: error: entry 'a': dimension 'C' must stay a symbol, as a state grows along it: give it a maximum
// TAKEN: error: 'entries': the name 'a' is taken
// SYMBOL: error: 'entries': the name 'k' is taken
// FUNCTION: error: the module must have a function @missing of one block

graph.state @k key of layer 0 : f32[B, C, 2]
func.func @forward(%x: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, C, 2]> {
  %0 = graph.group "rows" -> f32[B, C, 2] {
    %1 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    graph.yield %1 : (f32[B, C, 2])
  }
  return %0 : !graph.tensor<f32[B, C, 2]>
}
