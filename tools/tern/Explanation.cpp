//===- Explanation.cpp - What each layer got, and why ---------------------===//

#include "tools/tern/Explanation.h"

#include "dialects/Graph/Transforms/ModulePath.h"

#include "mlir/IR/Remarks.h"

#include <map>
#include <mutex>

using namespace tern;

namespace {

struct Decision {
  std::string phase, where, what; ///< `where` is relative to the layer.
  bool applied = true;

  bool operator==(const Decision &other) const {
    return phase == other.phase && where == other.where && what == other.what && applied == other.applied;
  }
};

/// Layers that got the same.
struct LayerGroup {
  std::vector<std::string> layers;
  std::vector<Decision> decisions;
};

/// The passes that decide, and the phases that they are.
constexpr std::pair<llvm::StringRef, llvm::StringRef> deciding[] = {{"graph-assign-precision", "precision"},
                                                                    {"graph-form-groups", "fuse"},
                                                                    {"convert-graph-to-kernel", "schedule"},
                                                                    {"kernel-override-schedules", "schedule"},
                                                                    {"convert-kernel-to-plan", "plan"},
                                                                    {"choose-linear-tasks", "lower"}};

} // namespace

class Explanation::Collector {
public:
  void add(const mlir::remark::detail::Remark &remark) {
    const auto *pass = llvm::find_if(deciding, [&](const auto &one) { return one.first == remark.getCategoryName(); });
    if (pass == std::end(deciding))
      return;
    auto [layer, where] = split(graph::modulePath(remark.getLocation()));
    std::string what;
    for (const mlir::remark::detail::Remark::Arg &argument : remark.getArgs())
      what += (what.empty() ? "" : ", ") + argument.val;
    bool applied = remark.getRemarkType() == llvm::remarks::Type::Passed;
    std::lock_guard<std::mutex> lock(mutex); // passes on functions run side by side
    auto [entry, isNew] = byLayer.try_emplace(layer, order.size());
    if (isNew)
      order.push_back(layer), decisions.emplace_back();
    std::vector<Decision> &known = decisions[entry->second];
    Decision decision{pass->second.str(), where, what, applied};
    if (llvm::find(known, decision) == known.end()) // the same in the next entry
      known.push_back(std::move(decision));
  }

  /// Layers that got the same, in the order of the model.
  std::vector<LayerGroup> groups() const {
    std::vector<LayerGroup> result;
    for (std::size_t i = 0; i != order.size(); ++i) {
      auto same = llvm::find_if(result, [&](const LayerGroup &group) { return group.decisions == decisions[i]; });
      if (same == result.end())
        same = result.insert(same, {{}, decisions[i]});
      same->layers.push_back(order[i]);
    }
    return result;
  }

private:
  /// "model.layers.7.self_attn.q_proj" is "self_attn.q_proj" of "model.layers.7"; what has no number is its own layer.
  static std::pair<std::string, std::string> split(llvm::StringRef path) {
    for (std::size_t begin = 0; begin < path.size();) {
      std::size_t end = std::min(path.find('.', begin), path.size());
      llvm::StringRef part = path.slice(begin, end);
      if (!part.empty() && llvm::all_of(part, llvm::isDigit))
        return {path.take_front(end).str(), path.drop_front(std::min(end + 1, path.size())).str()};
      begin = end + 1;
    }
    return {path.empty() ? "the program" : path.str(), ""};
  }

  std::mutex mutex;
  std::map<std::string, std::size_t> byLayer;
  std::vector<std::string> order;
  std::vector<std::vector<Decision>> decisions; ///< As `order`.
};

Explanation::Explanation(mlir::MLIRContext &context) : collector(std::make_shared<Collector>()) {
  class Streamer : public mlir::remark::detail::MLIRRemarkStreamerBase {
  public:
    explicit Streamer(std::shared_ptr<Collector> target) : target(std::move(target)) {}
    void streamOptimizationRemark(const mlir::remark::detail::Remark &remark) override { target->add(remark); }

  private:
    std::shared_ptr<Collector> target;
  };
  mlir::remark::RemarkCategories categories;
  categories.all = categories.passed = categories.missed = ".*";
  // It can only fail where a remark engine is there already, and this is the one place that makes them.
  (void)mlir::remark::enableOptimizationRemarks(context, std::make_unique<Streamer>(collector),
                                                std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
}

Explanation::~Explanation() = default;

Json Explanation::asJson() const {
  Json list = Json::array();
  for (const LayerGroup &group : collector->groups()) {
    Json decisions = Json::array();
    for (const Decision &decision : group.decisions)
      decisions.push_back({{"phase", decision.phase},
                           {"where", decision.where},
                           {"applied", decision.applied},
                           {"what", decision.what}});
    list.push_back({{"layers", group.layers}, {"decisions", decisions}});
  }
  return list;
}

std::string Explanation::asText() const {
  std::string text;
  for (const LayerGroup &group : collector->groups()) {
    text += group.layers.front();
    if (group.layers.size() > 1)
      text += " and " + std::to_string(group.layers.size() - 1) + " like it, to " + group.layers.back();
    text += '\n';
    for (const Decision &decision : group.decisions) {
      std::string phase = decision.phase + (decision.applied ? ":" : ", not:");
      text += "  " + phase + std::string(phase.size() < 15 ? 15 - phase.size() : 1, ' ') +
              (decision.where.empty() ? "" : decision.where + ": ") + decision.what + '\n';
    }
  }
  return text;
}
