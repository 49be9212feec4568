//===- ScheduleFile.cpp - Rules for schedules in a file -------------------===//

#include "tern/Pipelines/ScheduleFile.h"

#include "dialects/Kernel/Transforms/ScheduleRule.h"
#include "runtime/Base/MappedFile.h"

#include "llvm/ADT/StringRef.h"

using namespace tern;

Result<std::vector<std::string>> tern::readScheduleFile(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.problem();
  std::vector<std::string> rules;
  llvm::StringRef rest(file->text().data(), file->text().size());
  for (int line = 1; !rest.empty(); ++line) {
    llvm::StringRef text;
    std::tie(text, rest) = rest.split('\n');
    text = text.split('#').first.trim();
    if (text.empty())
      continue;
    if (Result<kernel::ScheduleRule> rule = kernel::ScheduleRule::parse(text); !rule)
      return Problem{path + ":" + std::to_string(line), rule.problem().what, rule.problem().remedy};
    rules.push_back(text.str());
  }
  return rules;
}
