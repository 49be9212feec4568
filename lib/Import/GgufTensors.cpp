//===- GgufTensors.cpp - The tensor table of a GGUF file ----------------------===//

#include "lib/Import/GgufParser.h"

#include "runtime/Base/Utf8.h"

#include <algorithm>

using namespace tern;

static const char damaged[] = "the file is truncated or damaged: download it again";
static const char convertAgain[] = "convert or download the model again";

namespace {

/// A tensor type of GGUF. Those without a format are known to exist and are not read.
struct GgufTensorType {
  std::uint32_t number;
  std::string_view name;
  std::optional<StorageFormat> format;
};

constexpr GgufTensorType tensorTypes[] = {
    {0, "F32", StorageFormat::F32},
    {1, "F16", StorageFormat::F16},
    {2, "Q4_0", StorageFormat::Q4_0},
    {3, "Q4_1", StorageFormat::Q4_1},
    {6, "Q5_0", StorageFormat::Q5_0},
    {7, "Q5_1", StorageFormat::Q5_1},
    {8, "Q8_0", StorageFormat::Q8_0},
    {9, "Q8_1", {}},
    {10, "Q2_K", StorageFormat::Q2_K},
    {11, "Q3_K", StorageFormat::Q3_K},
    {12, "Q4_K", StorageFormat::Q4_K},
    {13, "Q5_K", StorageFormat::Q5_K},
    {14, "Q6_K", StorageFormat::Q6_K},
    {15, "Q8_K", {}},
    {16, "IQ2_XXS", {}},
    {17, "IQ2_XS", {}},
    {18, "IQ3_XXS", {}},
    {19, "IQ1_S", {}},
    {20, "IQ4_NL", StorageFormat::IQ4_NL},
    {21, "IQ3_S", {}},
    {22, "IQ2_S", {}},
    {23, "IQ4_XS", StorageFormat::IQ4_XS},
    {24, "I8", StorageFormat::I8},
    {25, "I16", StorageFormat::I16},
    {26, "I32", StorageFormat::I32},
    {27, "I64", StorageFormat::I64},
    {28, "F64", StorageFormat::F64},
    {29, "IQ1_M", {}},
    {30, "BF16", StorageFormat::BF16},
    {34, "TQ1_0", {}},
    {35, "TQ2_0", {}},
    {39, "MXFP4", StorageFormat::MXFP4},
    {40, "NVFP4", {}},
    {41, "Q1_0", {}},
};

const GgufTensorType *findTensorType(std::uint32_t number) {
  for (const GgufTensorType &type : tensorTypes)
    if (type.number == number)
      return &type;
  return nullptr;
}

std::string shapeText(const std::vector<std::int64_t> &shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(static_cast<std::uint64_t>(shape[i]));
  return text + "]";
}

} // namespace

Status GgufParser::parseTensors() {
  std::size_t firstTensor = file.allTensors.size();
  for (std::uint64_t number = 0; number < tensorCount; ++number)
    if (Status read = readTensor(number); !read)
      return read;
  return placeTensors(firstTensor);
}

/// Reads one entry; what is wrong with it is reported, and the entry left out, without ending the walk.
Status GgufParser::readTensor(std::uint64_t number) {
  std::string_view name;
  if (Status read = readString(name, "the name of tensor " + std::to_string(number)); !read)
    return read;
  std::string what = "tensor " + inQuotes(name), place = where + ": " + what;
  std::uint32_t rank, typeNumber;
  if (!cursor.read(rank))
    return truncated("the rank of " + what, 4);
  if (rank < 1 || rank > 4)
    sink.add({place, "tensors must have 1 to 4 dimensions, and this one has " + std::to_string(rank), convertAgain});
  if (rank > cursor.remaining() / 8)
    return truncated("the shape of " + what, std::uint64_t{rank} * 8);
  TensorInfo tensor;
  tensor.name = name;
  tensor.shape.resize(std::min(rank, 4u));
  for (std::uint32_t i = 0; i < rank; ++i) {
    std::int64_t dimension = 0;
    cursor.read(dimension);
    if (i < tensor.shape.size())
      tensor.shape[tensor.shape.size() - 1 - i] = dimension;
  }
  if (!cursor.read(typeNumber) || !cursor.read(tensor.offset))
    return truncated("the type and place of " + what, 12);
  tensor.file = static_cast<std::uint32_t>(file.parts.size());
  bool sound = checkTensor(tensor, typeNumber, place) && rank >= 1 && rank <= 4;
  if (!isUtf8(name) || name.empty()) {
    sink.add({place, "names must be UTF-8 and not empty, and the name of tensor " + std::to_string(number) + " is not",
              convertAgain});
  } else if (!file.tensorIndex.emplace(tensor.name, file.allTensors.size()).second) {
    sink.add({place, "a tensor must be given once, and this one is given again", convertAgain});
  } else if (!sound) {
    file.tensorIndex.erase(tensor.name);
    file.unusable.emplace_back(name);
  } else {
    file.allTensors.push_back(std::move(tensor));
  }
  return Done{};
}

