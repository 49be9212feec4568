//===- BuildProgram.cpp - A plan as the data that ships -------------------===//

#include "tern/Target/BuildProgram.h"

#include "dialects/Graph/Transforms/ModulePath.h"
#include "dialects/Plan/IR/Plan.h"
#include "runtime/Packing/PackedFormat.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

namespace {

class ProgramBuilder {
public:
  explicit ProgramBuilder(ModuleOp module) : module(module), symbolTable(module) {}

  FailureOr<Program> build() {
    if (failed(readSymbols()) || failed(readMemory()))
      return failure();
    for (auto entry : module.getOps<plan::EntryOp>())
      if (failed(addEntry(entry)))
        return failure();
    return std::move(program);
  }

private:
  LogicalResult readSymbols() {
    auto names = module->getAttrOfType<ArrayAttr>(kernel::symbolsAttrName);
    if (!names)
      return module.emitError() << "must name its symbols in '" << kernel::symbolsAttrName
                                << "', as the phase schedule does";
    for (StringAttr name : names.getAsRange<StringAttr>())
      symbolIndex(name);
    return success();
  }

  LogicalResult readMemory() {
    auto memories = module.getOps<plan::MemoryOp>();
    if (memories.empty())
      return module.emitError() << "must have a plan.memory, as the phase plan makes it";
    plan::MemoryOp memory = *memories.begin();
    program.arenaBytes = memory.getArena();
    program.scratchBytes = memory.getScratch();
    return success();
  }

  /// The place of a symbol in the program's table. Those of kernels stand first; inputs that no kernel reads may have
  /// others.
  int32_t symbolIndex(StringAttr name) {
    auto [known, isNew] = symbols.try_emplace(name, program.symbols.size());
    if (isNew)
      program.symbols.push_back(name.str());
    return known->second;
  }

  Extent extentOf(Attribute dim) {
    if (auto size = dyn_cast<IntegerAttr>(dim))
      return {-1, size.getInt()};
    return {symbolIndex(cast<StringAttr>(dim)), 1};
  }

  LogicalResult addEntry(plan::EntryOp op) {
    Entry &entry = program.entries.emplace_back();
    entry.name = op.getSymName().str();
    for (Operation &inner : op.getBody().front()) {
      if (auto input = dyn_cast<plan::InputOp>(inner))
        entry.inputs.push_back(argument(input));
      else if (auto output = dyn_cast<plan::OutputOp>(inner))
        entry.outputs.push_back(argument(output));
      else if (failed(addLaunch(cast<plan::LaunchOp>(inner), entry)))
        return failure();
    }
    for (NamedAttribute range : op.getRanges()) {
      auto bounds = cast<ArrayAttr>(range.getValue());
      auto symbol = symbols.find(range.getName());
      if (symbol == symbols.end())
        continue; // neither an argument nor a kernel asks for it
      entry.ranges.push_back(
          {symbol->second, cast<IntegerAttr>(bounds[0]).getInt(), cast<IntegerAttr>(bounds[1]).getInt()});
    }
    return success();
  }

  template <typename Op> Argument argument(Op op) {
    Argument argument{
        op.getName().str(), op.getTensorType().getStorageFormat(), {}, static_cast<uint64_t>(op.getOffset())};
    for (Attribute dim : op.getTensorType().getDims())
      argument.shape.push_back(extentOf(dim));
    return argument;
  }

  LogicalResult addLaunch(plan::LaunchOp op, Entry &entry) {
    Operation *kernel = symbolTable.lookup(op.getKernel());
    Launch launch;
    launch.kernel = kernelIndex(op.getKernel());
    launch.wait = op.getWait();
    launch.where = graph::modulePath(op.getLoc()).str();
    auto function = dyn_cast<kernel::FuncOp>(kernel);
    auto tasks = function ? function.getTasks() : kernel->getAttrOfType<ArrayAttr>(kernel::tasksAttrName);
    auto bytes = kernel->getAttrOfType<ArrayAttr>(kernel::taskBytesAttrName);
    if (!tasks || !bytes || tasks.size() != bytes.size())
      return op.emitError() << "the kernel must say its tasks and their bytes, as the phase plan does";
    for (auto [space, moved] :
         llvm::zip_equal(tasks.getAsRange<kernel::TasksAttr>(), bytes.getAsRange<IntegerAttr>())) {
      TaskSegment segment;
      for (auto [dim, tile] : llvm::zip_equal(space.getDims(), space.getTiles()))
        segment.factors.push_back({extentOf(dim), tile});
      segment.bytes = moved.getInt();
      launch.tasks.push_back(std::move(segment));
    }
    for (Attribute attribute : op.getPlaces()) {
      FailureOr<Place> place = placeOf(op, attribute);
      if (failed(place))
        return failure();
      launch.operands.push_back(*place);
    }
    entry.launches.push_back(std::move(launch));
    return success();
  }

  int32_t kernelIndex(StringRef name) {
    auto [known, isNew] = kernels.try_emplace(name, program.kernels.size());
    if (isNew)
      program.kernels.push_back(name.str());
    return known->second;
  }

