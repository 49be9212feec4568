//===- Inspection.cpp - What is inside an artifact ------------------------===//

#include "tools/tern/Inspection.h"
#include "tools/tern/Columns.h"
#include "tools/tern/Command.h"

#include <algorithm>
#include <map>

using namespace tern;

static std::string bytesOf(const Json &number) { return bytesText(number.get<double>()); }

//===----------------------------------------------------------------------===//
// Overview
//===----------------------------------------------------------------------===//

Json tern::overviewOf(const ArtifactReader &artifact) {
  const Manifest &manifest = artifact.manifest();
  Json variants = Json::array(), sections = Json::array();
  for (const ArtifactVariant &variant : manifest.variants)
    variants.push_back(
        {{"target", variant.target}, {"needs", variant.features}, {"code_bytes", artifact.code(variant).size()}});
  for (const ZipEntry &entry : artifact.entries())
    sections.push_back({{"name", entry.name}, {"bytes", entry.size}});
  const ArtifactModel &model = manifest.model;
  return {{"producer", manifest.producer},
          {"model",
           {{"name", model.name},
            {"architecture", model.architecture},
            {"max_context", model.maxContext},
            {"vocabulary", model.vocabulary}}},
          {"variants", variants},
          {"sections", sections}};
}

std::string tern::overviewText(const Json &overview) {
  const Json &model = overview["model"];
  std::string name = model["name"].get<std::string>();
  std::string text = left("made by", 12) + overview["producer"].get<std::string>() + '\n' + left("model", 12) +
                     (name.empty() ? "" : name + ", ") + model["architecture"].get<std::string>() + ", context " +
                     model["max_context"].dump() + ", vocabulary " + model["vocabulary"].dump() + '\n';
  for (const Json &variant : overview["variants"]) {
    std::string needs;
    for (const Json &feature : variant["needs"])
      needs += (needs.empty() ? "" : " ") + feature.get<std::string>();
    text += left("code", 12) + variant["target"].get<std::string>() + ", " + bytesOf(variant["code_bytes"]) +
            ", needs " + (needs.empty() ? "nothing" : needs) + '\n';
  }
  for (const Json &section : overview["sections"])
    text += left("section", 12) + left(section["name"].get<std::string>(), 22) + right(bytesOf(section["bytes"]), 10) +
            '\n';
  return text;
}

//===----------------------------------------------------------------------===//
// Plan
//===----------------------------------------------------------------------===//

/// The largest call of an entry.
static std::vector<std::int64_t> largestSizes(const Program &program, const Entry &entry, std::int64_t positions) {
  std::vector<std::int64_t> dims = symbolSizes(program, entry, {1, 1, 1, positions});
  for (const SymbolRange &range : entry.ranges)
    if (program.symbols[static_cast<std::size_t>(range.symbol)] != "C")
      dims[static_cast<std::size_t>(range.symbol)] = range.max;
  return dims;
}

static Json argumentsOf(const Program &program, const std::vector<Argument> &arguments) {
  Json list = Json::array();
  for (const Argument &argument : arguments) {
    Json shape = Json::array();
    for (const Extent &extent : argument.shape)
      if (extent.symbol >= 0)
        shape.push_back(program.symbols[static_cast<std::size_t>(extent.symbol)]);
      else
        shape.push_back(extent.size);
    list.push_back({{"name", argument.name},
                    {"format", storageFormatInfo(argument.format).name},
                    {"shape", shape},
                    {"offset", argument.offset}});
  }
  return list;
}

static Json launchesOf(const Program &program, const Entry &entry, const std::vector<std::int64_t> &dims) {
  Json list = Json::array();
  for (const Launch &launch : entry.launches) {
    LaunchCost cost = costOf(launch, dims);
    list.push_back({{"kernel", program.kernels[static_cast<std::size_t>(launch.kernel)]},
                    {"where", launch.where},
                    {"wait", launch.wait},
                    {"tasks", cost.tasks},
                    {"bytes", cost.bytes}});
  }
  return list;
}

static Json memoryOf(const Program &program) {
  std::uint64_t weights = 0, fixed = 0, position = 0;
  for (const ProgramWeight &weight : program.weights)
    weights += weight.bytes;
  for (const ProgramState &state : program.states) {
    fixed += state.fixedBytes;
    position += state.positionBytes;
  }
  return {{"weights", weights},
          {"arena", program.arenaBytes},
          {"scratch_per_thread", program.scratchBytes},
          {"state_per_position", position},
          {"state_fixed", fixed}};
}

Json tern::planOf(const Program &program, std::int64_t positions) {
  Json entries = Json::array(), states = Json::array();
  for (const Entry &entry : program.entries) {
    std::vector<std::int64_t> dims = largestSizes(program, entry, positions);
    Json ranges = Json::object(), sizes = Json::object();
    for (const SymbolRange &range : entry.ranges)
      ranges[program.symbols[static_cast<std::size_t>(range.symbol)]] = {range.min, range.max};
    for (std::size_t i = 0; i != program.symbols.size(); ++i)
      sizes[program.symbols[i]] = dims[i];
    entries.push_back({{"name", entry.name},
                       {"ranges", ranges},
                       {"sizes", sizes},
                       {"inputs", argumentsOf(program, entry.inputs)},
                       {"outputs", argumentsOf(program, entry.outputs)},
                       {"weight_bytes_read", weightBytesOf(program, entry, dims)},
                       {"launches", launchesOf(program, entry, dims)}});
  }
  for (const ProgramState &state : program.states)
    states.push_back({{"name", state.name},
                      {"format", storageFormatInfo(state.format).name},
                      {"fixed", state.fixedBytes},
                      {"per_position", state.positionBytes}});
  return {{"memory", memoryOf(program)}, {"symbols", program.symbols}, {"states", states}, {"entries", entries}};
}

