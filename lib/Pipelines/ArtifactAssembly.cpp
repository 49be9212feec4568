//===- ArtifactAssembly.cpp - Code, plan and weights in one file ----------===//

#include "ArtifactAssembly.h"

#include "dialects/Cuda/IR/Cuda.h"
#include "dialects/Plan/IR/Plan.h"
#include "runtime/Artifact/ModelText.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Base/MappedFile.h"
#include "runtime/Cuda/Nvrtc.h"
#include "runtime/Packing/WeightPacker.h"
#include "tern/Import/TextFiles.h"
#include "tern/Target/BuildProgram.h"
#include "tern/Target/CudaOccupancy.h"
#include "tern/Target/CudaSource.h"
#include "tern/Target/ObjectCode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace tern;

/// A module with the code of `lowered` alone, ops of `Dialect`.
template <typename Dialect> static OwningOpRef<ModuleOp> codeOf(ModuleOp lowered) {
  OwningOpRef<ModuleOp> code(ModuleOp::create(lowered.getLoc()));
  if (Attribute symbols = lowered->getAttr(kernel::symbolsAttrName))
    (*code)->setAttr(kernel::symbolsAttrName, symbols);
  OpBuilder builder = OpBuilder::atBlockEnd(code->getBody());
  for (Operation &op : *lowered.getBody())
    if (isa_and_nonnull<Dialect>(op.getDialect())) {
      Operation *copy = builder.clone(op);
      copy->removeAttr(kernel::tasksAttrName);
      copy->removeAttr(kernel::taskBytesAttrName);
    }
  return code;
}

Status ArtifactAssembly::emitCode(ModuleOp lowered, const CpuTarget &target, Variant &variant) {
  variant.needs = target.needs;
  Result<std::vector<char>> code = emitSharedObject(*codeOf<LLVM::LLVMDialect>(lowered), target);
  if (!code)
    return code.problem();
  variant.code.assign(code->begin(), code->end());
  return Done{};
}

Status ArtifactAssembly::emitCode(ModuleOp lowered, const CudaTarget &target, Variant &variant) {
  OwningOpRef<ModuleOp> kernels = codeOf<cuda::CudaDialect>(lowered);
  for (const std::string &name : variant.program.kernels) {
    auto kernel = kernels->lookupSymbol<cuda::KernelOp>("tern_" + name);
    variant.program.shapes.push_back(
        {static_cast<uint32_t>(kernel.getThreads()), static_cast<uint32_t>(kernel.getShared()), /*early=*/true});
  }
  Result<std::string> source = cudaSourceOf(*kernels);
  if (!source)
    return source.problem();
  variant.source = std::move(*source);
  Result<Nvrtc> nvrtc = Nvrtc::open();
  if (!nvrtc)
    return nvrtc.problem();
  Result<CompiledCubin> made = nvrtc->compile({variant.source, target.name + ".cu", options.output}, target.name);
  if (!made)
    return made.problem();
  for (const KernelResources &resources : made->kernels)
    if (auto kernel = kernels->lookupSymbol<cuda::KernelOp>(resources.name))
      if (Status fits = checkOccupancy(
              target, resources,
              {int64_t(kernel.getThreads()), int64_t(kernel.getResident().value_or(1)), int64_t(kernel.getShared())});
          !fits)
        return fits;
  variant.code = std::move(made->cubin);
  llvm::append_range(kernelResources, made->kernels);
  return Done{};
}

Status ArtifactAssembly::addTarget(LoweredTarget &lowered) {
  FailureOr<Program> program = buildProgram(*lowered.module);
  if (failed(program))
    return Problem{"emit", "the plan cannot be written as a program", "see the errors above"};
  for (std::string &kernel : program->kernels) // exported names begin with tern_, which the runtime adds
    kernel = llvm::StringRef(kernel).drop_front(llvm::StringRef("tern_").size()).str();
  Variant variant{nameOf(lowered.target), {}, std::move(*program), {}, {}};
  Status emitted =
      std::visit([&](const auto &target) { return emitCode(*lowered.module, target, variant); }, lowered.target);
  if (emitted)
    variants.push_back(std::move(variant));
  return emitted;
}

