#!/usr/bin/env python3
"""Writes template_vectors.json: chat templates, their variables, and what Jinja2 makes of them.

  python3 make_template_vectors.py [--seed N] [--random N] [--errors SHARE] [--features SHARE]
                                 [--output FILE]

Needs Python 3.11, jinja2 3.1.6 and transformers 5, whose environment is used. Expected is the text, or null for an error. A larger
run for the same test (with --errors 1 no random template is left out):
TERN_TEMPLATE_VECTORS=FILE build/bin/tests/TernTemplateTests --gtest_filter='TemplateVectors*'
"""

import argparse
import json
import math
import random
import warnings
from datetime import datetime

from markupsafe import Markup
from transformers.utils.chat_template_utils import _compile_jinja_template

from families import family_cases

NOW = datetime(2024, 7, 26, 13, 5, 9)


def environment():
    env = _compile_jinja_template("").environment
    env.globals["strftime_now"] = NOW.strftime
    return env


class Generator:
    """Random templates: mostly sensible, often wrong in the ways that templates are."""

    NAMES = ["a", "b", "c", "items", "d", "s", "x", "n"]
    STRINGS = ["", "a", "Ab c", " x ", "it's", 'q"', "é\u00df", "\n", "a,b,c", "1", "2.5", "<b>&", "{}", "%s", "日本", "\t\\",
               "well-known e-mail -- yes,  it-is a--b x-y-z", "see http://a.bc/d?e=1, (www.x.org) joe@x.io."]

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
               "unique | list", "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "sort(attribute='k')", "nosuch",
               "wordwrap({i})", "wordwrap(9, false)", "wordwrap(7, wrapstring={s})", "wordwrap(8, break_on_hyphens=false)",
               "urlize", "urlize({i}, true)", "urlize(target={s}, rel='me')", "pprint", "pprint | wordwrap(20)"]
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


