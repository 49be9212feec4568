//===- TemplateTest.cpp - Chat templates in the Jinja language ------------===//
//
// What vectors cannot say: where errors are, what the limits stop, and that hostile templates end.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Template.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

static std::string render(const std::string &source, const Json &variables = Json::object(), RenderLimits limits = {}) {
  Result<Template> parsed = Template::parse(source, "t");
  if (!parsed)
    return parsed.problem().str();
  Result<std::string> text = parsed->render(variables, limits);
  return text ? *text : text.problem().str();
}

TEST(Template, ErrorsNameLineAndColumn) {
  EXPECT_EQ(render("a\n  {{ x.y.z }}"), "t: line 2, column 7: 'x' is undefined");
  EXPECT_EQ(render("{{ 'é' }}{{ nope() }}"), "t: line 1, column 17: 'nope' is undefined");
  EXPECT_EQ(render("{{ {'a': 1}.b.c }}"), "t: line 1, column 14: 'dict object' has no attribute 'b'");
  EXPECT_EQ(render("{% for x in 3 %}{% endfor %}"), "t: line 1, column 13: a int cannot be iterated over");
  EXPECT_EQ(render("{{ raise_exception('roles must alternate') }}"), "t: line 1, column 19: roles must alternate");
  EXPECT_EQ(render("\n{{ 1 + 'a' }}"), "t: line 2, column 6: '+' cannot join int and str");
}

TEST(Template, SyntaxErrorsNameLineAndColumn) {
  EXPECT_EQ(render("{% if x %}"), "t: line 1, column 11: 'if' is not closed, expected '{% endif %}'");
  EXPECT_EQ(render("{{ 1 + }}"), "t: line 1, column 8: expected an expression, found '}}'");
  EXPECT_EQ(render("{{ 'abc }}"), "t: line 1, column 4: a string has no end");
  EXPECT_EQ(render("x{# never"), "t: line 1, column 2: a comment has no end");
  EXPECT_EQ(render("{{ (1] }}"), "t: line 1, column 6: unexpected ']', expected ')'");
  EXPECT_EQ(render("{{ x | nosuch }}"), "t: line 1, column 8: no filter is called 'nosuch'");
  EXPECT_EQ(render("{% for [x[1:]] in y %}{% endfor %}"), "t: line 1, column 8: only names can be assigned to");
  EXPECT_EQ(render("{% endif %}"), "t: line 1, column 4: unexpected tag 'endif'");
  EXPECT_EQ(render("{% break %}"), "t: line 1, column 4: 'break' must stand in a loop");
  EXPECT_EQ(render("{{ 99999999999999999999 }}"),
            "t: line 1, column 4: integers have 64 bits, and 99999999999999999999 needs more");
}

TEST(Template, OtherTemplatesAreRefused) {
  for (const char *tag : {"include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'"})
    EXPECT_THAT(render(std::string("{% ") + tag + " %}"), HasSubstr("a chat template stands alone")) << tag;
}

TEST(Template, SandboxHidesWhatChangesOrReaches) {
  EXPECT_THAT(render("{{ [].append(1) }}"), HasSubstr("the sandbox does not allow 'append'"));
  EXPECT_THAT(render("{{ {}.update({}) }}"), HasSubstr("the sandbox does not allow 'update'"));
  EXPECT_THAT(render("{{ ''.__class__.__mro__ }}"), HasSubstr("the sandbox does not allow '__class__'"));
  EXPECT_THAT(render("{% set ns = namespace() %}{% set ns._x = 1 %}"), HasSubstr("cannot begin with an underscore"));
  EXPECT_THAT(render("{{ '{0.__class__.__name__}'.format(1) }}"), HasSubstr("the sandbox does not allow '__class__'"));
}

