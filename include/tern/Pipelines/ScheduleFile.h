//===- ScheduleFile.h - Rules for schedules in a file ------------*- C++ -*-===//

#ifndef TERN_PIPELINES_SCHEDULEFILE_H
#define TERN_PIPELINES_SCHEDULEFILE_H

#include "runtime/Base/Result.h"

#include <string>
#include <vector>

namespace tern {

/// The rules of kernel-override-schedules in the file at `path`: one a line, and what follows # is not read. Problems:
/// the file cannot be read; a line that is no rule, located.
Result<std::vector<std::string>> readScheduleFile(const std::string &path);

} // namespace tern

#endif // TERN_PIPELINES_SCHEDULEFILE_H
