//===- HubConfigTest.cpp - Configurations as they are on the Hub ----------===//
//
// Inputs/hub_configs.json repeats the configuration of well-known models, with all their odd keys. Each must import
// without a problem and come out with the number of parameters that the model is known to have.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Import/ModelTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;

namespace {

class HubConfigTest : public ModelTest, public testing::WithParamInterface<std::string> {};

const Json &hubConfigs() {
  static const Json configs = [] {
    Result<Json> read = readJsonFile(TERN_TEST_DIR "/Inputs/hub_configs.json");
    return read ? *read : Json::object();
  }();
  return configs;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto &[name, entry] : hubConfigs().items())
    all.push_back(name);
  return all;
}

} // namespace

TEST_P(HubConfigTest, ImportsWithItsParameters) {
  const Json &entry = hubConfigs()[GetParam()];
  Imported imported = importConfig(entry["config"]);
  EXPECT_EQ(imported.text, "");
  EXPECT_TRUE(imported.model.module);
  EXPECT_EQ(imported.model.summary.parameters, entry["parameters"].get<std::int64_t>());
}

INSTANTIATE_TEST_SUITE_P(Hub, HubConfigTest, testing::ValuesIn(names()),
                         [](const testing::TestParamInfo<std::string> &info) {
                           std::string name = info.param;
                           for (char &c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c)))
                               c = '_';
                           return name;
                         });
