// RUN: tern-opt %s --convert-kernel-to-cpu=target=cpu:x86-64-v4 | FileCheck %s
// RUN: tern-opt %s --convert-kernel-to-cpu=target=cpu:x86-64-v3 | FileCheck %s --check-prefix=V3
// RUN: not tern-opt %s --convert-kernel-to-cpu=target=cpu:z80 2>&1 | FileCheck %s --check-prefix=TARGET

kernel.func @double(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
  %0 = graph.add %x, %x : (f32[4, 64], f32[4, 64]) -> f32[4, 64]
  kernel.return %0 : !graph.tensor<f32[4, 64]>
}

// The body has the operands as parameters that do not overlap; the exported function reads them from the call.
// CHECK: module attributes {kernel.scratch = 0 : i64}
// CHECK-LABEL: llvm.func internal @double.body(
// CHECK-SAME: %[[X:arg0]]: !llvm.ptr {{[^}]*}}llvm.noalias}, %[[OUT:arg1]]: !llvm.ptr {{[^}]*}}llvm.noalias},
// CHECK: %[[FROM:.*]] = llvm.getelementptr inbounds %[[X]]
// CHECK: %[[A:.*]] = llvm.load %[[FROM]] {{.*}} : !llvm.ptr -> vector<32xf32>
// CHECK: %[[SUM:.*]] = llvm.fadd %[[A]], %[[A]] {{.*}} : vector<32xf32>
// CHECK: %[[TO:.*]] = llvm.getelementptr inbounds %[[OUT]]
// CHECK: llvm.store %[[SUM]], %[[TO]]
// CHECK-LABEL: llvm.func @tern_double(
// CHECK: llvm.call @double.body(

// V3: llvm.fadd {{.*}} : vector<16xf32>

// TARGET: error: target 'cpu:z80': no processor is called 'z80'; targets are native, x86-64-v3[+vnni], x86-64-v4[+bf16][+vnni], aarch64
