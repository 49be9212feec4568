//===- AttentionKernelTest.cpp - Attention against the interpreter ----------===//

#include "test/unit/Conversion/KernelToCpu/KernelProgram.h"

#include <gtest/gtest.h>

using namespace tern::cpu;

namespace {

/// A module with caches of `type` and entries @prefill (T tokens) and @decode (one token, the context in parts), with
/// `extra` operands of attention ("soft_cap 30.0") and their argument.
struct AttentionCase {
  std::string element = "f16";
  int heads = 6, groups = 2, keySize = 32, valueSize = 32, parts = 3;
  std::string window, softCap, slopes, sinks; ///< As in the ops' syntax; slopes and sinks are "%slopes" and "%sinks".
  std::string keyLayout = "lanes16", valueLayout = "heads";

  std::string text() const;

private:
  std::string entry(const std::string &name, const std::string &tokens, bool inParts) const;
};

std::string AttentionCase::entry(const std::string &name, const std::string &tokens, bool inParts) const {
  std::string h = std::to_string(heads), g = std::to_string(groups), d = std::to_string(keySize),
              v = std::to_string(valueSize), s = std::to_string(parts), v2 = std::to_string(valueSize + 2);
  std::string q = "f32[B, " + tokens + ", " + h + ", " + d + "]", k = "f32[B, " + tokens + ", " + g + ", " + d + "]",
              val = "f32[B, " + tokens + ", " + g + ", " + v + "]", p = "i32[B, " + tokens + "]",
              ks = element + "[B, C, " + g + ", " + d + "]", vs = element + "[B, C, " + g + ", " + v + "]",
              out = "f32[B, " + tokens + ", " + h + ", " + v + "]",
              part = "f32[B, " + tokens + ", " + h + ", " + s + ", " + v2 + "]";
  auto full = [](const std::string &type) { return "!graph.tensor<" + type + ">"; };
  auto state = [&](const std::string &type, const std::string &layout) {
    return "!kernel.state<" + full(type) + ", " + layout + ">";
  };
  std::string kState = state(ks, keyLayout), vState = state(vs, valueLayout), vec = "f32[" + h + "]";
  std::string t = tokens == "1" ? "1" : "\"T\"";
  std::string ke = element + k.substr(3), ve = element + val.substr(3);
  std::string text = "kernel.func @append_" + name + "(%ks: " + kState + ", %vs: " + vState + ", %k: " + full(k) +
                     ", %v: " + full(val) + ", %p: " + full(p) +
                     ") attributes {schedule = #kernel.schedule<kind = rows>, tasks = ["
                     "#kernel.tasks<roots = [0], dims = [\"B\", " +
                     t + ", " + g +
                     "], tiles = [1, 1, 1]>, "
                     "#kernel.tasks<roots = [1], dims = [\"B\", " +
                     t + ", " + g + "], tiles = [1, 1, 1]>]} {\n";
  text += "%0 = graph.cast %k : (" + k + ") -> " + ke + "\n%1 = graph.cast %v : (" + val + ") -> " + ve + "\n";
  text += "kernel.append_state %ks, %0 at %p : " + kState + ", (" + ke + ", " + p + ")\n";
  text += "kernel.append_state %vs, %1 at %p : " + vState + ", (" + ve + ", " + p + ")\nkernel.return\n}\n";
  std::string slope = slopes.empty() ? "" : " slopes %slopes", sink = sinks.empty() ? "" : " sinks %sinks";
  std::string lists = (slopes.empty() ? "" : ", " + vec) + (sinks.empty() || inParts ? "" : ", " + vec);
  std::string common = " mask causal" + (window.empty() ? "" : " window " + window) + " scale 0.125" +
                       (softCap.empty() ? "" : " soft_cap " + softCap) + " : (" + q + ", " + ks + ", " + vs + ", " + p +
                       lists + ") -> ";
  std::string parameters = "(%q: " + full(q) + ", %ks: " + kState + ", %vs: " + vState + ", %p: " + full(p) +
                           ", %slopes: " + full(vec) + ", %sinks: " + full(vec) + ")";
  std::string reads = "%k = kernel.read_state %ks : " + kState + " -> " + ks +
                      "\n%v = kernel.read_state %vs : " + vState + " -> " + vs + "\n";
  std::string maxima = "maxima = {B = 4 : i64, T = 40 : i64}, ";
  if (inParts) {
    text += "kernel.func @attend_" + name + parameters + " -> " + full(part) + " attributes {" + maxima +
            "schedule = #kernel.schedule<kind = attention>, tasks = [#kernel.tasks<roots = [0], dims = [\"B\", " + g +
            ", " + s + "], tiles = [1, 1, 1]>]} {\n" + reads + "%0 = kernel.attend_part %q, %k, %v at %p" + slope +
            common + part + "\nkernel.return %0 : " + full(part) + "\n}\n";
    text += "kernel.func @combine_" + name + "(%part: " + full(part) + ", %sinks: " + full(vec) + ") -> " + full(out) +
            " attributes {" + maxima +
            "schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [\"B\", " + t + ", " +
            h + "], tiles = [1, 1, 1]>]} {\n%0 = kernel.attend_combine %part" + sink + " : (" + part +
            (sinks.empty() ? "" : ", " + vec) + ") -> " + out + "\nkernel.return %0 : " + full(out) + "\n}\n";
  } else {
    text += "kernel.func @attend_" + name + parameters + " -> " + full(out) + " attributes {" + maxima +
            "schedule = #kernel.schedule<kind = attention>, tasks = [#kernel.tasks<roots = [0], dims = [\"B\", " + h +
            ", " + t + "], tiles = [1, 1, 16]>]} {\n" + reads + "%0 = graph.attention %q, %k, %v at %p" + slope + sink +
            common + out + "\nkernel.return %0 : " + full(out) + "\n}\n";
  }
  std::string positions = tokens == "1" ? "37, -1, 11"
                                        : "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, "
                                          "18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, "
                                          "33, 34, 35, 36";
  text += "func.func @" + name + "(%q: " + full(q) + ", %k: " + full(k) + ", %v: " + full(val) + ", %p: " + full(p) +
          " {test.values = array<i64: " + positions + ">}, %slopes: " + full(vec) + ", %sinks: " + full(vec) + ") -> " +
          full(out) + " {\n%ks = kernel.load_state @key : " + kState + "\n%vs = kernel.load_state @value : " + vState +
          "\nkernel.launch @append_" + name + "(%ks, %vs, %k, %v, %p) : (" + kState + ", " + vState + ", " + full(k) +
          ", " + full(val) + ", " + full(p) + ") -> ()\n%0 = kernel.launch @attend_" + name +
          "(%q, %ks, %vs, %p, %slopes, %sinks) : (" + full(q) + ", " + kState + ", " + vState + ", " + full(p) + ", " +
          full(vec) + ", " + full(vec) + ") -> " + full(inParts ? part : out) + "\n";
  if (inParts)
    text += "%1 = kernel.launch @combine_" + name + "(%0, %sinks) : (" + full(part) + ", " + full(vec) + ") -> " +
            full(out) + "\nreturn %1 : " + full(out) + "\n}\n";
  else
    text += "return %0 : " + full(out) + "\n}\n";
  return text;
}

std::string AttentionCase::text() const {
  std::string g = std::to_string(groups);
  auto state = [&](const std::string &name, int size, const std::string &layout) {
    return "graph.state @" + name + " " + name + " of layer 0 : " + element + "[B, C, " + g + ", " +
           std::to_string(size) + "] {kernel.layout = #kernel.layout<" + layout + ">}\n";
  };
  return state("key", keySize, keyLayout) + state("value", valueSize, valueLayout) + entry("prefill", "T", false) +
         entry("decode", "1", true);
}

void expectAgrees(const AttentionCase &attention) {
  KernelProgram program(attention.text(), /*capacity=*/128);
  program.expectAgrees("prefill", {{"B", 3}, {"T", 37}, {"C", 37}}, 2e-5);
  program.expectAgrees("decode", {{"B", 3}, {"T", 1}, {"C", 38}}, 2e-5);
}

} // namespace

