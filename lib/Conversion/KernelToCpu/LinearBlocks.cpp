//===- LinearBlocks.cpp - Packed weights in registers ---------------------===//

#include "lib/Conversion/KernelToCpu/LinearBlocks.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>

using namespace mlir;

namespace tern::cpu {

bool isBlockFormat(PackedFormat format) { return packedFormatInfo(format).columns >= 32; }

BlockTraits blockTraits(PackedFormat format) {
  switch (format) {
  case PackedFormat::Q8_0:
    return {8, 128, 1, false};
  case PackedFormat::Q4_0:
    return {4, 8, 1, false};
  case PackedFormat::Q4_1:
  case PackedFormat::Q4_K:
    return {4, 0, 1, true};
  case PackedFormat::Q5_0:
    return {5, 16, 1, false};
  case PackedFormat::Q5_1:
  case PackedFormat::Q5_K:
    return {5, 0, 1, true};
  case PackedFormat::Q6_K:
    return {6, 32, 2, false};
  case PackedFormat::Wide8:
    return {8, 128, 2, true};
  case PackedFormat::BF16:
  case PackedFormat::F16:
  case PackedFormat::F32:
    break;
  }
  llvm_unreachable("not a format of quants");
}

static bool isK(PackedFormat format) { return packedFormatInfo(format).columns == 256; }

BlockPlace blockPlace(CodeBuilder &b, PackedFormat format, Val tile, Val index) {
  int64_t bytes = packedFormatInfo(format).bytes;
  if (!isK(format))
    return {b.bytePointer(tile, index * bytes), Val()};
  return {b.bytePointer(tile, b.shiftRightLogical(index, 3) * bytes), index & 7};
}

namespace {

/// Reads one block's parts; offsets count from the block's beginning.
class BlockReader {
public:
  BlockReader(CodeBuilder &b, PackedFormat format, const BlockPlace &place)
      : b(b), format(format), info(packedFormatInfo(format)), place(place), bytes64(b.vec(b.i8, 64)),
        words(b.vec(b.i32, 16)), floats(b.vec(b.f32, 16)) {}

  WeightBlock read();

private:
  /// The address `offset` bytes into the block, and `stride` bytes further for each part.
  Val at(int64_t offset, int64_t stride = 0) {
    Val pointer = b.bytePointer(place.block, offset);
    return place.part ? b.bytePointer(pointer, place.part * stride) : pointer;
  }
  Val loadBytes(Val pointer, int64_t offset = 0) { return b.load(bytes64, pointer, offset, /*alignment=*/16); }
  Val halves(int64_t offset) {
    return b.convertFloat(b.f32, b.load(b.vec(b.f16, 16), at(offset), int64_t(0), /*alignment=*/16));
  }

  void readNibbles(WeightBlock &block);
  void addFifthBits(WeightBlock &block);
  void addHighPairs(WeightBlock &block);
  void readSubScales(WeightBlock &block);
  void readSixBitScales(WeightBlock &block);
  void readWideScales(WeightBlock &block);

