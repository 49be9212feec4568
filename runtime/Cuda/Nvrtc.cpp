//===- Nvrtc.cpp - CUDA C++ to cubins -------------------------------------===//

#include "runtime/Cuda/Nvrtc.h"

#include "runtime/Base/AtomicFile.h"
#include "runtime/Cuda/SharedLibrary.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace tern;

//===----------------------------------------------------------------------===//
// The library
//===----------------------------------------------------------------------===//

/// NVRTC's functions, as its manual declares them. Results are 0 or an error.
struct Nvrtc::Library {
  using Program = void *;

  SharedLibrary shared;
  int major = 0, minor = 0;
  std::vector<int> architectures;

  int (*getVersion)(int *major, int *minor) = nullptr;
  int (*getArchitectureCount)(int *count) = nullptr;
  int (*getArchitectures)(int *numbers) = nullptr;
  const char *(*getErrorString)(int result) = nullptr;
  int (*create)(Program *program, const char *source, const char *name, int headerCount, const char *const *headers,
                const char *const *includeNames) = nullptr;
  int (*destroy)(Program *program) = nullptr;
  int (*compile)(Program program, int optionCount, const char *const *options) = nullptr;
  int (*getLogSize)(Program program, std::size_t *size) = nullptr;
  int (*getLog)(Program program, char *log) = nullptr;
  int (*getCubinSize)(Program program, std::size_t *size) = nullptr;
  int (*getCubin)(Program program, char *cubin) = nullptr;

  bool findFunctions();
};

template <typename Function> static bool find(const SharedLibrary &library, const char *name, Function *&function) {
  function = reinterpret_cast<Function *>(library.find(name));
  return function != nullptr;
}

bool Nvrtc::Library::findFunctions() {
  return find(shared, "nvrtcVersion", getVersion) && find(shared, "nvrtcGetNumSupportedArchs", getArchitectureCount) &&
         find(shared, "nvrtcGetSupportedArchs", getArchitectures) &&
         find(shared, "nvrtcGetErrorString", getErrorString) && find(shared, "nvrtcCreateProgram", create) &&
         find(shared, "nvrtcDestroyProgram", destroy) && find(shared, "nvrtcCompileProgram", compile) &&
         find(shared, "nvrtcGetProgramLogSize", getLogSize) && find(shared, "nvrtcGetProgramLog", getLog) &&
         find(shared, "nvrtcGetCUBINSize", getCubinSize) && find(shared, "nvrtcGetCUBIN", getCubin);
}

static constexpr char remedy[] =
    "install NVRTC of the CUDA toolkit, version 12 or 13, and set CUDA_HOME to where it is";

/// Where the library may be, the likeliest first.
static std::vector<std::string> searchPaths() {
  const char *const names[] = {"libnvrtc.so.13", "libnvrtc.so.12"};
  std::vector<std::string> paths;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char *home = std::getenv(variable); home && *home)
      for (const char *name : names)
        paths.push_back(std::string(home) + "/lib64/" + name);
  for (const char *name : names)
    paths.push_back(name);
  for (const char *name : names)
    paths.push_back(std::string("/usr/local/cuda/lib64/") + name);
  return paths;
}

Result<Nvrtc> Nvrtc::open(const std::string &path) {
  auto library = std::make_shared<Library>();
  library->shared = SharedLibrary(path.empty() ? searchPaths() : std::vector<std::string>{path});
  if (!library->shared)
    return Problem{"NVRTC", "cannot be loaded: " + library->shared.reason(), remedy};
  const std::string &found = library->shared.path();
  int count = 0;
  if (!library->findFunctions() || library->getVersion(&library->major, &library->minor) != 0 ||
      library->getArchitectureCount(&count) != 0 || count < 0)
    return Problem{found, "is no NVRTC of version 12 or 13", remedy};
  library->architectures.resize(static_cast<std::size_t>(count));
  if (library->getArchitectures(library->architectures.data()) != 0)
    return Problem{found, "does not say which architectures it compiles for", remedy};
  std::sort(library->architectures.begin(), library->architectures.end());
  return Nvrtc(std::move(library));
}

const std::string &Nvrtc::path() const { return library->shared.path(); }

std::string Nvrtc::version() const { return std::to_string(library->major) + "." + std::to_string(library->minor); }

const std::vector<int> &Nvrtc::architectures() const { return library->architectures; }

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