TEST(Template, LimitsEndHostileTemplates) {
  const char *hostile[] = {
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
      "{{ 'a' * 10000000000 }}",
      "{{ '%999999999s' % 'a' }}",
      "{{ '{:999999999}'.format(1) }}",
      "{{ 'a'.center(99999999999) }}",
      "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
      "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}",
      "{% set ns = namespace(s=[1]) %}{% for i in range(99999) %}{% set ns.s = [ns.s] %}{% endfor %}",
      "{% set ns = namespace(s=[1]) %}{% for i in range(99999) %}{% set ns.s = ns.s | map('list') %}{% endfor %}",
      "{% set ns = namespace(s=0) %}{% for i in range(99999) %}{% set ns.s = namespace(a=ns.s, b=ns.s) %}{% endfor "
      "%}{{ ns }}",
      "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
      "{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}",
      "{% set ns = namespace() %}{% for i in range(9999) %}{% for j in [1] %}{% set ns.q = loop.changed(ns.l) %}{% set "
      "ns.l = loop %}{% endfor %}{% endfor %}",
      "{{ range(100001) }}",
      "{{ [1] * 99999999999 }}",
      "{{ 2 ** 64 }}",
      "{{ 'x' | indent(9999999999) }}",
      "{{ ('a' * 90000).translate({97: 'b' * 90000}) }}",
      "{{ [1] | batch(9999999999, 0) | list }}",
      "{{ [1] | slice(9999999999) | list }}",
      "{{ lipsum(n=9999999999, min=0, max=1) }}",
      "{{ lipsum(min=1, max=999999999999) }}",
      "{{ ('a ' * 900000) | wordwrap(1, wrapstring='x' * 1000) }}",
      "{% set ns = namespace(s=[1]) %}{% for i in range(299) %}{% set ns.s = [ns.s, 'a' * 90] %}{% endfor %}{% for i "
      "in "
      "range(9999) %}{{ ns.s | pprint }}{% endfor %}",
  };
  RenderLimits limits; // A tenth of the usual ones, for what runs into them; the ways to run are the same.
  limits.maxSteps /= 10;
  limits.maxMemory /= 10;
  limits.maxOutput /= 10;
  for (const char *source : hostile)
    EXPECT_THAT(render(source, Json::object(), limits), StartsWith("t: line 1")) << source;
  EXPECT_THAT(render(hostile[0]), HasSubstr("may take 20000000 steps"));
}

// Filters that look for patterns take time in proportion to their text, whatever is in it.
TEST(Template, PatternsTakeLinearTime) {
  for (const char *text : {"'a@'", "'('", "'a@b.c'", "'-'", "'a-'", "'&lt;'", "'http://a.'", "'[1:'", "')('", "'x.,)'"})
    for (const char *filter : {"urlize", "wordwrap(3)", "wordwrap(9, false)", "pprint", "striptags"}) {
      std::string source = std::string("{{ (") + text + " * 100000) | " + filter + " | length > 5 }}";
      EXPECT_EQ(render(source), "True") << source;
    }
}

TEST(Template, LimitsAreTheCallers) {
  RenderLimits limits;
  limits.maxSteps = 100;
  EXPECT_THAT(render("{% for i in range(99) %}x{% endfor %}", Json::object(), limits), HasSubstr("may take 100 steps"));
  limits = {};
  limits.maxOutput = 10;
  EXPECT_THAT(render("12345678901", Json::object(), limits), HasSubstr("may print 10 bytes"));
  limits = {};
  limits.maxMemory = 1000;
  EXPECT_THAT(render("{{ 'ab' * 1000 }}", Json::object(), limits), HasSubstr("may build 1000 bytes"));
}

TEST(Template, DeepNestingIsRefused) {
  std::string parentheses = std::string(5000, '(') + "1" + std::string(5000, ')');
  std::string brackets = std::string(5000, '[') + std::string(5000, ']'), nots, sum = "1", ifs;
  for (int i = 0; i < 5000; ++i) {
    nots += "not ";
    sum += "+1";
    ifs += "{% if 1 %}";
  }
  for (const std::string &expression : {parentheses, brackets, nots + "1", sum, std::string(5000, '-') + "1"})
    EXPECT_THAT(render("{{ " + expression + " }}"), HasSubstr("levels deep"));
  EXPECT_THAT(render(ifs), HasSubstr("levels deep"));
  Json deep = 1;
  for (int i = 0; i < 2000; ++i)
    deep = Json::array({std::move(deep)});
  EXPECT_THAT(render("{{ x }}", {{"x", deep}}), HasSubstr("deep"));
}

TEST(Template, CyclesPrintAndDie) {
  EXPECT_EQ(render("{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns }}"),
            "<Namespace {'a': [<Namespace {...}>]}>");
  EXPECT_EQ(render("{% for i in [1, 2] %}{{ loop.changed(loop) }}{% endfor %}"), "TrueFalse");
  EXPECT_EQ(
      render(
          "{% set ns = namespace() %}{% macro m() %}{{ ns.m is defined }}{% endmacro %}{% set ns.m = m %}{{ ns.m() }}"),
      "True");
}