static std::string argumentsText(const char *what, const Json &arguments) {
  std::string text;
  for (const Json &argument : arguments) {
    std::string shape;
    for (const Json &size : argument["shape"])
      shape += (shape.empty() ? "" : ", ") + (size.is_string() ? size.get<std::string>() : size.dump());
    text += "  " + left(what, 8) + argument["name"].get<std::string>() + " : " + argument["format"].get<std::string>() +
            "[" + shape + "] at " + argument["offset"].dump() + '\n';
  }
  return text;
}

static std::string entryText(const Json &entry) {
  std::string text = "\nentry " + entry["name"].get<std::string>() + ", costs for";
  for (const auto &[symbol, size] : entry["sizes"].items())
    text += " " + symbol + "=" + size.dump();
  text += ", reads " + bytesOf(entry["weight_bytes_read"]) + " of weights\n";
  text += argumentsText("input", entry["inputs"]) + argumentsText("output", entry["outputs"]);
  text += right("tasks", 10) + right("bytes", 12) + "  kernel\n";
  for (const Json &launch : entry["launches"])
    text += (launch["wait"].get<bool>() ? " |" : "  ") + right(launch["tasks"].dump(), 8) +
            right(bytesOf(launch["bytes"]), 12) + "  " + left(launch["kernel"].get<std::string>(), 36) +
            launch["where"].get<std::string>() + '\n';
  return text;
}

/// States that differ in the number of their layer alone are one line.
static std::string statesText(const Json &states) {
  std::vector<std::pair<std::string, int>> lines;
  for (const Json &state : states) {
    std::string name = state["name"].get<std::string>(), pattern;
    for (char c : name)
      if (c < '0' || c > '9')
        pattern += c;
      else if (pattern.empty() || pattern.back() != '*')
        pattern += '*';
    std::string line = left(pattern, 40) + state["format"].get<std::string>() + ", " + bytesOf(state["per_position"]) +
                       " a position, " + bytesOf(state["fixed"]) + " fixed";
    auto known = std::find_if(lines.begin(), lines.end(), [&](const auto &one) { return one.first == line; });
    if (known == lines.end())
      lines.emplace_back(line, 1);
    else
      ++known->second;
  }
  std::string text;
  for (const auto &[line, count] : lines)
    text += "state" + right(std::to_string(count), 4) + " x " + line + '\n';
  return text;
}

std::string tern::planText(const Json &plan) {
  std::string text;
  for (const auto &[kind, bytes] : plan["memory"].items())
    text += left(kind, 20) + right(bytesOf(bytes), 12) + '\n';
  text += statesText(plan["states"]);
  text += "| marks launches that wait for those before\n";
  for (const Json &entry : plan["entries"])
    text += entryText(entry);
  return text;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

Json tern::kernelsOf(const Program &program, std::int64_t positions) {
  struct Use {
    std::size_t launches = 0;
    std::int64_t tasks = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> entries;
    std::string firstLayer;
  };
  std::vector<Use> uses(program.kernels.size());
  for (const Entry &entry : program.entries) {
    std::vector<std::int64_t> dims = largestSizes(program, entry, positions);
    for (const Launch &launch : entry.launches) {
      Use &use = uses[static_cast<std::size_t>(launch.kernel)];
      LaunchCost cost = costOf(launch, dims);
      if (use.launches++ == 0)
        use.firstLayer = launch.where;
      use.tasks += cost.tasks;
      use.bytes += cost.bytes;
      if (use.entries.empty() || use.entries.back() != entry.name)
        use.entries.push_back(entry.name);
    }
  }
  std::vector<std::size_t> order(uses.size());
  for (std::size_t i = 0; i != order.size(); ++i)
    order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return uses[a].bytes > uses[b].bytes; });
  Json list = Json::array();
  for (std::size_t i : order)
    list.push_back({{"kernel", program.kernels[i]},
                    {"launches", uses[i].launches},
                    {"first", uses[i].firstLayer},
                    {"entries", uses[i].entries},
                    {"tasks", uses[i].tasks},
                    {"bytes", uses[i].bytes}});
  return list;
}

std::string tern::kernelsText(const Json &kernels) {
  std::string text =
      right("launches", 9) + right("tasks", 10) + right("bytes", 12) + "  " + left("kernel", 36) + "first\n";
  for (const Json &kernel : kernels) {
    std::string entries;
    for (const Json &entry : kernel["entries"])
      entries += (entries.empty() ? "" : ", ") + entry.get<std::string>();
    text += right(kernel["launches"].dump(), 9) + right(kernel["tasks"].dump(), 10) +
            right(bytesOf(kernel["bytes"]), 12) + "  " + left(kernel["kernel"].get<std::string>(), 36) +
            kernel["first"].get<std::string>() + " (" + entries + ")\n";
  }
  return text;
}
