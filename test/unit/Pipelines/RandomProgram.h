//===- RandomProgram.h - Valid graph programs from a seed --------*- C++ -*-===//
//
//   RandomProgram program = makeRandomProgram(seed, size, pool);
//   program.text       a module with one function @program
//   program.calls      sizes and arguments of two or three calls in a row
//
// A program grows op by op from what is there already: an op picks values that suit it, or asks for a new argument. The
// same seed with a smaller size is a prefix of the larger program, so a failure shrinks by asking for less.
//
// Every value carries an interval that its elements stay in, and how far its elements may be off when compiled. The
// interval keeps programs away from what has no one answer (exp that overflows, a logarithm of nothing, ids outside
// their table). The error is what float arithmetic may cost: each op multiplies the errors of its operands by its
// largest slope on their intervals and adds a rounding of its own. So a test compares with a tolerance that follows from
// the program; an element is off only where code is wrong. What jumps (compare, argmax, casts to integers) reads values
// without any error alone.
//
// There are two errors, for two programs that compiled code is compared with: the one that was written, where a precision
// policy costs what it rounds away (`RandomPolicy` says how much), and the one that the phase precision made of it,
// which rounds at the same places. A product of an argument in 8 bits may be off from the former by 1/250 of its largest
// value, but from the latter by no more than a product in f32.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_PIPELINES_RANDOMPROGRAM_H
#define TERN_TEST_UNIT_PIPELINES_RANDOMPROGRAM_H

#include "tern/Interpreter/Tensor.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace tern::testing {

/// A precision policy, and how far it moves a number, in parts of the largest magnitude.
struct RandomPolicy {
  const char *text;         ///< As for `--precision`.
  double quantizedRounding; ///< Activations of weights in blocks.
  double floatRounding;     ///< Activations of weights in floats.
  double cacheRounding;     ///< Keys and values.
};
/// Programs take turns with these.
extern const std::array<RandomPolicy, 8> randomPolicies;

/// What compiled code is compared with.
enum class Reference { Written, Rounded };
constexpr int numReferences = 2;
using Errors = std::array<double, numReferences>;

/// Numbers and symbols, outermost first: {"B", "T", "64"}.
using Dims = std::vector<std::string>;

/// What symbols stand for.
using Sizes = std::map<std::string, std::int64_t>;

/// What an argument holds.
enum class Role {
  Uniform,   ///< Numbers in [low, high].
  Choice,    ///< Indices of a dimension: below `of`.
  Positions, ///< Those of this call's tokens: where the sequence is, counting up; some at the end have no token.
  Lengths,   ///< From 1 to the size of the dimension `of`.
};

struct RandomArgument {
  std::string name, element;
  Dims dims;
  Role role = Role::Uniform;
  double low = 0, high = 0;
  std::string of;
};

struct RandomResult {
  std::string name;
  Errors errors;
};

/// A file of random blocks for weights of every block format. Made once for a process; removed with it.
class BlockPool {
public:
  BlockPool();
  ~BlockPool();
  BlockPool(const BlockPool &) = delete;
  BlockPool &operator=(const BlockPool &) = delete;

  /// The declaration of the file.
  std::string fileOp() const;

  /// Where blocks of `format` begin, and how many there are.
  struct Range {
    std::uint64_t offset = 0, blocks = 0;
  };
  Range range(StorageFormat format) const { return ranges[static_cast<int>(format)]; }

  /// No decoded element is larger.
  static constexpr double largest = 0.25;

private:
  std::string path;
  std::uint64_t size = 0;
  std::array<Range, numStorageFormats> ranges;
};

struct RandomProgram {
  std::string text;
  std::vector<RandomArgument> arguments;
  std::vector<RandomResult> results;
  std::vector<Sizes> calls;   ///< Each with B and T, and C where the program has a cache.
  std::string entry;          ///< For the option `entries` of the phase schedule.
  std::int64_t slots = 1;     ///< What B stands for.
  std::vector<std::string> ops; ///< Names of the ops in it, for counting.
};

RandomProgram makeRandomProgram(std::uint64_t seed, int size, const RandomPolicy &policy, const BlockPool &pool);

/// Arguments of call `call`: from the seed, the call and the argument's number alone.
std::vector<Tensor> randomArguments(const RandomProgram &program, std::uint64_t seed, std::size_t call);

} // namespace tern::testing

#endif // TERN_TEST_UNIT_PIPELINES_RANDOMPROGRAM_H