TEST(Template, BadVariablesAreProblems) {
  EXPECT_THAT(render("x", Json::array()), HasSubstr("must be an object"));
  EXPECT_THAT(render("x", {{"a", std::uint64_t(1) << 63}}), HasSubstr("64 bits"));
  EXPECT_THAT(render("x", {{"a", "\xFF"}}), HasSubstr("UTF-8"));
  EXPECT_THAT(render("\xFF"), HasSubstr("a template must be UTF-8, byte 0"));
}

TEST(Template, NumbersHaveTheMethodsOfPython) {
  EXPECT_EQ(render("{{ (-6).bit_count() }} {{ true.as_integer_ratio() }} {{ 3 .conjugate() }} {{ 2.5.conjugate() }}"),
            "2 (1, 1) 3 2.5");
}

// Python has them, and they are defined; what they are for is not here.
TEST(Template, BytesAreRefusedByName) {
  EXPECT_EQ(render("{{ 'a'.encode is defined }}"), "True");
  EXPECT_EQ(render("{{ 'é'.encode('utf-8') | length }}"),
            "t: line 1, column 14: 'encode' works with bytes, and templates have no such values here");
  EXPECT_THAT(render("{{ (5).to_bytes(2, 'big') }}"), HasSubstr("column 16: 'to_bytes' works with bytes"));
  EXPECT_THAT(render("{{ (5).from_bytes([1, 2], 'big') }}"), HasSubstr("'from_bytes' works with bytes"));
}

TEST(Template, TranslationTablesSayWhatIsWrong) {
  EXPECT_EQ(render("{{ 'a'.maketrans('ab', 'c') }}"),
            "t: line 1, column 17: 'maketrans' needs two texts of one length, not 2 and 1 characters");
  EXPECT_THAT(render("{{ 'a'.maketrans(['a']) }}"), HasSubstr("needs a dict, or two texts of one length, not a list"));
  EXPECT_THAT(render("{{ 'a'.maketrans({'ab': 1}) }}"), HasSubstr("one character or an integer, not a text of 2"));
  EXPECT_THAT(render("{{ 'a'.maketrans({none: 1}) }}"), HasSubstr("one character or an integer, not a NoneType"));
  EXPECT_THAT(render("{{ 'a'.translate(none) }}"), HasSubstr("needs a table, such as maketrans gives, not a NoneType"));
  EXPECT_THAT(render("{{ 'a'.translate(x) }}"), HasSubstr("'x' is undefined"));
  EXPECT_THAT(render("{{ 'a'.translate({97: 2.5}) }}"), HasSubstr("of integers, texts and None, not of a float"));
  // Python's strings can hold half a surrogate pair, which no text is.
  EXPECT_THAT(render("{{ 'a'.translate({97: 55296}) }}"), HasSubstr("the codes of characters, and 55296 is none"));
}

TEST(Template, MethodsTakeNamesWherePythonsDo) {
  EXPECT_EQ(render("{{ 'a,b'.split(sep=',') }}"), "['a', 'b']");
  EXPECT_EQ(render("{{ 'a'.find(sub='a') }}"), "t: line 1, column 12: 'find' takes no named arguments");
}

TEST(Template, RatiosThatNeedMoreThan64BitsAreRefused) {
  EXPECT_EQ(render("{{ 0.1.as_integer_ratio() }}"), "(3602879701896397, 36028797018963968)");
  for (const char *number : {"1e-5", "9.3e18", "1e300", "5e-324"})
    EXPECT_THAT(render(std::string("{{ (") + number + ").as_integer_ratio() }}"), HasSubstr("integers have 64 bits"));
}

TEST(Template, TheCallerComesBeforeOtherNamesOfADict) {
  EXPECT_EQ(render("{% macro m() %}{{ kwargs | list }}{% endmacro %}{% call m(a=1, **{'z': 2}) %}{% endcall %}"),
            "['a', 'caller', 'z']");
}

TEST(Template, NulBytesAreText) {
  EXPECT_EQ(render(std::string("a\0b", 3) + "{{ x }}", {{"x", std::string("\0", 1)}}), std::string("a\0b\0", 4));
}

TEST(Template, SortsSurviveOrdersThatContradictThemselves) {
  std::string list;
  for (int i = 0; i < 200; ++i)
    list += i % 3 ? "n, " : std::to_string(200 - i) + ", ";
  EXPECT_EQ(render("{% set n = 'nan' | float %}{{ [" + list + "] | sort | length }}"), "200");
}
