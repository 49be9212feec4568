//===- TemplateFuzzer.cpp - Chat templates from strangers -----------------===//
//
// Input: a template, and after the first nul byte, if there is one, the JSON object that it is rendered with.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Template.h"

using namespace tern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  std::size_t split = std::min(input.find('\0'), input.size());
  Result<Template> parsed = Template::parse(std::string(input.substr(0, split)), "fuzz");
  if (!parsed)
    return 0;
  Json variables =
      Json::parse(R"({"messages": [{"role": "user", "content": "h\u00e9"}], "add_generation_prompt": true})");
  if (split < input.size())
    if (Result<Json> given = parseJson(input.substr(split + 1), "fuzz"); given && given->is_object())
      variables = std::move(*given);
  RenderLimits limits;
  limits.maxSteps = 100'000;
  limits.maxMemory = 16u << 20;
  limits.maxOutput = 1u << 20;
  (void)parsed->render(variables, limits);
  return 0;
}
