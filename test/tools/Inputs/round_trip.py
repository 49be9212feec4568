#!/usr/bin/env python3
"""round_trip.py GOLDENS DIR: imports each golden and reads it back from text and from bytecode."""

import pathlib
import subprocess
import sys

goldens, directory = map(pathlib.Path, sys.argv[1:])
directory.mkdir(parents=True, exist_ok=True)
text, bytecode = directory / "text.mlir", directory / "program.mlirbc"
same = ["--mlir-print-debuginfo", "--mlir-print-local-scope"]
count = 0
for config in sorted(goldens.glob("*/config.json")):
    subprocess.run(["tern", "compile", config.parent, "--compile-to", "import", "--weights", "random:1", "-o", text],
                   check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["tern-opt", "--emit-bytecode", text, "-o", bytecode], check=True)
    for source in (text, bytecode):
        again = subprocess.run(["tern-opt", *same, source], check=True, stdout=subprocess.PIPE).stdout
        if again.strip() != text.read_bytes().strip():
            sys.exit(f"{config.parent.name} does not come back from {source.name}")
    count += 1
if count < 30:
    sys.exit(f"found {count} goldens only")
