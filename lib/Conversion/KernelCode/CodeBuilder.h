//===- CodeBuilder.h - A small language to write kernels in ------*- C++ -*-===//
//
// Kernels are written as C++ that reads like the loops it produces:
//
//   Val sum = b.fold(b.index(0), count, b.index(1), {b.constant(b.f32, 0.0)}, [&](Val i, llvm::ArrayRef<Val> carried) {
//     Val x = b.load(b.f32, input, i);
//     return Vals{carried[0] + x * x};
//   })[0];
//   b.store(b.rsqrt(sum / b.toFloat(b.f32, count) + 1e-5), output, b.index(0));
//
// A Val is an SSA value with arithmetic. Scalars and one-dimensional vectors alike: every operator and function below
// works element by element. Integers are signed, and `index` is i64. A C++ number beside a Val becomes a constant of
// the Val's type. What is built are operations of arith, math, scf, vector and llvm, folded where operands are
// constants.
//
// Memory is pointers (!llvm.ptr) with offsets counted in elements of the type that is loaded or stored (`load`,
// `store`), or in bytes (`bytePointer`). Loads and stores are aligned to one element unless told otherwise.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELCODE_CODEBUILDER_H
#define TERN_CONVERSION_KERNELCODE_CODEBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <type_traits>

namespace tern::code {

class CodeBuilder;

/// A scalar, a vector or a pointer, and the builder that made it.
class Val {
public:
  Val() = default;
  Val(CodeBuilder &builder, mlir::Value value) : builder(&builder), value(value) {}

  explicit operator bool() const { return bool(value); }
  mlir::Value get() const { return value; }
  mlir::Type getType() const { return value.getType(); }
  CodeBuilder &getBuilder() const { return *builder; }

  /// The type of one element: of a vector's elements, or of the scalar itself.
  mlir::Type getElementType() const { return mlir::getElementTypeOrSelf(value.getType()); }
  bool isFloat() const { return llvm::isa<mlir::FloatType>(getElementType()); }

  /// The number of elements of a vector, 1 for a scalar.
  int64_t getLanes() const;

private:
  CodeBuilder *builder = nullptr;
  mlir::Value value;
};

using Vals = llvm::SmallVector<Val, 4>;

class CodeBuilder {
public:
  CodeBuilder(mlir::OpBuilder &builder, mlir::Location loc);

  mlir::OpBuilder &builder;
  mlir::Location loc;

  /// Rounding is that of IEEE 754 but for what these flags allow; `contract` (a multiply-add rounds once) to begin
  /// with.
  mlir::arith::FastMathFlags fastMath = mlir::arith::FastMathFlags::contract;

  /// Whether functions and conversions of bf16 are left to the target as ops of math and arith, instead of written out.
  bool callsFunctions = false;

  /// Types.
  mlir::Type i1, i8, i16, i32, i64, f16, bf16, f32, f64, ptr;
  static mlir::Type vec(mlir::Type element, int64_t lanes);
  /// `like` with `element` for elements: a vector of as many lanes, or the scalar.
  static mlir::Type sameShape(mlir::Type like, mlir::Type element);

  Val wrap(mlir::Value value) { return Val(*this, value); }

  /// Constants; of a vector type all lanes are the same.
  Val index(int64_t number);
  Val constant(mlir::Type type, double number);
  Val constantInt(mlir::Type type, int64_t number);
  /// A vector of the given lanes, whose element type is an integer or a float.
  Val constantLanes(mlir::Type element, llvm::ArrayRef<int64_t> lanes);
  /// The same integer as a value that is made where the builder stands.
  Val here(Val integer);
  /// A value nobody may look at.
  Val undefined(mlir::Type type);

  /// Loops over [begin, end) by `step`, all i64. `fold` hands values from one iteration to the next and returns the
  /// last.
  void forLoop(Val begin, Val end, Val step, llvm::function_ref<void(Val)> body);
  void forLoop(int64_t begin, int64_t end, int64_t step, llvm::function_ref<void(Val)> body);
  Vals fold(Val begin, Val end, Val step, llvm::ArrayRef<Val> init,
            llvm::function_ref<Vals(Val, llvm::ArrayRef<Val>)> body);
  /// Runs `body` while `condition` holds for the values it returned last; returns those for which it did not hold.
  Vals whileLoop(llvm::ArrayRef<Val> init, llvm::function_ref<Val(llvm::ArrayRef<Val>)> condition,
                 llvm::function_ref<Vals(llvm::ArrayRef<Val>)> body);

