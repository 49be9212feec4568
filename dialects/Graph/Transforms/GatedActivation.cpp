//===- GatedActivation.cpp - When a product is a gate ---------------------===//

#include "dialects/Graph/Transforms/GatedActivation.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::graph;

static std::optional<Activation> activationOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Activation>>(op)
      .Case([](SiluOp) { return Activation::Silu; })
      .Case([](GeluOp) { return Activation::Gelu; })
      .Case([](GeluTanhOp) { return Activation::GeluTanh; })
      .Case([](ReluOp) { return Activation::Relu; })
      .Case([](ReluSquaredOp) { return Activation::ReluSquared; })
      .Case([](SigmoidOp) { return Activation::Sigmoid; })
      .Default(std::nullopt);
}

static std::optional<GatedActivation> matchOperand(Value activated, Value input) {
  Operation *op = activated.getDefiningOp();
  std::optional<Activation> activation = op ? activationOf(op) : std::nullopt;
  if (!activation)
    return std::nullopt;
  GatedActivation match{op, *activation, op->getOperand(0), input, {}};
  if (activated.getType() != input.getType())
    match.obstacle = "its operands have different shapes";
  else if (!activated.hasOneUse())
    match.obstacle = "the activation has other users";
  return match;
}

std::optional<GatedActivation> tern::graph::matchGatedActivation(MulOp mul) {
  std::optional<GatedActivation> left = matchOperand(mul.getLhs(), mul.getRhs());
  if (left && left->obstacle.empty())
    return left;
  std::optional<GatedActivation> right = matchOperand(mul.getRhs(), mul.getLhs());
  return right && (right->obstacle.empty() || !left) ? right : left;
}
