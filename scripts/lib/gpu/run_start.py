"""How long an artifact takes to its first result, in a process of its own; prints JSON.

    run_start.py LIBRARY ARTIFACT

"driver_ms" is making a CUDA context, which every program on a GPU waits for first; "open_ms" opens the artifact,
"session_ms" takes memory, "first_step_ms" is the first token's pass and "second_step_ms" one more.
"""

import ctypes
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from tern_api import Model  # noqa: E402


def make_context():
    """The primary context of the first GPU, which stays current and so is there when the runtime asks for it."""
    driver, device, context = ctypes.CDLL("libcuda.so.1"), ctypes.c_int(), ctypes.c_void_p()
    for name, arguments in (("cuInit", (0,)), ("cuDeviceGet", (ctypes.byref(device), 0)),
                            ("cuDevicePrimaryCtxRetain", (ctypes.byref(context), device))):
        status = getattr(driver, name)(*arguments)
        if status != 0:
            raise RuntimeError(f"{name} gives {status}")


def main():
    library, artifact = sys.argv[1:]
    found, state = {}, {}

    def timed(what, work):
        start = time.perf_counter()
        state[what] = work()
        found[what] = (time.perf_counter() - start) * 1000

    timed("driver_ms", make_context)
    timed("open_ms", lambda: Model(library, artifact, 0, backend="cuda"))
    timed("session_ms", lambda: state["open_ms"].session(1, 64))
    timed("first_step_ms", lambda: state["session_ms"].decode([0], [1]))
    timed("second_step_ms", lambda: state["session_ms"].decode([0], [2]))
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, AttributeError) as error:
        sys.exit(f"run_start.py: {error}")