class TypedGenerator(Generator):
    """Random templates that mostly mean something: each expression has a type, and variables keep theirs."""

    TYPES = {"s": "text", "t": "text", "n": "number", "k": "number", "items": "list", "words": "list", "d": "dict", "messages": "records"}
    NAMES = list(TYPES)

    def variables(self):
        def record():
            return {"role": self.pick("user", "assistant", "system"), "content": self.pick(*self.STRINGS), "n": self.rng.randrange(5),
                    **({"name": self.pick("a", "b")} if self.rng.random() < 0.5 else {})}
        return {"s": self.pick(*self.STRINGS), "t": self.pick(*self.STRINGS), "n": self.rng.randrange(-4, 12), "k": self.pick(0, 1, 2, 2.5, 7),
                "items": [self.rng.randrange(9) for _ in range(self.rng.randrange(6))],
                "words": [self.pick(*self.STRINGS) for _ in range(self.rng.randrange(5))],
                "d": {key: self.pick(*self.STRINGS) for key in self.rng.sample(["k", "name", "role", "x y", "é"], self.rng.randrange(5))},
                "messages": [record() for _ in range(self.rng.randrange(4))]}

    def text(self):
        return self.pick("", " ", "\n", "text", "  \n  ", "a\n", "\n\n b", "é { ", " {#- note -#} ", "{# c #}\n", "\t", "<i>")

    def text_of(self, depth):
        if depth > 3 or self.rng.random() < 0.3:
            return self.pick("s", "t", self.string(), "d.get('k', '')", "messages[0].content | default('')", "d.name | default('x')")
        t, n = lambda: self.text_of(depth + 1), lambda: self.number_of(depth + 1)
        kind = self.rng.randrange(9)
        if kind < 2:
            return f"({t()} {self.pick('~', '+')} {t()})"
        if kind == 2:
            return f"({t()}).{self.fill(self.pick('strip()', 'upper()', 'lower()', 'title()', 'lstrip({s})', 'rstrip()', 'replace({s}, {s})', 'capitalize()', 'swapcase()', 'removeprefix({s})', 'removesuffix({s})', 'zfill({i})', 'center({i})', 'ljust({i}, {s}[:1] or 1 | string)', 'expandtabs({i})', 'casefold()', 'join(words)', 'format(1, 2)'), depth)}"
        if kind == 3:
            return f"{t()} | {self.fill(self.pick('upper', 'trim', 'title', 'capitalize', 'replace({s}, {s})', 'indent({i})', 'truncate({i}, true)', 'truncate(12)', 'wordwrap(9)', 'urlize', 'center(12)', 'e', 'striptags', 'urlencode', 'tojson', 'string', 'reverse', 'default({s}, true)', 'pprint', 'forceescape', 'safe'), depth)}"
        if kind == 4:
            return f"({self.list_of(depth + 1)}) | {self.fill(self.pick('join', 'join({s})', 'tojson', 'string', 'pprint', 'list | string', 'tojson(indent={i})'), depth)}"
        if kind == 5:
            return f"({t()} if {self.truth_of(depth + 1)} else {t()})"
        if kind == 6:
            return f"({t()})[{self.pick('', self.integer())}:{self.pick('', self.integer())}{self.pick('', ':-1', ':2')}]"
        if kind == 7:
            return f"'%s|%s' {self.pick('%', '%')} ({t()}, {n()})"
        return f"({n()}) | {self.pick('string', 'tojson', 'abs | string', 'round | string', 'int | string', 'float | string', 'filesizeformat')}"

    def number_of(self, depth):
        if depth > 3 or self.rng.random() < 0.4:
            return self.pick("n", "k", "loop.index | default(3)", str(self.rng.randrange(9)), "2.5", "items | length", "ns.v | default(0)")
        n = lambda: self.number_of(depth + 1)
        return self.pick(f"({n()} {self.pick('+', '-', '*')} {n()})", f"({n()} {self.pick('//', '%', '/')} {self.pick('2', '3', '-4', '0.5')})",
                         f"({self.text_of(depth + 1)}) | length", f"({self.list_of(depth + 1)}) | {self.pick('length', 'count')}", f"-({n()})",
                         f"({n()}) | {self.pick('abs', 'round', 'int', 'float', 'round(1)', 'round(0, %r)' % self.pick('ceil', 'floor'))}",
                         f"({self.text_of(depth + 1)}).{self.pick('find', 'count', 'rfind')}({self.string()})", "items | sum", "items | max | default(0)",
                         f"({self.text_of(depth + 1)}) | {self.pick('int', 'float', 'wordcount', 'int(7)')}", "messages | sum(attribute='n')")

    def list_of(self, depth):
        if depth > 3 or self.rng.random() < 0.3:
            return self.pick("items", "words", "[1, 2, 3]", "range(4)", "[]", "d.values() | list", "messages | map(attribute='content') | list")
        l = lambda: self.list_of(depth + 1)
        return self.pick(f"({l()} | list + {l()} | list)", f"[{self.text_of(depth + 1)}, {self.number_of(depth + 1)}]", f"({l()} | list)[{self.integer()}:]",
                         f"{l()} | map('string') | list", f"{l()} | {self.pick('reverse', 'unique', 'list')} | list", f"items | {self.pick('sort', 'sort(reverse=true)')}",
                         f"words | {self.pick('sort', 'map(%r) | list' % 'upper', 'select | list', 'reject(%r, %r) | list' % ('in', 'a b'), 'sort(case_sensitive=true)')}",
                         f"items | {self.pick('select(%r)' % 'odd', 'reject(%r)' % 'even', 'select(%r, 3)' % '>', 'select(%r, 2)' % 'divisibleby')} | list",
                         f"messages | {self.pick('selectattr(%r, %r, %r)', 'rejectattr(%r, %r, %r)') % ('role', self.pick('equalto', '==', 'ne', 'in'), self.pick('user', 'assistant'))} | map(attribute='content') | list",
                         f"({self.text_of(depth + 1)}).{self.pick('split()', 'splitlines()', 'split(%s)' % (self.string() + ' or none'), 'rsplit(none, 1)', 'partition(%r) | list' % 'a')}",
                         f"{l()} | {self.pick('batch(2)', 'batch(3, 0)', 'slice(2)', 'slice(3, 1)')} | list", "d | dictsort", "d.items() | list", "d | items | list", "d.keys() | list",
                         f"messages | map(attribute='name', default={self.string()}) | list", "messages | groupby('role') | map(attribute=0) | list")

    def truth_of(self, depth):
        if depth > 3 or self.rng.random() < 0.3:
            return self.pick("true", "false", "s", "items", "d.k", "missing", "n > 3", "loop.first | default(false)", "messages")
        t = lambda: self.truth_of(depth + 1)
        return self.pick(f"({t()} {self.pick('and', 'or')} {t()})", f"not {t()}", f"{self.string()} {self.pick('in', 'not in')} {self.text_of(depth + 1)}",
                         f"{self.number_of(depth + 1)} {self.pick('<', '>=', '==', '!=')} {self.number_of(depth + 1)}", f"({self.text_of(depth + 1)}) == {self.string()}",
                         f"{self.pick('s', 'd.k', 'missing', 'n', 'items', 'd', 'none')} is {self.pick('', 'not ')}{self.pick('defined', 'none', 'string', 'number', 'mapping', 'sequence', 'iterable', 'true', 'boolean', 'integer', 'float')}",
                         f"({self.text_of(depth + 1)}).{self.pick('startswith', 'endswith')}({self.string()})", f"({self.text_of(depth + 1)}) is {self.pick('lower', 'upper')}",
                         f"{self.integer()} is {self.pick('odd', 'even', 'divisibleby 3')}", f"'k' in d")

    def dict_of(self, depth):
        return self.pick("d", "messages[0] | default({})", "{" + f"{self.string()}: {self.expression(depth + 1)}, 'k': {self.number_of(depth + 1)}" + "}", "dict(a=1, **d)", "dict(d, z=2)")

    def expression(self, depth=0):
        make = self.pick(self.text_of, self.text_of, self.number_of, self.list_of, self.truth_of, self.dict_of)
        return make(depth)

    def statement(self, depth=0):
        kind = self.rng.randrange(20)
        inner = lambda: self.body(depth + 1)
        if depth > 2 or kind < 8:
            return f"{self.pick('{{', '{{-', '{{')} {self.expression()} {self.pick('}}', '-}}', '}}')}"
        if kind < 11:
            return self.tag(f"if {self.truth_of(1)}") + inner() + self.pick("", self.tag("else") + inner(), self.tag(f"elif {self.truth_of(1)}") + inner()) + self.tag("endif")
        if kind < 15:
            source = self.pick("messages", "items", "words", "range(3)", self.list_of(2), "d")
            show = self.pick("{{ i }}", "{{ loop.index }}/{{ loop.length }}", "{{ loop.cycle('p', 'q') }}", "{{ i.role }}", "{{ loop.nextitem }}", "{{ loop.changed(i) }}", "{{ loop.revindex }}")
            jump = self.pick("", "", self.tag(f"if {self.truth_of(2)}") + self.tag(self.pick("break", "continue")) + self.tag("endif"))
            return self.tag(f"for i in {source}{self.pick('', '', ' if ' + self.truth_of(2))}") + jump + show + inner() + self.pick("", self.tag("else") + inner()) + self.tag("endfor")
        if kind == 15:
            name, kind_of = self.pick(("s", self.text_of), ("n", self.number_of), ("items", lambda depth: "items | sort"), ("ns.v", self.number_of))
            return self.tag(f"set {name} = {kind_of(1)}")
        if kind == 16:
            return self.tag(f"set {self.pick('s', 't')}{self.pick('', ' | upper', ' | trim')}") + inner() + self.tag("endset")
        if kind == 17:
            return self.tag(f"macro say(a, b={self.expression(2)})") + "{{ a }}" + inner() + self.pick("", "{{ b }}", "{{ caller() if caller else '-' }}") + self.tag("endmacro") + "{{ say(" + self.expression(2) + ") }}" + self.pick("", self.tag("call say(1)") + inner() + self.tag("endcall"))
        if kind == 18:
            return self.tag(f"filter {self.pick('upper', 'trim', 'indent(2)', 'replace(%s, %s)' % (self.string(), self.string()))}") + inner() + self.tag("endfilter")
        return self.pick(self.tag(f"with t = {self.text_of(2)}") + inner() + self.tag("endwith"), self.tag("generation") + inner() + self.tag("endgeneration"), self.tag("raw") + "{{ x }}" + self.tag("endraw"))

    def template(self):
        return "{% set ns = namespace(v=0) %}" + self.body(0) + self.pick("", "\n", self.body(0))


