//===- PackK.cpp - Tiles of blocks of 256 quants --------------------------===//
//
// In a file, quants of several sub-blocks of 32 columns share bytes; in a tile, each sub-block has its own. The words
// below are four neighbouring columns of one row. See StorageDecodeK.cpp for the blocks of files.
//
//===----------------------------------------------------------------------===//

#include "runtime/Packing/TilePackers.h"

using namespace tern;
using namespace tern::packing;

namespace {

constexpr int numSubBlocks = 8;
constexpr std::uint32_t subBlockQuants = 4 * groupBytes; ///< Bytes of the four-bit quants of a sub-block of a tile.

/// Parts the four-bit quants of two sub-blocks, `first` in the low halves and `second` in the high halves of 32 bytes,
/// into words with columns 4g+j low and 16+4g+j high.
void splitNibbles(const std::uint8_t *source, std::uint32_t lane, std::uint8_t *first, std::uint8_t *second) {
  constexpr std::uint32_t low = 0x0f0f0f0fu;
  for (std::uint32_t g = 0; g < 4; ++g) {
    std::uint32_t here = load<std::uint32_t>(source, g), behind = load<std::uint32_t>(source, g + 4);
    store(first, g * tileRows + lane, (here & low) | (behind & low) << 4);
    store(second, g * tileRows + lane, (here >> 4 & low) | (behind & ~low));
  }
}

/// Exchanges the bits of `a` that lie `shift` above `mask` with the bits of `b` in `mask`.
void exchangeBits(std::uint32_t &a, std::uint32_t &b, int shift, std::uint32_t mask) {
  std::uint32_t difference = (a >> shift ^ b) & mask;
  b ^= difference;
  a ^= difference << shift;
}

/// In each of the four bytes: bit s of word k becomes bit k of word s.
void transposeBits(std::uint32_t (&words)[8]) {
  for (int i = 0; i < 4; ++i)
    exchangeBits(words[i], words[i + 4], 4, 0x0f0f0f0fu);
  for (int i : {0, 1, 4, 5})
    exchangeBits(words[i], words[i + 2], 2, 0x33333333u);
  for (int i : {0, 2, 4, 6})
    exchangeBits(words[i], words[i + 1], 1, 0x55555555u);
}

/// In each of the four bytes: pair s of word k becomes pair k of word s.
void transposePairs(std::uint32_t (&words)[4]) {
  for (int i : {0, 1})
    exchangeBits(words[i], words[i + 2], 4, 0x0f0f0f0fu);
  for (int i : {0, 2})
    exchangeBits(words[i], words[i + 1], 2, 0x33333333u);
}

/// The 6-bit scales and minima of a block, a byte for each sub-block.
struct SubScales {
  std::uint64_t scales, minima;

  /// From the 12 bytes of a file: bytes 0..3 and 4..7 hold scales and minima 0..3 in their lower six bits and the upper
  /// two bits of scales and minima 4..7 above; bytes 8..11 hold the lower four bits of both of those.
  explicit SubScales(const std::uint8_t *packed) {
    std::uint32_t a = load<std::uint32_t>(packed, 0), b = load<std::uint32_t>(packed, 1);
    std::uint32_t c = load<std::uint32_t>(packed, 2);
    std::uint64_t scalesAbove = (c & 0x0f0f0f0fu) | (a >> 2 & 0x30303030u);
    std::uint64_t minimaAbove = (c >> 4 & 0x0f0f0f0fu) | (b >> 2 & 0x30303030u);
    scales = scalesAbove << 32 | (a & 0x3f3f3f3fu);
    minima = minimaAbove << 32 | (b & 0x3f3f3f3fu);
  }

