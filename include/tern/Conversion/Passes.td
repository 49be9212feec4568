//===- Passes.td - Conversions between dialects ------------*- tablegen -*-===//

#ifndef TERN_CONVERSION_PASSES
#define TERN_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ChooseLinearTasks : Pass<"choose-linear-tasks", "::mlir::ModuleOp"> {
  let summary = "tasks of products, for the multiprocessors of a GPU";
  let description = [{
    Sets the tiles of `#kernel.tasks` of kernels of kind `linear`, for a GPU.

    Up to 16 tokens, where weights in `tiles16` stream through shared memory, those of bf16
    (runtime/Cuda/Device/NumberProduct.h) and those of quants with a quantised input (QuantProduct.h): a block of threads
    keeps a multiprocessor busy, or two do where that many fit. A tile of 16 rows is a task if all are blocks of one
    wave; else tasks have as few tiles more as let them be one, of all spaces alike, the one with most tasks first. A
    second wave would begin when the first has ended, and reads its input again.

    More tokens: a task is a block of rows and tokens that tensor cores multiply (runtime/Cuda/Device/LinearBlock.h): 16,
    32, 64 or 128 rows of each weight times 32, 64 or 128 tokens (quants: 64). The larger a block, the fewer bytes are
    read for a product, but a small matrix is then few blocks. Each is given a time, and the fastest is taken:

    - the blocks of the busiest multiprocessor, times what a block takes: the larger of its products and its reads, and
      2 us besides. Products of bf16 are at 60 % of what the data sheet says of tensor cores (twice where activations
      have more bits than bf16, as each is two numbers), or count their instructions where these take longer: 130 for a
      warp's 16 columns of 32 tokens. Those of quants count 80 for a warp's 32 columns and 40 for eight tokens and 16
      rows. A multiprocessor reads 64 bytes a cycle of 1.7 GHz;
    - but at least what all blocks read, at 32 bytes a cycle for each multiprocessor, and 2 us.

    Declined, with a remark, for more than 16 tokens: kernels whose weights are not in `tiles16`, neither bf16 with an
    input of numbers nor quants with a quantised one; whose input is computed by the kernel itself; and those of which
    no block has all weights. A kernel with the attribute `kernel.fixed_tiles`, which rules leave
    (`kernel-override-schedules`), keeps its tiles. A remark says what was chosen, and the time of blocks.

    Before:

    ```mlir
    kernel.func @linear_0(%x: !graph.tensor<f32[64, 2048]>, %w: !graph.tensor<bf16[2048, 2048]> {
          kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
        -> !graph.tensor<f32[64, 2048]> attributes {
        schedule = #kernel.schedule<kind = linear>,
        tasks = [#kernel.tasks<roots = [0], dims = [2048, 64], tiles = [64, 64]>]} {
      %0 = graph.linear %x, %w : (f32[64, 2048], bf16[2048, 2048]) -> f32[64, 2048]
      kernel.return %0 : !graph.tensor<f32[64, 2048]>
    }
    ```

    After `choose-linear-tasks{target=sm_90a}`:

    ```mlir
    kernel.func @linear_0(%x: !graph.tensor<f32[64, 2048]>, %w: !graph.tensor<bf16[2048, 2048]> {
          kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
        -> !graph.tensor<f32[64, 2048]> attributes {
        schedule = #kernel.schedule<kind = linear>,
        tasks = [#kernel.tasks<roots = [0], dims = [2048, 64], tiles = [64, 32]>]} {
      %0 = graph.linear %x, %w : (f32[64, 2048], bf16[2048, 2048]) -> f32[64, 2048]
      kernel.return %0 : !graph.tensor<f32[64, 2048]>
    }
    ```

    Test: test/lib/Conversion/KernelToCuda/choose-linear-tasks.mlir
  }];
  let options = [Option<"target", "target", "std::string", "\"sm_90a\"", "the GPU: sm_80, sm_90a, ...">];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
}