class FeatureGenerator(TypedGenerator):
    """Random templates of what statements do with each other: macros and what they are called with, call blocks, recursive
    loops, set blocks in set blocks, paths of attributes, white space control and methods that need care."""

    CALLS = ["", "{t}", "{t}, {n}", "b={n}", "{t}, c={t}, z={n}", "*items", "{t}, *words", "**d", "a={t}, **{{'zz': 1}}", "{t}, {n}, {t}, {n}",
             "{t}, a={t}"]
    SIGNATURES = ["a", "a, b=2", "a=1, b=a", "a, b, c='x'", "", "a, b=n + 1", "a=missing"]
    INSIDE = ["{{ a }}", "{{ b }}", "{{ varargs }}", "{{ kwargs }}", "{{ kwargs | dictsort }}", "{{ varargs | length }}", "{{ caller() }}",
              "{{ caller(1) }}", "{{ caller(x=3) if caller else 'none' }}", "{{ caller is defined }}", "{{ one.name }}", "{{ one.arguments }}",
              "{{ one.catch_kwargs }}{{ one.catch_varargs }}{{ one.caller }}", "{{ a is defined }}", "{{ loop is defined }}", "{{ c }}"]
    PATHS = ["map(attribute='content')", "map(attribute='tool.name', default='-')", "map(attribute='tool.list.0', default=n)", "sort(attribute='n')",
             "sort(attribute='role,n')", "sort(attribute='role,n', reverse=true)", "selectattr('tool')", "selectattr('tool.name', 'defined')",
             "rejectattr('n', 'gt', 2)", "groupby('role')", "groupby('n', default=0)", "groupby(attribute='tool.name', default='zz')", "unique(attribute='role')",
             "max(attribute='n')", "min(attribute='n')", "sum(attribute='n', start=3)", "join(', ', attribute='role')", "map(attribute=0, default=1)",
             "map('default', 'x')", "map(attribute='content') | map('upper') | map('replace', 'A', 'b')", "selectattr('role', 'in', ['user', 'x'])",
             "map('attr', 'role')", "batch(2) | map('list')", "map('tojson')", "first | items", "last | dictsort(reverse=true)", "dictsort", "map(attribute='tool')"]
    METHODS = ["translate({97: 'x', 98: none})", "maketrans('ab', 'cd', 'e')", "maketrans(d)", "translate(s.maketrans(t, s))", "as_integer_ratio()", "is_integer()", "bit_count()", "conjugate()", "real", "imag", "numerator", "hex()",
               "format_map(d)", "isdecimal()", "isnumeric()", "istitle()", "rindex('a')", "rpartition('a')", "isspace()", "isidentifier()", "isascii()", "fromkeys([1])",
               "index(2)", "count(1)", "bit_length()", "denominator", "__len__()", "rfind('a', 1, 3)", "endswith(('a', 'b'))", "startswith(('A', 'w'), 1)", "zfill(6)",
               "expandtabs()", "partition(' ')", "casefold()", "isprintable()", "isupper()", "get(1)", "keys() | list", "setdefault('a')", "popitem()", "update(d)", "clear()"]

    def variables(self):
        given = super().variables()
        for message in given["messages"]:
            if self.rng.random() < 0.4:
                message["tool"] = {"name": self.pick("f", "g"), "list": [self.rng.randrange(4)]}
        given["tree"] = [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": "é", "kids": [{"v": 3}]}]}, {"v": 4}][:self.rng.randrange(3)]
        return given

    def call(self):
        pattern = self.pick(*self.CALLS)
        return pattern.replace("{t}", self.text_of(3)).replace("{n}", self.number_of(3)).replace("{{", "{").replace("}}", "}")

    def expression(self, depth=0):
        kind = self.rng.randrange(6)
        if kind == 0:
            return f"messages | {self.pick(*self.PATHS)}{self.pick('', ' | list', ' | list | string', ' | list | tojson')}"
        if kind == 1:
            return f"({super().expression(depth + 1)}).{self.pick(*self.METHODS)}"
        if kind == 2:
            return f"one({self.call()})"
        return super().expression(depth)

    def statement(self, depth=0):
        kind = self.rng.randrange(12)
        inner = lambda: self.body(depth + 1)
        if depth > 2 or kind > 7:
            return super().statement(depth)
        if kind < 2:
            inside = "".join(self.text() + self.pick(*self.INSIDE) for _ in range(3))
            return self.tag(f"macro one({self.pick(*self.SIGNATURES)})") + inside + inner() + self.tag("endmacro") + "{{ one(" + self.call() + ") }}"
        if kind < 4:
            return self.tag(f"call{self.pick('', '(x)', '(x=1)', '(x, y=x)')} one({self.call()})") + self.pick("", "{{ x }}", "{{ y }}{{ s }}") + inner() + self.tag("endcall")
        if kind == 4:
            show = self.pick("{{ loop(i.kids) if i.kids }}", "{{ loop(i.kids or []) | trim | upper }}", "{% if i.kids is defined %}{{ loop(i.kids) }}{% else %}.{% endif %}")
            return self.tag("for i in tree recursive") + "{{ i.v }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.first }}" + self.text() + show + self.tag("endfor")
        if kind == 5:
            return self.tag(f"set s{self.pick('', ' | upper | trim', ' | replace(%s, %s)' % (self.string(), self.string()))}") + inner() + self.tag("set t") + inner() + "{{ s }}" + self.tag("endset") + "{{ t | length }}" + self.tag("endset") + "{{ s }}"
        if kind == 6:
            return self.tag("for i, j in messages | groupby('role')") + "{{ i }}" + self.tag(f"for m in j if m.n {self.pick('>', '<=')} loop.index0 | default(1)") + "{{ m.content }}{{ loop.index }}" + inner() + self.tag("endfor") + "{{ loop.last }}" + self.tag("endfor")
        return self.tag(f"with s = {self.text_of(2)}, n = {self.number_of(2)}") + self.tag(f"set ns.v = ns.v | string ~ {self.text_of(2)}") + inner() + "{{ s }}{{ n }}" + self.tag("endwith") + "{{ ns.v }}"


def special_cases(rng):
    """Filters whose rules are of the kind that random templates seldom reach."""
    # Found by larger runs.
    yield "{{ (0 / -4) | round(0, 'ceil') }} {{ -0.25 | round(0, 'ceil') }} {{ -0.25 | round(1, 'floor') }}", {}
    yield "{{ [] is filter }}", {}
    yield "{{ 'upper' is filter }}{{ 1 is test }}{{ 'odd' is test }}", {}
    yield "{{ s | wordwrap(6) }}", {"s": "x-ybca--b a-b-!-worda"}
    pick = rng.choice
    parts = ["a", "bc", "word", "é", "x-y", "-", "--", "---", " ", "  ", "\n", "\t", "\u3000", "long-hyphenated-word", "1-2", "a--b",
             "Donaudampfschiff", "'q'", "!", ".", "a-b-", "日本語", "_", "e.g.", ",", "co-op"]
    for _ in range(120):
        text = "".join(pick(parts) for _ in range(rng.randrange(12)))
        yield "{{ s | wordwrap(%d, %s, break_on_hyphens=%s) }}" % (rng.randrange(0, 16), pick(["true", "false"]), pick(["true", "false"])), {"s": text}
    links = ["http://", "https://", "HTTP://", "www.", "ftp://", "mailto:", "a", "example", ".", ".com", ".co.uk", "xn--p1ai", ":80", ":", "/",
             "/path", "?q=1&r=2", "#top", "(", ")", "<", ">", ",", " ", "\n", "@", "joe", "127.0.0.1", "[::1]", "[1:2:3]", "%20", "-", "_", "é", "org",
             "localhost", "9", "tel:", "wiki/A_(b)"]
    calls = ["", "", "(9)", "(nofollow=true)", "(rel='a b noopener')", "(target='_blank')", "(extra_schemes=['tel:', 'ftp://'])", "(extra_schemes=['x'])", "(-3)", "(0)"]
    for _ in range(200):
        yield "{{ s | urlize%s }}" % pick(calls), {"s": "".join(pick(links) for _ in range(rng.randrange(1, 7)))}

    marks = ["&", "&amp;", "&lt", "&lt;", "&nbsp;", "&notit;", "&notin;", "&copy", "&#65;", "&#x41", "&#128;", "&#0;", "&#xD800;", "&#1;", "&#99999999999;", "&#;",
             "&#x;", "&hearts;", "&fjlig;", "&ThickSpace;", "x", " ", ";", "<b>", "</b>", "<!--", "-->", "&a;", "&eacute", "&amp", "#", "&NotEqualTilde;"]
    for _ in range(100):
        yield "{{ s | striptags }}", {"s": "".join(pick(marks) for _ in range(rng.randrange(1, 8)))}

    def value(depth):
        kind = rng.randrange(8 if depth < 4 else 4)
        if kind < 3:
            return "".join(pick(["word ", "x", "a longer piece, ", "'", '"', "\n", "é ", "日本"]) for _ in range(rng.randrange(14)))
        if kind == 3:
            return pick([None, True, 1, -2.5, 10 ** 15, 1e300])
        if kind < 6:
            return [value(depth + 1) for _ in range(rng.randrange(7))]
        return {pick(["k", "name", "b", "a", "Z", "é", "x y", "longer_key"]) + str(rng.randrange(9)): value(depth + 1) for _ in range(rng.randrange(7))}

    for _ in range(40):
        yield pick(["{{ v | pprint }}", "{{ (v, 1) | pprint }}", "{{ {'x': v, 3: (v,)} | pprint }}"]), {"v": value(0)}


# Values of each type that templates can make.
TYPES = ["'a'", "('a' | e)", "[1]", "{'a': 1}", "(1,)", "1", "true", "2.5", "range(3)", "none", "d.keys()", "d.values()", "d.items()", "cycler(1)", "joiner()", "dict",
         "([1] | groupby(0) | first)"]


def method_cases(rng):
    """Which names each type has in the sandbox, and the methods that few templates use."""
    made = ["", Markup(""), [], {}, (), 1, 2.5, range(3), {}.keys(), {}.items()]
    names = sorted({name for value in made for name in dir(value) if not name.startswith("_")} - {"mapping"})
    for value in TYPES:
        yield "{%% set x = %s %%}" % value + "".join("{{ '%s ' if x.%s is defined }}" % (name, name) for name in names), {"d": {"a": 1}}

    for call in ["'aé'.maketrans('aé', 'bü')", "'a'.maketrans('ab', 'xy', 'bc')", "''.maketrans('aba', 'xyz')", "''.maketrans('', '')", "''.maketrans('ab', 'x')",
                 "''.maketrans('ab')", "''.maketrans()", "''.maketrans(1, 'a')", "''.maketrans('a', 1)", "''.maketrans('a', 'b', none)", "''.maketrans('a', 'b', missing)",
                 "''.maketrans({})", "''.maketrans({'a': 'xyz', 98: none, '日': 99, true: [1]})", "''.maketrans({'ab': 1})", "''.maketrans({'': 1})", "''.maketrans({2.5: 1})",
                 "''.maketrans({none: 1})", "''.maketrans(missing)", "''.maketrans('a', 'b', z='c')", "''.maketrans(x='a', y='b')", "''.maketrans(*'abc')",
                 "''.maketrans('a', 'b', 'c', 'd')", "('<' | e).maketrans('<', '>')",
                 "'abc'.translate(''.maketrans('ab', 'é日', 'c'))", "'abc'.translate({97: none, 98: 'xyz', 99: 65})", "'abc'.translate({})", "'abc'.translate({'a': 'b'})",
                 "'abc'.translate({97.0: 'x', 98: true})", "'abc'.translate({97: 2.5})", "'abc'.translate({97: missing})", "'abc'.translate({97: [1]})", "'abc'.translate({97: -1})",
                 "'abc'.translate({97: 1114111, 98: 1114112})", "'abc'.translate({97: 1114112})", "'xyz'.translate({97: 2.5})", "'a\\tb'.translate('0123456789')", "'a\\nb'.translate(['x'] * 20)",
                 "'\\x01\\x02\\x03'.translate((65, none, 'q'))", "'a\\tb'.translate(range(200))", "'a\\tb'.translate(range(100, 300, 2))", "''.translate(none)", "'a'.translate(none)", "'a'.translate(1)",
                 "'a'.translate(d.keys())", "'a'.translate(missing)", "''.translate(missing)", "''.translate()", "'a'.translate({}, {})", "'a'.translate(table={})",
                 "('<a>' | e).translate({97: '<b>', 38: none})", "(('<a>' | e).translate({}) ~ '<') | e", "'<a>'.translate({97: '<b>' | e}) | e", "'a'.translate({97: 'b'}).translate({98: 'c'})",
                 "('<&>' | e).unescape()", "('<&>' | e).unescape() | e", "('<b> a  b</b>' | safe).striptags()", "('<' | e).escape('<>')", "('<' | e).escape('<' | e)", "('<' | e).escape()",
                 "('<' | e).escape(1)", "'<'.unescape()", "'<'.striptags()", "('<' | e).unescape(1)",
                 "d.keys().isdisjoint(['b'])", "d.keys().isdisjoint(['b', 'a'])", "d.keys().isdisjoint('xya')", "d.keys().isdisjoint({})", "d.keys().isdisjoint(1)", "d.keys().isdisjoint([[1]])",
                 "d.items().isdisjoint([('a', 2)])", "d.items().isdisjoint([('a', 1)])", "d.items().isdisjoint([['a', 1]])", "d.items().isdisjoint({'a': 1.0}.items())", "d.items().isdisjoint([([], 1)])",
                 "'a'.find(sub='a')", "'a'.strip(chars='a')", "'a'.replace(old='a', new='b')", "'a'.center(width=3)", "'a'.startswith(prefix='a')", "'a'.join(iterable='bc')",
                 "'a,b'.split(sep=',')", "'a,b,c'.rsplit(maxsplit=1, sep=',')", "'a\\n'.splitlines(keepends=true)", "'\\tb'.expandtabs(tabsize=2)", "'{x}'.format(x=1)", "[1].index(value=1)",
                 "d.get(key='a')", "d.get('a', default=1)", "d.fromkeys(iterable=[1])", "dict.fromkeys([1], value=2)", "cycler(1).next(x=1)", "lipsum(n=0) | length",
                 "range(stop=3)", "'a'.upper(**{})", "cycler(1, 'b').items",
                 "d.keys().isdisjoint()", "d.values().isdisjoint([])", "'a' in d.keys()", "'b' in d.keys()", "[1] in d.keys()", "('a', 1) in d.items()", "('a', 2) in d.items()", "['a', 1] in d.items()",
                 "1 in d.values()", "2 in d.values()", "(2.5).real", "(2.5).imag", "(-0.0).real", "true.real", "(-3).imag", "true.denominator"]:
        yield "{{ %s }}" % call, {"d": {"a": 1}}

    # Variables, as Jinja2 cannot print constants that are infinite or no number.
    for number in ["0.0", "-0.0", "1.0", "-2.5", "0.1", "3.14159", "1e-5", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "9007199254740993.0", "4.611686018427388e18",
                   "-9.2233720368547758e18", "2.0e-15", "inf", "-inf", "nan"]:
        yield "{% set x = s | float %}{{ x.hex() }} {{ x.fromhex(x.hex()) }}", {"s": number}
        if not math.isfinite(float(number)) or max(map(abs, float(number).as_integer_ratio())) <= 1 << 63:
            yield "{% set x = s | float %}{{ x.as_integer_ratio() }}", {"s": number}
    for text in ["0x1.8p3", " -0X.8P-1\n", "1", "ff", "0x", "", ".", "0x.p1", "1p", "0x1p", "0x1p+1", "1.8p+", "+Inf", "-infinity", "NaN", "--1", "0x-1", "0x1p9999", "0x1.00000000000008p0",
                 "0x1.000000000000080001p0", "0x1.00000000000018p0", "0x0.00000000000008p-1022", "0x0.000000000000081p-1022", "-0x1p-5000", "1_0", "g", "0x0p0", "0p99999999"]:
        yield "{{ (0.5).fromhex(s) }}", {"s": text}

    texts = ["abc", "aé日", "<a&b>", "", "x😀y", "aab b", "\t\n"]
    replacements = ["none", "'x'", "''", "'日本'", "65", "233", "128512", "true", "'<'", "('<' | e)"]
    for _ in range(60):
        text, pick = rng.choice(texts), rng.choice
        keys = [pick(["97", "'a'", "'é'", "26085", "'😀'", "98", "60", "'>'", "'b'", "9"]) for _ in range(rng.randrange(5))]
        table = "{" + ", ".join(f"{key}: {pick(replacements)}" for key in keys) + "}"
        table = pick([table, f"s.maketrans({table})", "s.maketrans(%r, %r, %r)" % (pick(["ab", "é日", "😀a"]), pick(["xy", "😀é", "日b"]), pick(["", "b", "<&"]))])
        yield "{{ (s%s).translate(%s)%s }}" % (pick(["", "", " | e", " | safe"]), table, pick(["", " | e", " | length", " | pprint"])), {"s": text}


def expected(env, template, variables):
    """The text, None for an error, False for what has no stable answer."""
    try:
        text = env.from_string(template).render(**variables)
    except Exception:
        return None
    return False if " at 0x" in text.lower() or len(text) > 5000 else text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=500)
    parser.add_argument("--errors", type=float, default=0.03)
    parser.add_argument("--features", type=float, default=0, help="share of templates by FeatureGenerator")
    parser.add_argument("--output", default="template_vectors.json")
    options = parser.parse_args()
    env = environment()
    warnings.simplefilter("ignore")
    generators = [Generator(random.Random(options.seed)), TypedGenerator(random.Random(options.seed))]
    featured = FeatureGenerator(random.Random(options.seed))
    templates, vectors = {}, []

    def add(template, variables, text):
        vectors.append({"template": templates.setdefault(template, len(templates)), "variables": variables, "text": text})

    for template, variables in family_cases():
        add(template, variables, expected(env, template, variables))
    rng = random.Random(options.seed)
    for template, variables in [*special_cases(rng), *method_cases(rng)]:
        text = expected(env, template, variables)
        if text is not False:
            add(template, variables, text)
    while options.random > 0:
        generator = generators[options.random % 8 != 0]
        if featured.rng.random() < options.features:
            generator = featured
        template, variables = generator.template(), generator.variables()
        text = expected(env, template, variables)
        # Most random templates fail; a few of those are enough.
        if text is False or (text is None and generator.rng.random() >= options.errors):
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
