//===- Roofline.cpp - What the kernels of a program must cost -------------===//

#include "tools/tern/Roofline.h"

#include "dialects/Graph/Transforms/ModulePath.h"
#include "dialects/Plan/IR/Plan.h"
#include "tools/tern/Columns.h"
#include "tools/tern/Command.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

using namespace tern;

namespace {

/// The launches of one kernel in a call of an entry.
struct KernelLaunches {
  std::size_t count = 0;
  std::string first;
  kernel::KernelCost each;
};

} // namespace

/// The sizes of the largest call of an entry.
static mlir::DictionaryAttr largestSizes(plan::EntryOp entry, std::int64_t positions) {
  mlir::Builder builder(entry.getContext());
  mlir::NamedAttrList sizes;
  for (mlir::NamedAttribute range : entry.getRanges()) {
    std::int64_t most = llvm::cast<mlir::IntegerAttr>(llvm::cast<mlir::ArrayAttr>(range.getValue())[1]).getInt();
    bool isContext = range.getName() == "C";
    sizes.set(range.getName(), builder.getI64IntegerAttr(isContext ? std::min(most, positions) : most));
  }
  return sizes.getDictionary(entry.getContext());
}

static Json costRow(const kernel::KernelCost &cost, const kernel::Ceilings &ceilings) {
  Json row = {{"bytes", std::llround(cost.bytes)}, {"flops", std::llround(cost.flops)}, {"floor_us", nullptr}};
  if (ceilings.bytes > 0 || ceilings.flops > 0)
    row["floor_us"] = kernel::floorSeconds(cost, ceilings) * 1e6;
  return row;
}

static Result<Json> entryRoofline(plan::EntryOp entry, std::int64_t positions, const kernel::Ceilings &ceilings) {
  mlir::DictionaryAttr sizes = largestSizes(entry, positions);
  llvm::MapVector<llvm::StringRef, KernelLaunches> kernels;
  for (auto launch : entry.getBody().getOps<plan::LaunchOp>()) {
    KernelLaunches &launches = kernels[launch.getKernel()];
    if (launches.count++ > 0)
      continue;
    launches.first = graph::modulePath(launch.getLoc()).str();
    auto function = mlir::SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(entry, launch.getKernelAttr());
    std::optional<kernel::KernelCost> cost = kernel::costOf(function, sizes);
    if (!cost)
      return Problem{("entry '" + entry.getSymName() + "', kernel '" + launch.getKernel() + "'").str(),
                     "has a size that the entry gives no range", ""};
    launches.each = *cost;
  }
  Json list = Json::array(), calls = Json::object();
  kernel::KernelCost whole;
  bool areKnown = ceilings.bytes > 0 && ceilings.flops > 0;
  for (const auto &[name, launches] : kernels) {
    double count = static_cast<double>(launches.count);
    kernel::KernelCost together{launches.each.bytes * count, launches.each.flops * count};
    whole.bytes += together.bytes;
    whole.flops += together.flops;
    Json row = costRow(together, ceilings);
    row["kernel"] = ("tern_" + name).str();
    row["launches"] = launches.count;
    row["first"] = launches.first;
    row["bound"] = !areKnown ? Json() : kernel::isMemoryBound(together, ceilings) ? "memory" : "arithmetic";
    list.push_back(std::move(row));
  }
  for (mlir::NamedAttribute size : sizes)
    calls[size.getName().str()] = llvm::cast<mlir::IntegerAttr>(size.getValue()).getInt();
  Json result = costRow(whole, ceilings);
  result["name"] = entry.getSymName().str();
  result["sizes"] = std::move(calls);
  result["kernels"] = std::move(list);
  return result;
}

Result<Json> tern::rooflineOf(mlir::ModuleOp planned, std::int64_t positions, const kernel::Ceilings &ceilings) {
  Json entries = Json::array();
  for (auto entry : planned.getOps<plan::EntryOp>()) {
    Result<Json> roofline = entryRoofline(entry, positions, ceilings);
    if (!roofline)
      return roofline.problem();
    entries.push_back(std::move(*roofline));
  }
  return entries;
}

/// "12.3 G" for 1.23e10.
static std::string countText(double count) {
  const char *units[] = {"", " k", " M", " G", " T", " P"};
  std::size_t unit = 0;
  for (; count >= 1000 && unit + 1 < std::size(units); ++unit)
    count /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%s", count, units[unit]);
  return text;
}

static std::string costText(const Json &row) {
  char floor[32] = "-";
  if (!row["floor_us"].is_null()) {
    double microseconds = row["floor_us"].get<double>();
    std::snprintf(floor, sizeof floor, microseconds < 100 ? "%.3g" : "%.0f", microseconds);
  }
  return right(bytesText(row["bytes"].get<double>()), 12) + right(countText(row["flops"].get<double>()), 10) +
         right(floor, 11);
}

std::string tern::rooflineText(const Json &roofline) {
  std::string text;
  for (const Json &entry : roofline) {
    text += (text.empty() ? "entry " : "\nentry ") + entry["name"].get<std::string>();
    for (const auto &[symbol, size] : entry["sizes"].items())
      text += " " + symbol + "=" + size.dump();
    text += '\n' + right("launches", 9) + right("bytes", 12) + right("flops", 10) + right("floor, us", 11) + "  " +
            left("bound by", 12) + left("kernel", 36) + "first\n";
    std::size_t launches = 0;
    for (const Json &kernel : entry["kernels"]) {
      launches += kernel["launches"].get<std::size_t>();
      std::string bound = kernel["bound"].is_null() ? "-" : kernel["bound"].get<std::string>();
      text += right(kernel["launches"].dump(), 9) + costText(kernel) + "  " + left(bound, 12) +
              left(kernel["kernel"].get<std::string>(), 36) + kernel["first"].get<std::string>() + '\n';
    }
    text += right(std::to_string(launches), 9) + costText(entry) + "  all\n";
  }
  return text;
}
