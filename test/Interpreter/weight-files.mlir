// RUN: %python -c "import sys; sys.stdout.buffer.write(b'GGUF' + bytes(16))" > %t.file
// RUN: split-file %s %t
// RUN: sed 's@FILE@%t.file@' %t/short.mlir | not tern-opt --run-checks 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: sed 's@FILE@%t.file@' %t/other.mlir | not tern-opt --run-checks 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: sed 's@FILE@%t@' %t/short.mlir | not tern-opt --run-checks 2>&1 | FileCheck %s --check-prefix=DIRECTORY

// SHORT: <stdin>:1:1: error: {{.*}}.file: must be the file that was imported, of 24 bytes, got 20 bytes; import the model again
// OTHER: <stdin>:1:1: error: {{.*}}.file: must be the file that was imported, but its header differs; import the model again
// DIRECTORY: <stdin>:1:1: error: {{.*}}: is a directory, not a file; name the file itself

//--- short.mlir
graph.file @model "FILE" size 24 header 0 "xxh3:2d06800538d394c2"
func.func @main() {
  return
}

//--- other.mlir
graph.file @model "FILE" size 20 header 4 "xxh3:2d06800538d394c2"
func.func @main() {
  return
}
