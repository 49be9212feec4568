//===- Passes.td - Passes over imported programs -----------*- tablegen -*-===//

#ifndef TERN_IMPORT_PASSES
#define TERN_IMPORT_PASSES

include "mlir/Pass/PassBase.td"

def HashWeights : Pass<"hash-weights", "::mlir::ModuleOp"> {
  let summary = "fill in or check the content hashes of stored weights";
  let description = [{
    Importing reads no weight bytes, so it leaves `hash` out of `#graph.stored`. This pass reads the bytes of every stored
    weight and fills the XXH3-64 of them in; where a hash stands already, it must agree, or the file is not the one that
    the program was made from. Weights from generators are left alone.

    Assumes that the files of the module are there; relative paths start at the working directory. Reads as many bytes as
    the model has weights.

    Before:

    ```mlir
    graph.weight @w : f32[4] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 16>
    ```

    After:

    ```mlir
    graph.weight @w : f32[4]
        = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 16, hash = "xxh3:0123456789abcdef">
    ```

    Test: test/lib/Import/hash-weights.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

#endif // TERN_IMPORT_PASSES
