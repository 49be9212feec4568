//===- Passes.td - Passes that run programs ----------------*- tablegen -*-===//

#ifndef TERN_INTERPRETER_PASSES
#define TERN_INTERPRETER_PASSES

include "mlir/Pass/PassBase.td"

def RunChecks : Pass<"run-checks", "::mlir::ModuleOp"> {
  let summary = "run the functions of a test and report the checks that fail";
  let description = [{
    Runs every public function without parameters in the reference interpreter, in order, each from fresh states. Checks
    that do not hold (`check.expect_close` and its kin) are errors at their locations, with the element that is furthest
    off; so is anything that keeps a function from running. The module stays as it is.

    A module without such a function is an error: a test that runs nothing should not pass.

    ```mlir
    func.func @doubles() {
      %0 = graph.constant dense<[1.0, -2.0]> : tensor<2xf32> as f32[2]
      %1 = graph.add %0, %0 : (f32[2], f32[2]) -> f32[2]
      check.expect_constant %1 is dense<[2.0, -4.5]> : tensor<2xf32> absolute 1.0e-6 : (f32[2])
      return
    }
    ```

    reports

    ```
    error: check failed: 1 of 2 elements differ; worst at [1]: got -4, expected -4.5, error 0.5
    ```

    Test: test/Interpreter/run-checks.mlir
  }];
  let options = [
    Option<"threads", "threads", "unsigned", "2", "Threads that work on one op; 0: as many as the machine runs">,
  ];
}

def CheckEquivalence : Pass<"check-equivalence", "::mlir::ModuleOp"> {
  let summary = "run a program before and after a pipeline on the same inputs";
  let description = [{
    Clones the module, runs `pipeline` on the clone, and then every public function of the module, and the function of
    the same name of the clone, in the reference interpreter on the same fresh inputs, each from fresh states. A remark
    at each function gives the largest difference of each result; a difference above `absolute + relative * |expected|`
    is an error, and so is a function that the pipeline removed or gave another type: a symbol may become the number that
    `dims` has for it. The module stays as it is.

    Inputs depend on `seed`, the function's name and the parameter's number alone:

    - floats are uniform in [-1, 1);
    - integers that are positions (of `graph.rope`, `graph.attention`, `graph.append_state`) count up from 0 along the
      last dimension;
    - integers that choose (ids of `graph.embedding`, indices of `graph.gather`, experts of `graph.expert_linear`) are
      uniform over the valid choices, `lengths` of `graph.attention` over 1 up to the number of keys;
    - other integers are uniform in [0, 1].

    `dims` gives the numbers that symbols of parameters stand for. A position that a state has not reached cannot be
    chosen; functions that gather from a state should be given positions that were appended.

    ```
    tern-opt model.mlir --check-equivalence="pipeline=canonicalize,cse dims=B=2,T=5"
    ```

    runs, say, the function

    ```mlir
    func.func @twice(%x: !graph.tensor<f32[B, T]>) -> !graph.tensor<f32[B, T]> {
      %0 = graph.neg %x : (f32[B, T]) -> f32[B, T]
      %1 = graph.neg %0 : (f32[B, T]) -> f32[B, T]
      return %1 : !graph.tensor<f32[B, T]>
    }
    ```

    with `x` of shape `[2, 5]`, as it stands and as the pipeline leaves it.

    Test: test/Interpreter/check-equivalence.mlir
  }];
  let options = [
    Option<"pipeline", "pipeline", "std::string", "", "What to run on the clone: passes of a builtin.module">,
    Option<"seed", "seed", "uint64_t", "1", "Seed of the inputs">,
    ListOption<"dims", "dims", "std::string", "What symbols stand for, as B=2,T=5">,
    Option<"absolute", "absolute", "double", "1.0e-5", "Difference that is allowed anywhere">,
    Option<"relative", "relative", "double", "1.0e-4", "Difference that is allowed for each unit of the expected value">,
    Option<"threads", "threads", "unsigned", "2", "Threads that work on one op; 0: as many as the machine runs">,
  ];
}

#endif // TERN_INTERPRETER_PASSES
