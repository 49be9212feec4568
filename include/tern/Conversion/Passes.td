//===- Passes.td - Conversions between dialects ------------*- tablegen -*-===//

#ifndef TERN_CONVERSION_PASSES
#define TERN_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertGraphToKernel : Pass<"convert-graph-to-kernel", "::mlir::ModuleOp"> {
  let summary = "entry points and kernels with schedules";
  let description = [{
    Specialises a function for the sizes it will be called with, and lowers each of its groups to kernels.

    Every entry of `entries`, `NAME:DIM=SIZE:...`, makes a function of that name from `function`, in which `DIM=8` is
    the number 8, and `DIM<256` a size that is known when it runs and at most 256. Then, in each:

    - Every `graph.group` becomes a launch of one `kernel.func`, or of two where a barrier pays: a linear layer on many
      tokens computes its norm and quantisation once, ahead of the product, instead of in every worker; attention of one
      token is split over its context and combined.
    - Kernels that are equal but for names and locations become one.
    - Schedules and tile spaces are chosen (ScheduleRules.h): tiles of 16 rows, tokens of a block, parts of a context.
    - Weights that linear layers and embeddings alone read get the layout `tiles16`; states that attention alone reads
      get `lanes16` (keys) and `heads` (values).

    Assumes that every op but weights and constants stands in a group (`graph-form-groups`). States by position grow to
    the module's `graph.max_context`, unless an entry gives another maximum. It is an error if an entry names a dimension
    that the function does not have or a name that is taken, if a group reads or appends to a state that another op of it
    appends to, or if what an op appended is read after a later write: states are read where they lie. A remark at each
    launch gives its kernel and its kind, and one at each product whose prologue runs ahead says why.

    Before:

    ```mlir
    func.func @forward(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.group "rows" -> f32[B, T, 64] {
        %1 = graph.silu %x : (f32[B, T, 64]) -> f32[B, T, 64]
        graph.yield %1 : (f32[B, T, 64])
      }
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```

    After `convert-graph-to-kernel{entries=decode_1:B=1:T=1}`:

    ```mlir
    module attributes {kernel.symbols = ["capacity"]} {
      kernel.func @silu_0(%arg0: !graph.tensor<f32[1, 1, 64]>) -> !graph.tensor<f32[1, 1, 64]> attributes {
          maxima = {}, schedule = #kernel.schedule<kind = rows>,
          tasks = [#kernel.tasks<roots = [0], dims = [1, 1], tiles = [1, 1]>]} {
        %0 = graph.silu %arg0 : (f32[1, 1, 64]) -> f32[1, 1, 64]
        kernel.return %0 : !graph.tensor<f32[1, 1, 64]>
      }
      func.func @decode_1(%arg0: !graph.tensor<f32[1, 1, 64]>) -> !graph.tensor<f32[1, 1, 64]>
          attributes {kernel.maxima = {}} {
        %0 = kernel.launch @silu_0(%arg0) : (!graph.tensor<f32[1, 1, 64]>) -> !graph.tensor<f32[1, 1, 64]>
        return %0 : !graph.tensor<f32[1, 1, 64]>
      }
    }
    ```

    Test: test/lib/Conversion/GraphToKernel/convert-graph-to-kernel.mlir
  }];
  let options = [
    Option<"function", "function", "std::string", "\"forward\"", "the function that entries are made from">,
    ListOption<"entries", "entries", "std::string", "NAME:DIM=SIZE:DIM<MAXIMUM..., by commas">
  ];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
}