namespace {

/// Destroys a program of NVRTC.
template <typename Destroy> class ProgramOwner {
public:
  ProgramOwner(void *&program, Destroy destroy) : program(program), destroy(destroy) {}
  ProgramOwner(const ProgramOwner &) = delete;
  ProgramOwner &operator=(const ProgramOwner &) = delete;
  ~ProgramOwner() { destroy(&program); }

private:
  void *&program;
  Destroy destroy;
};

} // namespace

static std::string joined(const std::vector<int> &numbers) {
  std::string text;
  for (int number : numbers)
    text += (text.empty() ? "sm_" : ", sm_") + std::to_string(number);
  return text;
}

/// The number in "sm_90a"; 0 in anything else.
static int numberOf(std::string_view architecture) {
  int number = 0;
  if (architecture.substr(0, 3) == "sm_")
    std::from_chars(architecture.data() + 3, architecture.data() + architecture.size(), number);
  return number;
}

/// The first line of `log` that has an error, or else its first.
static std::string firstError(std::string_view log) {
  std::string_view first = log.substr(0, log.find('\n'));
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    if (line.find("error") != std::string_view::npos)
      return std::string(line);
    log.remove_prefix(std::min(log.size(), line.size() + 1));
  }
  return std::string(first);
}

/// A new folder that only this user can read.
static Result<std::string> temporaryFolder() {
  const char *base = std::getenv("TMPDIR");
  std::string folder = std::string(base && *base ? base : "/tmp") + "/tern-nvrtc-XXXXXX";
  if (!mkdtemp(folder.data()))
    return Problem{folder, std::string("cannot be made: ") + std::strerror(errno), ""};
  return folder;
}

/// Writes source and log where somebody can look at them; says where, or why not.
static std::string keep(const CudaSource &source, const NvrtcOptions &options, const std::string &log) {
  Result<std::string> folder = options.keepFolder.empty() ? temporaryFolder() : Result(options.keepFolder);
  if (!folder)
    return "the source could not be kept: " + folder.problem().str();
  std::string path = *folder + "/" + source.name.substr(source.name.rfind('/') + 1);
  if (Status status = writeFile(path, source.text); !status)
    return "the source could not be kept: " + status.problem().str();
  if (Status status = writeFile(path + ".log", log); !status)
    return "the source is in " + path + "; its log could not be kept: " + status.problem().str();
  return "the source is in " + path + ", the whole log in " + path + ".log";
}

Problem Nvrtc::mistake(const CudaSource &source, const std::string &architecture, const NvrtcOptions &options,
                       const std::string &log) const {
  return {source.where.empty() ? source.name : source.where + ": " + source.name,
          "NVRTC " + version() + " cannot compile it for " + architecture + ": " + firstError(log),
          keep(source, options, log)};
}

std::vector<std::string> tern::nvrtcArguments(const std::string &architecture) {
  return {"--gpu-architecture=" + architecture, "--std=c++17", "--fmad=false", "--ptxas-options=-v"};
}

Result<CompiledCubin> Nvrtc::compile(const CudaSource &source, const std::string &architecture,
                                     const NvrtcOptions &options) const {
  const std::vector<int> &known = library->architectures;
  if (!std::binary_search(known.begin(), known.end(), numberOf(architecture)))
    return Problem{source.where.empty() ? source.name : source.where,
                   "NVRTC " + version() + " compiles for " + joined(known) + ", not for " + architecture,
                   "install an NVRTC that knows " + architecture};
  std::string text(source.text); // must end in a zero
  void *program = nullptr;
  if (int result = library->create(&program, text.c_str(), source.name.c_str(), 0, nullptr, nullptr))
    return mistake(source, architecture, options, library->getErrorString(result));
  ProgramOwner owner(program, library->destroy);
  std::vector<std::string> words = nvrtcArguments(architecture);
  words.insert(words.end(), options.more.begin(), options.more.end());
  std::vector<const char *> pointers;
  for (const std::string &word : words)
    pointers.push_back(word.c_str());
  int result = library->compile(program, static_cast<int>(pointers.size()), pointers.data());

  CompiledCubin made;
  std::size_t size = 0;
  if (library->getLogSize(program, &size) == 0 && size > 1) {
    made.log.resize(size);
    library->getLog(program, made.log.data());
    made.log.pop_back(); // the zero
  }
  if (result != 0)
    return mistake(source, architecture, options, made.log.empty() ? library->getErrorString(result) : made.log);
  bool isMade = library->getCubinSize(program, &size) == 0 && size != 0;
  made.cubin.resize(isMade ? size : 0);
  if (!isMade || library->getCubin(program, made.cubin.data()) != 0)
    return mistake(source, architecture, options, "it gives no machine code");
  made.kernels = readKernelResources(made.log);
  return made;
}