/// Finds the format and the size; false once a problem is reported.
bool GgufParser::checkTensor(TensorInfo &tensor, std::uint32_t typeNumber, const std::string &place) {
  std::uint64_t rows;
  bool sound = checkShape(tensor, place, rows);
  if (tensor.offset % alignment != 0) {
    sink.add({place,
              "tensors must begin at a multiple of the alignment " + std::to_string(alignment) +
                  ", and this one begins at " + std::to_string(tensor.offset),
              convertAgain});
    sound = false;
  }
  const GgufTensorType *type = findTensorType(typeNumber);
  if (!type || !type->format) {
    sink.add({place,
              "its storage type is not one that Tern reads: number " + std::to_string(typeNumber) +
                  (type ? " (" + std::string(type->name) + ")" : ""),
              "take the model in another quantisation, such as Q4_K, Q6_K or Q8_0"});
    return false;
  }
  tensor.format = *type->format;
  if (!sound)
    return false;
  std::uint64_t rowLength = static_cast<std::uint64_t>(tensor.shape.back());
  std::optional<std::uint64_t> bytes = storageBytes(tensor.format, rows, rowLength);
  if (!bytes) {
    std::uint32_t block = storageFormatInfo(tensor.format).blockLength;
    std::string rule = rowLength % block != 0 ? "a row of type " + std::string(type->name) + " must be a multiple of " +
                                                    std::to_string(block) + " long"
                                              : std::string("a tensor must be smaller than 2^63 bytes");
    sink.add({place, rule + ", and its shape is " + shapeText(tensor.shape), convertAgain});
    return false;
  }
  tensor.bytes = *bytes;
  return true;
}

/// Every dimension at least one and the number of elements below 2^63; sets `rows` to the product of all but the last.
bool GgufParser::checkShape(const TensorInfo &tensor, const std::string &place, std::uint64_t &rows) {
  rows = 1;
  if (tensor.shape.empty())
    return false;
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] <= 0 || __builtin_mul_overflow(elements, tensor.shape[i], &elements)) {
      sink.add(
          {place,
           "dimensions must be at least 1 and their product below 2^63, and its shape is " + shapeText(tensor.shape),
           convertAgain});
      return false;
    }
  }
  rows = static_cast<std::uint64_t>(elements / tensor.shape.back());
  return true;
}

/// Turns offsets from the data section into offsets in the file, drops the tensors that lie outside, and adds the part.
Status GgufParser::placeTensors(std::size_t firstTensor) {
  std::uint64_t start = (cursor.offset() + alignment - 1) & ~(alignment - 1);
  if (tensorCount > 0 && start > size)
    return truncated("the padding before the tensor data", start - cursor.offset());
  std::uint64_t room = size - std::min(start, size);
  auto outside = [&](const TensorInfo &tensor) {
    if (tensor.offset <= room && tensor.bytes <= room - tensor.offset)
      return false;
    sink.add({where + ": tensor " + inQuotes(tensor.name),
              "tensors must lie in the file: this one has " + std::to_string(tensor.bytes) + " bytes at byte " +
                  std::to_string(tensor.offset) + " of the tensor data, which has " + std::to_string(room),
              damaged});
    file.tensorIndex.erase(tensor.name);
    file.unusable.push_back(tensor.name);
    return true;
  };
  auto begin = file.allTensors.begin() + static_cast<std::ptrdiff_t>(firstTensor);
  file.allTensors.erase(std::remove_if(begin, file.allTensors.end(), outside), file.allTensors.end());
  for (std::size_t i = firstTensor; i < file.allTensors.size(); ++i) {
    file.allTensors[i].offset += start;
    file.tensorIndex[file.allTensors[i].name] = i;
  }
  file.parts.push_back({where, size, std::min(start, size)});
  file.contents.push_back(data);
  return Done{};
}
