//===- OverrideSchedules.cpp - Numbers that a person or a tuner chose -----===//
//
// A rule is a glob on names of kernels and what they get. Rules act in order, so a later one has the last word.
//
//===----------------------------------------------------------------------===//

#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/Kernel/Transforms/ScheduleRule.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace tern;
using namespace tern::kernel;

#define DEBUG_TYPE "kernel-override-schedules"

namespace tern::kernel {
#define GEN_PASS_DEF_OVERRIDESCHEDULES
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace tern::kernel

namespace {

/// Gives every space of tasks of `kernel` the tiles of `rule`, or reports the one that has other dimensions.
LogicalResult setTiles(kernel::FuncOp kernel, const ScheduleRule &rule) {
  SmallVector<Attribute> spaces;
  for (auto tasks : kernel.getTasks().getAsRange<TasksAttr>()) {
    if (tasks.getDims().size() != rule.tiles.size())
      return kernel.emitError() << "the rule '" << rule.text << "' has " << rule.tiles.size()
                                << " tiles, and tasks of @" << kernel.getSymName() << " have " << tasks.getDims().size()
                                << " dimensions";
    spaces.push_back(TasksAttr::get(kernel.getContext(), tasks.getRoots(), tasks.getDims(), rule.tiles));
  }
  kernel.setTasksAttr(ArrayAttr::get(kernel.getContext(), spaces));
  kernel->setAttr(fixedTilesAttrName, UnitAttr::get(kernel.getContext()));
  return success();
}

LogicalResult apply(const ScheduleRule &rule, kernel::FuncOp kernel) {
  ScheduleAttr schedule = kernel.getSchedule();
  bool setsNumbers = rule.rows || rule.tokens || rule.prefetch;
  if (setsNumbers && schedule.getKind() != Kind::Linear)
    return kernel.emitError() << "the rule '" << rule.text << "' sets numbers that linear kernels read, and @"
                              << kernel.getSymName() << " is of kind '" << stringifyKind(schedule.getKind()) << "'";
  if (setsNumbers)
    kernel.setScheduleAttr(ScheduleAttr::get(kernel.getContext(), schedule.getKind(),
                                             rule.rows.value_or(schedule.getRows()),
                                             rule.tokens.value_or(schedule.getTokens()), schedule.getInlinePrologue(),
                                             rule.prefetch.value_or(schedule.getPrefetch())));
  if (!rule.tiles.empty() && failed(setTiles(kernel, rule)))
    return failure();
  remark::passed(kernel.getLoc(), remark::RemarkOpts::name("Schedule").category(DEBUG_TYPE))
      << remark::add("@{0} gets what the rule '{1}' says", kernel.getSymName(), rule.text);
  return success();
}

struct OverrideSchedulesPass : public tern::kernel::impl::OverrideSchedulesBase<OverrideSchedulesPass> {
  using OverrideSchedulesBase::OverrideSchedulesBase;

  void runOnOperation() override {
    for (const std::string &text : rules)
      if (failed(applyToAll(text)))
        return signalPassFailure();
  }

  LogicalResult applyToAll(StringRef text) {
    ModuleOp module = getOperation();
    Result<ScheduleRule> rule = ScheduleRule::parse(text);
    if (!rule)
      return emitError(module.getLoc()) << "'rules': " << rule.problem().str();
    bool fits = false;
    for (auto kernel : module.getOps<kernel::FuncOp>()) {
      if (!rule->pattern.match(kernel.getSymName()))
        continue;
      fits = true;
      if (failed(apply(*rule, kernel)))
        return failure();
    }
    if (!fits)
      return emitError(module.getLoc()) << "the rule '" << rule->text << "' fits no kernel; tern compile --compile-to "
                                        << "schedule shows them";
    return success();
  }
};

} // namespace
