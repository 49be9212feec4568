//===- PlanAttrs.td - Places in memory ---------------------*- tablegen -*-===//

#ifndef TERN_PLAN_ATTRS
#define TERN_PLAN_ATTRS

include "dialects/Plan/IR/PlanDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Plan_ArenaAttr : AttrDef<Plan_Dialect, "Arena"> {
  let mnemonic = "arena";
  let summary = "a range of the arena";
  let description = [{
    `#plan.arena<offset = 2304, bytes = 256>`: where a value lies at its largest size.

    Constraint: (C1) both are not negative.
  }];
  let parameters = (ins "int64_t":$offset, "int64_t":$bytes);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Plan_WeightAttr : AttrDef<Plan_Dialect, "Weight"> {
  let mnemonic = "weight";
  let summary = "the bytes of a weight";
  let description = "`#plan.weight<@model.norm.weight>`: a `graph.weight` of the module, in its layout.";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$weight);
  let assemblyFormat = "`<` $weight `>`";
}

def Plan_StateAttr : AttrDef<Plan_Dialect, "State"> {
  let mnemonic = "state";
  let summary = "the bytes of a state";
  let description = "`#plan.state<@model.layers.0.self_attn.key>`: a `graph.state` of the module, in its layout.";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$state);
  let assemblyFormat = "`<` $state `>`";
}

#endif // TERN_PLAN_ATTRS
