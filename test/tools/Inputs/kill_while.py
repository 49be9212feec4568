#!/usr/bin/env python3
"""kill_while.py TIMES FILE COMMAND...: runs the command, which writes FILE, and kills it (SIGKILL) after more and more of
the time that it takes in peace. FILE must be whole at any moment: as it was before, or as the command makes it. Nothing
else may be left in its directory.
"""

import pathlib
import subprocess
import sys
import time

times, file, command = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
start = time.monotonic()
subprocess.run(command, check=True, **quiet)
seconds = time.monotonic() - start
made = file.read_bytes()
killed = 0
for i in range(times):
    old = f"old {i}".encode()
    file.write_bytes(old)
    process = subprocess.Popen(command, **quiet)
    time.sleep(seconds * 1.1 * (i + 1) / times)
    process.kill()
    killed += process.wait() != 0
    if file.read_bytes() not in (old, made):
        sys.exit(f"after {(i + 1) / times:.0%} of {seconds:.2f} s {file} is neither old nor new")
    left = sorted(path.name for path in file.parent.iterdir())
    if left != [file.name]:
        sys.exit(f"after {(i + 1) / times:.0%} of {seconds:.2f} s there are {left}")
if not killed:
    sys.exit("was never killed in time")
