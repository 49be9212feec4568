#!/usr/bin/env python3
"""race.py N COMMAND...: runs the command N times at once; all must succeed and print the same ids."""

import json
import subprocess
import sys

count, command = int(sys.argv[1]), sys.argv[2:]
running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(count)]
outputs = [process.communicate()[0] for process in running]
if any(process.returncode for process in running):
    sys.exit("status " + ", ".join(str(process.returncode) for process in running))
ids = [json.loads(output)["ids"] for output in outputs]
if any(other != ids[0] for other in ids):
    sys.exit(f"different ids: {ids}")
