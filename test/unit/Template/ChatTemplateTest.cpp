//===- ChatTemplateTest.cpp - The template of a model, and what it sees ---===//

#include "runtime/Template/ChatTemplate.h"

#include "test/unit/TemporaryDirectory.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

namespace {

/// A model directory of its own, gone with the test.
class ModelDirectory : public test::TemporaryDirectory {
protected:
  std::string rendered(const std::string &name = "", bool hasTools = false) {
    Result<ChatTemplateSources> sources = readChatTemplates(directory.string());
    if (!sources)
      return sources.problem().str();
    Result<Template> chosen = sources->choose(name, hasTools);
    if (!chosen)
      return chosen.problem().str();
    Result<std::string> text = chosen->render(Json::object());
    return text ? *text : text.problem().str();
  }
};

} // namespace

TEST_F(ModelDirectory, FileComesBeforeConfiguration) {
  EXPECT_THAT(rendered(), HasSubstr("the model has no chat template"));
  write("tokenizer_config.json", R"({"chat_template": "from config"})");
  EXPECT_EQ(rendered(), "from config");
  write("chat_template.jinja", "from file\n");
  EXPECT_EQ(rendered(), "from file");
  write("additional_chat_templates/rag.jinja", "for documents");
  EXPECT_EQ(rendered("rag"), "for documents");
}

TEST_F(ModelDirectory, NamedTemplatesAreChosen) {
  write("tokenizer_config.json",
        R"({"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]})");
  EXPECT_EQ(rendered(), "plain");
  EXPECT_EQ(rendered("", true), "tools");
  EXPECT_EQ(rendered("default", true), "plain");
  EXPECT_THAT(rendered("rag"), HasSubstr("no chat template called 'rag'; choose one of default, tool_use"));
}

TEST_F(ModelDirectory, MalformedTemplatesAreProblems) {
  for (const char *config :
       {R"({"chat_template": 3})", R"({"chat_template": [{"name": "x"}]})", R"({"chat_template": ["x"]})"}) {
    write("tokenizer_config.json", config);
    EXPECT_THAT(rendered(), HasSubstr("'chat_template' must be a string or a list")) << config;
  }
  write("tokenizer_config.json",
        R"({"chat_template": [{"name": "a", "template": ""}, {"name": "a", "template": ""}]})");
  EXPECT_THAT(rendered("a"), HasSubstr("two chat templates are called 'a'"));
  write("tokenizer_config.json", R"({"chat_template": "{% if %}"})");
  EXPECT_THAT(rendered(), HasSubstr("line 1, column 7"));
}

TEST(ChatVariables, HoldWhatTransformersGives) {
  ChatInput input;
  input.messages =
      Json::parse(R"([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "x", "reasoning": "r"}])");
  input.addGenerationPrompt = true;
  input.specialTokens =
      specialTokensOf(Json::parse(R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null})"));
  input.extra["enable_thinking"] = false;
  Result<Json> variables = chatVariables(input);
  ASSERT_TRUE(variables);
  Result<Template> parsed = Template::parse(
      "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }}{{ tools is none }}{{ documents is none }}"
      "{{ add_generation_prompt }}{{ enable_thinking }}{{ messages[1].thinking }}{{ messages[1] | tojson }}",
      "t");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->render(*variables),
            "<s></s>FalseTrueTrueTrueFalser{\"thinking\": \"r\", \"role\": \"assistant\", \"content\": \"x\", "
            "\"reasoning\": \"r\", \"reasoning_content\": \"r\"}");
}

TEST(ChatVariables, WrongShapesAreProblems) {
  auto problem = [](auto change) {
    ChatInput input;
    change(input);
    Result<Json> variables = chatVariables(input);
    return variables ? std::string("none") : variables.problem().str();
  };
  EXPECT_EQ(problem([](ChatInput &input) { input.messages = "hi"; }),
            "messages: must be a list of objects, not a string");
  EXPECT_EQ(problem([](ChatInput &input) { input.messages = {1}; }), "messages[0]: must be an object, not a number");
  EXPECT_EQ(problem([](ChatInput &input) { input.tools = Json::object(); }),
            "tools: must be a list of objects, not a object");
  EXPECT_EQ(problem([](ChatInput &input) { input.documents = {"x"}; }),
            "documents[0]: must be an object, not a string");
  EXPECT_THAT(problem([](ChatInput &input) { input.extra["tools"] = 1; }), HasSubstr("'tools' is given by itself"));
  EXPECT_THAT(problem([](ChatInput &input) { input.extra = 1; }), HasSubstr("must be an object"));
}
