//===- RaiseGatedActivation.cpp - Activation and product become one op ----===//
//
// One walk is enough: raising a product never makes another product a candidate.
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Transforms/GatedActivation.h"
#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace tern::graph;

#define DEBUG_TYPE "graph-raise-gated-activation"

namespace tern::graph {
#define GEN_PASS_DEF_RAISEGATEDACTIVATION
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

/// The ops that `mul` and its activation stand for, replaced by one.
void raise(IRRewriter &rewriter, MulOp mul, const GatedActivation &match) {
  rewriter.setInsertionPoint(mul);
  Location location = rewriter.getFusedLoc({match.activationOp->getLoc(), mul.getLoc()});
  auto gated = GatedOp::create(rewriter, location, match.activation, match.gate, match.input);
  rewriter.replaceOp(mul, gated);
  rewriter.eraseOp(match.activationOp);
}

struct RaiseGatedActivationPass : public tern::graph::impl::RaiseGatedActivationBase<RaiseGatedActivationPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    auto options =
        remark::RemarkOpts::name("GatedActivation").category(DEBUG_TYPE).function(getOperation().getSymName());
    getOperation().walk([&](MulOp mul) {
      std::optional<GatedActivation> match = matchGatedActivation(mul);
      if (!match)
        return;
      StringRef activation = stringifyActivation(match->activation);
      if (!match->obstacle.empty()) {
        remark::missed(mul.getLoc(), options)
            << remark::reason("product with {0} stays: {1}", activation, match->obstacle);
        return;
      }
      remark::passed(mul.getLoc(), options) << remark::add("{0} and product become graph.gated", activation);
      raise(rewriter, mul, *match);
    });
  }
};

} // namespace
