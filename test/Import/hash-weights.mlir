// The golden's file is read relative to the working directory, so the test makes its own.
// RUN: split-file %s %t && cd %t
// RUN: tern-opt program.mlir --hash-weights | FileCheck %s --check-prefix=FILL
// RUN: tern-opt program.mlir --hash-weights | tern-opt --hash-weights | FileCheck %s --check-prefix=FILL
// RUN: not tern-opt other.mlir --hash-weights 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not tern-opt missing.mlir --hash-weights 2>&1 | FileCheck %s --check-prefix=MISSING

// XXH3-64 of "0123456789abcdef" and of its last eight bytes, by the xxhash package of PyPI.
// FILL: graph.weight @all {{.*}}hash = "xxh3:64439946d8fa212d"
// FILL: graph.weight @end {{.*}}hash = "xxh3:3c379c9c184eaa13"
// OTHER: bytes in data.bin must have hash xxh3:0000000000000000, got xxh3:
// MISSING: nowhere.bin: cannot open: No such file or directory

//--- data.bin
0123456789abcdef
//--- program.mlir
graph.file @f "data.bin" size 17 header 0 "xxh3:0000000000000000"
graph.weight @all : f32[4] = #graph.stored<file = @f, tensor = "all", offset = 0, bytes = 16>
graph.weight @end : f32[2] = #graph.stored<file = @f, tensor = "end", offset = 8, bytes = 8>
graph.weight @made : f32[2] = #graph.random<tensor = "made", seed = 1, center = 0.0, scale = 1.0>
//--- other.mlir
graph.file @f "data.bin" size 17 header 0 "xxh3:0000000000000000"
graph.weight @all : f32[4] = #graph.stored<file = @f, tensor = "all", offset = 0, bytes = 16, hash = "xxh3:0000000000000000">
//--- missing.mlir
graph.file @f "nowhere.bin" size 17 header 0 "xxh3:0000000000000000"
