//===- WeightLoading.cpp - Weights on several threads ---------------------===//

#include "runtime/Packing/WeightPacker.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>

using namespace tern;

namespace {

/// What a thread packs at a time: long enough to be worth fetching, short enough for even loads and frequent progress.
constexpr std::uint64_t pieceBytes = 1 << 20;

std::uint64_t unitsOfPiece(const WeightPacker &packer) {
  return std::max<std::uint64_t>(1, pieceBytes / std::max<std::uint64_t>(packer.unitBytes(), 1));
}

/// Some units of one weight, and where they go.
struct Piece {
  const WeightPacker *packer;
  std::uint64_t begin, end;
  std::uint8_t *target;

  std::uint64_t bytes() const { return (end - begin) * packer->unitBytes(); }
};

/// Units [begin, end) of `packer` in pieces, laid out from `target` on.
void cutIntoPieces(const WeightPacker &packer, std::uint64_t begin, std::uint64_t end, std::uint8_t *target,
                   std::vector<Piece> &pieces) {
  for (std::uint64_t step = unitsOfPiece(packer); begin < end; begin += step) {
    pieces.push_back({&packer, begin, std::min(begin + step, end), target});
    target += pieces.back().bytes();
  }
}

/// Counts bytes for a caller who wants to know.
class ProgressCounter {
public:
  ProgressCounter(const PackProgress &report, std::uint64_t total) : report(report), total(total) {}

  void add(std::uint64_t bytes) {
    if (!report)
      return;
    std::lock_guard<std::mutex> lock(mutex);
    done += bytes;
    report(done, total);
  }

private:
  const PackProgress &report;
  std::uint64_t total, done = 0;
  std::mutex mutex;
};

void packPieces(const std::vector<Piece> &pieces, ThreadPool &pool, ProgressCounter &progress) {
  pool.parallelFor(0, static_cast<std::int64_t>(pieces.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Piece &piece = pieces[static_cast<std::size_t>(i)];
      piece.packer->pack(piece.begin, piece.end, piece.target);
      progress.add(piece.bytes());
    }
  });
}

/// Compares the sources that have hashes with them, several at once; the problem of the first that differs.
Status checkHashes(const std::vector<WeightPacker> &packers, ThreadPool &pool) {
  std::vector<std::optional<Problem>> problems(packers.size());
  pool.parallelFor(0, static_cast<std::int64_t>(packers.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      if (Status status = packers[static_cast<std::size_t>(i)].checkHash(); !status)
        problems[static_cast<std::size_t>(i)] = status.problem();
  });
  for (const std::optional<Problem> &problem : problems)
    if (problem)
      return *problem;
  return Done();
}

} // namespace

Status tern::loadWeights(const std::vector<WeightLoad> &loads, ThreadPool &pool, const PackProgress &progress) {
  std::vector<WeightPacker> packers;
  packers.reserve(loads.size()); // pieces point into it
  std::vector<Piece> pieces;
  std::uint64_t total = 0;
  for (const WeightLoad &load : loads) {
    Result<WeightPacker> packer = WeightPacker::create(*load.weight, load.file);
    if (!packer)
      return packer.problem();
    packers.push_back(std::move(*packer));
    std::uint64_t filled = packers.back().units() * packers.back().unitBytes();
    cutIntoPieces(packers.back(), 0, packers.back().units(), load.target, pieces);
    std::fill_n(load.target + filled, packers.back().bytes() - filled, std::uint8_t{0});
    total += filled;
  }
  if (Status status = checkHashes(packers, pool); !status)
    return status;
  ProgressCounter counter(progress, total);
  packPieces(pieces, pool, counter);
  return Done();
}

Status tern::streamWeight(const WeightLoad &load, ThreadPool &pool, const std::function<Status(std::string_view)> &sink,
                          const PackProgress &progress) {
  Result<WeightPacker> packer = WeightPacker::create(*load.weight, load.file);
  if (!packer)
    return packer.problem();
  if (Status status = packer->checkHash(); !status)
    return status;
  ProgressCounter counter(progress, packer->units() * packer->unitBytes());
  // Four pieces for each thread at a time, then they are written.
  std::uint64_t batch = unitsOfPiece(*packer) * pool.size() * 4;
  std::vector<std::uint8_t> buffer(std::min(batch, packer->units()) * packer->unitBytes());
  for (std::uint64_t begin = 0; begin < packer->units(); begin += batch) {
    std::uint64_t end = std::min(begin + batch, packer->units());
    std::vector<Piece> pieces;
    cutIntoPieces(*packer, begin, end, buffer.data(), pieces);
    packPieces(pieces, pool, counter);
    std::string_view bytes(reinterpret_cast<const char *>(buffer.data()), (end - begin) * packer->unitBytes());
    if (Status status = sink(bytes); !status)
      return status;
  }
  const std::string zeros(4096, '\0');
  for (std::uint64_t padding = packer->bytes() - packer->units() * packer->unitBytes(); padding != 0;) {
    std::string_view piece = std::string_view(zeros).substr(0, padding);
    if (Status status = sink(piece); !status)
      return status;
    padding -= piece.size();
  }
  return Done();
}
