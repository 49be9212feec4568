"""Runs every entry of a small artifact once or twice on the GPU, for tools that watch a process; checks no numbers.

    run_small.py LIBRARY ARTIFACT
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from tern_api import Model  # noqa: E402


def main():
    library, artifact = sys.argv[1:]
    model = Model(library, artifact, 0, backend="cuda")
    for batch in (1, 3, 8, 64):
        session = model.session(batch, 256)
        for slot in range(batch):
            # Lengths on both sides of a tile and of a part of the context; a tool makes each of them slow.
            session.prefill(list(range(1, ((17, 1, 70)[slot] if slot < 3 else 2) + 1)), slot)
        for token in (5, 6):
            session.decode(list(range(batch)), [token] * batch)
        session.close()
    model.close()
    print("ran")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError) as error:
        sys.exit(f"run_small.py: {error}")
