//===- Fiber.h - Stacks that a thread switches between -----------*- C++ -*-===//
//
// A thread of an emulated block is a fiber: a stack of its own on which a function runs until it gives control back.
// A switch saves the registers that a call preserves and exchanges stack pointers, a few nanoseconds; processors other
// than x86-64 take ucontext, which is the same and slower. The address sanitizer is told of each switch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_FIBER_H
#define TERN_RUNTIME_CUDA_EMULATION_FIBER_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#ifndef __x86_64__
#include <ucontext.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TERN_FIBER_ASAN 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#endif

namespace tern::emulation {

#ifdef __x86_64__
/// Pushes what a call preserves, leaves the stack pointer in `*from`, and returns on the stack `to`.
__attribute__((naked, noinline)) inline void switchStacks(void ** /*from*/, void * /*to*/) {
  asm volatile("pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
               "movq %rsp, (%rdi)\n\tmovq %rsi, %rsp\n\t"
               "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\tretq");
}
#endif

/// A stack and the place on it where its function stopped. The object of the thread itself has no stack of its own.
class Fiber {
public:
  using Entry = void (*)();

  static constexpr std::size_t stackBytes = std::size_t{256} << 10;

  Fiber() = default;
  Fiber(const Fiber &) = delete;
  Fiber &operator=(const Fiber &) = delete;

  /// Lets `entry` begin on this stack at the next switchTo; what ran there before is forgotten. `entry` never returns.
  void start(Entry entry);

  /// Stops here, which must be `this`, and goes on with `next`.
  void switchTo(Fiber &next) { leave(next, /*forGood=*/false); }

  /// Likewise, never to come back.
  void endWith(Fiber &next) { leave(next, /*forGood=*/true); }

  /// To be called first by an entry: ends the switch that began it.
  static void begun() { finishSwitch(nullptr); }

  /// Whether `address` is on this stack.
  bool holds(const void *address) const {
    return static_cast<const char *>(address) >= stack && static_cast<const char *>(address) < stack + stackBytes;
  }

private:
  void allocate();
  void leave(Fiber &next, bool forGood);
  static void finishSwitch(void *fakeStack);

  char *stack = nullptr;
#ifdef __x86_64__
  void *stackPointer = nullptr;
#else
  ucontext_t context{};
#endif
#ifdef TERN_FIBER_ASAN
  const void *bottom = nullptr; ///< Of the thread's own stack, learned when it is left.
  std::size_t bytes = 0;
  static inline Fiber *left = nullptr; ///< The fiber that a switch under way comes from.
#endif
};

/// Stacks live as long as the process; below each lies a page that nothing may touch.
inline void Fiber::allocate() {
  constexpr std::size_t guardBytes = 4096;
  void *pages = mmap(nullptr, guardBytes + stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages, guardBytes, PROT_NONE) != 0) {
    std::fprintf(stderr, "emulation: no memory for the stack of a thread\n");
    std::abort();
  }
  stack = static_cast<char *>(pages) + guardBytes;
#ifdef TERN_FIBER_ASAN
  bottom = stack;
  bytes = stackBytes;
#endif
}

inline void Fiber::start(Entry entry) {
  if (!stack)
    allocate();
#ifdef TERN_FIBER_ASAN
  __asan_unpoison_memory_region(stack, stackBytes);
#endif
#ifdef __x86_64__
  // From the top: a word that keeps the stack aligned as after a call, the address to return to, six registers.
  auto **top = reinterpret_cast<void **>(stack + stackBytes);
  *--top = nullptr;
  *--top = reinterpret_cast<void *>(entry);
  for (int saved = 0; saved < 6; ++saved)
    *--top = nullptr;
  stackPointer = top;
#else
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = stackBytes;
  context.uc_link = nullptr;
  makecontext(&context, entry, 0);
#endif
}

inline void Fiber::finishSwitch([[maybe_unused]] void *fakeStack) {
#ifdef TERN_FIBER_ASAN
  const void *from;
  std::size_t fromBytes;
  __sanitizer_finish_switch_fiber(fakeStack, &from, &fromBytes);
  left->bottom = from;
  left->bytes = fromBytes;
#endif
}

inline void Fiber::leave(Fiber &next, [[maybe_unused]] bool forGood) {
  void *fakeStack = nullptr;
#ifdef TERN_FIBER_ASAN
  left = this;
  __sanitizer_start_switch_fiber(forGood ? nullptr : &fakeStack, next.bottom, next.bytes);
#endif
#ifdef __x86_64__
  switchStacks(&stackPointer, next.stackPointer);
#else
  swapcontext(&context, &next.context);
#endif
  finishSwitch(fakeStack);
}

} // namespace tern::emulation

#endif // TERN_RUNTIME_CUDA_EMULATION_FIBER_H
