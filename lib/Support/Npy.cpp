//===- Npy.cpp - Arrays that NumPy reads ----------------------------------===//

#include "tern/Support/Npy.h"

#include "runtime/Base/AtomicFile.h"
#include "runtime/Base/MappedFile.h"

#include <cstring>
#include <string_view>

using namespace tern;

static constexpr std::string_view magic("\x93NUMPY\x01\x00", 8);

Status tern::writeNpy(const std::string &path, const FloatTable &table) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(table.rows) + ", " +
                       std::to_string(table.columns) + "), }";
  // The data starts at a multiple of 64 bytes, after a newline.
  std::size_t used = magic.size() + 2 + header.size() + 1;
  header.append((64 - used % 64) % 64, ' ');
  header += '\n';
  std::string bytes(magic);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.problem();
  if (Status status = file->write(bytes); !status)
    return status;
  std::string_view data(reinterpret_cast<const char *>(table.values.data()), table.values.size() * sizeof(float));
  if (Status status = file->write(data); !status)
    return status;
  return file->commit();
}

/// The two numbers of "'shape': (3, 4)", or nothing.
static bool parseShape(std::string_view header, std::int64_t &rows, std::int64_t &columns) {
  std::size_t start = header.find("'shape': (");
  if (start == std::string_view::npos)
    return false;
  std::string shape(header.substr(start));
  long long first, second;
  char close;
  if (std::sscanf(shape.c_str(), "'shape': (%lld, %lld%c", &first, &second, &close) != 3 || close != ')')
    return false;
  rows = first;
  columns = second;
  return rows >= 0 && columns >= 0;
}

Result<FloatTable> tern::readNpy(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.problem();
  const char *remedy = "write it with numpy.save(path, array.astype('float32')) from an array of two dimensions";
  std::string_view bytes = file->text();
  if (bytes.size() < magic.size() + 2 || bytes.substr(0, magic.size()) != magic)
    return Problem{path, "is not a .npy file of version 1.0", remedy};
  std::size_t headerSize = static_cast<unsigned char>(bytes[8]) | static_cast<unsigned char>(bytes[9]) << 8;
  if (bytes.size() < 10 + headerSize)
    return Problem{path, "ends inside its header", remedy};
  std::string_view header = bytes.substr(10, headerSize), data = bytes.substr(10 + headerSize);
  FloatTable table;
  if (header.find("'descr': '<f4'") == std::string_view::npos ||
      header.find("'fortran_order': False") == std::string_view::npos || !parseShape(header, table.rows, table.columns))
    return Problem{path, "must hold little-endian f32 in row-major order with two dimensions", remedy};
  std::uint64_t count;
  if (__builtin_mul_overflow(std::uint64_t(table.rows), std::uint64_t(table.columns), &count) ||
      count != data.size() / sizeof(float) || data.size() % sizeof(float) != 0)
    return Problem{path, "must hold as many numbers as its shape says", remedy};
  table.values.resize(count);
  if (count > 0)
    std::memcpy(table.values.data(), data.data(), data.size());
  return table;
}