TEST(AttentionKernel, CausalWithGroups) { expectAgrees({}); }

TEST(AttentionKernel, CachesInF32) {
  AttentionCase attention;
  attention.element = "f32";
  expectAgrees(attention);
}

TEST(AttentionKernel, WindowSoftCapSlopesAndSinks) {
  AttentionCase attention;
  attention.window = "9";
  expectAgrees(attention);
  attention.softCap = "3.0";
  expectAgrees(attention);
  attention.slopes = "%slopes";
  expectAgrees(attention);
  attention.sinks = "%sinks";
  expectAgrees(attention);
}

TEST(AttentionKernel, OddSizes) {
  AttentionCase attention;
  attention.heads = 7;
  attention.groups = 1;
  attention.keySize = 10;
  attention.valueSize = 24;
  attention.parts = 1;
  expectAgrees(attention);
}

TEST(AttentionKernel, CachesInRows) {
  AttentionCase attention;
  attention.keyLayout = attention.valueLayout = "rows";
  expectAgrees(attention);
}

TEST(AttentionKernel, BidirectionalWithLengthsAndBias) {
  KernelProgram program(R"(
kernel.func @attend(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 2, 16]>,
    %v: !graph.tensor<f32[B, T, 2, 16]>, %l: !graph.tensor<i32[B]>, %bias: !graph.tensor<f32[1, 4, T, T]>)
    -> !graph.tensor<f32[B, T, 4, 16]> attributes {maxima = {B = 4 : i64, T = 80 : i64},
    schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = ["B", 4, "T"], tiles = [1, 1, 16]>]} {
  %0 = graph.attention %q, %k, %v lengths %l bias %bias mask none scale 0.25
      : (f32[B, T, 4, 16], f32[B, T, 2, 16], f32[B, T, 2, 16], i32[B], f32[1, 4, T, T]) -> f32[B, T, 4, 16]
  kernel.return %0 : !graph.tensor<f32[B, T, 4, 16]>
}
func.func @main(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 2, 16]>,
    %v: !graph.tensor<f32[B, T, 2, 16]>, %l: !graph.tensor<i32[B]> {test.values = array<i64: 70, 0, 3>},
    %bias: !graph.tensor<f32[1, 4, T, T]>) -> !graph.tensor<f32[B, T, 4, 16]> {
  %0 = kernel.launch @attend(%q, %k, %v, %l, %bias) : (!graph.tensor<f32[B, T, 4, 16]>,
      !graph.tensor<f32[B, T, 2, 16]>, !graph.tensor<f32[B, T, 2, 16]>, !graph.tensor<i32[B]>,
      !graph.tensor<f32[1, 4, T, T]>) -> !graph.tensor<f32[B, T, 4, 16]>
  return %0 : !graph.tensor<f32[B, T, 4, 16]>
})");
  program.expectAgrees("main", {{"B", 3}, {"T", 71}}, 1e-5);
}
