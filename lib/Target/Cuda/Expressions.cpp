//===- Expressions.cpp - Expressions as text ------------------------------===//

#include "lib/Target/Cuda/Text.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace tern::cuda;

namespace {

/// An expression and what its outermost operator binds like.
struct Text {
  std::string text;
  Binding binding = Binding::Postfix;
};

} // namespace

StringRef tern::cuda::operatorText(BinaryOperator kind) {
  static constexpr StringRef texts[] = {"+", "-",  "*",  "/", "%",  "<<", ">>", "&",  "|",
                                        "^", "&&", "||", "<", "<=", ">",  ">=", "==", "!="};
  return texts[static_cast<unsigned>(kind)];
}

static Binding bindingOf(BinaryOperator kind) {
  static constexpr Binding bindings[] = {
      Binding::Sum,   Binding::Sum,    Binding::Product, Binding::Product, Binding::Product,    Binding::Shift,
      Binding::Shift, Binding::BitAnd, Binding::BitOr,   Binding::BitXor,  Binding::LogicalAnd, Binding::LogicalOr,
      Binding::Order, Binding::Order,  Binding::Order,   Binding::Order,   Binding::Equality,   Binding::Equality};
  return bindings[static_cast<unsigned>(kind)];
}

static Binding next(Binding binding) { return static_cast<Binding>(static_cast<int>(binding) + 1); }

/// Shifts, bits and logic stand in parentheses beside other operators: few readers know their order by heart.
static std::string operandText(Value operand, BinaryOperator around, bool isRight) {
  Binding binding = bindingOf(around);
  auto inner = operand.getDefiningOp<BinaryOp>();
  bool isObscure = binding == Binding::Shift || (binding >= Binding::LogicalOr && binding <= Binding::BitAnd);
  if (isObscure && inner && inner.getKind() != around) {
    bool clear = (around == BinaryOperator::LogicalAnd || around == BinaryOperator::LogicalOr) &&
                 bindingOf(inner.getKind()) >= Binding::Equality;
    return valueText(operand, clear ? next(binding) : Binding::Prefix);
  }
  return valueText(operand, isRight ? next(binding) : binding);
}

static Text binaryText(BinaryOp op) {
  return {operandText(op.getLhs(), op.getKind(), false) + " " + operatorText(op.getKind()).str() + " " +
              operandText(op.getRhs(), op.getKind(), true),
          bindingOf(op.getKind())};
}

static Text unaryText(UnaryOp op) {
  std::string operand = valueText(op.getOperand(), Binding::Prefix);
  switch (op.getKind()) {
  case UnaryOperator::Minus: // never `--`
    return {operand.front() == '-' ? "-(" + operand + ")" : "-" + operand, Binding::Prefix};
  case UnaryOperator::Not:
    return {"!" + operand, Binding::Prefix};
  case UnaryOperator::Complement:
    return {"~" + operand, Binding::Prefix};
  }
  llvm_unreachable("an operator of the enumeration");
}

std::string tern::cuda::callText(CallOp call) {
  std::string text = call.getCallee().str();
  if (ArrayAttr arguments = call.getTemplateArgumentsAttr()) {
    auto texts =
        llvm::map_range(arguments.getAsRange<StringAttr>(), [](StringAttr argument) { return argument.str(); });
    text += "<" + llvm::join(texts, ", ") + ">";
  }
  auto operands = llvm::map_range(call.getOperands(), [](Value operand) { return valueText(operand); });
  return text + "(" + llvm::join(operands, ", ") + ")";
}

std::string tern::cuda::elementText(Value pointer, Value index) {
  return index ? valueText(pointer, Binding::Postfix) + "[" + valueText(index) + "]"
               : "*" + valueText(pointer, Binding::Prefix);
}

static Text argumentText(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto kernel = dyn_cast<KernelOp>(parent))
    return {kernel.getArgumentName(argument.getArgNumber())};
  if (auto loop = dyn_cast<ForOp>(parent))
    return {loop.getName().str()};
  return {cast<StringAttr>(cast<LambdaOp>(parent).getParameterNamesAttr()[argument.getArgNumber()]).str()};
}

static Text literalText(LiteralOp op) {
  std::string text = numberText(op.getValue(), op.getHex());
  return {text, text.front() == '-' ? Binding::Prefix : Binding::Postfix};
}

static Text conditionalText(ConditionalOp op) {
  return {valueText(op.getCondition(), next(Binding::Conditional)) + " ? " +
              valueText(op.getLhs(), next(Binding::Conditional)) + " : " +
              valueText(op.getRhs(), next(Binding::Conditional)),
          Binding::Conditional};
}

static Text sharedText(SharedOp op) {
  if (op.getOffset() == 0)
    return {"tern::sharedMemory()"};
  return {"tern::sharedMemory() + " + std::to_string(op.getOffset()), Binding::Sum};
}

static Text opText(Operation *op) {
  using Result = Text;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([](LiteralOp op) { return literalText(op); })
      .Case([](NullOp) { return Result{"nullptr"}; })
      .Case([](TableAddressOp op) { return Result{op.getTable().str()}; })
      .Case([](ThreadIndexOp) { return Result{"threadIdx.x"}; })
      .Case([](BlockIndexOp) { return Result{"blockIdx.x"}; })
      .Case([](SizeOp op) { return Result{"sizes.at[" + std::to_string(op.getIndex()) + "]"}; })
      .Case([](ProblemOp) { return Result{"problem"}; })
      .Case([](SharedOp op) { return sharedText(op); })
      .Case([](LetOp op) { return Result{op.getName().str()}; })
      .Case([](ArrayOp op) { return Result{op.getName().str()}; })
      .Case([](LambdaOp op) { return Result{op.getName()->str()}; })
      .Case([](ReadOp op) { return Result{op.getVariable().getDefiningOp<VariableOp>().getName().str()}; })
      .Case([](UnaryOp op) { return unaryText(op); })
      .Case([](BinaryOp op) { return binaryText(op); })
      .Case([](ConditionalOp op) { return conditionalText(op); })
      .Case([](CastOp op) {
        return Result{"(" + typeText(op.getType()) + ")" + valueText(op.getOperand(), Binding::Prefix),
                      Binding::Prefix};
      })
      .Case([](ReinterpretOp op) {
        return Result{"reinterpret_cast<" + typeText(op.getType()) + ">(" + valueText(op.getOperand()) + ")"};
      })
      .Case([](LoadOp op) {
        return Result{elementText(op.getPointer(), op.getIndex()), op.getIndex() ? Binding::Postfix : Binding::Prefix};
      })
      .Case([](CallOp op) { return Result{callText(op)}; });
}

std::string tern::cuda::valueText(Value value, Binding binding) {
  auto argument = dyn_cast<BlockArgument>(value);
  Text text = argument ? argumentText(argument) : opText(value.getDefiningOp());
  return text.binding < binding ? "(" + text.text + ")" : text.text;
}
