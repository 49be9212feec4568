//===- Schedule.cpp - The phase schedule ----------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Kernel/Transforms/Passes.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tern;

/// The entries of a decoder: one token of each of some sequences, a chunk of one prompt, and on GPUs one for prompts so
/// short that reading the weights is what takes time.
static SmallVector<std::string> decoderEntries(const ScheduleOptions &options) {
  SmallVector<std::string> entries;
  for (int64_t batch : options.batches)
    entries.push_back(llvm::formatv("decode_{0}:B={0}:T=1:N=1", batch));
  constexpr int64_t shortPrompt = 16;
  auto outputs = std::min<int64_t>(options.outputs, shortPrompt);
  if (options.gpu && options.chunk > shortPrompt)
    entries.push_back(llvm::formatv("prefill_{0}:B=1:T<{0}:N<{1}", shortPrompt, outputs));
  if (options.chunk > 0)
    entries.push_back(llvm::formatv("prefill:B=1:T<{0}:N<{1}", options.chunk.getValue(), options.outputs.getValue()));
  return entries;
}

void tern::buildSchedulePipeline(OpPassManager &manager, const ScheduleOptions &options) {
  ConvertGraphToKernelOptions convert;
  convert.function = options.function;
  convert.entries = decoderEntries(options);
  convert.gpu = options.gpu;
  if (!options.entries.empty())
    convert.entries.assign(options.entries.begin(), options.entries.end());
  manager.addPass(createConvertGraphToKernel(convert));
  if (options.gpu)
    manager.addPass(kernel::createFuseAppendIntoAttention());
  if (!options.rules.empty()) {
    kernel::OverrideSchedulesOptions rules;
    rules.rules.assign(options.rules.begin(), options.rules.end());
    manager.addPass(kernel::createOverrideSchedules(rules));
  }
  if (options.verify)
    manager.addPass(kernel::createVerifyScheduled());
}
