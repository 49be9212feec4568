#!/usr/bin/env python3
"""check_thread_rules.py HEADER: the comment before every function of tern.h says what it asks of threads."""

import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
functions = list(re.finditer(r"^TERN_API [^;]*?(tern_\w+)\(", text, re.M))
silent = []
for function in functions:
    before = text[:function.start()].rstrip()
    comment = before[before.rfind("/*"):] if before.endswith("*/") else ""
    if not re.search(r"Threads:\s+(\* )?(any|one|last|signal)\b", comment):
        silent.append(function.group(1))
assert len(functions) > 30, "the functions were not found"
if silent:
    sys.exit("no thread rule: " + ", ".join(silent))
