//===- PlanOps.td - Memory, entries, launches on places ----*- tablegen -*-===//

#ifndef TERN_PLAN_OPS
#define TERN_PLAN_OPS

include "dialects/Graph/IR/GraphBase.td"
include "dialects/Plan/IR/PlanAttrs.td"
include "mlir/IR/SymbolInterfaces.td"

class Plan_Op<string mnemonic, list<Trait> traits = []> : Op<Plan_Dialect, mnemonic, traits>;

def Plan_MemoryOp : Plan_Op<"memory"> {
  let summary = "what the entries of a program take";
  let description = [{
    `arena` bytes hold the values of any entry at its largest sizes, inputs and outputs among them; each worker has
    `scratch` bytes of its own.

    Constraint: (C1) both are not negative.

    ```mlir
    plan.memory arena 4608 scratch 512
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$arena, ConfinedAttr<I64Attr, [IntNonNegative]>:$scratch);
  let assemblyFormat = "`arena` $arena `scratch` $scratch attr-dict";
}

def Plan_EntryOp : Plan_Op<"entry", [Symbol, SingleBlock, NoTerminator, NoRegionArguments, IsolatedFromAbove]> {
  let summary = "an entry point: its inputs, outputs and launches";
  let description = [{
    `ranges` holds, for each symbol of the entry that the caller chooses, the smallest and the largest size it was
    compiled for.

    Constraints: (C1) the body holds inputs, outputs and launches alone; (C2) a range is two positive numbers, the
    smaller first.

    ```mlir
    plan.entry @prefill attributes {ranges = {T = [1, 256]}} {
      plan.input "tokens" : i32[1, T] at 0
      plan.output "logits" : f32[1, 1, 131] at 1024
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DictionaryAttr:$ranges);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

class Plan_ArgumentOp<string mnemonic, string about> : Plan_Op<mnemonic, [HasParent<"EntryOp">]> {
  let summary = about;
  let description = [{
    A row-major tensor, `at` so many bytes into the arena.

    Constraint: (C1) the offset is not negative.

    ```mlir
    plan.entry @step attributes {ranges = {}} {
      plan.}] # mnemonic # [{ "x" : f32[1, 64] at 256
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, TypeAttrOf<Graph_AnyTensor>:$type, ConfinedAttr<I64Attr, [IntNonNegative]>:$offset);
  let assemblyFormat = "$name `:` custom<ShortTypeAttr>($type) `at` $offset attr-dict";
  let extraClassDeclaration = [{
    graph::SymbolicTensorType getTensorType() { return ::llvm::cast<graph::SymbolicTensorType>(getType()); }
  }];
}
def Plan_InputOp : Plan_ArgumentOp<"input", "where the caller writes a tensor">;
def Plan_OutputOp : Plan_ArgumentOp<"output", "where the caller finds a tensor">;

def Plan_LaunchOp : Plan_Op<"launch", [HasParent<"EntryOp">, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a kernel run on places";
  let description = [{
    One place for each argument of the kernel, then one for each result. With `wait` the launch begins when all launches
    before it have ended; without, it touches nothing that launches since the last wait write, and writes nothing that
    they touch.

    Constraints: (C1) `kernel` names a function of the module, a `kernel.func` or what the phase `lower` made of it;
    (C2) a `kernel.func` gets as many places as it has arguments and results; (C3) places are `#plan.arena`,
    `#plan.weight` or `#plan.state`; (C4) the latter two name a weight and a state of the module.

    ```mlir
    kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
      kernel.return %x : !graph.tensor<f32[4]>
    }
    plan.entry @step attributes {ranges = {}} {
      plan.launch @copy [#plan.arena<offset = 0, bytes = 16>, #plan.arena<offset = 64, bytes = 16>] wait
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, ArrayAttr:$places, UnitAttr:$wait);
  let assemblyFormat = "$kernel $places (`wait` $wait^)? attr-dict";
}

#endif // TERN_PLAN_OPS
