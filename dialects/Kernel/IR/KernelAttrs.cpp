//===- KernelAttrs.cpp - Schedules, tasks, layouts ------------------------===//

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::kernel;

#include "dialects/Kernel/IR/KernelEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/IR/KernelAttrs.cpp.inc"

void KernelDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Kernel/IR/KernelAttrs.cpp.inc"
      >();
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> error, Kind, int64_t rows, int64_t tokens,
                                   int64_t inlinePrologue, int64_t prefetch) {
  if (rows < 0 || tokens < 0 || prefetch < 0) // (C1)
    return error() << "'rows', 'tokens' and 'prefetch' must not be negative, got " << rows << ", " << tokens << " and "
                   << prefetch;
  if (inlinePrologue != 0 && inlinePrologue != 1) // (C1)
    return error() << "'inline_prologue' must be 0 or 1, got " << inlinePrologue;
  return success();
}

LogicalResult TasksAttr::verify(function_ref<InFlightDiagnostic()> error, ArrayRef<int64_t> roots,
                                ArrayRef<Attribute> dims, ArrayRef<int64_t> tiles) {
  if (roots.empty()) // (C1)
    return error() << "tasks must compute something, got no roots";
  if (dims.size() != tiles.size() || llvm::any_of(tiles, [](int64_t tile) { return tile <= 0; })) // (C2)
    return error() << "each of " << dims.size() << " dimensions must have a positive tile, got [" << tiles << "]";
  for (Attribute dim : dims)
    if (auto size = dyn_cast<IntegerAttr>(dim); size && size.getInt() < 0) // (C2)
      return error() << "sizes must not be negative, got " << size.getInt();
  return success();
}

/// `[0, 1]`.
static ParseResult parseNumbers(AsmParser &parser, SmallVectorImpl<int64_t> &numbers) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                        [&] { return parser.parseInteger(numbers.emplace_back()); });
}

/// `[1, "T", 576]`.
static ParseResult parseDims(AsmParser &parser, SmallVectorImpl<Attribute> &dims) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    std::string name;
    if (succeeded(parser.parseOptionalString(&name))) {
      dims.push_back(graph::symbolicDim(parser.getContext(), name));
      return success();
    }
    int64_t size = 0;
    if (parser.parseInteger(size))
      return failure();
    dims.push_back(graph::staticDim(parser.getContext(), size));
    return success();
  });
}

Attribute TasksAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> roots, tiles;
  SmallVector<Attribute> dims;
  if (parser.parseLess() || parser.parseKeyword("roots") || parser.parseEqual() || parseNumbers(parser, roots) ||
      parser.parseComma() || parser.parseKeyword("dims") || parser.parseEqual() || parseDims(parser, dims) ||
      parser.parseComma() || parser.parseKeyword("tiles") || parser.parseEqual() || parseNumbers(parser, tiles) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<TasksAttr>(parser.getContext(), roots, dims, tiles);
}

void TasksAttr::print(AsmPrinter &printer) const {
  printer << "<roots = [" << getRoots() << "], dims = [";
  llvm::interleaveComma(getDims(), printer, [&](Attribute dim) {
    if (auto symbol = dyn_cast<StringAttr>(dim))
      printer << symbol;
    else
      printer << cast<IntegerAttr>(dim).getInt();
  });
  printer << "], tiles = [" << getTiles() << "]>";
}

LogicalResult StateType::verify(function_ref<InFlightDiagnostic()> error, graph::SymbolicTensorType tensor,
                                Layout layout) {
  if (layout == Layout::Tiles16) // (C1)
    return error() << "layout 'tiles16' is of weights, not of states";
  if (layout != Layout::Rows && tensor.getRank() != 4) // (C1)
    return error() << "layout '" << stringifyLayout(layout) << "' is of tensors of rank 4, got " << tensor;
  return success();
}
