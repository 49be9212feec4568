//===- Linking.cpp - Object files to a shared object ----------------------===//
//
// lld reads and writes files, so objects pass through a temporary directory, of which nothing enters the result.
//
//===----------------------------------------------------------------------===//

#include "tern/Target/ObjectCode.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace tern;

static Problem ioProblem(const std::string &path, std::error_code code) {
  return {path, "cannot be written or read: " + code.message(), "check the space and rights of the temporary folder"};
}

static Status writeFile(const std::string &path, const std::vector<char> &bytes) {
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code);
  if (!code) {
    stream.write(bytes.data(), bytes.size());
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  if (code)
    return ioProblem(path, code);
  return Done{};
}

static Result<std::vector<char>> readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return ioProblem(path, buffer.getError());
  return std::vector<char>((*buffer)->getBufferStart(), (*buffer)->getBufferEnd());
}

Result<std::vector<char>> tern::linkSharedObject(const std::vector<std::vector<char>> &objects,
                                                 const CpuTarget &target) {
  llvm::SmallString<128> folder;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("tern-link", folder))
    return ioProblem("temporary folder", code);
  auto cleanUp = llvm::make_scope_exit([&] { llvm::sys::fs::remove_directories(folder); });
  auto pathOf = [&](const std::string &name) { return (folder + "/" + name).str(); };

  // No symbol table but that of exports, no build identifier: only the objects decide the bytes. `-z defs` refuses
  // imports.
  std::string output = pathOf("kernels.so");
  std::vector<std::string> arguments = {"ld.lld",
                                        "-shared",
                                        "-s",
                                        "--build-id=none",
                                        "--hash-style=gnu",
                                        "-z",
                                        "defs",
                                        "-z",
                                        "noexecstack",
                                        "--threads=1",
                                        "-m",
                                        target.isX86() ? "elf_x86_64" : "aarch64linux",
                                        "-o",
                                        output};
  for (size_t i = 0; i < objects.size(); ++i) {
    arguments.push_back(pathOf("kernels" + std::to_string(i) + ".o"));
    Status written = writeFile(arguments.back(), objects[i]);
    if (!written)
      return written.problem();
  }
  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());

  std::string errors;
  llvm::raw_string_ostream errorStream(errors);
  {
    // lld keeps its state in globals.
    static std::mutex oneAtATime;
    std::lock_guard<std::mutex> guard(oneAtATime);
    lld::Result result = lld::lldMain(pointers, llvm::nulls(), errorStream, {{lld::Gnu, &lld::elf::link}});
    if (result.retCode != 0)
      return Problem{"target '" + target.name + "'", "the kernels do not link: " + errors, ""};
  }
  return readFile(output);
}