def ConvertKernelToPlan : Pass<"convert-kernel-to-plan", "::mlir::ModuleOp"> {
  let summary = "every value gets a place in memory";
  let description = [{
    Turns each function that launches kernels into a `plan.entry`: values become ranges of one arena, weights and states
    their symbols.

    Every value is sized at the largest sizes of its entry and lives from the launch that writes it to the last that
    reads it; values that live at the same time do not overlap. Placed largest first, each at the lowest offset that is
    free for its life, aligned to 64 bytes. A launch waits for those before it only if it touches bytes that one since
    the last wait writes, or writes bytes that one touches. Entries share the arena, as one runs at a time.

    Assumes functions of launches, weights and references to states alone (`convert-graph-to-kernel`). The largest size
    of a symbol is in the attribute `kernel.maxima` of the function. A remark for each entry gives its bytes: the sum of
    its values, the most that live at one time, and what the arena takes.

    Before:

    ```mlir
    kernel.func @silu_0(%arg0: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
      %0 = graph.silu %arg0 : (f32[1, 64]) -> f32[1, 64]
      kernel.return %0 : !graph.tensor<f32[1, 64]>
    }
    func.func @decode_1(%x: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> {
      %0 = kernel.launch @silu_0(%x) : (!graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]>
      return %0 : !graph.tensor<f32[1, 64]>
    }
    ```

    After `convert-kernel-to-plan`:

    ```mlir
    plan.memory arena 512 scratch 0
    kernel.func @silu_0(%arg0: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> attributes {
        kernel.task_bytes = [256], schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
      %0 = graph.silu %arg0 : (f32[1, 64]) -> f32[1, 64]
      kernel.return %0 : !graph.tensor<f32[1, 64]>
    }
    plan.entry @decode_1 attributes {ranges = {}} {
      plan.input "argument0" : f32[1, 64] at 0
      plan.output "result0" : f32[1, 64] at 256
      plan.launch @silu_0 [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    }
    ```

    Test: test/lib/Conversion/KernelToPlan/convert-kernel-to-plan.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect", "::tern::plan::PlanDialect"];
}

def ConvertKernelToCpu : Pass<"convert-kernel-to-cpu", "::mlir::ModuleOp"> {
  let summary = "code of kernels for a CPU";
  let description = [{
    Writes the code of each `kernel.func` for `target` and leaves the module with that code alone: for each kernel the
    function `tern_<name>` that the runtime calls (runtime/Cpu/KernelAbi.h) and, with the kernel's operands as
    parameters, its body, in the LLVM dialect. Code depends on the kernel, the target and the module's `kernel.symbols`,
    an array of the names of the program's symbols in the order of TernKernelCall::dims, "capacity" first. The module's
    attribute `kernel.scratch` is what its kernels need of a worker's scratch, in bytes.

    Elements are pulled from results down to arguments, so what a kernel of rows computes on the way is never stored.

    Before:

    ```mlir
    kernel.func @double(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
      %0 = graph.add %x, %x : (f32[4, 64], f32[4, 64]) -> f32[4, 64]
      kernel.return %0 : !graph.tensor<f32[4, 64]>
    }
    ```

    After `convert-kernel-to-cpu{target=cpu:x86-64-v4}`, shortened:

    ```
    llvm.func internal @double.body(%arg0: !llvm.ptr {llvm.noalias}, %arg1: !llvm.ptr {llvm.noalias}, ...) {
      ...
      %10 = llvm.load %9 : !llvm.ptr -> vector<32xf32>
      %11 = llvm.fadd %10, %10 : vector<32xf32>
      llvm.store %11, %12 : vector<32xf32>, !llvm.ptr
    ```

    Test: test/lib/Conversion/KernelToCpu/convert-kernel-to-cpu.mlir
  }];
  let options = [Option<"target", "target", "std::string", "\"cpu\"", "the CPU: cpu, cpu:x86-64-v4+vnni, ...">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertKernelToCuda : Pass<"convert-kernel-to-cuda", "::mlir::ModuleOp"> {
  let summary = "code of kernels for a GPU";
  let description = [{
    Writes the code of each `kernel.func` for `target` and leaves the module with that code alone: a `cuda.kernel`
    `tern_<name>` for each, whose blocks compute one task each. Its operands are those of a launch; the module's
    `kernel.symbols` says what `cuda.size` counts.

    Code is that of every thread of a block. Elements of a row are dealt out to the threads, what a row adds up to is
    known to all of them after a reduction of the block, and everything else is computed by each for itself. Products
    with packed weights and attention are calls of device functions (runtime/Cuda/Device) with lambdas for what comes
    before and after. `convert-code-to-cuda` makes CUDA C++ of what this pass leaves.

    Before:

    ```mlir
    kernel.func @double(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
      %0 = graph.add %x, %x : (f32[4, 64], f32[4, 64]) -> f32[4, 64]
      kernel.return %0 : !graph.tensor<f32[4, 64]>
    }
    ```

    After `convert-kernel-to-cuda{target=sm_90a}`, shortened:

    ```
    cuda.kernel @tern_double(%arg0: !llvm.ptr {cuda.element = f32, cuda.name = "input0", cuda.read_only}, ...) attributes {
        shared = 0 : i64, threads = 256 : i64} {
      %0 = cuda.thread_index
      %1 = arith.extui %0 : i32 to i64
      ...
      scf.for %i = %1 to %c64_i64 step %c256_i64 : i64 {
    ```

    Test: test/lib/Conversion/KernelToCuda/convert-kernel-to-cuda.mlir
  }];
  let options = [Option<"target", "target", "std::string", "\"sm_90a\"", "the GPU: sm_80, sm_90a, ...">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::ub::UBDialect", "::tern::cuda::CudaDialect"];
}

#endif // TERN_CONVERSION_PASSES
