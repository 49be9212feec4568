//===- GraphAttrs.cpp - Attributes of the graph dialect -------------------===//

#include "dialects/Graph/IR/Graph.h"

#include <cmath>
#include <cstdlib>

using namespace mlir;
using namespace tern;
using namespace tern::graph;

void graph::printReal(AsmPrinter &printer, double value) {
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  // The lexer wants a point in every float: "1e-05" becomes "1.0e-05".
  std::string spelled = text;
  if (std::size_t exponent = spelled.find('e');
      exponent != std::string::npos && spelled.find('.') == std::string::npos)
    spelled.insert(exponent, ".0");
  printer << spelled;
}

FailureOr<Real> graph::parseReal(AsmParser &parser) {
  double value;
  if (failed(parser.parseFloat(value)))
    return failure();
  return Real(value);
}

LogicalResult RopeAttr::verify(function_ref<InFlightDiagnostic()> emitError, Real theta, int64_t dims, RopeLayout,
                               RopeScaling scaling, Real factor, int64_t original, Real, Real, Real, Real, int64_t,
                               Real) {
  if (!(theta > 0) || !std::isfinite(theta) || !(factor > 0) || !std::isfinite(factor)) // (C1)
    return emitError() << "'theta' and 'factor' must be positive numbers, got " << double(theta) << " and "
                       << double(factor);
  if (dims <= 0 || dims % 2 != 0) // (C2)
    return emitError() << "'dims' must be even and positive, got " << dims;
  bool needsOriginal = scaling != RopeScaling::Default && scaling != RopeScaling::Linear;
  if (needsOriginal && original <= 0) // (C3)
    return emitError() << "scaling '" << stringifyRopeScaling(scaling) << "' needs a positive 'original', got "
                       << original;
  return success();
}