  std::uint64_t lowBits() const { return (scales & 0x0f0f0f0f0f0f0f0fu) | (minima & 0x0f0f0f0f0f0f0f0fu) << 4; }
  std::uint64_t highBits() const {
    return (scales >> 4 & 0x0303030303030303u) | (minima >> 4 & 0x0303030303030303u) << 2;
  }
};

/// Packs the scales and minima of lanes `lane` and `lane` + 1, which share bytes.
void packSubScales(const SubScales &even, const SubScales &odd, std::uint32_t lane, std::uint8_t *target) {
  std::uint64_t evenLow = even.lowBits(), oddLow = odd.lowBits();
  std::uint64_t high = even.highBits() | odd.highBits() << 4;
  for (int s = 0; s < numSubBlocks; ++s, target += subScaleBytesK) {
    target[lane] = static_cast<std::uint8_t>(evenLow >> (8 * s));
    target[lane + 1] = static_cast<std::uint8_t>(oddLow >> (8 * s));
    target[tileRows + lane / 2] = static_cast<std::uint8_t>(high >> (8 * s));
  }
}

/// The fifth bits of Q5_K: bit s of byte t of the file is column t of sub-block s.
void packFifthBits(const std::uint8_t *source, std::uint32_t lane, std::uint8_t *target) {
  std::uint32_t words[8];
  for (int k = 0; k < 8; ++k)
    words[k] = load<std::uint32_t>(source, k);
  transposeBits(words);
  for (int s = 0; s < numSubBlocks; ++s)
    store(target, s * tileRows + lane, words[s]);
}

/// Q4_K and Q5_K: d m scales[12] (high[32]) quants[128].
template <PackedFormat format> void packMinimaK(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  constexpr PackedFormatInfo info = packedFormatInfo(format);
  constexpr std::uint32_t quants = info.high == noPart ? 16 : 48, sourceBytes = quants + 128;
  for (std::uint64_t block = 0; block < blocks; ++block, target += info.bytes) {
    for (std::uint32_t lane = 0; lane < tileRows; ++lane) {
      const std::uint8_t *source = rows[lane] + block * sourceBytes;
      prefetchNextTile(source, blocks * sourceBytes, sourceBytes);
      for (std::uint32_t s = 0; s < numSubBlocks; s += 2)
        splitNibbles(source + quants + s * 16, lane, target + s * subBlockQuants, target + (s + 1) * subBlockQuants);
      if constexpr (info.high != noPart)
        packFifthBits(source + 16, lane, target + info.high);
      store(target + info.scales, lane, load<std::uint16_t>(source, 0));
      store(target + info.minima, lane, load<std::uint16_t>(source, 1));
    }
    for (std::uint32_t lane = 0; lane < tileRows; lane += 2)
      packSubScales(SubScales(rows[lane] + block * sourceBytes + 4),
                    SubScales(rows[lane + 1] + block * sourceBytes + 4), lane, target + info.subScales);
  }
}

/// One half of a block of Q6_K, four sub-blocks: 64 bytes of low bits, where sub-blocks 0 and 2, then 1 and 3 share
/// bytes; 32 bytes of high pairs, pair s of byte t for column t of sub-block s.
void packHalfQ6(const std::uint8_t *low, const std::uint8_t *high, std::uint32_t lane, std::uint8_t *quants,
                std::uint8_t *pairs) {
  splitNibbles(low, lane, quants, quants + 2 * subBlockQuants);
  splitNibbles(low + 32, lane, quants + subBlockQuants, quants + 3 * subBlockQuants);
  for (std::uint32_t h = 0; h < 2; ++h) {
    std::uint32_t words[4];
    for (std::uint32_t k = 0; k < 4; ++k)
      words[k] = load<std::uint32_t>(high, 4 * h + k);
    transposePairs(words);
    for (std::uint32_t s = 0; s < 4; ++s)
      store(pairs, (2 * s + h) * tileRows + lane, words[s]);
  }
}

} // namespace

void packing::packQ4_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packMinimaK<PackedFormat::Q4_K>(rows, blocks, target);
}

void packing::packQ5_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packMinimaK<PackedFormat::Q5_K>(rows, blocks, target);
}

// low[128] high[64] scales[16] d
void packing::packQ6_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  constexpr PackedFormatInfo info = packedFormatInfo(PackedFormat::Q6_K);
  constexpr std::uint32_t sourceBytes = 210;
  for (std::uint64_t block = 0; block < blocks; ++block, target += info.bytes) {
    for (std::uint32_t lane = 0; lane < tileRows; ++lane) {
      const std::uint8_t *source = rows[lane] + block * sourceBytes;
      prefetchNextTile(source, blocks * sourceBytes, sourceBytes);
      for (std::uint32_t half = 0; half < 2; ++half)
        packHalfQ6(source + half * 64, source + 128 + half * 32, lane, target + half * 4 * subBlockQuants,
                   target + info.high + half * 8 * groupBytes);
      for (std::uint32_t s = 0; s < 16; ++s)
        target[info.subScales + s * tileRows + lane] = source[192 + s];
      store(target + info.scales, lane, load<std::uint16_t>(source + 208));
    }
  }
}
