//===- CpuTarget.cpp - Processors as data ---------------------------------===//

#include "tern/Target/CpuTarget.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace tern;
using llvm::StringRef;

namespace {

/// A row of the table of targets.
struct Base {
  StringRef name, triple, processor, features, needs;
  unsigned registerBytes, registers;
  ByteDot byteDot;
};

/// A feature that a target may have on top of its base; `llvm` and `needs` as in CpuTarget.
struct Feature {
  StringRef name, base, llvm, needs;
};

constexpr StringRef x86Triple = "x86_64-unknown-linux-gnu";

// x86-64-v3 and v4: https://gitlab.com/x86-psABIs/x86-64-ABI, table 3.1. Tuning is generic; all vectors of v4 are as
// wide as its registers, which LLVM does only when asked (see ObjectCode.cpp).
const Base bases[] = {
    {"x86-64-v3", x86Triple, "x86-64-v3", "+prefer-256-bit", "avx2 fma f16c bmi bmi2 lzcnt movbe", 32, 16,
     ByteDot::Maddubs},
    {"x86-64-v4", x86Triple, "x86-64-v4", "-prefer-256-bit", "avx512f avx512bw avx512dq avx512vl avx512cd fma f16c", 64,
     32, ByteDot::Maddubs},
    {"aarch64", "aarch64-unknown-linux-gnu", "generic", "+v8.2a,+fullfp16,+dotprod", "fullfp16 dotprod", 16, 32,
     ByteDot::Sdot},
};

const Feature features[] = {
    {"bf16", "x86-64-v4", "+avx512bf16", "avx512bf16"},
    {"vnni", "x86-64-v4", "+avx512vnni", "avx512vnni"},
    {"vnni", "x86-64-v3", "+avxvnni", "avxvnni"},
};

} // namespace

std::string tern::cpuTargetNames() {
  llvm::SmallVector<std::string> names = {"native"};
  for (const Base &base : bases) {
    std::string name = base.name.str();
    for (const Feature &feature : features)
      if (feature.base == base.name)
        name += ("[+" + feature.name + "]").str();
    names.push_back(name);
  }
  return llvm::join(names, ", ");
}

static Problem unknown(StringRef name, const std::string &what) {
  return {"target '" + name.str() + "'", what, "targets are " + cpuTargetNames()};
}

/// The richest target that the machine at hand runs.
static Result<std::string> nativeName() {
  llvm::Triple host(llvm::sys::getProcessTriple());
  llvm::StringMap<bool> has = llvm::sys::getHostCPUFeatures();
  auto hasAll = [&](std::initializer_list<StringRef> names) {
    return llvm::all_of(names, [&](StringRef name) { return has.lookup(name); });
  };
  if (host.isAArch64() && hasAll({"fullfp16", "dotprod"}))
    return std::string("aarch64");
  if (host.getArch() == llvm::Triple::x86_64) {
    if (hasAll({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}))
      return std::string("x86-64-v4") + (has.lookup("avx512bf16") ? "+bf16" : "") +
             (has.lookup("avx512vnni") ? "+vnni" : "");
    if (hasAll({"avx2", "fma", "f16c", "bmi", "bmi2"}))
      return std::string("x86-64-v3") + (has.lookup("avxvnni") ? "+vnni" : "");
  }
  return unknown("native", "this machine is none of the processors that code is made for");
}

static void append(std::string &list, StringRef more) {
  if (!more.empty())
    list += (list.empty() ? "" : ",") + more.str();
}

static void appendWords(std::vector<std::string> &words, StringRef more) {
  for (StringRef word : llvm::split(more, ' '))
    words.push_back(word.str());
}

static CpuTarget fromBase(const Base &base) {
  CpuTarget target;
  target.name = base.name.str();
  target.triple = base.triple.str();
  target.processor = base.processor.str();
  target.features = base.features.str();
  appendWords(target.needs, base.needs);
  target.registerBytes = base.registerBytes;
  target.registers = base.registers;
  target.byteDot = base.byteDot;
  return target;
}

Result<CpuTarget> tern::parseCpuTarget(StringRef name) {
  StringRef rest = name;
  if (rest == "cpu" || rest.starts_with("cpu+"))
    rest = rest.drop_front(3);
  else
    rest.consume_front("cpu:");
  llvm::SmallVector<StringRef> parts;
  rest.split(parts, '+');
  std::string native;
  if (parts[0].empty() || parts[0] == "native") {
    Result<std::string> found = nativeName();
    if (!found)
      return found.problem();
    native = *found;
    llvm::SmallVector<StringRef> more(parts.begin() + 1, parts.end());
    parts.clear();
    StringRef(native).split(parts, '+');
    parts.append(more);
  }
  const Base *base = llvm::find_if(bases, [&](const Base &row) { return row.name == parts[0]; });
  if (base == std::end(bases))
    return unknown(name, "no processor is called '" + parts[0].str() + "'");
  CpuTarget target = fromBase(*base);
  llvm::SmallVector<StringRef> wanted(parts.begin() + 1, parts.end());
  llvm::sort(wanted);
  wanted.erase(llvm::unique(wanted), wanted.end());
  for (StringRef feature : wanted) {
    auto matches = [&](const Feature &row) { return row.name == feature && row.base == base->name; };
    const Feature *row = llvm::find_if(features, matches);
    if (row == std::end(features))
      return unknown(name, "'" + base->name.str() + "' has no feature '" + feature.str() + "'");
    target.name += ("+" + feature).str();
    append(target.features, row->llvm);
    appendWords(target.needs, row->needs);
    if (feature == "vnni")
      target.byteDot = ByteDot::Vnni;
    if (feature == "bf16")
      target.bf16Dot = true;
  }
  return target;
}
