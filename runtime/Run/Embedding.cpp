//===- Embedding.cpp - Texts as vectors -----------------------------------===//

#include "runtime/Run/Embedding.h"

#include <algorithm>
#include <cmath>

using namespace tern;

/// One vector of `width` elements for all rows.
static std::vector<float> meanOf(const std::vector<float> &rows, std::size_t width) {
  std::vector<double> sums(width);
  for (std::size_t i = 0; i != rows.size(); ++i)
    sums[i % width] += rows[i];
  std::vector<float> mean(width);
  auto count = static_cast<double>(rows.size() / width);
  std::transform(sums.begin(), sums.end(), mean.begin(), [&](double sum) { return static_cast<float>(sum / count); });
  return mean;
}

static void normalize(float *vector, std::size_t width) {
  double squares = 0;
  for (std::size_t i = 0; i != width; ++i)
    squares += static_cast<double>(vector[i]) * vector[i];
  double length = std::sqrt(squares);
  for (std::size_t i = 0; i != width && length > 0; ++i)
    vector[i] = static_cast<float>(vector[i] / length);
}

Result<std::optional<std::vector<float>>> tern::embed(Decoder &encoder, const EmbeddingRequest &request) {
  if (!encoder.isEncoder())
    return Problem{encoder.session().model().where(), "gives logits and no embeddings",
                   "compile the model with --embeddings"};
  auto width = static_cast<std::size_t>(encoder.vocabulary());
  std::vector<float> vectors;
  PrefillOptions options;
  options.cancel = request.cancel;
  options.allLogits = [&](std::int64_t, const LogitsView &rows) {
    bool isWanted = request.pooling != Pooling::First || vectors.empty();
    if (request.pooling == Pooling::Last)
      vectors.clear();
    if (isWanted)
      vectors.insert(vectors.end(), rows.values, rows.row(rows.rows));
  };
  encoder.reset(0);
  Result<LogitsView> read = encoder.prefill(0, request.ids, options);
  if (!read)
    return read.problem();
  if (read->cancelled)
    return std::optional<std::vector<float>>();
  if (request.pooling == Pooling::Mean)
    vectors = meanOf(vectors, width);
  else if (request.pooling == Pooling::First)
    vectors.resize(width);
  else if (request.pooling == Pooling::Last)
    vectors.erase(vectors.begin(), vectors.end() - static_cast<std::ptrdiff_t>(width));
  for (std::size_t i = 0; request.normalize && i != vectors.size(); i += width)
    normalize(vectors.data() + i, width);
  return std::optional<std::vector<float>>(std::move(vectors));
}
