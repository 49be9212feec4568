//===- KernelAttrs.td - Schedules, tasks, layouts ----------*- tablegen -*-===//

#ifndef TERN_KERNEL_ATTRS
#define TERN_KERNEL_ATTRS

include "dialects/Kernel/IR/KernelDialect.td"
include "dialects/Kernel/IR/KernelEnums.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Kernel_OperandClassAttr : EnumAttr<Kernel_Dialect, Kernel_OperandClass, "operand"> {
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    `#kernel.operand<streamed>`: when the bytes of an argument are known, and how often a launch reads them.

    - `dependent`: written by an earlier launch of the same step, or a state;
    - `resident`: a weight that every task reads (norm weights, biases, tables of angles);
    - `streamed`: a weight of which each task reads its own part, once; it may be fetched before anything is ready.
  }];
}

def Kernel_LayoutAttr : EnumAttr<Kernel_Dialect, Kernel_Layout, "layout"> {
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    `#kernel.layout<tiles16>`: how a weight or a state lies in memory.

    - `rows`: row-major, as the type says;
    - `tiles16`, of weights: tiles of 16 rows interleaved for dot products; runtime/Packing/PackedFormat.h draws them;
    - `heads`, of states by position `[B, C, G, d]`: `[B][G][C][d]`, so that one head is one stream;
    - `lanes16`, of states by position: `[B][G][C/16][d][16]`, 16 positions in the lanes of a register.
  }];
}

def Kernel_ScheduleAttr : AttrDef<Kernel_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "how the code of a kernel is generated";
  let description = [{
    `#kernel.schedule<kind = linear, rows = 2, tokens = 6, inline_prologue = 1, prefetch = 1024>`

    - `kind`: `rows` computes tensors row by row; `linear` multiplies by weights in tiles of 16 rows; `attention`
      streams keys and values; `serial` runs one op in plain loops.
    - `rows`: of `linear`, the tiles of 16 rows that a task holds in registers; 0 leaves it to the generator.
    - `tokens`: of `linear` and `attention`, the tokens that share a pass over weights or keys; 0 leaves it to the
      generator.
    - `inline_prologue`: of `linear`, 1 if each worker computes what comes before the product for itself.
    - `prefetch`: of `linear`, how many bytes ahead of its stream a task fetches; 0 for none.

    Constraint: (C1) numbers are not negative, and `inline_prologue` is 0 or 1.
  }];
  let parameters = (ins EnumParameter<Kernel_Kind>:$kind, DefaultValuedParameter<"int64_t", "0">:$rows,
                        DefaultValuedParameter<"int64_t", "0">:$tokens,
                        DefaultValuedParameter<"int64_t", "0">:$inline_prologue,
                        DefaultValuedParameter<"int64_t", "0">:$prefetch);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Kernel_TasksAttr : AttrDef<Kernel_Dialect, "Tasks"> {
  let mnemonic = "tasks";
  let summary = "a tile space of a kernel";
  let description = [{
    `#kernel.tasks<roots = [0, 1], dims = [1, "T", 576], tiles = [1, 8, 32]>`: the product of `ceil(dim / tile)` tasks,
    numbered with the last dimension fastest, computes the `roots` of the kernel: results are counted first, then the
    ops that write states, in the order of the body. A dimension is a number or the name of a symbol, as in tensors.

    Constraints: (C1) there is a root; (C2) `dims` and `tiles` have the same length, tiles are positive and sizes not
    negative.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$roots, ArrayRefParameter<"::mlir::Attribute">:$dims,
                        ArrayRefParameter<"int64_t">:$tiles);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // TERN_KERNEL_ATTRS
