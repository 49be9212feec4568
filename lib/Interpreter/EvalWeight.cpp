//===- EvalWeight.cpp - Weights and constants -----------------------------===//

#include "Evaluation.h"

using namespace mlir;
using namespace tern;

namespace {

/// Rows of another source, rounded to a narrower type.
class RoundedRows : public RowSource {
public:
  RoundedRows(Tensor source, StorageFormat format) : source(std::move(source)), format(format) {}

  void read(int64_t row, float *target) const override {
    std::vector<float> scratch;
    for (float value : source.row(row, scratch))
      *target++ = roundTo(format, value);
  }

private:
  Tensor source;
  StorageFormat format;
};

} // namespace

EvalResult tern::eval(graph::LoadWeightOp op, Frame &frame) {
  auto weight = frame.session.symbols.lookup<graph::WeightOp>(op.getWeight());
  if (!weight)
    return op.emitError() << "must name a graph.weight of the module, got @" << op.getWeight();
  FailureOr<Tensor> tensor = frame.session.weights.load(weight, op);
  if (failed(tensor))
    return failure();
  return Values{std::move(*tensor)};
}

EvalResult tern::eval(graph::DequantizeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  StorageFormat format = formatOf(op.getResult());
  return Values{Tensor::lazy(input.shape(), format, std::make_shared<RoundedRows>(input, format))};
}

static InFlightDiagnostic reportOpaque(Operation *op, ElementsAttr value) {
  return op->emitError() << "the interpreter reads constants whose elements stand in the program, got " << value;
}

FailureOr<Tensor> tern::tensorOf(Operation *op, ElementsAttr value) {
  Type type = value.getElementType();
  ArrayRef<int64_t> shape = value.getShapedType().getShape();
  StorageFormat format = *graph::storageFormatOf(type);
  if (isa<IntegerType>(type)) {
    auto elements = value.tryGetValues<APInt>();
    if (!elements)
      return reportOpaque(op, value);
    bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
    std::vector<int64_t> numbers;
    for (const APInt &element : *elements)
      numbers.push_back(isUnsigned ? static_cast<int64_t>(element.getZExtValue()) : element.getSExtValue());
    return Tensor::fromInts(shape, std::move(numbers), format);
  }
  auto elements = value.tryGetValues<APFloat>();
  if (!elements)
    return reportOpaque(op, value);
  std::vector<float> numbers;
  for (APFloat element : *elements) {
    bool losesInfo;
    element.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
    numbers.push_back(element.convertToFloat());
  }
  return Tensor::fromFloats(shape, std::move(numbers), format);
}

EvalResult tern::eval(graph::ConstantOp op, Frame &) {
  FailureOr<Tensor> tensor = tensorOf(op, op.getValue());
  if (failed(tensor))
    return failure();
  return Values{std::move(*tensor)};
}
