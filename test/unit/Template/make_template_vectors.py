#!/usr/bin/env python3
"""Writes template_vectors.json: chat templates, their variables, and what Jinja2 makes of them.

  python3 make_template_vectors.py [--seed N] [--random N] [--output FILE]

Needs jinja2 3.1.6, configured here as transformers configures it. Expected is the text, or null for an error. A larger
run for the same test: TERN_TEMPLATE_VECTORS=FILE build/bin/tests/TernTemplateTests --gtest_filter='*Vectors*'
"""

import argparse
import json
import random
import warnings
from datetime import datetime

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from families import family_cases

NOW = datetime(2024, 7, 26, 13, 5, 9)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_content"), [], [], body).set_lineno(line)

    def _content(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = to_json
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


class Generator:
    """Random templates: mostly sensible, often wrong in the ways that templates are."""

    NAMES = ["a", "b", "c", "items", "d", "s", "x", "n"]
    STRINGS = ["", "a", "Ab c", " x ", "it's", 'q"', "é\u00df", "\n", "a,b,c", "1", "2.5", "<b>&", "{}", "%s", "日本", "\t\\"]

    def __init__(self, rng):
        self.rng = rng

    def pick(self, *choices):
        return self.rng.choice(choices)

    def value(self, depth=0):
        kind = self.rng.randrange(9 if depth < 3 else 6)
        if kind == 0:
            return None
        if kind == 1:
            return self.rng.random() < 0.5
        if kind == 2:
            return self.rng.randrange(-5, 20)
        if kind == 3:
            return self.pick(0.5, -2.0, 1e20, 3.14159, 1e-7, 100.0)
        if kind in (4, 5):
            return self.pick(*self.STRINGS)
        if kind == 6:
            return {self.pick("k", "name", "items", "role", "x y"): self.value(depth + 1) for _ in range(self.rng.randrange(4))}
        if kind == 7:
            return [self.rng.randrange(10) for _ in range(self.rng.randrange(5))]
        return [self.value(depth + 1) for _ in range(self.rng.randrange(4))]

    def variables(self):
        return {name: self.value() for name in self.NAMES if self.rng.random() < 0.8}

    def string(self):
        text = self.pick(*self.STRINGS)
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"

    def integer(self):
        return str(self.rng.randrange(-3, 8))

    def arguments(self, *kinds):
        return ", ".join(self.string() if kind == "s" else self.integer() if kind == "i" else self.expression(3) for kind in kinds)

    def atom(self):
        return self.pick(self.pick(*self.NAMES), self.pick(*self.NAMES), self.string(), self.integer(), "2.5", "true", "none",
                         "[]", "{}", "missing", "loop.index", "ns.v", "(1, 'a')", "range(4)")

    METHODS = ["strip()", "lstrip()", "rstrip()", "split()", "split({s})", "split({s}, {i})", "rsplit({s}, {i})", "upper()",
               "lower()", "title()", "capitalize()", "swapcase()", "startswith({s})", "endswith({s})", "replace({s}, {s})",
               "replace({s}, {s}, {i})", "find({s})", "rfind({s})", "count({s})", "join({e})", "items()", "keys()", "values()",
               "get({s})", "get({s}, {i})", "index({e})", "count({e})", "splitlines()", "strip({s})", "isdigit()", "islower()",
               "zfill({i})", "center({i})", "ljust({i}, '*')", "format({e}, {e})", "partition({s})", "append({e})", "copy()",
               "isalnum()", "removeprefix({s})", "splitlines(true)", "pop()", "find({s}, {i})", "startswith({s}, {i})"]
    FILTERS = ["upper", "lower", "trim", "length", "list", "first", "last", "join", "join({s})", "tojson", "tojson(indent={i})",
               "string", "int", "float", "abs", "round", "round({i})", "default({s})", "default({e}, true)", "sort", "reverse",
               "sort(reverse=true)", "unique", "sum", "min", "max", "items", "dictsort", "title", "capitalize", "replace({s}, {s})",
               "map('upper')", "map(attribute='k')", "map(attribute='name', default={i})", "select", "reject", "select('odd')",
               "selectattr('k')", "selectattr('role', 'equalto', {s})", "rejectattr('k', 'defined')", "batch(2)", "slice(2)",
               "batch(3, {s})", "indent", "indent({i}, true)", "truncate(9)", "truncate(5, true, '', 0)", "wordcount", "count", "e",
               "safe", "urlencode", "center({i})", "attr('k')", "groupby('k')", "d({s})", "format({e})", "map('int') | list",
               "list | tojson", "map('string') | join", "striptags", "xmlattr", "filesizeformat", "max(attribute=0)",
               "unique | list", "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "sort(attribute='k')", "nosuch"]
    TESTS = ["defined", "undefined", "none", "string", "number", "mapping", "iterable", "sequence", "odd", "even", "true", "false",
             "boolean", "integer", "float", "divisibleby 2", "divisibleby({i})", "eq {e0}", "in {e0}", "lower", "upper", "callable",
             "sameas none", "gt {i}", "lt {e0}", "ne {s}", "filter", "escaped"]

    def fill(self, pattern, depth):
        while "{" in pattern:
            start = pattern.index("{")
            end = pattern.index("}", start)
            kind = pattern[start + 1:end]
            text = self.string() if kind == "s" else self.integer() if kind == "i" else (
                self.atom() if kind == "e0" else self.expression(depth + 1))
            # What was filled in may hold braces of its own, so they are hidden until the end.
            pattern = pattern[:start] + text.replace("{", "\0").replace("}", "\1") + pattern[end + 1:]
        return pattern.replace("\0", "{").replace("\1", "}")

    def expression(self, depth=0):
        if depth > 3 or self.rng.random() < 0.2:
            return self.atom()
        sub = lambda: self.expression(depth + 1)
        kind = self.rng.randrange(22)
        if kind < 4:
            return f"{sub()} | {self.fill(self.pick(*self.FILTERS), depth)}"
        if kind < 7:
            return f"({sub()}).{self.fill(self.pick(*self.METHODS), depth)}"
        if kind < 9:
            return f"{sub()} is {self.pick('', '', 'not ')}{self.fill(self.pick(*self.TESTS), depth)}"
        if kind < 11:
            return f"({sub()} {self.pick('+', '-', '*', '/', '//', '%', '+', '+')} {sub()})"
        if kind == 11:
            return f"({sub()} {self.pick('==', '!=', '<', '<=', '>', '>=', 'in', 'not in')} {sub()})"
        if kind == 12:
            return f"({sub()} {self.pick('and', 'or')} {sub()})"
        if kind == 13:
            return f"(not {sub()})"
        if kind == 14:
            return f"({sub()} if {sub()} else {sub()})" if self.rng.random() < 0.8 else f"({sub()} if {sub()})"
        if kind == 15:
            return f"{sub()} ~ {sub()}"
        if kind == 16:
            return f"[{sub()}, {sub()}]" if self.rng.random() < 0.7 else f"({sub()},)"
        if kind == 17:
            return "{" + f"{self.string()}: {sub()}, {self.atom()}: {sub()}" + "}"
        if kind == 18:
            bound = lambda: self.pick("", self.integer(), self.integer())
            sliced = self.pick(*self.NAMES, "[1, 2, 3, 4]", "'h\u00e9llo'", "range(9)")
            return f"{sliced}[{bound()}:{bound()}{self.pick('', '', ':-1', ':2', ':')}]"
        if kind == 19:
            return f"({sub()})[{self.pick(self.integer(), self.string(), self.atom())}]"
        if kind == 20:
            return f"({sub()}).{self.pick('k', 'name', 'items', 'role', 'x', 'foo')}"
        return f"{self.pick('m1', 'm2', 'missing')}({self.pick('', sub(), sub() + ', y=' + sub(), 'y=1', '1, 2, 3, z=4')})"

    def text(self):
        return self.pick("", " ", "\n", "text", "  \n  ", "a\n", "\n\n b", "é {", "}} ", "# ", " {#- note -#} ", "{# c #}\n", "\t")

    def open(self):
        return self.pick("{%", "{%", "{%-", "{%+")

    def close(self):
        return self.pick("%}", "%}", "-%}", "+%}")

    def tag(self, content):
        return f"{self.open()} {content} {self.close()}"

    def body(self, depth):
        return "".join(self.text() + self.statement(depth) + self.text() for _ in range(self.rng.randrange(1, 3)))

    def statement(self, depth=0):
        kind = self.rng.randrange(24)
        if depth > 3 or kind < 7:
            return f"{self.pick('{{', '{{-', '{{')} {self.expression()} {self.pick('}}', '-}}', '}}')}"
        inner = lambda: self.body(depth + 1)
        name = self.pick(*self.NAMES)
        if kind < 10:
            other = self.pick("", self.tag("else") + inner(), self.tag(f"elif {self.expression(2)}") + inner())
            return self.tag(f"if {self.expression(1)}") + inner() + other + self.tag("endif")
        if kind < 14:
            target = self.pick("i", "i", "x", "k, v")
            source = self.pick(self.expression(2), self.pick(*self.NAMES), "range(3)", "d.items()", "items", "[1, 2, 3]")
            test = self.pick("", "", "", f" if {self.expression(3)}", " if i")
            jump = self.pick("", "", "", self.tag("if loop.index == 2") + self.tag(self.pick("break", "continue")) + self.tag("endif"))
            show = self.pick("", "{{ i }}", "{{ loop.index }}/{{ loop.length }}", "{{ loop.last }}", "{{ loop.previtem }}",
                             "{{ loop.nextitem }}", "{{ loop.cycle('p', 'q') }}", "{{ loop.changed(i) }}", "{{ loop.revindex0 }}")
            other = self.pick("", "", self.tag("else") + inner())
            return self.tag(f"for {target} in {source}{test}") + show + jump + inner() + other + self.tag("endfor")
        if kind < 17:
            target = self.pick(name, name, "ns.v", "a, b")
            return self.tag(f"set {target} = {self.expression(1)}")
        if kind == 17:
            return self.tag(f"set {name}{self.pick('', ' | upper', ' | trim | length')}") + inner() + self.tag("endset")
        if kind == 18:
            macro = self.pick("m1(x)", "m1(x, y=2)", "m2(y=3)", "m2()", "m1(a, b=a)")
            extra = self.pick("", "{{ varargs }}", "{{ kwargs }}", "{{ caller() }}", "{{ x }}{{ y }}")
            return self.tag(f"macro {macro}") + extra + inner() + self.tag("endmacro")
        if kind == 19:
            return self.tag(f"call{self.pick('', '(x)', '(x=1)')} m1({self.expression(3)})") + inner() + self.tag("endcall")
        if kind == 20:
            return self.tag(f"filter {self.pick('upper', 'trim', 'replace(%s, %s)' % (self.string(), self.string()), 'indent')}") + inner() + self.tag("endfilter")
        if kind == 21:
            return self.tag(f"with {name} = {self.expression(2)}{self.pick('', ', b = a')}") + inner() + self.tag("endwith")
        if kind == 22:
            return self.pick(self.tag("raw") + "{{ raw }} " + self.tag("endraw"), self.tag("generation") + inner() + self.tag("endgeneration"))
        return self.tag("for i in [1, [2, [3]]] recursive") + "<{{ loop(i) if i is iterable else i }}{{ loop.depth }}>" + self.tag("endfor")

    def template(self):
        head = self.pick("", "", "{% set ns = namespace(v=0) %}", "{%- macro m1(x, y=1) -%}[{{ x }}{{ y }}]{%- endmacro %}",
                         "{% macro m1(x) %}<{{ caller() }}{{ x }}>{% endmacro %}")
        return head + self.body(0) + self.pick("", "\n", self.body(0))


def expected(env, template, variables):
    """The text, None for an error, False for what has no stable answer."""
    try:
        text = env.from_string(template).render(**variables)
    except Exception:
        return None
    return False if " at 0x" in text or len(text) > 5000 else text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=500)
    parser.add_argument("--output", default="template_vectors.json")
    options = parser.parse_args()
    env = environment()
    warnings.simplefilter("ignore")
    generator = Generator(random.Random(options.seed))
    templates, vectors = {}, []

    def add(template, variables, text):
        vectors.append({"template": templates.setdefault(template, len(templates)), "variables": variables, "text": text})

    for template, variables in family_cases():
        add(template, variables, expected(env, template, variables))
    while options.random > 0:
        template, variables = generator.template(), generator.variables()
        text = expected(env, template, variables)
        # Most random templates fail; a few of those are enough.
        if text is False or (text is None and generator.rng.random() < 0.97):
            continue
        add(template, variables, text)
        options.random -= 1
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump({"templates": list(templates), "vectors": vectors}, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")
    errors = sum(vector["text"] is None for vector in vectors)
    print(f"{options.output}: {len(vectors)} vectors, {errors} of them errors")


if __name__ == "__main__":
    main()
