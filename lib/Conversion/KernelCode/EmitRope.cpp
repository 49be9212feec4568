//===- EmitRope.cpp - Rotary position embedding ---------------------------===//
//
// Angles are position * frequency in f64: positions are whole numbers up to a million and results turn with the last
// digits of the angle.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "tern/Interpreter/RopeFrequencies.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// Frequencies
//===----------------------------------------------------------------------===//

namespace {

/// The operands that graph.rope and graph.rope_table share.
struct Rotation {
  Operation *op;
  graph::RopeAttr rotary;
  Value positions, factors, longFactors;

  int64_t pairs() const { return rotary.getDims() / 2; }
};

} // namespace

/// One more than the largest position of the call, at least 0: what `dynamic` and `longrope` look at.
static Val callLength(const Request &r, const Rotation &rotation) {
  CodeBuilder &b = r.b();
  return r.e.onceValue(rotation.op, 1, {}, [&] {
    auto type = cast<graph::SymbolicTensorType>(rotation.positions.getType());
    Val zero = r.e.number(0), one = r.e.number(1);
    return b.fold(zero, r.e.size(type, 0), one, {zero}, [&](Val sequence, ArrayRef<Val> outer) {
      return b.fold(zero, r.e.size(type, 1), one, outer, [&](Val token, ArrayRef<Val> carried) {
        return Vals{b.maximum(carried[0], r.e.element(rotation.positions, {sequence, token}) + 1)};
      });
    })[0];
  });
}

/// `dynamic` divides frequency i by m^(2i / (r - 2)), m = factor * length / original - (factor - 1), from `original`
/// on: a pointer to the frequencies of this call, in scratch.
static Val dynamicFrequencies(const Request &r, const Rotation &rotation, Val frequencies) {
  CodeBuilder &b = r.b();
  graph::RopeAttr rotary = rotation.rotary;
  Val length = callLength(r, rotation);
  return r.e.onceValue(rotation.op, 2, {}, [&] {
    Val scaled = r.e.scratch(rotation.pairs() * 8);
    double factor = rotary.getFactor(), original = rotary.getOriginal();
    Val m = b.toFloat(b.f64, length) * (factor / original) - (factor - 1);
    Val logarithm = b.logF64(b.select(length > rotary.getOriginal(), m, literal(m, 1.0)));
    r.e.fillRow(r.e.number(0), r.e.number(rotation.pairs()), 1, [&](Val i, int64_t) {
      // With one pair the frequency is theta^0.
      double perPair = rotary.getDims() > 2 ? -2.0 / (rotary.getDims() - 2) : 0.0;
      Val divided = b.load(b.f64, frequencies, i) * b.expF64(logarithm * b.toFloat(b.f64, i) * perPair);
      b.store(divided, scaled, i);
    });
    return scaled;
  });
}

/// How fast pair `i` and its right neighbours turn.
static Val frequencyOf(const Request &r, const Rotation &rotation, Val i, int64_t lanes) {
  CodeBuilder &b = r.b();
  Val table = r.e.onceValue(rotation.op, 3, {}, [&] {
    // Lengths up to `original` leave frequencies alone, so length 0 gives those that runtime scaling starts from.
    return r.e.constantTable(ropeFrequencies(rotation.rotary, 0));
  });
  if (rotation.rotary.getScaling() == graph::RopeScaling::Dynamic)
    table = dynamicFrequencies(r, rotation, table);
  Val frequency = b.load(lanes == 1 ? b.f64 : CodeBuilder::vec(b.f64, lanes), table, i);
  if (!rotation.factors)
    return frequency;
  Val factor = r.e.element(rotation.factors, {i}, lanes);
  if (rotation.longFactors) {
    Val isLong = callLength(r, rotation) > rotation.rotary.getOriginal();
    factor = b.select(isLong, r.e.element(rotation.longFactors, {i}, lanes), factor);
  }
  return frequency / b.convertFloat(b.f64, factor);
}

/// Cosine and sine of pair `i` and its right neighbours for the token at `token` = (b, t), times the attention factor.
static std::pair<Val, Val> turnOf(const Request &r, const Rotation &rotation, ArrayRef<Val> token, Val i,
                                  int64_t lanes) {
  CodeBuilder &b = r.b();
  Val position =
      r.e.onceValue(rotation.op, 4, token, [&] { return b.toFloat(b.f64, r.e.element(rotation.positions, token)); });
  Val frequency = frequencyOf(r, rotation, i, lanes);
  auto [sine, cosine] = b.sinCos((lanes == 1 ? position : b.broadcast(position, lanes)) * frequency);
  double factor = rotation.rotary.getAttentionFactor();
  return {b.convertFloat(b.f32, cosine * factor), b.convertFloat(b.f32, sine * factor)};
}

//===----------------------------------------------------------------------===//
// Heads turned
//===----------------------------------------------------------------------===//

/// Cosine and sine of pair `i` and its neighbours.
using Turns = llvm::function_ref<std::pair<Val, Val>(Val i, int64_t lanes)>;

