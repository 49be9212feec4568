//===- Statements.cpp - Lines of CUDA C++ ---------------------------------===//

#include "lib/Target/Cuda/Statements.h"

#include "lib/Target/Cuda/Text.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

using namespace mlir;
using namespace tern::cuda;

static constexpr size_t lineWidth = 120;

/// Where to break `text` so that at most `width` columns stand before: in the fewest parentheses, after the last comma
/// there or, where there is none, before the last operator. npos if there is no place.
static size_t breakOf(StringRef text, size_t width) {
  size_t comma = StringRef::npos, operation = StringRef::npos;
  int depth = 0, commaDepth = 0, operationDepth = 0;
  for (size_t i = 1; i + 2 < text.size() && i < width; ++i) {
    depth += StringRef("({[").contains(text[i]);
    depth -= StringRef(")}]").contains(text[i]);
    bool isOperator =
        text[i - 1] == ' ' && StringRef("?:&|+-*/").contains(text[i]) && (text[i + 1] == ' ' || text[i + 2] == ' ');
    if (text[i] == ',' && text[i + 1] == ' ' && (comma == StringRef::npos || depth <= commaDepth))
      comma = i + 1, commaDepth = depth;
    else if (isOperator && (operation == StringRef::npos || depth <= operationDepth))
      operation = i, operationDepth = depth;
  }
  return comma != StringRef::npos ? comma : operation;
}

void StatementPrinter::line(const std::string &text) {
  StringRef rest = text;
  unsigned column = indent * 2;
  while (column + rest.size() > lineWidth) {
    size_t at = breakOf(rest, lineWidth - column);
    if (at == StringRef::npos)
      break;
    output.indent(column) << rest.take_front(at).rtrim() << '\n';
    rest = rest.drop_front(at).ltrim();
    column = indent * 2 + 4;
  }
  output.indent(column) << rest << '\n';
}

/// A backslash at the end of a comment would make the next line a part of it, and to some compilers a carriage return
/// ends it.
void StatementPrinter::printComment(StringRef text) {
  std::string plain = text.str();
  std::replace(plain.begin(), plain.end(), '\r', '\n');
  SmallVector<StringRef> lines;
  StringRef(plain).split(lines, '\n');
  for (StringRef remark : lines) {
    remark = remark.rtrim(" \t\v\f\\");
    output.indent(indent * 2) << (remark.empty() ? "//" : "// ") << remark << '\n';
  }
}

void StatementPrinter::braces(const std::string &head, Block &block, const std::string &tail) {
  line(head + " {");
  ++indent;
  printBlock(block);
  --indent;
  line(tail);
}

void StatementPrinter::printBlock(Block &block) {
  for (Operation &op : block)
    printOp(&op);
}

static std::string valueOf(Value value) { return value ? " = " + valueText(value) : ""; }

static std::string assignText(AssignOp op) {
  std::string name = op.getVariable().getDefiningOp<VariableOp>().getName().str();
  std::string kind = op.getKind() ? operatorText(*op.getKind()).str() : "";
  return name + " " + kind + "= " + valueText(op.getValue()) + ";";
}

static std::string letText(LetOp op) {
  std::string declared = declarationText(op.getType(), op.getName());
  return (isa<PointerType>(op.getType()) ? "" : "const ") + declared + valueOf(op.getValue()) + ";";
}

void StatementPrinter::printIf(IfOp op) {
  std::string head = "if (" + valueText(op.getCondition()) + ")";
  if (op.getElseRegion().empty())
    return braces(head, op.getThenRegion().front());
  braces(head, op.getThenRegion().front(), "} else {");
  ++indent;
  printBlock(op.getElseRegion().front());
  --indent;
  line("}");
}

void StatementPrinter::printFor(ForOp op) {
  std::string name = op.getName().str();
  if (op.getUnroll())
    output << "#pragma unroll\n";
  std::string step = op.getStep() ? name + " += " + valueText(op.getStep()) : "++" + name;
  braces("for (" + declarationText(op.getNumber().getType(), name) + valueOf(op.getBegin()) + "; " + name + " < " +
             valueText(op.getEnd(), Binding::Sum) + "; " + step + ")",
         op.getBody().front());
}