def ChooseSplitRows : Pass<"choose-split-rows", "::mlir::ModuleOp"> {
  let summary = "products that warpgroups of a GPU make, and their inputs split into bfloat16";
  let description = [{
    On GPUs whose warpgroups multiply matrices of shared memory (sm_90a), products of bf16 weights in `tiles16` with
    inputs of f32 or bf16 and more than 64 tokens are made by these (runtime/Cuda/Device/GroupBlock.h). They read the
    input in an order of their own, an f32 as two bfloat16 (runtime/Cuda/Device/SplitRows.h), which the kernel that
    computes it writes in the first place: where such products are all that reads a value, the kernels that write and
    read it get the attribute `kernel.split_rows`, three numbers for each such operand: its number (results follow
    arguments), rows, columns. Kernels that multiply get `kernel.group_blocks` besides, how many of its blocks a
    multiprocessor holds at once, and tiles of `#kernel.tasks`: of 64, 128 or 256 rows and 64 or 128 tokens, whichever
    is fastest by a model like that of choose-linear-tasks.

    Runs on a planned program, as values are ranges of the arena: an argument is the result that was last written to the
    very range. Operands that share a value in any launch are split together.

    Declined, with a remark, where anything else reads or writes the input: another kernel, the caller, or its own
    kernel in place. Kernels with `kernel.fixed_tiles` are left as they are, and so are inputs whose columns are no
    multiple of 64 or whose rows, at most, are none of 8.

    Before:

    ```mlir
    module attributes {kernel.symbols = ["capacity", "T"]} {
    plan.memory arena 20971520 scratch 0
    graph.weight @w : bf16[2048, 2048] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
    kernel.func @double(%x: !graph.tensor<f32[1, T, 2048]>) -> !graph.tensor<f32[1, T, 2048]> attributes {
        maxima = {T = 512 : i64}, schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
      %0 = graph.add %x, %x : (f32[1, T, 2048], f32[1, T, 2048]) -> f32[1, T, 2048]
      kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
    }
    kernel.func @linear(%x: !graph.tensor<f32[1, T, 2048]>, %w: !graph.tensor<bf16[2048, 2048]> {
          kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
        -> !graph.tensor<f32[1, T, 2048]> attributes {
        maxima = {T = 512 : i64}, schedule = #kernel.schedule<kind = linear>,
        tasks = [#kernel.tasks<roots = [0], dims = [2048, 1, "T"], tiles = [64, 1, 64]>]} {
      %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[2048, 2048]) -> f32[1, T, 2048]
      kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
    }
    plan.entry @prefill attributes {ranges = {T = [1, 512]}} {
      plan.input "x" : f32[1, T, 2048] at 0
      plan.output "y" : f32[1, T, 2048] at 8388608
      plan.launch @double [#plan.arena<offset = 0, bytes = 4194304>, #plan.arena<offset = 4194304, bytes = 4194304>]
      plan.launch @linear [#plan.arena<offset = 4194304, bytes = 4194304>, #plan.weight<@w>, #plan.arena<offset = 8388608, bytes = 4194304>] wait
    }
    }
    ```

    After `choose-split-rows{target=sm_90a}`:

    ```mlir
    module attributes {kernel.symbols = ["capacity", "T"]} {
    plan.memory arena 20971520 scratch 0
    graph.weight @w : bf16[2048, 2048] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
    kernel.func @double(%x: !graph.tensor<f32[1, T, 2048]>) -> !graph.tensor<f32[1, T, 2048]> attributes {
        kernel.split_rows = array<i64: 1, 512, 2048>, maxima = {T = 512 : i64},
        schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
      %0 = graph.add %x, %x : (f32[1, T, 2048], f32[1, T, 2048]) -> f32[1, T, 2048]
      kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
    }
    kernel.func @linear(%x: !graph.tensor<f32[1, T, 2048]>, %w: !graph.tensor<bf16[2048, 2048]> {
          kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
        -> !graph.tensor<f32[1, T, 2048]> attributes {
        kernel.group_blocks = 1 : i64, kernel.split_rows = array<i64: 0, 512, 2048>, maxima = {T = 512 : i64},
        schedule = #kernel.schedule<kind = linear>,
        tasks = [#kernel.tasks<roots = [0], dims = [2048, 1, "T"], tiles = [128, 1, 64]>]} {
      %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[2048, 2048]) -> f32[1, T, 2048]
      kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
    }
    plan.entry @prefill attributes {ranges = {T = [1, 512]}} {
      plan.input "x" : f32[1, T, 2048] at 0
      plan.output "y" : f32[1, T, 2048] at 8388608
      plan.launch @double [#plan.arena<offset = 0, bytes = 4194304>, #plan.arena<offset = 4194304, bytes = 4194304>]
      plan.launch @linear [#plan.arena<offset = 4194304, bytes = 4194304>, #plan.weight<@w>, #plan.arena<offset = 8388608, bytes = 4194304>] wait
    }
    }
    ```

    Test: test/lib/Conversion/KernelToCuda/choose-split-rows.mlir
  }];
  let options = [Option<"target", "target", "std::string", "\"sm_90a\"", "the GPU: sm_80, sm_90a, ...">];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect", "::tern::plan::PlanDialect"];
}

