// RUN: tern-translate --export-weight-table %s | FileCheck %s
// RUN: tern-translate --export-weight-table %s | %python -m json.tool > /dev/null

graph.file @f "model.gguf" size 4096 header 512 "xxh3:0123456789abcdef"
graph.weight @w : q4_1[2, 32] = #graph.stored<file = @f, tensor = "blk.0.w", offset = 512, bytes = 40>
graph.weight @hashed : f32[2]
    = #graph.stored<file = @f, tensor = "n", offset = 552, bytes = 8, hash = "xxh3:00000000000000aa">
graph.weight @made : bf16[3] = #graph.random<tensor = "made", seed = 18446744073709551615, center = 1.0, scale = 0.1>

// CHECK:      "files": [
// CHECK-NEXT: {
// CHECK-NEXT: "name": "f",
// CHECK-NEXT: "path": "model.gguf",
// CHECK-NEXT: "size": 4096
// CHECK:      "name": "w",
// CHECK-NEXT: "format": "q4_1",
// CHECK-NEXT: "shape": [
// CHECK-NEXT: 2,
// CHECK-NEXT: 32
// CHECK-NEXT: ],
// CHECK-NEXT: "file": "f",
// CHECK-NEXT: "tensor": "blk.0.w",
// CHECK-NEXT: "offset": 512,
// CHECK-NEXT: "bytes": 40
// CHECK-NEXT: },
// CHECK:      "name": "hashed",
// CHECK:      "hash": "xxh3:00000000000000aa"
// CHECK:      "name": "made",
// CHECK:      "format": "bf16",
// CHECK:      "seed": 18446744073709551615,
// CHECK-NEXT: "center": 1,
// CHECK-NEXT: "scale": 0.1{{0*}}
