//===- ObjectCode.cpp - From LLVM dialect to machine code -----------------===//

#include "tern/Target/ObjectCode.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/SplitModule.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

using namespace tern;

void tern::registerObjectCodeDialects(mlir::DialectRegistry &registry) {
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
  });
}

static Result<std::unique_ptr<llvm::TargetMachine>> createMachine(const CpuTarget &target, unsigned level) {
  initializeTargets();
  std::string error;
  llvm::Triple triple(target.triple);
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!backend)
    return Problem{"target '" + target.name + "'", "this build of LLVM has no code generator for it: " + error,
                   "install an LLVM with all its targets"};
  llvm::TargetOptions options;
  options.UseInitArray = true;
  auto optimization = level == 0   ? llvm::CodeGenOptLevel::None
                      : level == 3 ? llvm::CodeGenOptLevel::Aggressive
                                   : llvm::CodeGenOptLevel::Default;
  return std::unique_ptr<llvm::TargetMachine>(backend->createTargetMachine(
      triple, target.processor, target.features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small, optimization));
}

/// What holds for all of our functions: they use the whole width of registers, never unwind, and call no library, not
/// even where LLVM recognises a loop as memcpy or memset.
static void setFunctionAttributes(llvm::Module &module, const CpuTarget &target) {
  std::string width = std::to_string(target.registerBytes * 8);
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.processor);
    function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
    function.addFnAttr("no-builtins");
    function.addFnAttr("no-trapping-math", "true");
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned level) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = level > 1;
  tuning.SLPVectorization = level > 1;
  llvm::PassBuilder passes(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(callGraph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::OptimizationLevel levels[] = {llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
                                      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::OptimizationLevel chosen = levels[std::min(level, 3u)];
  if (level == 0)
    passes.buildO0DefaultPipeline(chosen).run(module, modules);
  else
    passes.buildPerModuleDefaultPipeline(chosen).run(module, modules);
}

static Result<std::vector<char>> assemble(llvm::Module &module, llvm::TargetMachine &machine,
                                          llvm::CodeGenFileType type) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return Problem{"target '" + std::string(machine.getTargetCPU()) + "'", "LLVM cannot write code of this kind", ""};
  passes.run(module);
  return std::vector<char>(bytes.begin(), bytes.end());
}

namespace {

/// A share of the program's functions: as bitcode, so that a thread can read it into a context of its own, and what
/// becomes of it.
struct Share {
  llvm::SmallVector<char, 0> bitcode;
  std::vector<char> object;
  std::string llvmIr, assembly;
  std::optional<Problem> problem;
};

} // namespace

static std::optional<Problem> compileShare(Share &share, const CpuTarget &target, const ObjectCodeOptions &options) {
  llvm::LLVMContext context;
  llvm::MemoryBufferRef buffer(llvm::StringRef(share.bitcode.data(), share.bitcode.size()), "tern");
  llvm::Expected<std::unique_ptr<llvm::Module>> code = llvm::parseBitcodeFile(buffer, context);
  if (!code)
    return Problem{"target '" + target.name + "'", llvm::toString(code.takeError()), ""};
  Result<std::unique_ptr<llvm::TargetMachine>> machine = createMachine(target, options.level);
  if (!machine)
    return machine.problem();
  optimize(**code, **machine, options.level);
  if (options.llvmIr) {
    llvm::raw_string_ostream stream(share.llvmIr);
    (*code)->print(stream, nullptr);
  }
  if (options.assembly) {
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(**code);
    Result<std::vector<char>> text = assemble(*copy, **machine, llvm::CodeGenFileType::AssemblyFile);
    if (!text)
      return text.problem();
    share.assembly.assign(text->begin(), text->end());
  }
  Result<std::vector<char>> object = assemble(**code, **machine, llvm::CodeGenFileType::ObjectFile);
  if (!object)
    return object.problem();
  share.object = std::move(*object);
  return std::nullopt;
}

/// Compiles shares on as many threads as the machine runs at once, each share by itself.
static void compileShares(std::vector<Share> &shares, const CpuTarget &target, const ObjectCodeOptions &options) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < shares.size(); i = next++)
      shares[i].problem = compileShare(shares[i], target, options);
  };
  std::vector<std::thread> threads;
  size_t helpers = std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), shares.size()) - 1;
  for (size_t i = 0; i < helpers; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

Result<std::vector<char>> tern::emitSharedObject(mlir::ModuleOp module, const CpuTarget &target,
                                                 const ObjectCodeOptions &options) {
  // The number of shares is fixed: the bytes must not depend on the machine that compiles.
  constexpr unsigned numShares = 8;
  Result<std::unique_ptr<llvm::TargetMachine>> machine = createMachine(target, options.level);
  if (!machine)
    return machine.problem();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = mlir::translateModuleToLLVMIR(module, context, "tern");
  if (!code)
    return Problem{"target '" + target.name + "'", "a kernel has no translation to LLVM IR", "see the errors before"};
  code->setTargetTriple((*machine)->getTargetTriple());
  code->setDataLayout((*machine)->createDataLayout());
  code->setPICLevel(llvm::PICLevel::BigPIC);
  setFunctionAttributes(*code, target);
  std::vector<Share> shares;
  auto addShare = [&](std::unique_ptr<llvm::Module> part) {
    llvm::raw_svector_ostream stream(shares.emplace_back().bitcode);
    llvm::WriteBitcodeToFile(*part, stream);
  };
  llvm::SplitModule(*code, numShares, addShare, /*PreserveLocals=*/true);
  compileShares(shares, target, options);
  std::vector<std::vector<char>> objects;
  for (Share &share : shares) {
    if (share.problem)
      return *share.problem;
    if (options.llvmIr)
      *options.llvmIr += share.llvmIr;
    if (options.assembly)
      *options.assembly += share.assembly;
    objects.push_back(std::move(share.object));
  }
  return linkSharedObject(objects, target);
}
