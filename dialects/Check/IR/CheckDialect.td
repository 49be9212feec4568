//===- CheckDialect.td - The check dialect -----------------*- tablegen -*-===//
//
// Numeric assertions about graph programs, for tests only.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CHECK_DIALECT
#define TERN_CHECK_DIALECT

include "mlir/IR/OpBase.td"

def Check_Dialect : Dialect {
  let name = "check";
  let cppNamespace = "::tern::check";
  let summary = "numeric assertions for tests";
  let description = [{
    Ops that stand in functions beside graph ops and say what their values must be. The reference interpreter evaluates
    them; a check that does not hold is an error at the check's location, with the element that is furthest off, and the
    function runs on, so that one run shows every failure. `tern-opt --run-checks` runs the functions of a test file.

    Checks compare values, not types: the shapes that matter are those at run time, so a tensor `f32[1, C, 4]` can be
    compared with one of `f32[1, 5, 4]`.
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

#endif // TERN_CHECK_DIALECT
