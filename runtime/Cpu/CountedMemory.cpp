//===- CountedMemory.cpp - Memory that is counted by kind -----------------===//

#include "runtime/Cpu/CountedMemory.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

using namespace tern;

static constexpr std::uint64_t pageBytes = 4096, hugePageBytes = std::uint64_t(2) << 20;

Result<MemoryBlock> MemoryBlock::allocate(std::uint64_t bytes, std::uint64_t &counter, const std::string &what) {
  MemoryBlock block;
  if (bytes == 0)
    return block;
  std::uint64_t alignment = bytes >= hugePageBytes ? hugePageBytes : pageBytes;
  std::uint64_t mapped = 0;
  if (__builtin_add_overflow(bytes, alignment, &mapped))
    return Problem{what, "memory must be addressable, but takes " + std::to_string(bytes) + " bytes", ""};

  void *mapping = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return Problem{what, "the system refuses " + readableBytes(bytes) + " of memory: " + std::strerror(errno), ""};
  auto address = reinterpret_cast<std::uintptr_t>(mapping);
  block.mapping = mapping;
  block.mapped = mapped;
  block.bytes = static_cast<char *>(mapping) + (alignment - address % alignment) % alignment;
  block.length = bytes;
  block.counter = &counter;
  counter += bytes;
  return block;
}

void MemoryBlock::wishHugePages(std::uint64_t offset, std::uint64_t count) const {
  if (length < hugePageBytes)
    return;
  std::uint64_t begin = offset / pageBytes * pageBytes, end = (offset + count + pageBytes - 1) / pageBytes * pageBytes;
  madvise(bytes + begin, end - begin, MADV_HUGEPAGE);
}

MemoryBlock::MemoryBlock(MemoryBlock &&other) noexcept { *this = std::move(other); }

MemoryBlock &MemoryBlock::operator=(MemoryBlock &&other) noexcept {
  std::swap(bytes, other.bytes);
  std::swap(length, other.length);
  std::swap(mapping, other.mapping);
  std::swap(mapped, other.mapped);
  std::swap(counter, other.counter);
  return *this;
}

MemoryBlock::~MemoryBlock() {
  if (!mapping)
    return;
  munmap(mapping, mapped);
  *counter -= length;
}