/// Pair i is (x[i], x[i + r/2]); which of the two is asked for decides which sum is the element.
static Val turnHalf(const Request &r, Value input, int64_t pairs, Turns turns) {
  CodeBuilder &b = r.b();
  Val isFirst = r.last() < pairs;
  Val i = b.select(isFirst, r.last(), r.last() - pairs);
  Val x = r.inRow(input, i, r.lanes), y = r.inRow(input, i + pairs, r.lanes);
  auto [cosine, sine] = turns(i, r.lanes);
  return b.select(isFirst, x * cosine - y * sine, y * cosine + x * sine);
}

/// Pair i is (x[2i], x[2i + 1]).
static Val turnInterleaved(const Request &r, Value input, Turns turns) {
  CodeBuilder &b = r.b();
  Val i = r.last() >> 1;
  if (r.lanes == 1) {
    Val isFirst = (r.last() & 1) == 0;
    Val x = r.inRow(input, i << 1, 1), y = r.inRow(input, (i << 1) + 1, 1);
    auto [cosine, sine] = turns(i, 1);
    return b.select(isFirst, x * cosine - y * sine, y * cosine + x * sine);
  }
  SmallVector<int64_t> partner, twice, signs;
  for (int64_t lane = 0; lane < r.lanes; ++lane) {
    partner.push_back(lane ^ 1);
    twice.push_back(lane / 2);
    signs.push_back(lane % 2 == 0 ? -1 : 1);
  }
  Val x = r.same(input);
  auto [cosine, sine] = turns(i, r.lanes / 2);
  if (r.lanes == 2) {
    cosine = b.broadcast(cosine, 2);
    sine = b.broadcast(sine, 2);
  } else {
    cosine = b.shuffle(cosine, twice);
    sine = b.shuffle(sine, twice);
  }
  return x * cosine + b.shuffle(x, partner) * sine * b.constantLanes(b.f32, signs);
}

/// Elements from 2 * pairs on are copied.
static Val turn(const Request &r, Value input, graph::RopeLayout layout, int64_t pairs, Turns turns) {
  auto turned = [&] {
    return layout == graph::RopeLayout::Half ? turnHalf(r, input, pairs, turns) : turnInterleaved(r, input, turns);
  };
  if (r.type().getStaticDim(-1) == 2 * pairs)
    return turned();
  return r.b().ifElse(r.last() < 2 * pairs, [&] { return Vals{turned()}; }, [&] { return Vals{r.same(input)}; })[0];
}

static Val emitRotate(const Request &r, graph::RotateOp op) {
  int64_t pairs = *cast<graph::SymbolicTensorType>(op.getTable().getType()).getStaticDim(-1) / 2;
  return turn(r, op.getInput(), op.getLayout(), pairs, [&](Val i, int64_t lanes) {
    auto entry = [&](Val place) { return r.e.element(op.getTable(), {r.index[0], r.index[1], place}, lanes); };
    return std::make_pair(entry(i), entry(i + pairs));
  });
}

static Val emitRopeTable(const Request &r, graph::RopeTableOp op) {
  Rotation rotation{op, op.getRotary(), op.getPositions(), op.getFactors(), op.getLongFactors()};
  Val isCosine = r.last() < rotation.pairs();
  Val i = r.b().select(isCosine, r.last(), r.last() - rotation.pairs());
  auto [cosine, sine] = turnOf(r, rotation, r.row(), i, r.lanes);
  return r.b().select(isCosine, cosine, sine);
}

/// The token's cosines and sines are computed once for all its heads, into scratch.
static Val emitRope(const Request &r, graph::RopeOp op) {
  CodeBuilder &b = r.b();
  Rotation rotation{op, op.getRotary(), op.getPositions(), op.getFactors(), op.getLongFactors()};
  int64_t pairs = rotation.pairs();
  Val table = r.e.onceValue(op, 0, r.index.take_front(2), [&] {
    Val buffer = r.e.scratch(2 * pairs * 4);
    int64_t lanes = pairs % r.e.vectorLanes == 0 ? r.e.vectorLanes : 1;
    r.e.fillRow(r.e.number(0), r.e.number(pairs), lanes, [&](Val i, int64_t lanes) {
      auto [cosine, sine] = turnOf(r, rotation, r.index.take_front(2), i, lanes);
      b.store(cosine, buffer, i);
      b.store(sine, buffer, i + pairs);
    });
    return buffer;
  });
  return turn(r, op.getInput(), op.getRotary().getLayout(), pairs, [&](Val i, int64_t lanes) {
    Type type = lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, lanes);
    return std::make_pair(b.load(type, table, i), b.load(type, table, i + pairs));
  });
}

Val emitRope(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::RopeOp op) { return emitRope(r, op); })
      .Case([&](graph::RopeTableOp op) { return emitRopeTable(r, op); })
      .Case([&](graph::RotateOp op) { return emitRotate(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