  FailureOr<Place> placeOf(Operation *op, Attribute attribute) {
    if (auto arena = dyn_cast<plan::ArenaAttr>(attribute))
      return Place{Place::Kind::Arena, 0, static_cast<uint64_t>(arena.getOffset())};
    if (auto weight = dyn_cast<plan::WeightAttr>(attribute)) {
      FailureOr<int32_t> index = indexOf<graph::WeightOp>(op, weight.getWeight());
      return failed(index) ? FailureOr<Place>() : Place{Place::Kind::Weight, *index, 0};
    }
    FailureOr<int32_t> index = indexOf<graph::StateOp>(op, cast<plan::StateAttr>(attribute).getState());
    return failed(index) ? FailureOr<Place>() : Place{Place::Kind::State, *index, 0};
  }

  /// The place of a weight or state in the program's table, where it is put when it is first used.
  template <typename Symbol> FailureOr<int32_t> indexOf(Operation *op, FlatSymbolRefAttr name) {
    auto known = indices.find(name);
    if (known != indices.end())
      return known->second;
    auto symbol = symbolTable.lookup<Symbol>(name.getValue());
    if (!symbol)
      return op->emitError() << "@" << name.getValue() << " must be declared in the module";
    FailureOr<int32_t> index = add(symbol);
    if (succeeded(index))
      indices[name] = *index;
    return index;
  }

  FailureOr<int32_t> add(graph::WeightOp op) {
    ProgramWeight weight;
    SymbolicTensorType type = op.getTensorType();
    weight.name = op.getSymName().str();
    weight.format = weight.sourceFormat = type.getStorageFormat();
    for (int64_t i = 0; i < type.getRank(); ++i)
      weight.shape.push_back(*type.getStaticDim(i));
    std::optional<uint64_t> bytes;
    uint64_t columns = weight.shape.back(), rows = columns == 0 ? 0 : *type.getNumElements() / columns;
    if (kernel::layoutOf(op) == kernel::Layout::Tiles16) {
      weight.layout = WeightLayout::Tiles16;
      std::optional<PackedFormat> packed = packedFormatOf(weight.format);
      if (packed && *packed == PackedFormat::BF16)
        weight.format = StorageFormat::BF16; // formats of 8 bits and f64 are held in a wider or narrower float
      bytes = packed ? packedBytes(*packed, rows, columns) : std::nullopt;
    } else {
      bytes = storageBytes(weight.format, rows, columns);
    }
    if (!bytes)
      return op.emitError() << "there is no layout for " << type;
    weight.bytes = *bytes;
    if (failed(addSource(op, weight)))
      return failure();
    program.weights.push_back(std::move(weight));
    return program.weights.size() - 1;
  }

  /// Where the bytes come from.
  LogicalResult addSource(graph::WeightOp op, ProgramWeight &weight) {
    if (auto random = dyn_cast<graph::RandomAttr>(op.getSource())) {
      weight.source = ProgramWeight::Source::Random;
      weight.tensor = random.getTensor().str();
      weight.seed = random.getSeed();
      weight.center = random.getCenter();
      weight.scale = random.getScale();
      return success();
    }
    auto stored = cast<graph::StoredAttr>(op.getSource());
    weight.source = ProgramWeight::Source::Stored;
    weight.offset = stored.getOffset();
    weight.sourceBytes = stored.getBytes();
    weight.hash = stored.getHash() ? stored.getHash().str() : "";
    weight.file = fileIndex(symbolTable.lookup<graph::FileOp>(stored.getFile().getValue()));
    return success();
  }

  int32_t fileIndex(graph::FileOp op) {
    auto [known, isNew] = files.try_emplace(op, program.files.size());
    if (isNew)
      program.files.push_back({op.getPath().str(), static_cast<uint64_t>(op.getSize()),
                               static_cast<uint64_t>(op.getHeader()), op.getHeaderHash().str()});
    return known->second;
  }

  FailureOr<int32_t> add(graph::StateOp op) {
    SymbolicTensorType type = op.getTensorType();
    ProgramState state;
    state.name = op.getSymName().str();
    state.format = type.getStorageFormat();
    int64_t elements = 1;
    for (auto [index, dim] : llvm::enumerate(type.getDims())) {
      if (index == 0 || (index == 1 && op.isByPosition()))
        continue; // the slots, and their positions
      auto size = dyn_cast<IntegerAttr>(dim);
      if (!size || llvm::MulOverflow(elements, size.getInt(), elements))
        return op.emitError() << "dimension " << graph::dimName(dim)
                              << " of a state must be a number, and its bytes fit";
    }
    uint64_t bytes = elements * storageFormatInfo(state.format).blockBytes;
    (op.isByPosition() ? state.positionBytes : state.fixedBytes) = bytes;
    program.states.push_back(std::move(state));
    return program.states.size() - 1;
  }

  ModuleOp module;
  SymbolTable symbolTable;
  Program program;
  llvm::DenseMap<Attribute, int32_t> symbols;
  llvm::StringMap<int32_t> kernels;
  llvm::DenseMap<Attribute, int32_t> indices;
  llvm::DenseMap<Operation *, int32_t> files;
};

} // namespace

FailureOr<Program> tern::buildProgram(ModuleOp module) { return ProgramBuilder(module).build(); }
