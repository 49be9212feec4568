//===- GoldenPrompt.cpp - What the compiled model must compute ------------===//

#include "GoldenPrompt.h"

#include "tern/Import/TextFiles.h"
#include "tern/Interpreter/TokenSession.h"

#include <cmath>

using namespace tern;

static constexpr char promptText[] = "The capital of France is";
static constexpr std::size_t promptTokens = 8; ///< At most.

/// The most that KL(interpreter || compiled) may be after one prompt, in nats: well above what rounding by the policy
/// does to a model, well below what a wrong kernel does. A policy with rules is as good as the coarsest that it names.
static double allowedDivergence(llvm::StringRef precision) {
  if (precision.contains("int8"))
    return 0.1;
  if (precision.contains("bf16"))
    return 0.05;
  return precision == "f32" ? 1e-3 : 0.02;
}

/// Nothing if the model's files have no tokenizer.
static Result<std::optional<GoldenPrompt>> textPrompt(const std::string &path, std::size_t most) {
  Result<std::optional<ModelTextParts>> parts = readModelTextParts(path);
  if (!parts)
    return parts.problem();
  if (!*parts)
    return std::optional<GoldenPrompt>();
  Result<Tokenizer> tokenizer = Tokenizer::fromParts(std::move((*parts)->tokenizer));
  if (!tokenizer)
    return tokenizer.problem();
  GoldenPrompt prompt;
  Result<std::vector<std::int32_t>> ids = tokenizer->encode(promptText, /*addSpecial=*/true);
  if (!ids)
    return ids.problem();
  prompt.tokens = std::move(*ids);
  if (prompt.tokens.size() > most)
    prompt.tokens.resize(most);
  Result<std::string> text = tokenizer->decode(prompt.tokens, /*skipSpecial=*/true);
  if (!text)
    return text.problem();
  prompt.text = std::move(*text);
  return std::optional(std::move(prompt));
}

Result<Golden> tern::makeGolden(mlir::ModuleOp module, const CompilerOptions &options) {
  mlir::FailureOr<TokenSession> session = TokenSession::create(module, {options.threads});
  if (failed(session))
    return Problem{};
  std::size_t most = std::min<std::size_t>(promptTokens, static_cast<std::size_t>(session->maxContext()));
  Result<std::optional<GoldenPrompt>> made = textPrompt(options.input, most);
  if (!made)
    return made.problem();
  GoldenPrompt prompt = made->value_or(GoldenPrompt());
  for (std::size_t i = 0; prompt.tokens.size() < (*made ? 1 : most); ++i)
    prompt.tokens.push_back(
        static_cast<std::int32_t>((i * 7919 + 1) % static_cast<std::size_t>(session->vocabulary())));
  mlir::FailureOr<Tensor> logits = session->feed(prompt.tokens, /*allLogits=*/false);
  if (failed(logits))
    return Problem{};
  prompt.logits.assign(logits->floats().begin(), logits->floats().end());
  if (!llvm::all_of(prompt.logits, [](float logit) { return std::isfinite(logit); }))
    return Problem{options.input, "gives logits that are not finite", "check the weights, or compile with --no-golden"};
  return Golden{"the interpreter in f32", allowedDivergence(options.precision), {std::move(prompt)}};
}