  void ifThen(Val condition, llvm::function_ref<void()> then);
  Vals ifElse(Val condition, llvm::function_ref<Vals()> then, llvm::function_ref<Vals()> otherwise);

  /// Memory. `load` and `store` count `offset` in elements of `type`'s scalar; `alignment` in bytes, 0 for one element.
  /// i1 lies in memory as a byte.
  Val bytePointer(Val pointer, Val bytes);
  Val bytePointer(Val pointer, int64_t bytes);
  Val elementPointer(mlir::Type element, Val pointer, Val offset);
  Val load(mlir::Type type, Val pointer, Val offset, unsigned alignment = 0);
  Val load(mlir::Type type, Val pointer, int64_t offset = 0, unsigned alignment = 0);
  void store(Val value, Val pointer, Val offset, unsigned alignment = 0);
  void store(Val value, Val pointer, int64_t offset = 0, unsigned alignment = 0);
  /// Lanes [0, count) only: the others load as zero and are not stored. `count` is at least 0.
  Val loadPart(mlir::Type vectorType, Val pointer, Val offset, Val count);
  void storePart(Val value, Val pointer, Val offset, Val count);
  /// Asks for the cache line at `pointer` to be brought in for reading; `locality` from 0 (once) to 3 (keep).
  void prefetch(Val pointer, unsigned locality);
  /// Memory of the stack frame, one for each call of the kernel.
  Val stackBuffer(mlir::Type element, int64_t count, unsigned alignment = 64);

  /// Vectors.
  Val broadcast(Val scalar, int64_t lanes);
  Val extract(Val vector, int64_t lane);
  Val extract(Val vector, Val lane);
  Val insert(Val scalar, Val vector, int64_t lane);
  Val insert(Val scalar, Val vector, Val lane);
  /// Lanes of `a` and then `b`, by number.
  Val shuffle(Val a, Val b, llvm::ArrayRef<int64_t> lanes);
  Val shuffle(Val a, llvm::ArrayRef<int64_t> lanes) { return shuffle(a, a, lanes); }
  /// Lanes [first, first + count).
  Val slice(Val vector, int64_t first, int64_t count);
  /// Two vectors one after the other.
  Val join(Val low, Val high);
  /// The same bits under another type of the same size.
  Val bitcast(mlir::Type type, Val value);
  Val reduceAdd(Val vector);
  Val reduceMax(Val vector);
  Val reduceMin(Val vector);
  /// The largest by maxnum, of a power of two lanes.
  Val reduceMaxnum(Val vector);

  /// Arithmetic that has no operator. `minimum` and `maximum` of floats give NaN if either is; `minnum` and `maxnum`
  /// give the other one, which is a single instruction on x86 if neither is NaN.
  Val fma(Val a, Val b, Val c);
  Val minimum(Val a, Val b);
  Val maximum(Val a, Val b);
  Val minnum(Val a, Val b);
  Val maxnum(Val a, Val b);
  Val select(Val condition, Val a, Val b);
  Val abs(Val a);
  Val copySign(Val magnitude, Val sign);
  Val sqrt(Val a);
  Val rsqrt(Val a);
  Val roundEven(Val a);
  Val floor(Val a);
  /// Shifts to the right: `>>` keeps the sign, this one brings in zeros.
  Val shiftRightLogical(Val a, Val count);
  Val shiftRightLogical(Val a, int64_t count);
  Val ceilDiv(Val a, int64_t divisor);
  Val bitNot(Val a);
  /// Whether `a` and `b` are in that order: see arith.cmpf and arith.cmpi.
  Val compare(mlir::arith::CmpFPredicate order, Val a, Val b);
  Val compare(mlir::arith::CmpIPredicate order, Val a, Val b);
  Val isNan(Val a);

  /// Conversions; the type's element counts, the lanes stay.
  Val toFloat(mlir::Type type, Val integer);
  Val toFloatUnsigned(mlir::Type type, Val integer);
  /// Toward zero; what does not fit gives an unspecified number.
  Val toInt(mlir::Type type, Val number);
  Val signExtend(mlir::Type type, Val integer);
  Val zeroExtend(mlir::Type type, Val integer);
  Val truncate(mlir::Type type, Val integer);
  /// Between any two of f16, bf16, f32 and f64: the nearest value, ties to even.
  Val convertFloat(mlir::Type type, Val number);

