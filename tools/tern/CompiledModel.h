//===- CompiledModel.h - A model or artifact as compiled code ----*- C++ -*-===//
//
// `run`, `eval` and `bench` execute compiled code through tern.h alone, as any other program would; this is its face in
// C++. What they ask of an artifact beyond that (what a step reads) is read from the file.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_COMPILEDMODEL_H
#define TERN_TOOLS_TERN_COMPILEDMODEL_H

#include "runtime/Artifact/Program.h"
#include "runtime/Base/Json.h"
#include "runtime/Run/Generator.h"
#include "runtime/include/tern/tern.h"
#include "tools/tern/ModelFlags.h"

#include <memory>

namespace tern {

struct CloseModel {
  void operator()(tern_model *model) const { tern_model_close(model); }
};
struct DestroySession {
  void operator()(tern_session *session) const { tern_session_destroy(session); }
};
using ModelHandle = std::unique_ptr<tern_model, CloseModel>;
using SessionHandle = std::unique_ptr<tern_session, DestroySession>;

/// What a function of tern.h reported, as a problem.
Problem problemOf(const tern_error &error);

/// Compiled code of a model in this process.
struct CompiledModel {
  ModelHandle handle; ///< Null unless `problems` is empty.
  std::string path;   ///< Of the artifact.
  tern_model_info info{};
  Problems problems;

  Result<SessionHandle> newSession(std::int64_t slots, std::int64_t context) const;
  /// The program that is executed. Problems: those of ArtifactReader.
  Result<Program> program() const;
};

/// Opens the artifact at `path`, made of what `flags` names, as they ask. `target`: of the code; empty: the best.
CompiledModel openArtifact(const ModelFlags &flags, const std::string &path, const std::string &target);

/// Opens the artifact that `flags` names.
CompiledModel openArtifact(const ModelFlags &flags);

/// Opens the artifact that `flags` names, or the one that the cache has of the model, which is compiled if need be.
CompiledModel openCompiled(const ModelFlags &flags);

/// The text that `call`, a function of tern.h that writes (text, capacity, length, error), gives.
Result<std::string> textOf(const std::function<tern_status(char *, size_t, size_t *, tern_error *)> &call);

/// The ids of a text; `flags` as for tern_tokenize.
Result<std::vector<TokenId>> idsOf(const tern_model *model, const std::string &text, std::uint32_t flags);

/// Slot 0 of a session, which must outlive it.
class SessionSequence final : public TokenSequence {
public:
  SessionSequence(tern_session *session, std::int64_t vocabulary) : session(session), width(vocabulary) {}

  std::int64_t vocabulary() const override { return width; }
  const std::vector<TokenId> &ids() const override { return held; }
  std::int64_t room() const override { return tern_session_context(session) - length(); }
  Result<LogitsView> prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) override;
  /// Nobody who uses it cancels: `cancel` must be null.
  Result<LogitsView> decode(TokenId token, const std::atomic<bool> *cancel) override;
  Status rewind(std::int64_t length) override;

private:
  tern_session *session;
  std::int64_t width;
  std::vector<TokenId> held;
};

/// {"weights", "arena", "states", "scratch", "total"}, in bytes.
Json memoryAsJson(const tern_memory &memory);

} // namespace tern

#endif // TERN_TOOLS_TERN_COMPILEDMODEL_H