def ConvertCodeToCuda : Pass<"convert-code-to-cuda", "::mlir::ModuleOp"> {
  let summary = "code of kernels as constructs of CUDA C++";
  let description = [{
    Rewrites each `cuda.kernel`, whose body computes in arith, math, scf and llvm pointers, into ops of the cuda dialect
    alone, each of which is one construct of CUDA C++, in the order in which they are printed. What a person reads is
    decided here:

    - A value that is used once is part of the statement that uses it, if it may move there: not into a loop or lambda,
      and a load not over what may write memory. Others get names: `cuda.name` of the op where it is given, else one
      after what they are (`thread`, `index`, the function that is called); loops count by i, j and k.
    - Values that a loop carries are variables, and one variable goes through nested loops. `scf.if` with results assigns
      a variable in its branches.
    - Pointers have the type of the elements that they are declared with (`cuda.element`) or first used with, and are
      cast where they are used with another; loads and stores through `llvm.getelementptr` are subscripts.
    - Constant globals become tables.
    - Products and sums that must not merge (no `contract`) are `__fmul_rn` and `__fadd_rn`, but only where a product
      meets a sum.

    Assumes scalars; integers are signed, and what they are added, subtracted and multiplied to fits; an op that takes
    them for unsigned casts them. A shift counts less than the width. `i64` is `long long`, `f16` and `bf16` are stored and
    not computed with. Arrays (`llvm.alloca`) live as long as their block. It is an error at the op if something has no
    construct. `cuda.unroll` of a loop asks for it to be unrolled. Running `canonicalize` and `cse` before makes better
    source.

    Before:

    ```mlir
    cuda.kernel @tern_double(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                             %y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
        attributes {shared = 0 : i64, threads = 256 : i64} {
      %0 = cuda.thread_index
      %1 = llvm.getelementptr %x[%0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %2 = llvm.load %1 : !llvm.ptr -> f32
      %3 = arith.addf %2, %2 fastmath<contract> : f32
      %4 = llvm.getelementptr %y[%0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      llvm.store %3, %4 : f32, !llvm.ptr
      cuda.return
    }
    ```

    After `convert-code-to-cuda`:

    ```mlir
    cuda.kernel @tern_double(%x: !cuda.pointer<const f32> {cuda.name = "x"}, %y: !cuda.pointer<f32> {cuda.name = "y"})
        attributes {shared = 0 : i64, threads = 256 : i64} {
      %0 = cuda.thread_index
      %thread = cuda.let "thread" = %0 : i32
      %1 = cuda.load %x[%thread] : !cuda.pointer<const f32>, i32
      %xValue = cuda.let "xValue" = %1 : f32
      %2 = cuda.binary add %xValue, %xValue : (f32, f32) -> f32
      cuda.store %2, %y[%thread] : !cuda.pointer<f32>, i32
      cuda.return
    }
    ```

    Test: test/lib/Conversion/CodeToCuda/convert-code-to-cuda.mlir
  }];
  let dependentDialects = ["::tern::cuda::CudaDialect"];
}

def ConvertGraphToKernel : Pass<"convert-graph-to-kernel", "::mlir::ModuleOp"> {
  let summary = "entry points and kernels with schedules";
  let description = [{
    Specialises a function for the sizes it will be called with, and lowers each of its groups to kernels.

    Every entry of `entries`, `NAME:DIM=SIZE:...`, makes a function of that name from `function`, in which `DIM=8` is
    the number 8, and `DIM<256` a size that is known when it runs and at most 256. Then, in each:

    - Every `graph.group` becomes a launch of one `kernel.func`, or of two where a barrier pays: a linear layer on many
      tokens computes its norm and quantisation once, ahead of the product, instead of in every worker, and reads what is
      only given another shape where it lies; attention of one token is split over its context and combined.
    - Kernels that are equal but for names and locations become one.
    - Schedules and tile spaces are chosen (ScheduleRules.h): tiles of 16 rows, tokens of a block, parts of a context
      and queries of a task, with `gpu` as many as GPUs want. With `gpu` a task of rows is a token, not one of its heads,
      where there are many tokens and a head has nothing to compute first.
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
    ListOption<"entries", "entries", "std::string", "NAME:DIM=SIZE:DIM<MAXIMUM..., by commas">,
    Option<"gpu", "gpu", "bool", "false", "choose tasks of attention and of rows for GPUs">
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
    before and after. Attention of more than 16 tokens is computed by products of tiles on tensor cores, where caches are
    of f16 in `lanes16` (keys) and `heads` (values) and heads have 16 to 256 numbers in steps of 16; a remark says which
    is not. `convert-code-to-cuda` makes CUDA C++ of what this pass leaves.

    Products are one of these calls. Up to 16 tokens, and weights in `tiles16` that are all of bf16, or all of quants with
    a quantised input: `startNumbers` or `startQuants` before `waitForPreviousLaunch`, which begin to copy a block's
    weights to shared memory, and then `linearNumbers` or `linearQuants`; inputs of numbers of up to 64 KB are copied
    there too. Where half a multiprocessor has room for a block of quants, `resident = 2` has the compiler leave room for
    two. For one token, where a block of the next launch fits beside, that launch is told to begin at once, and its
    weights come while this one waits and ends; elsewhere when the block's input is there. More tokens, weights of bf16 or quants, and tiles
    that choose-linear-tasks gives: `linearBlock`. Else `linear`.

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
