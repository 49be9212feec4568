//===- RowsCase.cpp - One kernel of rows, as text -------------------------===//

#include "test/unit/Conversion/KernelToCpu/RowsCase.h"

#include <gtest/gtest.h>

namespace tern::cpu {

static std::string tensor(const std::string &type) { return "!graph.tensor<" + type + ">"; }

static std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts)
    text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// The dimensions of "f32[B, T, 64]" but the last, quoted where they are names.
static std::string rowDims(const std::string &type, std::string &tiles) {
  std::string inside = type.substr(type.find('[') + 1);
  inside.pop_back();
  std::vector<std::string> dims, ones;
  size_t begin = 0;
  for (size_t comma = inside.find(", "); comma != std::string::npos; comma = inside.find(", ", begin)) {
    std::string dim = inside.substr(begin, comma - begin);
    dims.push_back(isdigit(dim[0]) ? dim : "\"" + dim + "\"");
    ones.push_back("1");
    begin = comma + 2;
  }
  tiles = join(ones);
  return join(dims);
}

std::string RowsCase::text() const {
  std::vector<std::string> parameters, mainParameters, names, types, resultTypes, tasks, resultNames;
  for (size_t i = 0; i < arguments.size(); ++i) {
    size_t colon = arguments[i].find(": ");
    std::string name = arguments[i].substr(0, colon), type = tensor(arguments[i].substr(colon + 2));
    bool isTable = name == "%table";
    parameters.push_back(name + ": " + type + (isTable ? " {kernel.layout = #kernel.layout<tiles16>}" : ""));
    mainParameters.push_back(name + ": " + type + (i < attributes.size() ? attributes[i] : ""));
    names.push_back(name);
    types.push_back(type);
  }
  for (size_t i = 0; i < results.size(); ++i) {
    std::string tiles, dims = rowDims(results[i], tiles);
    resultTypes.push_back(tensor(results[i]));
    resultNames.push_back("%r" + std::to_string(i));
    if (isSerial)
      continue;
    tasks.push_back("#kernel.tasks<roots = [" + std::to_string(i) + "], dims = [" + dims + "], tiles = [" + tiles +
                    "]>");
  }
  if (isSerial) {
    std::vector<std::string> roots;
    for (size_t i = 0; i < results.size(); ++i)
      roots.push_back(std::to_string(i));
    tasks.push_back("#kernel.tasks<roots = [" + join(roots) + "], dims = [], tiles = []>");
  }
  std::string signature = "(" + join(resultTypes) + ")";
  std::string out;
  for (size_t i = 0; i < results.size(); ++i)
    out += (i ? ", " : "") + std::string(results.size() > 1 ? "%0#" + std::to_string(i) : "%0");
  return "kernel.func @k(" + join(parameters) + ") -> " + signature +
         " attributes {maxima = {B = 4 : i64, T = 16 : i64, C = 64 : i64}, "
         "schedule = #kernel.schedule<kind = " + (isSerial ? "serial" : "rows") + ">, tasks = [" + join(tasks) + "]} {\n" + body + "\nkernel.return " + join(resultNames) + " : " + join(resultTypes) +
         "\n}\nfunc.func @main(" + join(mainParameters) + ") -> " + signature + " {\n%0" +
         (results.size() > 1 ? ":" + std::to_string(results.size()) : "") + " = kernel.launch @k(" + join(names) +
         ") : (" + join(types) + ") -> " + signature + "\nreturn " + out + " : " + join(resultTypes) + "\n}\n";
}

void expectAgrees(const RowsCase &rows, double tolerance, const Sizes &sizes) {
  SCOPED_TRACE(rows.body);
  KernelProgram(rows.text()).expectAgrees("main", sizes, tolerance);
}

} // namespace tern::cpu
