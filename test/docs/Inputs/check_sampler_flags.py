"""Usage: check_sampler_flags.py Sampler.md HELP... : fails where a help text and the table have different flags."""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    rows = [line.split("|")[1] for line in file if line.startswith("| `--")]
documented = {flag for row in rows for flag in re.findall(r"--[a-z-]+", row)}
status = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        group = re.search(r"^Sampler:\n((?: .*\n|\n(?= ))*)", file.read() + "\n", re.M).group(1)
    flags = {flag for line in re.findall(r"^  (--\S+)", group, re.M) for flag in line.split(",")}
    for flag in sorted(documented ^ flags):
        print(f"{path}: {flag} is {'not in the table' if flag in flags else 'no flag'}", file=sys.stderr)
        status = 1
sys.exit(status)
