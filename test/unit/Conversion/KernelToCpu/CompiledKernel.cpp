//===- CompiledKernel.cpp - Kernels compiled and run in a test ------------===//

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"

#include "dialects/Kernel/IR/Kernel.h"
#include "lib/Conversion/KernelToCpu/LowerToLlvm.h"
#include "tern/Target/ObjectCode.h"

#include <cstdlib>
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

/// Loads a shared object from its bytes.
static void *loadBytes(const std::vector<char> &bytes) {
  std::string path = testing::TempDir() + "tern-kernel-XXXXXX";
  int file = mkstemp(path.data());
  EXPECT_GE(file, 0) << path;
  EXPECT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(file);
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    ADD_FAILURE() << dlerror();
  unlink(path.c_str());
  return library;
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
  kernel.library = loadBytes(*object);
  if (kernel.library)
    kernel.function = reinterpret_cast<TernKernel>(dlsym(kernel.library, ("tern_" + name).c_str()));
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
    : scratchBytes(other.scratchBytes), library(other.library), function(other.function) {
  other.library = nullptr;
  other.function = nullptr;
}

CompiledKernel::~CompiledKernel() {
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
