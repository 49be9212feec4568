//===- GraphSyntax.h - Short spellings in the assembly format ----*- C++ -*-===//
//
// Graph ops write their types short, `(f32[B, T, 576], q4_1[1536, 576]) -> f32[B, T, 1536]`, where other dialects would
// write `!graph.tensor<...>` each time. These are the custom directives of the .td files.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_IR_GRAPHSYNTAX_H
#define TERN_DIALECTS_GRAPH_IR_GRAPHSYNTAX_H

#include "dialects/Graph/IR/Graph.h"

namespace tern::graph {

/// `f32[B, T, 576]`, the inside of `!graph.tensor<...>`.
mlir::ParseResult parseTensor(mlir::AsmParser &parser, SymbolicTensorType &type);
void printTensor(mlir::AsmPrinter &printer, SymbolicTensorType type);

/// custom<ShortType>: one tensor type, short.
mlir::ParseResult parseShortType(mlir::AsmParser &parser, mlir::Type &type);
void printShortType(mlir::AsmPrinter &printer, mlir::Operation *op, mlir::Type type);

/// custom<ShortTypeAttr>: the same, held by an attribute.
mlir::ParseResult parseShortTypeAttr(mlir::AsmParser &parser, mlir::TypeAttr &type);
void printShortTypeAttr(mlir::AsmPrinter &printer, mlir::Operation *op, mlir::TypeAttr type);

/// custom<Number>: an f64 as the shortest decimal that reads back to the same bits.
mlir::ParseResult parseNumber(mlir::AsmParser &parser, mlir::FloatAttr &number);
void printNumber(mlir::AsmPrinter &printer, mlir::Operation *op, mlir::FloatAttr number);

/// custom<Mask> and its like: the keyword of an enumeration. (As a plain attribute it would print two spaces before it.)
#define TERN_KEYWORD_DIRECTIVE(Enum)                                                                                   \
  inline mlir::ParseResult parse##Enum(mlir::AsmParser &parser, Enum##Attr &attribute) {                               \
    mlir::FailureOr<Enum> value = mlir::FieldParser<Enum>::parse(parser);                                              \
    if (mlir::failed(value))                                                                                           \
      return mlir::failure();                                                                                          \
    attribute = Enum##Attr::get(parser.getContext(), *value);                                                          \
    return mlir::success();                                                                                            \
  }                                                                                                                    \
  inline void print##Enum(mlir::AsmPrinter &printer, mlir::Operation *, Enum##Attr attribute) {                        \
    printer << stringify##Enum(attribute.getValue());                                                                  \
  }
TERN_KEYWORD_DIRECTIVE(Activation)
TERN_KEYWORD_DIRECTIVE(Comparison)
TERN_KEYWORD_DIRECTIVE(Mask)
TERN_KEYWORD_DIRECTIVE(Reduction)
TERN_KEYWORD_DIRECTIVE(RopeLayout)
TERN_KEYWORD_DIRECTIVE(StateKind)
#undef TERN_KEYWORD_DIRECTIVE

/// What one parameter of custom<ShortTypes> stands for: a type to read, or several if the operand is variadic.
struct ShortTypeSlot {
  mlir::Type *single = nullptr;
  llvm::SmallVectorImpl<mlir::Type> *many = nullptr;
};
mlir::ParseResult parseShortTypeSlots(mlir::AsmParser &parser, llvm::ArrayRef<ShortTypeSlot> slots);

/// custom<ShortTypes>: the types of operands or results in parentheses. An optional operand is given as ref($x),
/// type($x), so that its type is read only if the operand was.
template <typename... Parameters>
mlir::ParseResult parseShortTypes(mlir::AsmParser &parser, Parameters &&...parameters) {
  llvm::SmallVector<ShortTypeSlot> slots;
  bool present = true;
  auto add = [&](auto &parameter) {
    using Parameter = std::decay_t<decltype(parameter)>;
    if constexpr (std::is_same_v<Parameter, std::optional<mlir::OpAsmParser::UnresolvedOperand>>) {
      present = parameter.has_value();
    } else {
      if constexpr (std::is_same_v<Parameter, mlir::Type>) {
        if (present)
          slots.push_back({&parameter, nullptr});
      } else {
        slots.push_back({nullptr, &parameter});
      }
      present = true;
    }
  };
  (add(parameters), ...);
  return parseShortTypeSlots(parser, slots);
}

template <typename... Parameters>
void printShortTypes(mlir::AsmPrinter &printer, mlir::Operation *op, Parameters &&...parameters) {
  llvm::SmallVector<mlir::Type> types;
  auto add = [&](auto parameter) {
    using Parameter = std::decay_t<decltype(parameter)>;
    if constexpr (std::is_convertible_v<Parameter, mlir::Type>) {
      if (parameter)
        types.push_back(parameter);
    } else if constexpr (!std::is_convertible_v<Parameter, mlir::Value>) {
      llvm::append_range(types, parameter);
    }
  };
  (add(parameters), ...);
  printer << '(';
  llvm::interleaveComma(types, printer, [&](mlir::Type type) { printShortType(printer, op, type); });
  printer << ')';
}

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_IR_GRAPHSYNTAX_H
