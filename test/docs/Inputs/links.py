"""links.py ROOT: every relative link of every Markdown page leads to a file and, after '#', to one of its headings."""

import os
import re
import sys

root = sys.argv[1]
SKIPPED = ("build", ".git", ".cache")


def pages():
    for directory, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(SKIPPED)]
        yield from (os.path.join(directory, name) for name in names if name.endswith(".md"))


def text_outside_code(path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^ *```.*?^ *```", "", file.read(), flags=re.MULTILINE | re.DOTALL)
    return text, re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    headings = re.findall(r"^#+ +(.*)$", text_outside_code(path)[0], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


links, problems = 0, []
for page in sorted(pages()):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_outside_code(page)[1]):
        if re.match(r"[a-z]+:", target):
            continue
        links += 1
        place, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), place)) if place else page
        if not os.path.exists(path):
            problems.append("%s: links to %s, which does not exist" % (os.path.relpath(page, root), target))
        elif anchor and path.endswith(".md") and anchor not in anchors(path):
            problems.append("%s: links to %s, which has no such heading" % (os.path.relpath(page, root), target))
if not links:
    problems.append("no link was found in any page")
sys.exit("\n".join(problems) or 0)
