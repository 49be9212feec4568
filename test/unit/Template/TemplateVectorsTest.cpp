//===- TemplateVectorsTest.cpp - Templates against Jinja2 -----------------===//
//
// The vectors come from make_template_vectors.py. TERN_TEMPLATE_VECTORS may name a larger file of them.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Template.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace tern;

TEST(TemplateVectors, AgreeWithJinja2) {
  const char *other = std::getenv("TERN_TEMPLATE_VECTORS");
  Result<Json> file = readJsonFile(other ? other : std::string(TERN_TEST_DIR) + "/template_vectors.json");
  ASSERT_TRUE(file) << file.problem().str();
  std::tm clock{};
  clock.tm_year = 124; // 2024-07-26 13:05:09, a Friday, as in the script
  clock.tm_mon = 6;
  clock.tm_mday = 26;
  clock.tm_hour = 13;
  clock.tm_min = 5;
  clock.tm_sec = 9;
  clock.tm_wday = 5;
  clock.tm_yday = 207;
  ASSERT_GE((*file)["vectors"].size(), 500u);
  for (const Json &vector : (*file)["vectors"]) {
    const std::string &source =
        (*file)["templates"][vector["template"].get<std::size_t>()].get_ref<const std::string &>();
    Result<Template> parsed = Template::parse(source, "template");
    Result<std::string> text = parsed ? parsed->render(vector["variables"], {}, clock) : parsed.problem();
    if (vector["text"].is_null())
      EXPECT_FALSE(text) << source << "\nprints " << *text;
    else
      EXPECT_TRUE(text && *text == vector["text"].get_ref<const std::string &>())
          << source << "\nwith " << vector["variables"] << "\nshould print " << vector["text"]
          << "\nbut: " << (text ? *text : text.problem().str());
  }
}
