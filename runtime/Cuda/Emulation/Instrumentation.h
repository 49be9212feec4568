//===- Instrumentation.h - What instrumented kernels call --------*- C++ -*-===//
//
// The functions that clang's instrumentation for threads calls before an access, with the sanitizer's names; it is told
// to leave out functions' entries and exits (EmulatedKernels.cpp). An emulated thread never runs beside another, so all
// that matters is who accesses what. Without TERN_EMULATE_RACES there is nothing here.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_INSTRUMENTATION_H
#define TERN_RUNTIME_CUDA_EMULATION_INSTRUMENTATION_H

#ifdef TERN_EMULATE_RACES
#include "runtime/Cuda/Emulation/Block.h"

namespace tern::emulation {

inline void accessFromKernel(const void *address, std::size_t bytes, AccessKind kind) {
  if (Grid::isRunning())
    Grid::current().access(address, static_cast<unsigned>(bytes), kind);
}

} // namespace tern::emulation

/// Weak, as each source of a program that includes this has them.
#define TERN_INSTRUMENTED(RESULT)                                                                                      \
  extern "C" __attribute__((weak, visibility("hidden"), disable_sanitizer_instrumentation)) RESULT

#define TERN_INSTRUMENTED_ACCESS(NAME, BYTES, KIND)                                                                    \
  TERN_INSTRUMENTED(void) __tsan_##NAME##BYTES(void *address) {                                                        \
    ::tern::emulation::accessFromKernel(address, BYTES, ::tern::emulation::AccessKind::KIND);                          \
  }
#define TERN_INSTRUMENTED_ACCESSES(BYTES)                                                                              \
  TERN_INSTRUMENTED_ACCESS(read, BYTES, Read)                                                                          \
  TERN_INSTRUMENTED_ACCESS(write, BYTES, Write)                                                                        \
  TERN_INSTRUMENTED_ACCESS(unaligned_read, BYTES, Read)                                                                \
  TERN_INSTRUMENTED_ACCESS(unaligned_write, BYTES, Write)

TERN_INSTRUMENTED_ACCESSES(1)
TERN_INSTRUMENTED_ACCESSES(2)
TERN_INSTRUMENTED_ACCESSES(4)
TERN_INSTRUMENTED_ACCESSES(8)
TERN_INSTRUMENTED_ACCESSES(16)

TERN_INSTRUMENTED(void *) __tsan_memcpy(void *target, const void *source, std::size_t bytes) {
  ::tern::emulation::accessFromKernel(source, bytes, ::tern::emulation::AccessKind::Read);
  ::tern::emulation::accessFromKernel(target, bytes, ::tern::emulation::AccessKind::Write);
  return std::memcpy(target, source, bytes);
}
TERN_INSTRUMENTED(void *) __tsan_memmove(void *target, const void *source, std::size_t bytes) {
  ::tern::emulation::accessFromKernel(source, bytes, ::tern::emulation::AccessKind::Read);
  ::tern::emulation::accessFromKernel(target, bytes, ::tern::emulation::AccessKind::Write);
  return std::memmove(target, source, bytes);
}
TERN_INSTRUMENTED(void *) __tsan_memset(void *target, int value, std::size_t bytes) {
  ::tern::emulation::accessFromKernel(target, bytes, ::tern::emulation::AccessKind::Write);
  return std::memset(target, value, bytes);
}

TERN_INSTRUMENTED(void) __tsan_init() {}
TERN_INSTRUMENTED(void) __tsan_vptr_read(void **) {}
TERN_INSTRUMENTED(void) __tsan_vptr_update(void **, void *) {}

#undef TERN_INSTRUMENTED_ACCESSES
#undef TERN_INSTRUMENTED_ACCESS
#undef TERN_INSTRUMENTED
#endif // TERN_EMULATE_RACES

#endif // TERN_RUNTIME_CUDA_EMULATION_INSTRUMENTATION_H