/// Gives the weights of `program` their places in the weight section.
static void embedWeights(Program &program) {
  for (ProgramWeight &weight : program.weights) {
    weight.source = ProgramWeight::Source::Embedded;
    weight.offset = llvm::alignTo(program.weightBytes, weightAlignment);
    program.weightBytes = weight.offset + weight.bytes;
    weight.sourceFormat = weight.format;
    weight.file = -1;
    weight.sourceBytes = 0;
    weight.hash.clear();
    weight.tensor.clear();
    weight.seed = 0;
    weight.center = weight.scale = 0;
  }
  program.files.clear();
}

Status ArtifactAssembly::writeWeights(ArtifactWriter &writer) {
  Program sources = variants.front().program;
  for (Variant &variant : variants)
    embedWeights(variant.program);
  const Program &places = variants.front().program;
  std::vector<MappedFile> files;
  for (const ProgramFile &file : sources.files) {
    Result<MappedFile> mapped = MappedFile::open(file.path);
    if (!mapped)
      return mapped.problem();
    files.push_back(std::move(*mapped));
  }
  if (Status status = writer.beginWeights(places.weightBytes); !status)
    return status;
  ThreadPool pool(options.threads);
  uint64_t written = 0;
  for (auto [index, source] : llvm::enumerate(sources.weights)) {
    const ProgramWeight &place = places.weights[index];
    if (Status status = writer.appendWeights(std::string(place.offset - written, '\0')); !status)
      return status;
    WeightLoad load;
    load.weight = &source;
    if (source.file >= 0)
      load.file = files[source.file].text();
    ContentHasher hasher;
    auto sink = [&](std::string_view piece) {
      hasher.add(piece);
      return writer.appendWeights(piece);
    };
    if (Status status = streamWeight(load, pool, sink); !status)
      return status;
    for (Variant &variant : variants)
      variant.program.weights[index].hash = hasher.hash();
    written = place.offset + place.bytes;
    if (options.onWeights)
      options.onWeights(written, places.weightBytes);
  }
  return Done{};
}

Status ArtifactAssembly::write(ModuleOp module, const Golden *golden, const FileCheck &check) {
  Result<ArtifactWriter> writer = ArtifactWriter::create(options.output);
  if (!writer)
    return writer.problem();
  if (options.embedWeights)
    if (Status status = writeWeights(*writer); !status)
      return status;
  for (Variant &variant : variants)
    if (Status status =
            writer->addVariant(variant.target, variant.needs, variant.code, variant.program, variant.source);
        !status)
      return status;
  if (!graphText.empty())
    if (Status status = writer->add(section::graph, graphText); !status)
      return status;
  if (options.firstPhase.empty()) {
    Result<std::optional<ModelTextParts>> text = readModelTextParts(options.input);
    if (!text)
      return text.problem();
    if (*text)
      if (Status status = addModelText(*writer, **text); !status)
        return status;
  }
  if (golden)
    if (Status status = addGolden(*writer, *golden); !status)
      return status;
  ArtifactModel model;
  if (auto architecture = module->getAttrOfType<StringAttr>("graph.architecture"))
    model.architecture = architecture.str();
  if (auto context = module->getAttrOfType<IntegerAttr>("graph.max_context"))
    model.maxContext = context.getInt();
  for (const Entry &entry : program().entries)
    for (const Argument &output : entry.outputs)
      if (output.name == "logits")
        model.vocabulary = output.shape.back().size;
  return writer->commit(("tern " + compilerVersion()).str(), std::move(model), check);
}

Compilation::Memory ArtifactAssembly::memory() const {
  Compilation::Memory memory;
  for (const ProgramWeight &weight : program().weights)
    memory.weights += weight.bytes;
  for (const ProgramState &state : program().states) {
    memory.statePerPosition += state.positionBytes;
    memory.stateFixed += state.fixedBytes;
  }
  memory.arena = program().arenaBytes;
  memory.scratchPerThread = program().scratchBytes;
  return memory;
}
