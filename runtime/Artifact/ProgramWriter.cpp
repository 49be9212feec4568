//===- ProgramWriter.cpp - Programs to JSON -------------------------------===//
//
// A large model has thousands of launches, so those are written as arrays; everything else as objects with names.
//
//===----------------------------------------------------------------------===//

#include "runtime/Artifact/Program.h"
#include "runtime/Artifact/ProgramNames.h"

using namespace tern;

namespace {

class ProgramWriter {
public:
  explicit ProgramWriter(const Program &program) : program(program) {}

  Json write() const {
    Json json = {{"arenaBytes", program.arenaBytes},
                 {"scratchBytes", program.scratchBytes},
                 {"weightBytes", program.weightBytes},
                 {"kernels", program.kernels},
                 {"shapes", Json::array()},
                 {"symbols", program.symbols},
                 {"files", Json::array()},
                 {"weights", Json::array()},
                 {"states", Json::array()},
                 {"entries", Json::array()}};
    for (const KernelShape &shape : program.shapes)
      json["shapes"].push_back(
          {{"threads", shape.threads}, {"sharedBytes", shape.sharedBytes}, {"early", shape.early}});
    for (const ProgramFile &file : program.files)
      json["files"].push_back(
          {{"path", file.path}, {"size", file.size}, {"header", file.header}, {"headerHash", file.headerHash}});
    for (const ProgramWeight &weight : program.weights)
      json["weights"].push_back(write(weight));
    for (const ProgramState &state : program.states)
      json["states"].push_back({{"name", state.name},
                                {"format", formatName(state.format)},
                                {"fixedBytes", state.fixedBytes},
                                {"positionBytes", state.positionBytes}});
    for (const Entry &entry : program.entries)
      json["entries"].push_back(write(entry));
    return json;
  }

private:
  const Program &program;

  static std::string formatName(StorageFormat format) { return std::string(storageFormatInfo(format).name); }

  static Json write(const ProgramWeight &weight) {
    Json json = {{"name", weight.name},
                 {"format", formatName(weight.format)},
                 {"layout", layoutName(weight.layout)},
                 {"shape", weight.shape},
                 {"bytes", weight.bytes}};
    switch (weight.source) {
    case ProgramWeight::Source::Embedded:
      json["embedded"] = {{"offset", weight.offset}, {"hash", weight.hash}};
      break;
    case ProgramWeight::Source::Stored:
      json["stored"] = {{"file", weight.file},
                        {"offset", weight.offset},
                        {"bytes", weight.sourceBytes},
                        {"format", formatName(weight.sourceFormat)},
                        {"hash", weight.hash}};
      break;
    case ProgramWeight::Source::Random:
      json["random"] = {{"tensor", weight.tensor},
                        {"seed", weight.seed},
                        {"center", weight.center},
                        {"scale", weight.scale},
                        {"format", formatName(weight.sourceFormat)}};
      break;
    }
    return json;
  }

  Json write(const Entry &entry) const {
    Json json = {{"name", entry.name},
                 {"ranges", Json::object()},
                 {"inputs", write(entry.inputs)},
                 {"outputs", write(entry.outputs)},
                 {"launches", Json::array()}};
    for (const SymbolRange &range : entry.ranges)
      json["ranges"][program.symbols[range.symbol]] = {range.min, range.max};
    for (const Launch &launch : entry.launches)
      json["launches"].push_back(write(launch));
    return json;
  }

  Json write(const std::vector<Argument> &arguments) const {
    Json json = Json::array();
    for (const Argument &argument : arguments) {
      Json shape = Json::array();
      for (const Extent &extent : argument.shape)
        shape.push_back(write(extent));
      json.push_back({{"name", argument.name},
                      {"format", formatName(argument.format)},
                      {"shape", std::move(shape)},
                      {"offset", argument.offset}});
    }
    return json;
  }

  /// [kernel, wait, "where", [operand...], [[bytes, [extent, tile]...]...]]
  Json write(const Launch &launch) const {
    Json operands = Json::array(), tasks = Json::array();
    for (const Place &place : launch.operands)
      operands.push_back(write(place));
    for (const TaskSegment &segment : launch.tasks) {
      Json written = Json::array({segment.bytes});
      for (const TaskFactor &factor : segment.factors)
        written.push_back(Json::array({write(factor.extent), factor.tile}));
      tasks.push_back(std::move(written));
    }
    return Json::array({launch.kernel, launch.wait, launch.where, std::move(operands), std::move(tasks)});
  }

  Json write(const Extent &extent) const {
    return extent.symbol < 0 ? Json(extent.size) : Json(program.symbols[extent.symbol]);
  }

  /// An offset into the arena, "w17" or "s3".
  static Json write(const Place &place) {
    switch (place.kind) {
    case Place::Kind::Arena:
      return place.offset;
    case Place::Kind::Weight:
      return weightPrefix + std::to_string(place.index);
    case Place::Kind::State:
      return statePrefix + std::to_string(place.index);
    }
    return nullptr;
  }
};

} // namespace

Json tern::writeProgram(const Program &program) { return ProgramWriter(program).write(); }
