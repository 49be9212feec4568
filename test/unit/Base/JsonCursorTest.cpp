//===- JsonCursorTest.cpp -------------------------------------------------===//

#include "runtime/Base/JsonCursor.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

/// What `read` finds wrong with `text`.
template <typename Function> std::string problemOf(const char *text, Function &&read) {
  Json json = *parseJson(text, "f.json");
  JsonDocument document("f.json", "mend it");
  JsonCursor root(json, document);
  read(root);
  return document.problem ? document.problem->str() : "";
}

} // namespace

TEST(JsonCursor, ReadsEveryType) {
  EXPECT_EQ(problemOf(R"({"a": [1, -2], "b": true, "c": "x", "d": 0.5, "e": 18446744073709551615})",
                      [](const JsonCursor &root) {
                        root.object({"a", "b", "c", "d"}, {"e", "f"});
                        std::vector<std::int64_t> numbers;
                        JsonCursor a = root.at("a");
                        a.forEach([&](const JsonCursor &number) { numbers.push_back(number.integer(-2, 1)); });
                        EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, -2}));
                        EXPECT_TRUE(root.at("b").boolean());
                        EXPECT_EQ(root.at("c").string(), "x");
                        EXPECT_EQ(root.at("d").number(), 0.5);
                        EXPECT_EQ(root.at("e").unsignedInteger(), ~std::uint64_t{0});
                        EXPECT_TRUE(root.has("e"));
                        EXPECT_FALSE(root.has("f"));
                        EXPECT_TRUE(root.at("f").isNull());
                      }),
            "");
}

TEST(JsonCursor, KeysAreAllKnownAndAllThere) {
  auto read = [](const JsonCursor &root) { root.object({"a"}, {"b"}); };
  EXPECT_EQ(problemOf(R"({"b": 1})", read), "f.json: must have the key 'a'; mend it");
  EXPECT_EQ(problemOf(R"({"a": 1, "c": 2})", read), "f.json: key 'c' is not known; mend it");
  EXPECT_EQ(problemOf("[1]", read), "f.json: must be an object, is an array of 1 elements; mend it");
}

TEST(JsonCursor, TheFirstProblemStaysAndHasItsPlace) {
  EXPECT_EQ(problemOf(R"({"a": [{"b": 1}, {"b": 7}, {"b": 9}]})",
                      [](const JsonCursor &root) {
                        JsonCursor a = root.at("a");
                        a.forEach([](const JsonCursor &element) { EXPECT_LE(element.at("b").integer(0, 6), 6); });
                        root.fail("is never told");
                      }),
            "f.json: a[1].b: must be an integer in [0, 6], is 7; mend it");
}

TEST(JsonCursor, WrongTypesGiveSafeValues) {
  EXPECT_EQ(problemOf("null", [](const JsonCursor &root) { EXPECT_EQ(root.integer(3, 5), 3); }),
            "f.json: must be an integer in [3, 5], is null; mend it");
  EXPECT_EQ(problemOf("1", [](const JsonCursor &root) { EXPECT_EQ(root.string(), ""); }),
            "f.json: must be a string, is 1; mend it");
  EXPECT_EQ(problemOf("1", [](const JsonCursor &root) { EXPECT_FALSE(root.boolean()); }),
            "f.json: must be true or false, is 1; mend it");
  EXPECT_EQ(problemOf("-1", [](const JsonCursor &root) { EXPECT_EQ(root.unsignedInteger(), 0u); }),
            "f.json: must be an integer of 64 bits without sign, is -1; mend it");
  EXPECT_EQ(problemOf("{}", [](const JsonCursor &root) { EXPECT_EQ(root.number(), 0); }),
            "f.json: must be a finite number, is an object; mend it");
}
