//===- JsonTest.cpp - JSON text that may be hostile -----------------------===//

#include "runtime/Base/Json.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

/// An object with members "0" to "count - 1", whose values are arrays with their number.
static std::string objectOf(int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i)
    text += (i ? ",\"" : "\"") + std::to_string(i) + "\":[" + std::to_string(i) + "]";
  return text + "}";
}

TEST(Json, KeepsEveryMemberInOrder) {
  for (int count : {0, 1, 4, 5, 16, 17, 1000}) {
    Result<Json> json = parseJson(objectOf(count), "f.json");
    ASSERT_TRUE(json) << json.problem().str();
    EXPECT_EQ(json->dump(), objectOf(count));
  }
}

TEST(Json, KeysAreGivenOnce) {
  for (int count : {1, 15, 16, 17, 1000})
    for (int again : {0, count - 1}) {
      std::string text = objectOf(count);
      text.insert(text.size() - 1, ",\"" + std::to_string(again) + "\":0");
      Result<Json> json = parseJson(text, "f.json");
      ASSERT_FALSE(json) << text;
      EXPECT_THAT(json.problem().str(), HasSubstr("key '" + std::to_string(again) + "' is given twice"));
    }
  EXPECT_TRUE(parseJson(R"({"a": {"b": 1, "c": {"a": 2}}, "b": {"b": 3}})", "f.json"));
}

TEST(Json, NestingIsBounded) {
  EXPECT_TRUE(parseJson(std::string(maxJsonDepth, '[') + std::string(maxJsonDepth, ']'), "f.json"));
  Result<Json> json = parseJson(std::string(100000, '['), "f.json");
  ASSERT_FALSE(json);
  EXPECT_THAT(json.problem().str(), HasSubstr("nested deeper than 256 levels"));
}
