// Hashes of stored weights: filled in, kept where they agree, an error where they do not; generators are left alone.
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %python -c "open('f.bin', 'wb').write(bytes(range(32)))"
// RUN: tern-opt fill.mlir --hash-weights -o filled.mlir
// RUN: FileCheck fill.mlir < filled.mlir
// RUN: tern-opt filled.mlir --hash-weights -o again.mlir
// RUN: cmp filled.mlir again.mlir
// RUN: tern-opt wrong.mlir --hash-weights --verify-diagnostics
// RUN: not tern-opt missing.mlir --hash-weights 2>&1 | FileCheck missing.mlir

//--- fill.mlir
// CHECK: graph.weight @a : f32[4] = #graph.stored<{{.*}}, hash = "xxh3:[[A:[0-9a-f]+]]">
// CHECK-NOT: xxh3:[[A]]
// CHECK: graph.weight @b : f32[4] = #graph.stored<{{.*}}, hash = "xxh3:{{[0-9a-f]+}}">
// CHECK: graph.weight @r : f32[4] = #graph.random<tensor = "r", seed = 1, center = 0.0, scale = 1.0>
graph.file @f "f.bin" size 32 header 0 "xxh3:0123456789abcdef"
graph.weight @a : f32[4] = #graph.stored<file = @f, tensor = "a", offset = 0, bytes = 16>
graph.weight @b : f32[4] = #graph.stored<file = @f, tensor = "b", offset = 16, bytes = 16>
graph.weight @r : f32[4] = #graph.random<tensor = "r", seed = 1, center = 0.0, scale = 1.0>

//--- wrong.mlir
graph.file @f "f.bin" size 32 header 0 "xxh3:0123456789abcdef"
// expected-error @below {{hash}}
graph.weight @a : f32[4]
    = #graph.stored<file = @f, tensor = "a", offset = 0, bytes = 16, hash = "xxh3:0123456789abcdef">

//--- missing.mlir
// CHECK: missing.mlir:2:1: error: {{.*}}nowhere.bin
graph.file @f "nowhere.bin" size 32 header 0 "xxh3:0123456789abcdef"
