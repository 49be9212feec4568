//===- GraphShapeFolds.cpp - Moves that cancel or join --------------------===//
//
// Folds return an existing value, a constant, or change their own op in place; what needs a new op is a
// canonicalisation pattern. Each step shortens a chain of moves, so repeating them ends.
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/IR/ConstantFolding.h"
#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (DenseElementsAttr value = foldableConstant(adaptor.getInput(), getType())) {
    RankedTensorType type = builtinTypeOf(getType());
    return value.isSplat() ? value.resizeSplat(type) : value.reshape(type);
  }
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

static DenseElementsAttr transposeConstant(DenseElementsAttr value, ArrayRef<int64_t> permutation,
                                           SymbolicTensorType type) {
  ArrayRef<int64_t> shape = value.getType().getShape();
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return gatherConstant(value, type, [&](ArrayRef<int64_t> position) {
    int64_t source = 0;
    for (auto [index, axis] : llvm::zip_equal(position, permutation))
      source += index * strides[axis];
    return source;
  });
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::equal(getPermutation(), llvm::seq<int64_t>(0, getPermutation().size())))
    return getInput();
  if (DenseElementsAttr value = foldableConstant(adaptor.getInput(), getType()))
    return transposeConstant(value, getPermutation(), getType());
  if (auto inner = getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> composed =
        llvm::map_to_vector(getPermutation(), [&](int64_t axis) { return inner.getPermutation()[axis]; });
    setPermutation(composed);
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

static DenseElementsAttr sliceConstant(SliceOp slice, DenseElementsAttr value) {
  ArrayRef<int64_t> shape = value.getType().getShape();
  return gatherConstant(value, slice.getType(), [&](ArrayRef<int64_t> position) {
    int64_t source = 0;
    for (auto [axis, index] : llvm::enumerate(position)) {
      bool isSliced = axis == slice.getAxis();
      source =
          source * shape[axis] + (isSliced ? static_cast<int64_t>(slice.getBegin() + index * slice.getStep()) : index);
    }
    return source;
  });
}

/// A slice of a slice of the same dimension reads the first input directly.
static bool composeSlices(SliceOp slice) {
  auto inner = slice.getInput().getDefiningOp<SliceOp>();
  if (!inner || inner.getAxis() != slice.getAxis())
    return false;
  int64_t count = *slice.getType().getStaticDim(slice.getAxis());
  int64_t begin = slice.getBegin(), innerStep = inner.getStep(), step = slice.getStep();
  // Steps multiply; where the product passes 2^63 there is at most one element, and any step will do.
  if (count <= 1)
    step = 1;
  else
    step *= innerStep;
  begin = count == 0 ? 0 : inner.getBegin() + begin * innerStep;
  slice.setBegin(begin);
  slice.setEnd(count == 0 ? 0 : begin + (count - 1) * step + 1);
  slice.setStep(step);
  slice.getInputMutable().assign(inner.getInput());
  return true;
}

/// A slice of a concatenation that lies inside one of the inputs reads that input.
static bool sliceInsideConcat(SliceOp slice) {
  auto concat = slice.getInput().getDefiningOp<ConcatOp>();
  if (!concat || concat.getAxis() != slice.getAxis())
    return false;
  int64_t offset = 0, begin = slice.getBegin(), end = slice.getEnd();
  for (Value input : concat.getInputs()) {
    int64_t size = *tensorOf(input).getStaticDim(slice.getAxis());
    if (begin >= offset && end <= offset + size) {
      slice.setBegin(begin - offset);
      slice.setEnd(end - offset);
      slice.getInputMutable().assign(input);
      return true;
    }
    offset += size;
  }
  return false;
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (DenseElementsAttr value = foldableConstant(adaptor.getInput(), getType()))
    return sliceConstant(*this, value);
  return composeSlices(*this) || sliceInsideConcat(*this) ? OpFoldResult(getResult()) : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  // Inputs of size 0 add nothing, as long as one input is left.
  SmallVector<Value> kept =
      llvm::filter_to_vector(getInputs(), [&](Value input) { return tensorOf(input).getStaticDim(getAxis()) != 0; });
  if (kept.empty())
    return getInputs().front();
  if (kept.size() == getInputs().size())
    return {};
  getInputsMutable().assign(kept);
  return getResult();
}

namespace {

/// concat(slice(x, a, b), slice(x, b, c)) is slice(x, a, c).
struct JoinAdjacentSlices : public OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  static bool areAdjacent(SliceOp left, SliceOp right, uint64_t axis) {
    return left && right && left.getInput() == right.getInput() && left.getAxis() == axis && right.getAxis() == axis &&
           left.getStep() == 1 && right.getStep() == 1 && left.getEnd() == right.getBegin();
  }

  LogicalResult matchAndRewrite(ConcatOp concat, PatternRewriter &rewriter) const override {
    for (size_t i = 0; i + 1 < concat.getInputs().size(); ++i) {
      auto left = concat.getInputs()[i].getDefiningOp<SliceOp>();
      auto right = concat.getInputs()[i + 1].getDefiningOp<SliceOp>();
      if (!areAdjacent(left, right, concat.getAxis()))
        continue;
      Location location = rewriter.getFusedLoc({left.getLoc(), right.getLoc()});
      auto joined = SliceOp::create(rewriter, location, left.getInput(), left.getAxis(), left.getBegin(),
                                    right.getEnd(), /*step=*/1);
      SmallVector<Value> inputs(concat.getInputs());
      inputs[i] = joined;
      inputs.erase(inputs.begin() + i + 1);
      rewriter.modifyOpInPlace(concat, [&] { concat.getInputsMutable().assign(inputs); });
      return success();
    }
    return rewriter.notifyMatchFailure(concat, "no two neighbours are adjacent slices of one tensor");
  }
};

/// concat(concat(x, y), z) along one dimension is concat(x, y, z), if nobody else wants concat(x, y).
struct FlattenConcat : public OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp concat, PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    for (Value input : concat.getInputs()) {
      auto inner = input.getDefiningOp<ConcatOp>();
      if (inner && inner.getAxis() == concat.getAxis() && input.hasOneUse())
        llvm::append_range(inputs, inner.getInputs());
      else
        inputs.push_back(input);
    }
    if (inputs.size() == concat.getInputs().size())
      return rewriter.notifyMatchFailure(concat, "no input is a concat of the same dimension used only here");
    rewriter.modifyOpInPlace(concat, [&] { concat.getInputsMutable().assign(inputs); });
    return success();
  }
};

} // namespace

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<JoinAdjacentSlices, FlattenConcat>(context);
}

//===----------------------------------------------------------------------===//
// CastOp
//===----------------------------------------------------------------------===//

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (DenseElementsAttr value = foldableConstant(adaptor.getInput(), getType()))
    return castConstant(value, getType());
  // A first cast that changes no number may be skipped.
  auto inner = getInput().getDefiningOp<CastOp>();
  if (inner && isExactCast(tensorOf(inner.getInput()).getElementType(), tensorOf(inner).getElementType())) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}
