//===- RopeFrequencies.cpp - How fast each pair turns ---------------------===//
//
// Definitions follow modeling_rope_utils.py of Hugging Face transformers, https://github.com/huggingface/transformers,
// which computes in f32; here everything is f64.
//
//===----------------------------------------------------------------------===//

#include "tern/Interpreter/RopeFrequencies.h"

#include <cmath>

using namespace tern;
using graph::RopeAttr;
using graph::RopeScaling;

static constexpr double pi = 3.14159265358979323846;

/// theta^(-2i/r).
static std::vector<double> defaultFrequencies(double theta, int64_t dims) {
  std::vector<double> frequencies;
  for (int64_t i = 0; i < dims / 2; ++i)
    frequencies.push_back(std::pow(theta, -2.0 * i / dims));
  return frequencies;
}

/// The base that `dynamic` scaling uses for a call of `length` positions.
static double dynamicTheta(RopeAttr rotary, int64_t length) {
  double theta = rotary.getTheta(), factor = rotary.getFactor(), dims = rotary.getDims();
  if (length <= rotary.getOriginal() || dims <= 2) // with one pair the frequency is theta^0
    return theta;
  return theta * std::pow(factor * length / rotary.getOriginal() - (factor - 1), dims / (dims - 2));
}

/// Long wavelengths divided by the factor, short ones kept, those between blended.
static double scaleLlama3(RopeAttr rotary, double frequency) {
  double low = rotary.getLowFrequency(), high = rotary.getHighFrequency(), original = rotary.getOriginal();
  double wavelength = 2 * pi / frequency;
  if (wavelength > original / low)
    return frequency / rotary.getFactor();
  if (wavelength < original / high)
    return frequency;
  double smooth = (original / wavelength - low) / (high - low);
  return (1 - smooth) * frequency / rotary.getFactor() + smooth * frequency;
}

/// The pair, as a real number, that makes `turns` full turns in the original context.
static double pairOfTurns(RopeAttr rotary, double turns) {
  return rotary.getDims() * std::log(rotary.getOriginal() / (turns * 2 * pi)) / (2 * std::log(rotary.getTheta()));
}

/// Pairs that turn fast keep their frequency, pairs that turn slowly have it divided by the factor, a ramp between.
static void scaleYarn(RopeAttr rotary, std::vector<double> &frequencies) {
  double low = pairOfTurns(rotary, rotary.getBetaFast()), high = pairOfTurns(rotary, rotary.getBetaSlow());
  if (rotary.getTruncate()) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min<double>(high, rotary.getDims() - 1);
  if (low == high)
    high += 0.001; // transformers' guard against a division by zero
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    double ramp = std::clamp((i - low) / (high - low), 0.0, 1.0);
    frequencies[i] = frequencies[i] / rotary.getFactor() * ramp + frequencies[i] * (1 - ramp);
  }
}

std::vector<double> tern::ropeFrequencies(RopeAttr rotary, int64_t length, llvm::ArrayRef<float> factors,
                                          llvm::ArrayRef<float> longFactors) {
  RopeScaling scaling = rotary.getScaling();
  double theta = scaling == RopeScaling::Dynamic ? dynamicTheta(rotary, length) : double(rotary.getTheta());
  std::vector<double> frequencies = defaultFrequencies(theta, rotary.getDims());
  if (scaling == RopeScaling::Linear)
    for (double &frequency : frequencies)
      frequency /= rotary.getFactor();
  if (scaling == RopeScaling::Llama3)
    for (double &frequency : frequencies)
      frequency = scaleLlama3(rotary, frequency);
  if (scaling == RopeScaling::Yarn)
    scaleYarn(rotary, frequencies);
  bool isLong = scaling == RopeScaling::Longrope && length > rotary.getOriginal();
  llvm::ArrayRef<float> divisors = isLong ? longFactors : factors;
  for (std::size_t i = 0; i < divisors.size(); ++i)
    frequencies[i] /= divisors[i];
  return frequencies;
}
