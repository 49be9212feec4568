//===- FakeDriver.cpp - A driver without a GPU ----------------------------===//

#include "FakeCuda.h"
#include "runtime/Cuda/DriverApi.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <functional>
#include <memory>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

using namespace tern::cuda;
using tern::testing::FakeCuda;

namespace {

/// What is in a stream: something done by the host, or a kernel's launch.
struct Work {
  std::function<void()> run;
  std::shared_ptr<const struct KernelCall> kernel = nullptr;
};

struct FakeStream {
  std::vector<Work> queue;
  bool capturing = false;
  std::vector<Work> captured;
};
struct FakeGraph {
  std::vector<Work> work;
};
struct FakeModule {
  void *library = nullptr;
  std::vector<std::unique_ptr<struct FakeFunction>> functions;
};
struct FakeFunction {
  std::string name;
  const char *(*run)(void **, unsigned, unsigned, unsigned, unsigned long long) = nullptr;
  const unsigned *sizes = nullptr;
  /// `tern_emulate_order` of its library.
  void (*setOrder)(unsigned, unsigned, void (*)(void *), void *) = nullptr;
  int dynamicShared = 48 << 10;
};
struct KernelCall {
  const FakeFunction &function;
  LaunchConfig config;
  std::vector<std::vector<char>> values;
  bool early;
};
struct FakeEvent {
  FakeStream *stream = nullptr;
};

FakeCuda fake;
std::recursive_mutex mutex;
Code sticky = success;
std::map<std::uint64_t, std::size_t> allocations;
thread_local int currentContexts = 0;

void mistake(const std::string &what) { fake.mistakes.push_back(what); }

/// Counts a call; the error that it is to answer with.
Code enter(const char *name, bool needsContext = true) {
  ++fake.calls[name];
  if (needsContext && currentContexts == 0) {
    mistake(std::string(name) + " without a context");
    return invalidContext;
  }
  if (auto failure = fake.failures.find(name); failure != fake.failures.end() && failure->second.after-- == 0) {
    Code code = failure->second.code;
    fake.failures.erase(failure);
    return code;
  }
  return needsContext ? sticky : success;
}

#define ENTER(...)                                                                                                     \
  std::lock_guard<std::recursive_mutex> lock(mutex);                                                                   \
  if (Code code = enter(__func__, ##__VA_ARGS__))                                                                      \
  return code

void put(Stream stream, Work work) {
  auto &target = *reinterpret_cast<FakeStream *>(stream);
  (target.capturing ? target.captured : target.queue).push_back(std::move(work));
}
void put(Stream stream, std::function<void()> work) { put(stream, Work{std::move(work)}); }

/// Whether [address, address + bytes) lies in one allocation.
bool isInside(std::uint64_t address, std::size_t bytes) {
  auto next = allocations.upper_bound(address);
  if (next == allocations.begin())
    return false;
  const auto &[start, size] = *std::prev(next);
  return address - start <= size && bytes <= size - (address - start);
}

void copy(void *to, const void *from, std::size_t bytes, std::uint64_t onDevice, const char *name) {
  if (!isInside(onDevice, bytes))
    return mistake(std::string(name) + " outside an allocation");
  std::memcpy(to, from, bytes);
}

/// Bytes of the ELF object at `image`, whose section headers end it; 0 if it is none.
std::size_t objectBytes(const void *image) {
  Elf64_Ehdr header;
  std::memcpy(&header, image, 4);
  if (std::memcmp(&header, ELFMAG, SELFMAG) != 0)
    return 0;
  std::memcpy(&header, image, sizeof(header));
  return header.e_shoff + std::size_t(header.e_shnum) * header.e_shentsize;
}

/// Launches that have ended or begun, and the last of those that were over before any of those that run began.
unsigned lastLaunch = 0, lastOver = 0;

void runKernel(const KernelCall &call, unsigned number, void (*before)(void *), void *argument) {
  const FakeFunction &function = call.function;
  fake.launches.push_back(function.name);
  if (call.early)
    fake.early.push_back(function.name);
  if (function.name == fake.faultingKernel) {
    sticky = fake.faultCode;
    return;
  }
  std::vector<void *> pointers;
  for (const std::vector<char> &value : call.values)
    pointers.push_back(const_cast<char *>(value.data()));
  unsigned long long seed = fake.order > 1 ? fake.order + number : fake.order;
  function.setOrder(number, lastOver, before, argument);
  const LaunchConfig &config = call.config;
  if (const char *problem = function.run(pointers.data(), config.gridX, config.blockX, config.sharedBytes, seed)) {
    mistake(function.name + ": " + problem);
    sticky = launchFailed;
  }
}

/// Launches [first, last] of a queue, of which all but the first may begin early.
struct Together {
  const Work *first, *last;
  unsigned number; ///< Of the first.

  /// Begins with the last; the others run when it waits for them.
  void run() const {
    Together others{first, last - 1, number};
    auto runOthers = [](void *argument) { static_cast<const Together *>(argument)->run(); };
    runKernel(*last->kernel, number + static_cast<unsigned>(last - first), first == last ? nullptr : +runOthers,
              &others);
  }
};

void drain(FakeStream &stream) {
  std::vector<Work> queue = std::move(stream.queue);
  stream.queue.clear();
  for (std::size_t begin = 0, end; begin != queue.size() && sticky == success; begin = end) {
    end = begin + 1;
    if (!queue[begin].kernel) {
      queue[begin].run();
      continue;
    }
    bool isEarly = begin != 0 && queue[begin - 1].kernel && queue[begin].kernel->early;
    if (!isEarly)
      lastOver = lastLaunch;
    while (end != queue.size() && end - begin < fake.together && queue[end].kernel && queue[end].kernel->early)
      ++end;
    unsigned number = lastLaunch + 1;
    lastLaunch += static_cast<unsigned>(end - begin);
    Together{&queue[begin], &queue[end - 1], number}.run();
  }
}

} // namespace

extern "C" {

FakeCuda *ternFakeCuda() { return &fake; }

/// As if the process had just started.
void ternFakeCudaReset() {
  fake = FakeCuda();
  sticky = success;
}

Code cuInit(unsigned) {
  ENTER(false);
  return fake.devices.empty() ? noDevice : success;
}
Code cuDriverGetVersion(int *version) {
  ENTER(false);
  *version = fake.version;
  return success;
}
Code cuGetErrorName(Code code, const char **name) {
  *name = code == outOfMemory      ? "CUDA_ERROR_OUT_OF_MEMORY"
          : code == illegalAddress ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : code == invalidImage   ? "CUDA_ERROR_INVALID_IMAGE"
          : code == 999            ? "CUDA_ERROR_UNKNOWN"
                                   : nullptr;
  return *name ? success : 1;
}
Code cuGetErrorString(Code code, const char **text) {
  *text = code == illegalAddress ? "an illegal memory access was encountered" : nullptr;
  return *text ? success : 1;
}
Code cuDeviceGetCount(int *count) {
  ENTER(false);
  *count = static_cast<int>(fake.devices.size());
  return success;
}
Code cuDeviceGet(Device *device, int ordinal) {
  ENTER(false);
  *device = ordinal;
  return success;
}
Code cuDeviceGetName(char *name, int length, Device device) {
  ENTER(false);
  std::strncpy(name, fake.devices[static_cast<std::size_t>(device)].name.c_str(), static_cast<std::size_t>(length));
  return success;
}
Code cuDeviceTotalMem_v2(std::size_t *bytes, Device device) {
  ENTER(false);
  *bytes = fake.devices[static_cast<std::size_t>(device)].memory;
  return success;
}
Code cuDeviceGetAttribute(int *value, int attribute, Device device) {
  ENTER(false);
  const tern::testing::FakeDevice &gpu = fake.devices[static_cast<std::size_t>(device)];
  *value = attribute == capabilityMajor       ? gpu.major
           : attribute == capabilityMinor     ? gpu.minor
           : attribute == multiprocessorCount ? gpu.multiprocessors
                                              : gpu.sharedBytes;
  return success;
}
Code cuDevicePrimaryCtxRetain(Context *context, Device) {
  ENTER(false);
  *context = reinterpret_cast<Context>(&fake);
  ++fake.contexts;
  return success;
}
Code cuDevicePrimaryCtxRelease_v2(Device) {
  ENTER(false);
  if (--fake.contexts == 0)
    sticky = success; // The next one who wants a context gets a new one.
  return success;
}
Code cuCtxPushCurrent_v2(Context) {
  ++currentContexts;
  return success;
}
Code cuCtxPopCurrent_v2(Context *) {
  --currentContexts;
  return success;
}
Code cuMemGetInfo_v2(std::size_t *available, std::size_t *total) {
  ENTER();
  *total = fake.devices[0].memory;
  *available = *total - fake.allocated;
  return success;
}
Code cuMemAlloc_v2(Address *address, std::size_t bytes) {
  ENTER();
  if (bytes == 0)
    return 1;
  if (bytes > fake.devices[0].memory - fake.allocated)
    return outOfMemory;
  void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(memory, 0xa5, bytes);
  *address = reinterpret_cast<Address>(memory);
  allocations[*address] = bytes;
  fake.allocated += bytes;
  ++fake.blocks;
  return success;
}
Code cuMemFree_v2(Address address) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  auto found = allocations.find(address);
  if (found == allocations.end()) {
    mistake("cuMemFree of what was not allocated");
    return 1;
  }
  fake.allocated -= found->second;
  --fake.blocks;
  allocations.erase(found);
  std::free(reinterpret_cast<void *>(address));
  return enter(__func__);
}
Code cuMemAllocHost_v2(void **pointer, std::size_t bytes) {
  ENTER();
  *pointer = std::calloc(1, bytes);
  ++fake.pinned;
  return success;
}
Code cuMemFreeHost(void *pointer) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  std::free(pointer);
  --fake.pinned;
  return enter(__func__);
}
Code cuMemcpyHtoDAsync_v2(Address to, const void *from, std::size_t bytes, Stream stream) {
  ENTER();
  put(stream, [=] { copy(reinterpret_cast<void *>(to), from, bytes, to, "cuMemcpyHtoDAsync"); });
  return success;
}
Code cuMemcpyDtoHAsync_v2(void *to, Address from, std::size_t bytes, Stream stream) {
  ENTER();
  put(stream, [=] { copy(to, reinterpret_cast<void *>(from), bytes, from, "cuMemcpyDtoHAsync"); });
  return success;
}
Code cuMemsetD8Async(Address address, unsigned char value, std::size_t bytes, Stream stream) {
  ENTER();
  put(stream, [=] {
    if (isInside(address, bytes))
      std::memset(reinterpret_cast<void *>(address), value, bytes);
    else
      mistake("cuMemsetD8Async outside an allocation");
  });
  return success;
}
Code cuModuleLoadData(Module *module, const void *image) {
  ENTER();
  std::size_t bytes = objectBytes(image);
  if (bytes == 0)
    return invalidImage;
  int descriptor = memfd_create("cubin", 0);
  if (::write(descriptor, image, bytes) != static_cast<ssize_t>(bytes))
    return outOfMemory;
  auto made = std::make_unique<FakeModule>();
  made->library = dlopen(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!made->library)
    return invalidImage;
  ++fake.modules;
  *module = reinterpret_cast<Module>(made.release());
  return success;
}
Code cuModuleUnload(Module module) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  delete reinterpret_cast<FakeModule *>(module); // The object stays: the loader would take its path for another's.
  --fake.modules;
  return enter(__func__);
}
Code cuModuleGetFunction(Function *function, Module module, const char *name) {
  ENTER();
  auto &owner = *reinterpret_cast<FakeModule *>(module);
  auto made = std::make_unique<FakeFunction>();
  made->name = name;
  made->run = reinterpret_cast<decltype(made->run)>(dlsym(owner.library, ("tern_emulate_" + made->name).c_str()));
  auto sizes = reinterpret_cast<const unsigned *(*)()>(dlsym(owner.library, ("tern_parameters_" + made->name).c_str()));
  made->setOrder = reinterpret_cast<decltype(made->setOrder)>(dlsym(owner.library, "tern_emulate_order"));
  if (!made->run || !sizes || !made->setOrder)
    return notFound;
  made->sizes = sizes();
  *function = reinterpret_cast<Function>(made.get());
  owner.functions.push_back(std::move(made));
  return success;
}
Code cuFuncGetAttribute(int *value, int attribute, Function) {
  ENTER();
  *value = attribute == functionMaxThreads ? 1024 : 0;
  return success;
}
Code cuFuncSetAttribute(Function function, int attribute, int value) {
  ENTER();
  if (attribute == functionMaxDynamicSharedBytes)
    reinterpret_cast<FakeFunction *>(function)->dynamicShared = value;
  return success;
}
Code cuLaunchKernelEx(const LaunchConfig *config, Function function, void **parameters, void **) {
  ENTER();
  auto &called = *reinterpret_cast<FakeFunction *>(function);
  if (config->gridX == 0 || config->sharedBytes > static_cast<unsigned>(called.dynamicShared))
    return 1;
  std::vector<std::vector<char>> values;
  for (std::size_t i = 0; called.sizes[i] != 0; ++i) {
    auto *value = static_cast<const char *>(parameters[i]);
    values.emplace_back(value, value + called.sizes[i]);
  }
  bool early = config->attributeCount == 1 && config->attributes[0].id == programmaticStreamSerialization &&
               config->attributes[0].value.number == 1;
  put(config->stream, Work{nullptr, std::make_shared<KernelCall>(KernelCall{called, *config, values, early})});
  return success;
}
Code cuStreamCreate(Stream *stream, unsigned) {
  ENTER();
  *stream = reinterpret_cast<Stream>(new FakeStream);
  ++fake.streams;
  return success;
}
Code cuStreamDestroy_v2(Stream stream) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  delete reinterpret_cast<FakeStream *>(stream);
  --fake.streams;
  return enter(__func__);
}
Code cuStreamSynchronize(Stream stream) {
  ENTER();
  drain(*reinterpret_cast<FakeStream *>(stream));
  return sticky;
}
Code cuStreamWriteValue32_v2(Stream stream, Address address, std::uint32_t value, unsigned) {
  ENTER();
  put(stream, [=] { *reinterpret_cast<std::uint32_t *>(address) = value; });
  return success;
}
Code cuStreamBeginCapture_v2(Stream stream, int) {
  ENTER();
  reinterpret_cast<FakeStream *>(stream)->capturing = true;
  return success;
}
Code cuStreamEndCapture(Stream stream, Graph *graph) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  auto &source = *reinterpret_cast<FakeStream *>(stream);
  source.capturing = false;
  std::vector<Work> captured = std::move(source.captured);
  source.captured.clear();
  if (Code code = enter(__func__))
    return code;
  *graph = reinterpret_cast<Graph>(new FakeGraph{std::move(captured)});
  ++fake.graphs;
  return success;
}
Code cuGraphInstantiateWithFlags(GraphExec *exec, Graph graph, unsigned long long) {
  ENTER();
  *exec = reinterpret_cast<GraphExec>(new FakeGraph(*reinterpret_cast<FakeGraph *>(graph)));
  ++fake.graphs;
  return success;
}
Code cuGraphLaunch(GraphExec exec, Stream stream) {
  ENTER();
  put(stream, [] {}); // its first kernel follows all that was before
  for (const Work &work : reinterpret_cast<FakeGraph *>(exec)->work)
    put(stream, work);
  return success;
}
Code cuGraphDestroy(Graph graph) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  delete reinterpret_cast<FakeGraph *>(graph);
  --fake.graphs;
  return enter(__func__);
}
Code cuGraphExecDestroy(GraphExec exec) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  delete reinterpret_cast<FakeGraph *>(exec);
  --fake.graphs;
  return enter(__func__);
}
Code cuEventCreate(Event *event, unsigned) {
  ENTER();
  *event = reinterpret_cast<Event>(new FakeEvent);
  ++fake.events;
  return success;
}
Code cuEventDestroy_v2(Event event) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  delete reinterpret_cast<FakeEvent *>(event);
  --fake.events;
  return enter(__func__);
}
Code cuEventRecord(Event event, Stream stream) {
  ENTER();
  reinterpret_cast<FakeEvent *>(event)->stream = reinterpret_cast<FakeStream *>(stream);
  return success;
}
Code cuEventSynchronize(Event event) {
  ENTER();
  drain(*reinterpret_cast<FakeEvent *>(event)->stream);
  return sticky;
}

} // extern "C"
