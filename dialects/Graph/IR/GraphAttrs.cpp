//===- GraphAttrs.cpp - Attributes of the graph dialect -------------------===//

#include "dialects/Graph/IR/Graph.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Numbers and hashes
//===----------------------------------------------------------------------===//

/// The fewest significant digits, at most 17, from which `value` reads back to the same bits.
static int significantDigits(double value) {
  char text[40];
  for (int digits = 1; digits < 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (std::strtod(text, nullptr) == value)
      return digits;
  }
  return 17;
}

void graph::printReal(AsmPrinter &printer, double value) {
  // The lexer wants a point in every float: "1e-05" becomes "1.0e-05". What a person would write without an exponent is
  // written so.
  int digits = significantDigits(value);
  double magnitude = std::fabs(value);
  char text[40];
  if (value == 0 || (magnitude >= 1e-4 && magnitude < 1e9)) {
    int exponent = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(magnitude)));
    std::snprintf(text, sizeof text, "%.*f", std::max(1, digits - 1 - exponent), value);
    printer << text;
    return;
  }
  std::snprintf(text, sizeof text, "%.*e", std::max(1, digits - 1), value);
  printer << text;
}

FailureOr<Real> graph::parseReal(AsmParser &parser) {
  double value;
  if (failed(parser.parseFloat(value)))
    return failure();
  return Real(value);
}

std::string graph::contentHash(ArrayRef<uint8_t> bytes) {
  return "xxh3:" + llvm::utohexstr(llvm::xxh3_64bits(bytes), /*LowerCase=*/true, /*Width=*/16);
}

bool graph::isContentHash(StringRef hash) {
  return hash.consume_front("xxh3:") && hash.size() == 16 &&
         llvm::all_of(hash, [](char c) { return llvm::isHexDigit(c) && !llvm::isUpper(c); });
}

//===----------------------------------------------------------------------===//
// RopeAttr
//===----------------------------------------------------------------------===//

/// (C5): what the formula of `scaling` would otherwise divide by zero.
static LogicalResult checkFormula(function_ref<InFlightDiagnostic()> emitError, Real theta, int64_t dims,
                                  RopeScaling scaling, Real lowFrequency, Real highFrequency, Real betaFast,
                                  Real betaSlow) {
  if (scaling == RopeScaling::Dynamic && dims <= 2)
    return emitError() << "scaling 'dynamic' needs 'dims' of more than 2, got " << dims;
  if (scaling == RopeScaling::Llama3 && !(lowFrequency < highFrequency))
    return emitError() << "scaling 'llama3' needs 'low_frequency' less than 'high_frequency', got "
                       << double(lowFrequency) << " and " << double(highFrequency);
  if (scaling == RopeScaling::Yarn && (theta == Real(1) || !(betaSlow < betaFast)))
    return emitError() << "scaling 'yarn' needs 'theta' other than 1 and 'beta_slow' less than 'beta_fast', got "
                       << double(theta) << ", " << double(betaSlow) << " and " << double(betaFast);
  return success();
}

LogicalResult RopeAttr::verify(function_ref<InFlightDiagnostic()> emitError, Real theta, int64_t dims, RopeLayout,
                               RopeScaling scaling, Real factor, int64_t original, Real lowFrequency,
                               Real highFrequency, Real betaFast, Real betaSlow, int64_t truncate,
                               Real attentionFactor) {
  if (!(theta > 0) || !(factor > 0)) // (C1)
    return emitError() << "'theta' and 'factor' must be positive numbers, got " << double(theta) << " and "
                       << double(factor);
  for (double number : {theta, factor, lowFrequency, highFrequency, betaFast, betaSlow, attentionFactor})
    if (!std::isfinite(number)) // (C1)
      return emitError() << "numbers must be finite, got " << number;
  if (dims <= 0 || dims % 2 != 0) // (C2)
    return emitError() << "'dims' must be even and positive, got " << dims;
  bool needsOriginal = scaling != RopeScaling::Default && scaling != RopeScaling::Linear;
  if (needsOriginal && original <= 0) // (C3)
    return emitError() << "scaling '" << stringifyRopeScaling(scaling) << "' needs a positive 'original', got "
                       << original;
  if (truncate != 0 && truncate != 1) // (C4)
    return emitError() << "'truncate' must be 0 or 1, got " << truncate;
  return checkFormula(emitError, theta, dims, scaling, lowFrequency, highFrequency, betaFast, betaSlow);
}

//===----------------------------------------------------------------------===//
// StoredAttr and RandomAttr
//===----------------------------------------------------------------------===//

LogicalResult StoredAttr::verify(function_ref<InFlightDiagnostic()> emitError, FlatSymbolRefAttr, StringAttr,
                                 int64_t offset, int64_t bytes, StringAttr hash) {
  if (offset < 0 || bytes < 0) // (C1)
    return emitError() << "'offset' and 'bytes' must not be negative, got " << offset << " and " << bytes;
  if (hash && !isContentHash(hash)) // (C2)
    return emitError() << "'hash' must be 'xxh3:' and 16 lower-case hexadecimal digits, got " << hash;
  return success();
}

LogicalResult RandomAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringAttr, uint64_t, Real center,
                                 Real scale) {
  if (!std::isfinite(center) || !std::isfinite(scale)) // (C1)
    return emitError() << "'center' and 'scale' must be finite, got " << double(center) << " and " << double(scale);
  return success();
}