  /// Functions, in f32 within about two units in the last place over the whole range, NaN and infinities included.
  Val exp(Val a);
  Val log(Val a);
  Val tanh(Val a);
  Val erf(Val a);
  Val sigmoid(Val a);
  /// Sine and cosine of f64 angles up to 2^30, within 1e-11.
  std::pair<Val, Val> sinCos(Val angle);
  /// e^x and log(x) of f64 in the normal range, within 1e-14; log of positive numbers only.
  Val expF64(Val a);
  Val logF64(Val a);
  /// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule with fused multiply-adds.
  Val polynomial(Val x, llvm::ArrayRef<double> coefficients);

  /// An intrinsic of LLVM by its full name, such as "llvm.x86.avx512.vpdpbusd.512".
  Val intrinsic(llvm::StringRef name, mlir::Type result, llvm::ArrayRef<Val> arguments);
  void intrinsicVoid(llvm::StringRef name, llvm::ArrayRef<Val> arguments);

  /// The memory type of `type`: bytes for i1.
  mlir::Type memoryType(mlir::Type type);
};

/// Sets the builder's flags for as long as it lives.
class FastMathScope {
public:
  FastMathScope(CodeBuilder &b, mlir::arith::FastMathFlags flags) : b(b), before(b.fastMath) { b.fastMath = flags; }
  ~FastMathScope() { b.fastMath = before; }
  FastMathScope(const FastMathScope &) = delete;
  FastMathScope &operator=(const FastMathScope &) = delete;

private:
  CodeBuilder &b;
  mlir::arith::FastMathFlags before;
};

/// What sums may do: be taken in any order, with fused multiply-adds.
inline constexpr mlir::arith::FastMathFlags sumFlags =
    mlir::arith::FastMathFlags::reassoc | mlir::arith::FastMathFlags::contract;

Val operator+(Val a, Val b);
Val operator-(Val a, Val b);
Val operator*(Val a, Val b);
Val operator/(Val a, Val b);
Val operator%(Val a, Val b);
Val operator&(Val a, Val b);
Val operator|(Val a, Val b);
Val operator^(Val a, Val b);
Val operator<<(Val a, Val b);
Val operator>>(Val a, Val b);
Val operator-(Val a);

/// Comparisons give i1. Those with NaN are false, but `!=` is true.
Val operator<(Val a, Val b);
Val operator<=(Val a, Val b);
Val operator>(Val a, Val b);
Val operator>=(Val a, Val b);
Val operator==(Val a, Val b);
Val operator!=(Val a, Val b);

/// `number` as a constant of the type of `like`.
Val literal(Val like, double number);
Val literal(Val like, int64_t number);

#define TERN_LITERAL_OPERATOR(OP)                                                                                      \
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>                                \
  Val operator OP(Val a, Number number) {                                                                              \
    using Wide = std::conditional_t<std::is_floating_point_v<Number>, double, int64_t>;                                \
    return a OP literal(a, static_cast<Wide>(number));                                                                 \
  }                                                                                                                    \
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>                                \
  Val operator OP(Number number, Val b) {                                                                              \
    using Wide = std::conditional_t<std::is_floating_point_v<Number>, double, int64_t>;                                \
    return literal(b, static_cast<Wide>(number)) OP b;                                                                 \
  }
TERN_LITERAL_OPERATOR(+)
TERN_LITERAL_OPERATOR(-)
TERN_LITERAL_OPERATOR(*)
TERN_LITERAL_OPERATOR(/)
TERN_LITERAL_OPERATOR(%)
TERN_LITERAL_OPERATOR(&)
TERN_LITERAL_OPERATOR(|)
TERN_LITERAL_OPERATOR(^)
TERN_LITERAL_OPERATOR(<<)
TERN_LITERAL_OPERATOR(>>)
TERN_LITERAL_OPERATOR(<)
TERN_LITERAL_OPERATOR(<=)
TERN_LITERAL_OPERATOR(>)
TERN_LITERAL_OPERATOR(>=)
TERN_LITERAL_OPERATOR(==)
TERN_LITERAL_OPERATOR(!=)
#undef TERN_LITERAL_OPERATOR

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_CODEBUILDER_H
