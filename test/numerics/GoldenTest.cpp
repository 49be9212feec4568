//===- GoldenTest.cpp - Architectures against Hugging Face transformers ---===//
//
// Every folder of goldens/ is a tiny model of one architecture whose logits transformers computed in f32 (README.md
// there). Each is imported in every form it comes in (generated weights, safetensors, GGUF) and run as a user would:
// the prompt, then one token at a time.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "tern/Import/Importer.h"
#include "tern/Interpreter/TokenSession.h"
#include "tern/Support/Npy.h"

#include "mlir/IR/Diagnostics.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>

using namespace tern;
namespace fs = std::filesystem;

namespace {

const std::string goldens = TERN_TEST_DIR "/goldens";

/// One way of storing one model.
struct Case {
  std::string name; ///< The golden's folder.
  std::string form; ///< "random", "safetensors" or "gguf".
};

std::string readOk(Result<Json> &json) { return json ? "" : json.problem().str(); }

std::vector<Case> allCases() {
  std::vector<Case> cases;
  std::vector<fs::path> folders;
  for (const fs::directory_entry &entry : fs::directory_iterator(goldens))
    if (fs::exists(entry.path() / "golden.json"))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  for (const fs::path &folder : folders) {
    std::string name = folder.filename();
    cases.push_back({name, "random"});
    if (fs::exists(folder / "model.safetensors") || fs::exists(folder / "model.safetensors.index.json"))
      cases.push_back({name, "safetensors"});
    Result<Json> golden = readJsonFile(folder / "golden.json");
    if (golden && (*golden)["gguf"].is_string())
      cases.push_back({name, "gguf"});
  }
  return cases;
}

class GoldenTest : public testing::TestWithParam<Case> {};

/// Logits of all ids, as `generate` computes them: `prompt` tokens in one call, then one by one.
FloatTable run(TokenSession &session, const std::vector<int32_t> &ids, size_t prompt) {
  FloatTable table{0, session.vocabulary(), {}};
  for (size_t done = 0; done < ids.size();) {
    size_t count = done == 0 ? prompt : 1;
    mlir::FailureOr<Tensor> logits = session.feed(llvm::ArrayRef(ids).slice(done, count), /*allLogits=*/true);
    if (failed(logits))
      return table;
    table.values.insert(table.values.end(), logits->floats().begin(), logits->floats().end());
    done += count;
    table.rows = static_cast<int64_t>(done);
  }
  return table;
}

} // namespace

TEST_P(GoldenTest, LogitsAndGreedyIdsAgree) {
  std::string folder = goldens + "/" + GetParam().name;
  Result<Json> golden = readJsonFile(folder + "/golden.json"), idsJson = readJsonFile(folder + "/ids.json");
  ASSERT_TRUE(golden) << readOk(golden);
  ASSERT_TRUE(idsJson) << readOk(idsJson);
  Result<FloatTable> expected = readNpy(folder + "/logits.npy");
  ASSERT_TRUE(expected) << expected.problem().str();

  ImportOptions options;
  if (GetParam().form == "random")
    options.randomSeed = (*golden)["seed"].get<uint64_t>();
  std::string path = GetParam().form == "gguf" ? goldens + "/" + (*golden)["gguf"].get<std::string>() : folder;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string diagnostics;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    diagnostics += diagnostic.str() + "\n";
    return mlir::success();
  });
  ImportedModel model = importModel(context, path, options);
  for (const Problem &problem : model.problems)
    ADD_FAILURE() << problem.str();
  ASSERT_TRUE(model.module);
  mlir::FailureOr<TokenSession> session = TokenSession::create(*model.module, {/*threads=*/2});
  ASSERT_TRUE(succeeded(session)) << diagnostics;

  auto ids = idsJson->get<std::vector<int32_t>>();
  auto prompt = (*golden)["prompt_length"].get<size_t>();
  FloatTable logits = run(*session, ids, prompt);
  ASSERT_EQ(logits.rows, expected->rows) << diagnostics;
  ASSERT_EQ(logits.columns, expected->columns);

  auto [low, high] = std::minmax_element(expected->values.begin(), expected->values.end());
  double worst = 0;
  for (size_t i = 0; i < logits.values.size(); ++i)
    worst = std::max(worst, std::abs(double(logits.values[i]) - expected->values[i]));
  // f32 against f64 in transformers itself differs by up to 7e-7 of the range; the bound leaves a factor of 14.
  EXPECT_LE(worst, 1e-5 * (*high - *low));

  std::vector<int32_t> greedy;
  for (int64_t row = static_cast<int64_t>(prompt) - 1; row + 1 < logits.rows; ++row) {
    const float *values = logits.row(row);
    greedy.push_back(static_cast<int32_t>(std::max_element(values, values + logits.columns) - values));
  }
  EXPECT_EQ(greedy, (*golden)["greedy_ids"].get<std::vector<int32_t>>());
}

INSTANTIATE_TEST_SUITE_P(Goldens, GoldenTest, testing::ValuesIn(allCases()),
                         [](const testing::TestParamInfo<Case> &info) { return info.param.name + "_" + info.param.form; });
