//===- Difference.cpp - How far two tensors are apart ---------------------===//

#include "Difference.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace tern;

double tern::errorBetween(double actual, double expected) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
    return 0;
  double error = std::fabs(actual - expected);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

/// Errors of 64-bit integers may not fit f64 exactly, but are not 0 if the integers differ.
static double errorBetween(int64_t actual, int64_t expected) {
  return actual == expected ? 0 : std::max(1.0, std::fabs(static_cast<double>(actual) - static_cast<double>(expected)));
}

/// Calls `body(place, error, expected)` for each element.
static void forEachError(const Tensor &actual, const Tensor &expected,
                         llvm::function_ref<void(int64_t place, double error, double expected)> body) {
  if (actual.isInteger())
    for (int64_t i = 0; i < actual.size(); ++i)
      body(i, errorBetween(actual.ints()[i], expected.ints()[i]), static_cast<double>(expected.ints()[i]));
  else
    for (int64_t i = 0; i < actual.size(); ++i)
      body(i, errorBetween(double{actual.floats()[i]}, double{expected.floats()[i]}), expected.floats()[i]);
}

/// Counts one more element that is off by `error` at `place`.
static void add(std::optional<Difference> &difference, int64_t place, double error) {
  if (!difference) {
    difference = Difference{place, 1, error};
    return;
  }
  ++difference->count;
  if (error > difference->error) {
    difference->error = error;
    difference->place = place;
  }
}

std::optional<Difference> tern::compareClose(const Tensor &actual, const Tensor &expected, Tolerance tolerance) {
  std::optional<Difference> difference;
  forEachError(actual, expected, [&](int64_t place, double error, double value) {
    double allowed = tolerance.absolute + tolerance.relative * std::fabs(value);
    // An infinite element allows only itself, whatever the relative tolerance says.
    if (error > 0 && !(error <= allowed && std::isfinite(error)))
      add(difference, place, error);
  });
  return difference;
}

std::optional<Difference> tern::compareExact(const Tensor &actual, const Tensor &expected) {
  std::optional<Difference> difference;
  forEachError(actual, expected, [&](int64_t place, double error, double) {
    bool otherZero = !actual.isInteger() &&
                     std::signbit(actual.floats()[place]) != std::signbit(expected.floats()[place]) &&
                     !std::isnan(expected.floats()[place]);
    if (error > 0 || otherZero)
      add(difference, place, error);
  });
  return difference;
}

double tern::largestError(const Tensor &actual, const Tensor &expected) {
  double largest = 0;
  forEachError(actual, expected, [&](int64_t, double error, double) { largest = std::max(largest, error); });
  return largest;
}

/// Element `place` with enough digits to tell it from its neighbours.
static std::string elementText(const Tensor &tensor, int64_t place) {
  if (tensor.isInteger())
    return std::to_string(tensor.ints()[place]);
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", tensor.floats()[place]);
  return text;
}

std::string Difference::str(const Tensor &actual, const Tensor &expected) const {
  char errorText[40];
  std::snprintf(errorText, sizeof errorText, "%.3g", error);
  return std::to_string(count) + " of " + std::to_string(actual.size()) + " elements differ; worst at " +
         indexText(actual.shape(), place) + ": got " + elementText(actual, place) + ", expected " +
         elementText(expected, place) + ", error " + errorText;
}