void StatementPrinter::printLambda(LambdaOp op) {
  SmallVector<std::string> parameters;
  for (auto [index, type] : llvm::enumerate(op.getBody().getArgumentTypes()))
    parameters.push_back(declarationText(type, cast<StringAttr>(op.getParameterNamesAttr()[index])));
  std::string result = op.getResultType() ? " -> " + typeText(*op.getResultType()) : "";
  braces("const auto " + op.getName()->str() + " = [&](" + llvm::join(parameters, ", ") + ")" + result,
         op.getBody().front(), "};");
}

void StatementPrinter::printOp(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](LetOp op) { line(letText(op)); })
      .Case([&](VariableOp op) {
        line(declarationText(op.getType().getValue(), op.getName()) + valueOf(op.getValue()) + ";");
      })
      .Case([&](ArrayOp op) {
        line(declarationText(op.getType().getElement(), op.getName()) + "[" + std::to_string(op.getCount()) + "];");
      })
      .Case([&](AssignOp op) { line(assignText(op)); })
      .Case([&](StoreOp op) { line(elementText(op.getPointer(), op.getIndex()) + valueOf(op.getValue()) + ";"); })
      .Case([&](BarrierOp) { line("__syncthreads();"); })
      .Case([&](CommentOp op) { printComment(op.getText()); })
      .Case([&](BreakOp) { line("break;"); })
      .Case([&](IfOp op) { printIf(op); })
      .Case([&](ForOp op) { printFor(op); })
      .Case([&](WhileOp op) {
        auto condition = cast<ConditionOp>(op.getBefore().front().getTerminator());
        braces("while (" + valueText(condition.getCondition()) + ")", op.getBody().front());
      })
      .Case([&](LambdaOp op) { printLambda(op); })
      .Case([&](YieldOp op) {
        if (op.getValue())
          line("return " + valueText(op.getValue()) + ";");
      })
      .Case([&](CallOp op) {
        if (op.getNumResults() == 0)
          line(callText(op) + ";");
      })
      .Default([](Operation *) {}); // expressions are printed where they are used, cuda.return is the closing brace
}

void StatementPrinter::printTable(TableOp table) {
  SmallVector<std::string> elements;
  for (Attribute element : table.getElements())
    elements.push_back(numberText(cast<TypedAttr>(element), /*hex=*/false));
  line("__device__ const " + declarationText(table.getElementType(), table.getSymName()) + "[" +
       std::to_string(elements.size()) + "] = {" + llvm::join(elements, ", ") + "};");
  output << '\n';
}

/// `const float *__restrict__ x`.
static std::string parameterText(KernelOp kernel, unsigned index) {
  std::string name = kernel.getArgumentName(index);
  return declarationText(kernel.getArgumentTypes()[index],
                         kernel.isArgumentAliased(index) ? name : "__restrict__ " + name);
}

void StatementPrinter::printKernel(KernelOp kernel) {
  if (kernel.getComment())
    printComment(*kernel.getComment());
  SmallVector<std::string> parameters;
  for (unsigned index = 0; index < kernel.getNumArguments(); ++index)
    parameters.push_back(parameterText(kernel, index));
  parameters.push_back("Sizes sizes");
  parameters.push_back("long long *problem");
  std::string name = kernel.getSymName().str();
  output << "extern \"C\" __global__ void __launch_bounds__(" << kernel.getThreads();
  if (kernel.getResident())
    output << ", " << *kernel.getResident();
  output << ")\n";
  std::string together = name + "(" + llvm::join(parameters, ", ") + ") {";
  std::string between = together.size() <= lineWidth ? ", " : ",\n" + std::string(name.size() + 1, ' ');
  output << name << "(" << llvm::join(parameters, between) << ") {\n";
  ++indent;
  printBlock(kernel.getBody().front());
  --indent;
  output << "}\n\n";
}