  CodeBuilder &b;
  PackedFormat format;
  const PackedFormatInfo &info;
  const BlockPlace &place;
  Type bytes64, words, floats;
};

/// Shifts each byte to the left, by a negative count to the right.
Val shiftBytes(CodeBuilder &b, Val bytes, int64_t count) {
  if (count >= 0)
    return bytes << b.constantInt(bytes.getType(), count);
  return b.shiftRightLogical(bytes, -count);
}

void BlockReader::readNibbles(WeightBlock &block) {
  Val quants = at(0, 256);
  block.groups.resize(8);
  for (int64_t g = 0; g < 4; ++g) {
    Val pairs = loadBytes(quants, g * groupBytes);
    block.groups[g] = pairs & 15;
    block.groups[g + 4] = b.shiftRightLogical(pairs, 4);
  }
}

void BlockReader::addFifthBits(WeightBlock &block) {
  Val bits = loadBytes(at(info.high, 64));
  for (int64_t k = 0; k < 8; ++k)
    block.groups[k] = block.groups[k] | (shiftBytes(b, bits, 4 - k) & 16);
}

void BlockReader::addHighPairs(WeightBlock &block) {
  Val pairs = at(info.high, 128);
  for (int64_t h = 0; h < 2; ++h) {
    Val bits = loadBytes(pairs, h * groupBytes);
    for (int64_t k = 0; k < 4; ++k)
      block.groups[4 * h + k] = block.groups[4 * h + k] | (shiftBytes(b, bits, 4 - 2 * k) & 48);
  }
}

/// Q4_K, Q5_K: six bits of scale and minimum for each row, times two halves.
void BlockReader::readSixBitScales(WeightBlock &block) {
  Val packed = at(info.subScales, subScaleBytesK);
  Val low = b.zeroExtend(words, b.load(b.vec(b.i8, 16), packed));
  // A byte serves two rows, its low half the even one: spread to 64 bits, the low half moves up to make both words.
  Val pairs = b.zeroExtend(b.vec(b.i64, 8), b.load(b.vec(b.i8, 8), packed, int64_t(16)));
  Val high = b.bitcast(words, (pairs & 15) | ((pairs >> b.constantInt(pairs.getType(), 4)) << 32));
  Val scale = (low & 15) | ((high & 3) << 4);
  Val minimum = b.shiftRightLogical(low, 4) | ((high & 12) << 2);
  block.scales = {halves(info.scales) * b.toFloat(floats, scale)};
  block.minima = {-halves(info.minima) * b.toFloat(floats, minimum)};
}

/// Q6_K: a signed byte for each row and 16 columns, times one half.
void BlockReader::readSubScales(WeightBlock &block) {
  Val packed = at(info.subScales, 32), scale = halves(info.scales);
  for (int64_t h = 0; h < 2; ++h) {
    Val sub = b.signExtend(words, b.load(b.vec(b.i8, 16), packed, 16 * h));
    block.scales.push_back(scale * b.toFloat(floats, sub));
  }
}

void BlockReader::readWideScales(WeightBlock &block) {
  for (int64_t h = 0; h < 2; ++h) {
    block.scales.push_back(b.load(floats, at(info.scales), 16 * h, /*alignment=*/16));
    block.minima.push_back(b.load(floats, at(info.minima), 16 * h, /*alignment=*/16));
  }
}

WeightBlock BlockReader::read() {
  WeightBlock block;
  BlockTraits traits = blockTraits(format);
  if (traits.bits < 8) {
    readNibbles(block);
  } else {
    for (int64_t g = 0; g < 8; ++g)
      block.groups.push_back(loadBytes(at(0), g * groupBytes));
  }
  if (traits.bits == 5)
    addFifthBits(block);
  if (traits.bits == 6)
    addHighPairs(block);

  if (format == PackedFormat::Wide8) {
    readWideScales(block);
  } else if (format == PackedFormat::Q6_K) {
    readSubScales(block);
  } else if (isK(format)) {
    readSixBitScales(block);
  } else {
    block.scales = {halves(info.scales)};
    if (traits.hasMinimum)
      block.minima = {halves(info.minima)};
  }
  return block;
}

} // namespace

WeightBlock loadBlock(CodeBuilder &b, PackedFormat format, const BlockPlace &place) {
  return BlockReader(b, format, place).read();
}

void prefetchBlock(CodeBuilder &b, PackedFormat format, const BlockPlace &place, int64_t distance) {
  int64_t bytes = packedFormatInfo(format).bytes;
  Val from = b.bytePointer(place.block, isK(format) ? std::max(distance, bytes) : distance);
  if (isK(format)) {
    bytes /= 8;
    from = b.bytePointer(from, place.part * bytes);
  }
  for (int64_t line = 0; line < bytes; line += 64)
    b.prefetch(b.bytePointer(from, line), /*locality=*/3);
}

} // namespace tern::cpu
