//===- CompiledKernel.cpp - Kernels compiled and run in a test ------------===//

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"

#include "dialects/Kernel/IR/Kernel.h"
#include "lib/Conversion/KernelToCpu/LowerToLlvm.h"
#include "tern/Target/ObjectCode.h"

#include <memory>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

#include <gtest/gtest.h>

using namespace tern;
using namespace tern::cpu;

mlir::MLIRContext &tern::cpu::testContext() {
  static mlir::MLIRContext *context = [] {
    mlir::DialectRegistry registry;
    registerCodeDialects(registry);
    registerObjectCodeDialects(registry);
    registry.insert<graph::GraphDialect, kernel::KernelDialect, mlir::func::FuncDialect>();
    auto *created = new mlir::MLIRContext(registry, mlir::MLIRContext::Threading::DISABLED);
    created->loadAllAvailableDialects();
    created->allowUnregisteredDialects(); // for attributes of tests
    return created;
  }();
  return *context;
}

const CpuTarget &tern::cpu::testTarget() {
  static const CpuTarget target = [] {
    const char *name = std::getenv("TERN_TEST_TARGET");
    Result<CpuTarget> parsed = parseCpuTarget(name ? name : "native");
    EXPECT_TRUE(parsed) << parsed.problem().str();
    return parsed ? *parsed : CpuTarget();
  }();
  return target;
}

/// Writes a file for as long as a test runs and gives its path.
static std::string writeTemporary(const void *bytes, size_t size) {
  std::string path = testing::TempDir() + "tern-kernel-XXXXXX";
  int file = mkstemp(path.data());
  EXPECT_GE(file, 0) << path;
  EXPECT_EQ(write(file, bytes, size), static_cast<ssize_t>(size));
  close(file);
  return path;
}

static void *loadLibrary(const std::string &path) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    ADD_FAILURE() << dlerror();
  unlink(path.c_str());
  return library;
}

/// Whether this machine runs code of `target`'s family.
static bool isNative(const CpuTarget &target) {
#if defined(__x86_64__)
  return target.isX86();
#else
  return !target.isX86();
#endif
}

CompiledKernel CompiledKernel::load(mlir::ModuleOp module, const std::string &name, const CpuTarget &target) {
  CompiledKernel kernel;
  EXPECT_TRUE(mlir::succeeded(lowerToLlvm(module)));
  std::string ir, assembly;
  ObjectCodeOptions options;
  const char *dump = std::getenv("TERN_TEST_DUMP");
  if (dump) {
    options.llvmIr = &ir;
    options.assembly = &assembly;
  }
  Result<std::vector<char>> object = emitSharedObject(module, target, options);
  if (dump)
    llvm::errs() << ir << assembly;
  if (!object) {
    ADD_FAILURE() << object.problem().str();
    return kernel;
  }
  kernel.symbol = "tern_" + name;
  std::string path = writeTemporary(object->data(), object->size());
  if (!isNative(target)) {
    kernel.libraryPath = path;
    return kernel;
  }
  kernel.library = loadLibrary(path);
  if (kernel.library)
    kernel.function = reinterpret_cast<TernKernel>(dlsym(kernel.library, kernel.symbol.c_str()));
  EXPECT_NE(kernel.function, nullptr) << name;
  return kernel;
}

CompiledKernel CompiledKernel::build(unsigned numOperands,
                                     const std::function<void(CodeBuilder &, const KernelFrame &)> &emitBody) {
  mlir::Location loc = mlir::UnknownLoc::get(&testContext());
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  emitKernelFunction(*module, loc, "kernel", std::vector<int64_t>(numOperands, 1), emitBody);
  return load(*module, "kernel");
}

CompiledKernel::CompiledKernel(CompiledKernel &&other) noexcept
    : scratchBytes(other.scratchBytes), symbol(std::move(other.symbol)), libraryPath(std::move(other.libraryPath)),
      library(other.library), function(other.function) {
  other.libraryPath.clear();
  other.library = nullptr;
  other.function = nullptr;
}

CompiledKernel::~CompiledKernel() {
  if (!libraryPath.empty())
    unlink(libraryPath.c_str());
  if (library)
    dlclose(library);
}

int64_t CompiledKernel::run(const std::vector<void *> &operands, const std::vector<int64_t> &dims, int64_t begin,
                            int64_t end, int64_t first) {
  if (!function)
    return -1;
  std::vector<char> scratch(scratchBytes + 64);
  auto address = reinterpret_cast<uintptr_t>(scratch.data());
  int64_t problem = 0;
  TernKernelCall call;
  call.operands = operands.data();
  call.dims = dims.data();
  call.scratch = scratch.data() + (64 - address % 64);
  call.begin = begin;
  call.end = end;
  call.first = first;
  call.problem = &problem;
  function(&call);
  return problem;
}

int64_t CompiledKernel::runOn(const std::vector<std::vector<uint8_t> *> &operands, const std::vector<int64_t> &dims,
                            int64_t begin, int64_t end) {
  if (!libraryPath.empty())
    return emulate(operands, dims, begin, end);
  // Copies at multiples of 64 bytes, as the plan places operands; the arrays of quantised activations rely on it.
  constexpr size_t alignment = 64;
  std::vector<std::vector<uint8_t>> rooms;
  std::vector<void *> pointers;
  for (std::vector<uint8_t> *operand : operands) {
    std::vector<uint8_t> &room = rooms.emplace_back(operand->size() + alignment);
    void *place = room.data();
    size_t space = room.size();
    pointers.push_back(std::align(alignment, operand->size(), place, space));
    std::memcpy(place, operand->data(), operand->size());
  }
  int64_t problem = run(pointers, dims, begin, end);
  for (auto [operand, place] : llvm::zip_equal(operands, pointers))
    std::memcpy(operand->data(), place, operand->size());
  return problem;
}

/// A call as RunKernel.c reads it, through a file that comes back with what the kernel left.
int64_t CompiledKernel::emulate(const std::vector<std::vector<uint8_t> *> &operands, const std::vector<int64_t> &dims,
                                int64_t begin, int64_t end) {
#ifndef TERN_AARCH64_RUNNER
  ADD_FAILURE() << "no emulator: install qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, and configure";
  return -1;
#else
  std::string call;
  auto put = [&](int64_t number) { call.append(reinterpret_cast<const char *>(&number), sizeof(number)); };
  for (int64_t number : {int64_t(operands.size()), int64_t(dims.size()), begin, end, int64_t{1}, int64_t(scratchBytes),
                         int64_t{0}})
    put(number);
  for (int64_t dim : dims)
    put(dim);
  for (std::vector<uint8_t> *operand : operands) {
    put(operand->size());
    call.append(reinterpret_cast<const char *>(operand->data()), operand->size());
  }
  std::string path = writeTemporary(call.data(), call.size());
  std::string command = std::string(TERN_AARCH64_RUNNER) + " " + libraryPath + " " + symbol + " " + path;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  FILE *file = fopen(path.c_str(), "rb");
  EXPECT_EQ(fread(call.data(), 1, call.size(), file), call.size());
  fclose(file);
  unlink(path.c_str());
  constexpr size_t problemAt = 6, headerLength = 7;
  size_t place = (headerLength + dims.size()) * sizeof(int64_t);
  for (std::vector<uint8_t> *operand : operands) {
    place += sizeof(int64_t);
    std::memcpy(operand->data(), call.data() + place, operand->size());
    place += operand->size();
  }
  int64_t problem;
  std::memcpy(&problem, call.data() + problemAt * sizeof(int64_t), sizeof(problem));
  return problem;
#endif
}
