#!/usr/bin/env python3
"""expect.py STATUS COMMAND...: runs the command, which must end with STATUS.

Status 1 and 2 must come with a message on stderr. With --json among the arguments stdout must be one JSON object, which
is printed with one key a line; other output is passed on. A command that a signal ends fails in any case. Output to
/dev/full: begin with `--full`.
"""

import json
import subprocess
import sys

arguments = sys.argv[1:]
full = arguments[0] == "--full"
if full:
    arguments.pop(0)
expected, command = int(arguments[0]), arguments[1:]
with open("/dev/full" if full else "/dev/null", "wb") as sink:
    done = subprocess.run(command, stdin=None, stdout=sink if full else subprocess.PIPE, stderr=subprocess.PIPE)
errors = done.stderr.decode()
output = (done.stdout or b"").decode()
if done.returncode != expected:
    sys.exit(f"status {done.returncode} instead of {expected}: {command}\n{errors}{output}")
if expected != 0 and not full and not errors and "--json" not in command:
    sys.exit(f"no message: {command}")
if "--json" in command and expected != 2 and not full:
    document = json.loads(output)
    assert isinstance(document, dict), "must be an object"
    for key, value in document.items():
        print(f"{key}: {json.dumps(value)}")
else:
    print(output, end="")
print(errors, end="", file=sys.stdout if expected else sys.stderr)
