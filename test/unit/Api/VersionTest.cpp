//===- VersionTest.cpp - Programs and libraries of other versions ---------===//
//
// A program that was compiled with an earlier header has smaller structures, one with a later header larger ones. No
// function may write or read beyond the size that it is told.
//
//===----------------------------------------------------------------------===//

#include "ApiFixture.h"

using namespace tern;
using namespace tern::testing;
using ::testing::Each;
using ::testing::HasSubstr;

namespace {

class ApiVersions : public Api {};

/// A structure with bytes behind it that nobody may touch.
template <typename Struct> struct Guarded {
  union {
    Struct value;
    unsigned char bytes[sizeof(Struct) + 64];
  };
  Guarded() { std::memset(bytes, 0xa5, sizeof(bytes)); }
  std::vector<int> from(std::size_t size) const { return {bytes + size, bytes + sizeof(bytes)}; }
};

/// What `init` does to structures of every size.
template <typename Options> void checkInit(void (*init)(Options *, size_t)) {
  Guarded<Options> whole;
  init(&whole.value, sizeof(Options));
  EXPECT_EQ(whole.value.size, sizeof(Options));
  for (std::size_t size = 0; size <= sizeof(Options) + 32; ++size) {
    Guarded<Options> options;
    init(&options.value, size);
    EXPECT_THAT(options.from(size), Each(0xa5)) << size;
    if (size < sizeof(size_t))
      continue;
    EXPECT_EQ(options.value.size, size);
    EXPECT_EQ(std::memcmp(options.bytes + sizeof(size_t), whole.bytes + sizeof(size_t),
                          std::min(size, sizeof(Options)) - sizeof(size_t)),
              0)
        << size;
    for (std::size_t later = sizeof(Options); later < size; ++later)
      EXPECT_EQ(options.bytes[later], 0) << "members of a later header";
  }
}

} // namespace

TEST_F(ApiVersions, InitWritesWhatTheCallerHas) {
  checkInit(tern_model_options_init);
  checkInit(tern_prefill_options_init);
  checkInit(tern_embed_options_init);
  checkInit(tern_sampler_options_init);
  checkInit(tern_generate_options_init);
}

TEST_F(ApiVersions, OptionsOfOtherVersionsAreUnderstood) {
  struct {
    tern_model_options known;
    uint64_t later;
  } options{};
  tern_model_options_init(&options.known, sizeof(options));
  tern_model *other = nullptr;
  EXPECT_EQ(tern_model_open(path.c_str(), &options.known, &other, &error), TERN_OK) << error.message;
  tern_model_close(other);
  options.later = 1;
  EXPECT_EQ(tern_model_open(path.c_str(), &options.known, &other, &error), TERN_BAD_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("members of later versions must be zero"));
  // One member alone, as in a first version: the rest are the defaults, whatever lies behind.
  options.known = {offsetof(tern_model_options, target), 1, "no such target", "no such backend"};
  EXPECT_EQ(tern_model_open(path.c_str(), &options.known, &other, &error), TERN_OK) << error.message;
  tern_model_close(other);
}

TEST_F(ApiVersions, ResultsOfOtherVersionsAreFilledAsFarAsTheyReach) {
  for (std::size_t size = sizeof(size_t); size <= sizeof(tern_model_info) + 32; ++size) {
    Guarded<tern_model_info> info;
    info.value.size = size;
    ASSERT_EQ(tern_model_get_info(model, &info.value, &error), TERN_OK) << error.message;
    EXPECT_THAT(info.from(size), Each(0xa5)) << size;
    EXPECT_EQ(info.value.size, size);
    if (size >= offsetof(tern_model_info, architecture)) {
      EXPECT_STREQ(info.value.name, "tiny");
    }
  }
  Guarded<tern_memory> memory;
  memory.value.size = offsetof(tern_memory, states);
  ASSERT_EQ(tern_session_memory(session, &memory.value, nullptr, &error), TERN_OK) << error.message;
  EXPECT_THAT(memory.from(offsetof(tern_memory, states)), Each(0xa5));
  Guarded<tern_generate_result> result;
  result.value.size = offsetof(tern_generate_result, prefill_seconds);
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.max_tokens = 2;
  ASSERT_EQ(tern_generate_text(session, 0, "ab", 2, 0, &options, &result.value, &error), TERN_OK) << error.message;
  EXPECT_EQ(result.value.tokens, 2);
  EXPECT_THAT(result.from(offsetof(tern_generate_result, prefill_seconds)), Each(0xa5));
}

TEST_F(ApiVersions, ModelsMayBeClosedBeforeTheirSessions) {
  tern_model *own = nullptr;
  tern_session *left = nullptr;
  ASSERT_EQ(tern_model_open(path.c_str(), nullptr, &own, &error), TERN_OK) << error.message;
  ASSERT_EQ(tern_session_create(own, 1, 64, &left, &error), TERN_OK) << error.message;
  tern_model_close(own);
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.max_tokens = 2;
  EXPECT_EQ(tern_generate_text(left, 0, "ab", 2, 0, &options, nullptr, &error), TERN_OK) << error.message;
  tern_session_destroy(left);
}

TEST_F(ApiVersions, ErrorsHaveParts) {
  tern_model *none = nullptr;
  ASSERT_EQ(tern_model_open("/no/such/file", nullptr, &none, &error), TERN_FAILED);
  std::string message = error.message;
  EXPECT_EQ(message.substr(0, error.where_length), "/no/such/file");
  EXPECT_EQ(message.substr(error.where_length, 2), ": ");
  tern_session *created = nullptr;
  ASSERT_EQ(tern_session_create(model, 1, 999, &created, &error), TERN_FAILED);
  message = error.message;
  EXPECT_EQ(message.substr(0, error.where_length), "context");
  EXPECT_EQ(message.substr(message.size() - error.remedy_length), "ask for fewer positions");
  std::string path(2000, 'x');
  ASSERT_EQ(tern_model_open(path.c_str(), nullptr, &none, &error), TERN_FAILED);
  EXPECT_EQ(std::strlen(error.message), sizeof(error.message) - 1);
  EXPECT_EQ(error.where_length, 0) << "it is cut off inside";
  EXPECT_EQ(error.remedy_length, 0);
}

TEST_F(ApiVersions, LongPlacesStandWholeInErrorsOrAreNotMarked) {
  tern_model *none = nullptr;
  for (std::size_t length = sizeof(error.message) - 5; length != sizeof(error.message) + 2; ++length) {
    std::string path = std::string(length - 4, '/') + "none";
    ASSERT_EQ(tern_model_open(path.c_str(), nullptr, &none, &error), TERN_FAILED);
    bool isWhole = length + 2 <= sizeof(error.message) - 1;
    EXPECT_EQ(error.where_length, isWhole ? length : 0);
    EXPECT_EQ(std::string(error.message).substr(error.where_length, isWhole ? 2 : 0), isWhole ? ": " : "");
  }
}

TEST_F(ApiVersions, ZeroBytesDoNotEndMessages) {
  const char *request = R"({"messages": [], "a\u0000b": 1})";
  ASSERT_EQ(tern_render_chat(model, request, nullptr, 0, nullptr, &error), TERN_FAILED);
  EXPECT_STREQ(error.message, "request: the key 'a?b' is not known or has a value of another type");
}
