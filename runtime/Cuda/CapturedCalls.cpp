//===- CapturedCalls.cpp - Calls that the device repeats ------------------===//

#include "runtime/Cuda/CapturedCalls.h"

#include <algorithm>

using namespace tern;

CapturedCalls::~CapturedCalls() {
  GpuContext::Scope scope(*context);
  for (Captured &captured : graphs)
    (*context)->graphExecDestroy(captured.graph);
}

bool CapturedCalls::isRepeated(const Key &key) {
  bool repeated = key == before;
  before = key;
  return repeated;
}

cuda::GraphExec CapturedCalls::find(const Key &key) {
  for (Captured &captured : graphs)
    if (captured.key == key) {
      captured.lastUse = ++uses;
      return captured.graph;
    }
  return nullptr;
}

cuda::Code CapturedCalls::capture(const Key &key, cuda::Stream stream, const std::function<cuda::Code()> &queue) {
  cuda::Code code = (*context)->beginCapture(stream, cuda::captureThreadLocal);
  if (code != cuda::success)
    return code;
  cuda::Code queued = queue();
  cuda::Graph graph = nullptr;
  code = (*context)->endCapture(stream, &graph); // also after a failure, which leaves nothing captured
  if (queued != cuda::success)
    code = queued;
  cuda::GraphExec exec = nullptr;
  if (code == cuda::success)
    code = (*context)->graphInstantiate(&exec, graph, 0);
  if (graph)
    (*context)->graphDestroy(graph);
  if (code != cuda::success)
    return code;
  if (graphs.size() == mostGraphs) {
    auto oldest = std::min_element(graphs.begin(), graphs.end(),
                                   [](const Captured &a, const Captured &b) { return a.lastUse < b.lastUse; });
    (*context)->graphExecDestroy(oldest->graph);
    graphs.erase(oldest);
  }
  graphs.push_back({key, exec, ++uses});
  return cuda::success;
}
