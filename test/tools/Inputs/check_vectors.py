#!/usr/bin/env python3
"""check_vectors.py PROGRAM ARTIFACT GOLDEN TOLERANCE: what print_vectors prints is what the golden has."""

import json
import subprocess
import sys

program, artifact, golden, tolerance = sys.argv[1:]
golden = json.load(open(golden, encoding="utf-8"))
command = [program, artifact, *map(str, golden["ids"])]
printed = [float(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]
expected = [value for row in golden["vectors"] for value in row]
assert len(printed) == len(expected), (len(printed), len(expected))
error = max(abs(a - b) for a, b in zip(printed, expected))
print(f"{len(printed)} elements, largest error {error:.2g}")
sys.exit(not error <= float(tolerance))
