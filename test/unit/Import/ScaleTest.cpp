//===- ScaleTest.cpp - A model of 8 billion parameters --------------------===//
//
// Files of full size without contents (ftruncate leaves holes, which take no disk) show what import costs: how much
// text the program is, and that no page of weights is read.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Import/ModelTesting.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>

using namespace tern;
using namespace tern::test;

namespace {

constexpr std::int64_t vocabulary = 128256, hidden = 4096, intermediate = 14336, groups = 1024, layers = 32;

class ScaleTest : public ModelTest {
protected:
  /// Writes `header` and makes the file `size` bytes long.
  std::string writeSparse(const std::string &name, const std::string &header, std::uint64_t size) {
    std::string path = write(name, header);
    EXPECT_EQ(::truncate(path.c_str(), static_cast<off_t>(size)), 0);
    return path;
  }

  /// Pages of the file behind `begin` that the system holds in memory.
  static std::size_t residentPages(const std::string &path, std::uint64_t begin) {
    int file = ::open(path.c_str(), O_RDONLY);
    std::uint64_t page = ::sysconf(_SC_PAGESIZE), size = std::filesystem::file_size(path);
    begin = (begin + page - 1) / page * page;
    void *map = ::mmap(nullptr, size - begin, PROT_READ, MAP_SHARED, file, static_cast<off_t>(begin));
    EXPECT_NE(map, MAP_FAILED);
    std::vector<unsigned char> states((size - begin + page - 1) / page);
    EXPECT_EQ(::mincore(map, size - begin, states.data()), 0);
    ::munmap(map, size - begin);
    ::close(file);
    return std::count_if(states.begin(), states.end(), [](unsigned char state) { return state & 1; });
  }

  /// The claims that hold for each way of storing the model.
  static void expectSmallProgram(Imported &imported) {
    ASSERT_EQ(imported.text, "");
    EXPECT_EQ(imported.model.summary.parameters, 8030261248);
    mlir::OpPrintingFlags flags;
    flags.enableDebugInfo().useLocalScope();
    std::string text;
    llvm::raw_string_ostream stream(text);
    imported.model.module->print(stream, flags);
    EXPECT_LT(text.size(), 1000000u);
    EXPECT_GT(text.size(), 100000u);
  }
};

struct Tensor {
  std::string huggingFace, gguf;
  std::vector<std::int64_t> shape;
};

std::vector<Tensor> tensorsOfLayer(std::int64_t layer) {
  std::string hf = "model.layers." + std::to_string(layer) + ".", gguf = "blk." + std::to_string(layer) + ".";
  return {{hf + "input_layernorm.weight", gguf + "attn_norm.weight", {hidden}},
          {hf + "self_attn.q_proj.weight", gguf + "attn_q.weight", {hidden, hidden}},
          {hf + "self_attn.k_proj.weight", gguf + "attn_k.weight", {groups, hidden}},
          {hf + "self_attn.v_proj.weight", gguf + "attn_v.weight", {groups, hidden}},
          {hf + "self_attn.o_proj.weight", gguf + "attn_output.weight", {hidden, hidden}},
          {hf + "post_attention_layernorm.weight", gguf + "ffn_norm.weight", {hidden}},
          {hf + "mlp.gate_proj.weight", gguf + "ffn_gate.weight", {intermediate, hidden}},
          {hf + "mlp.up_proj.weight", gguf + "ffn_up.weight", {intermediate, hidden}},
          {hf + "mlp.down_proj.weight", gguf + "ffn_down.weight", {hidden, intermediate}}};
}

std::vector<Tensor> outerTensors() {
  return {{"model.embed_tokens.weight", "token_embd.weight", {vocabulary, hidden}},
          {"model.norm.weight", "output_norm.weight", {hidden}},
          {"lm_head.weight", "output.weight", {vocabulary, hidden}}};
}

std::uint64_t elementsOf(const Tensor &tensor) {
  std::uint64_t count = 1;
  for (std::int64_t size : tensor.shape)
    count *= size;
  return count;
}

} // namespace

TEST_F(ScaleTest, ShardedSafetensors) {
  write("config.json", R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096,
    "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
    "vocab_size": 128256, "max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "rope_theta": 500000.0})");
  Json map = Json::object();
  std::vector<std::pair<std::string, std::uint64_t>> shards; // file and end of its header
  for (std::int64_t shard = 0; shard < 4; ++shard) {
    std::string name = "model-0000" + std::to_string(shard + 1) + "-of-00004.safetensors";
    std::vector<Tensor> tensors = shard == 0 ? outerTensors() : std::vector<Tensor>();
    for (std::int64_t layer = shard * layers / 4; layer < (shard + 1) * layers / 4; ++layer)
      for (Tensor &tensor : tensorsOfLayer(layer))
        tensors.push_back(std::move(tensor));
    Json header = Json::object();
    std::uint64_t end = 0;
    for (const Tensor &tensor : tensors) {
      std::uint64_t begin = end;
      end += elementsOf(tensor) * 2;
      header[tensor.huggingFace] = {{"dtype", "BF16"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
      map[tensor.huggingFace] = name;
    }
    std::string text = header.dump();
    std::uint64_t length = text.size();
    std::string start = std::string(reinterpret_cast<const char *>(&length), sizeof length) + text;
    shards.emplace_back(writeSparse(name, start, start.size() + end), start.size());
  }
  write("model.safetensors.index.json", Json{{"metadata", Json::object()}, {"weight_map", map}}.dump());

  Imported imported(directory, std::nullopt);
  expectSmallProgram(imported);
  EXPECT_EQ(imported.model.summary.weightBytes, 8030261248 * 2);
  for (const auto &[path, headerEnd] : shards)
    EXPECT_EQ(residentPages(path, headerEnd), 0u) << path;
}

TEST_F(ScaleTest, Gguf) {
  GgufWriter writer;
  writer.text("general.architecture", "llama");
  std::pair<const char *, std::uint32_t> counts[] = {
      {"llama.embedding_length", hidden}, {"llama.block_count", layers},  {"llama.feed_forward_length", intermediate},
      {"llama.attention.head_count", 32}, {"llama.context_length", 8192}, {"llama.attention.head_count_kv", 8},
      {"llama.rope.dimension_count", 128}};
  for (auto [key, value] : counts)
    writer.key(key, GgufType::UInt32, value);
  writer.key("llama.attention.layer_norm_rms_epsilon", GgufType::Float32, 1e-5f);
  std::vector<Tensor> tensors = outerTensors();
  for (std::int64_t layer = 0; layer < layers; ++layer)
    for (Tensor &tensor : tensorsOfLayer(layer))
      tensors.push_back(std::move(tensor));
  std::uint64_t end = 0;
  for (const Tensor &tensor : tensors) {
    std::vector<std::uint64_t> dimensions(tensor.shape.rbegin(), tensor.shape.rend());
    writer.tensor(tensor.gguf, dimensions, /*F16*/ 1, /*bytes=*/0, /*offset=*/end);
    end += elementsOf(tensor) * 2;
  }
  std::string header = writer.str();
  std::string path = writeSparse("model.gguf", header, header.size() + end);

  Imported imported(path, std::nullopt);
  expectSmallProgram(imported);
  EXPECT_EQ(residentPages(path, header.size()), 0u);
}
