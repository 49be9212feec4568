//===- Packed.cpp - Weights read from tiles of 16 rows --------------------===//

#include "lib/Conversion/KernelToCpu/Packed.h"

namespace tern::cpu {

namespace {

/// One element of a packed matrix: where its block is, and its lane and column there.
struct PackedElement {
  CodeBuilder &b;
  const PackedFormatInfo &info;
  Val block, lane, column;

  Val byte(Val offset) const { return b.zeroExtend(b.i64, b.load(b.i8, b.bytePointer(block, offset))); }
  Val half(std::uint32_t part) const {
    return b.convertFloat(b.f32, b.load(b.f16, b.bytePointer(block, int64_t(part)), lane));
  }
  Val asFloat(Val integer) const { return b.toFloat(b.f32, integer); }

  /// A quant in groups of 64 bytes of four columns each: column 4g+j of lane l is byte [g][l][j].
  Val inGroup(Val first, Val groupColumn) const {
    return byte(first + (groupColumn >> 2) * int64_t(groupBytes) + lane * 4 + (groupColumn & 3));
  }
  /// Four bits: columns 16..31 of 32 are the upper halves of the bytes of columns 0..15.
  Val nibble() const {
    Val sub = column >> 5, inner = column & 31;
    Val packed = inGroup(sub * 256, inner & 15);
    return (packed >> ((inner >> 4) << 2)) & 15;
  }
  /// The fifth bit of column 4k+j: bit k of byte [lane][j].
  Val fifth() const {
    Val sub = column >> 5, inner = column & 31;
    Val packed = byte(sub * 64 + int64_t(info.high) + lane * 4 + (inner & 3));
    return ((packed >> (inner >> 2)) & 1) << 4;
  }
  /// The upper two bits of column 16h+4k+j: bits 2k and 2k+1 of byte [h][lane][j].
  Val pairBits() const {
    Val sub = column >> 5, inner = column & 31;
    Val packed = byte(sub * 128 + int64_t(info.high) + (inner >> 4) * 64 + lane * 4 + (inner & 3));
    return ((packed >> (((inner >> 2) & 3) << 1)) & 3) << 4;
  }

  Val value() const;
  Val valueK(Val quant) const;
};

} // namespace

/// d * sc * u - m * mn with the 6-bit scale and minimum of the element's 32 columns.
Val PackedElement::valueK(Val quant) const {
  Val part = (column >> 5) * int64_t(subScaleBytesK) + int64_t(info.subScales);
  Val low = byte(part + lane);
  Val high = byte(part + 16 + (lane >> 1)) >> ((lane & 1) << 2);
  Val scale = (low & 15) | ((high & 3) << 4), minimum = (low >> 4) | (((high >> 2) & 3) << 4);
  Val product = half(info.scales) * asFloat(scale * quant);
  return b.fma(-half(info.minima), asFloat(minimum), product);
}

Val PackedElement::value() const {
  switch (info.format) {
  case PackedFormat::Q8_0:
    return half(info.scales) * asFloat(inGroup(b.index(0), column) - 128);
  case PackedFormat::Q4_0:
    return half(info.scales) * asFloat(nibble() - 8);
  case PackedFormat::Q4_1:
    return b.fma(half(info.scales), asFloat(nibble()), half(info.minima));
  case PackedFormat::Q5_0:
    return half(info.scales) * asFloat((nibble() | fifth()) - 16);
  case PackedFormat::Q5_1:
    return b.fma(half(info.scales), asFloat(nibble() | fifth()), half(info.minima));
  case PackedFormat::Q4_K:
    return valueK(nibble());
  case PackedFormat::Q5_K:
    return valueK(nibble() | fifth());
  case PackedFormat::Q6_K: {
    Val place = (column >> 4) * 16 + int64_t(info.subScales) + lane;
    Val scale = b.signExtend(b.i64, b.load(b.i8, b.bytePointer(block, place)));
    return half(info.scales) * asFloat(scale * ((nibble() | pairBits()) - 32));
  }
  case PackedFormat::Wide8: {
    Val place = (column >> 4) * 16 + lane;
    Val scale = b.load(b.f32, b.bytePointer(block, int64_t(info.scales)), place);
    Val minimum = b.load(b.f32, b.bytePointer(block, int64_t(info.minima)), place);
    return b.fma(scale, asFloat(inGroup(b.index(0), column) - 128), minimum);
  }
  case PackedFormat::BF16:
    return b.convertFloat(b.f32, b.load(b.bf16, block, lane * 2 + column));
  case PackedFormat::F16:
    return b.convertFloat(b.f32, b.load(b.f16, block, lane));
  case PackedFormat::F32:
    return b.load(b.f32, block, lane);
  }
  llvm_unreachable("a packed format of the enumeration");
}

Val loadPacked(CodeBuilder &b, PackedFormat format, Val tiles, int64_t columns, Val row, Val column) {
  const PackedFormatInfo &info = packedFormatInfo(format);
  int64_t blockColumns = info.columns, tileSize = *tileBytes(format, columns);
  Val offset = (row >> 4) * tileSize + column / blockColumns * int64_t(info.bytes);
  return PackedElement{b, info, b.bytePointer(tiles, offset), row & 15, column % blockColumns}.value();
}

} // namespace tern::cpu
