"""excerpt.py PAGE OUTPUT: each line of the page's ```mlir blocks must occur, in this order, among the lines of OUTPUT.

A line "..." stands for any lines; space around and between words does not count.
"""

import re
import sys


def words(line):
    return " ".join(line.split())


page, output = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
blocks = re.findall(r"^```mlir\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit("%s: has no mlir block to compare" % sys.argv[1])
for block in blocks:
    lines = iter([words(line) for line in output.splitlines()])
    for line in map(words, block.splitlines()):
        if line != "..." and line not in lines:  # "in" consumes the iterator up to the line
            sys.exit("%s: this line is not what the tool prints here, paste its output again:\n%s" % (sys.argv[1], line))
