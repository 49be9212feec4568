"""What must hold on a GPU beside logits: the same bits at every batch, the CPU's and the interpreter's greedy text, and
no memory that is taken as tokens are generated."""

import json

import machine
from rows import Row, Timer, left_out

BATCHES, PROMPT, STEPS = (3, 8), 33, 12
PROMPTS = ("The capital of France is", "Once upon a time", "def fibonacci(n):")
TEXT_TOKENS = 24
ALLOWED_DRIFT = 1 << 20  # bytes: other programs on the GPU may take a little
ROUND = 500              # tokens between two looks at the memory


# -- the same bits at every batch ----------------------------------------------

def bits(model, batch, vocabulary):
    """The logits of some steps of each slot, as bytes."""
    from checks import draw, memory
    ids = [draw(PROMPT + STEPS, vocabulary, 31 + slot) for slot in range(batch)]
    session = model.session(batch, PROMPT + STEPS)
    for slot in range(batch):
        session.prefill(ids[slot][:PROMPT], slot)
    found = [[] for _ in range(batch)]
    for step in range(STEPS):
        rows = memory(session.decode(list(range(batch)), [row[PROMPT + step] for row in ids]), batch * vocabulary)
        for slot in range(batch):
            found[slot].append(rows[4 * slot * vocabulary:4 * (slot + 1) * vocabulary])
    session.close()
    return found


def alone(model, slot, vocabulary):
    """The same of a slot's sequence, decoded by itself."""
    from checks import draw, memory
    ids = draw(PROMPT + STEPS, vocabulary, 31 + slot)
    session = model.session(1, PROMPT + STEPS)
    session.prefill(ids[:PROMPT])
    found = [memory(session.decode([0], [token]), vocabulary) for token in ids[PROMPT:]]
    session.close()
    return found


def invariance(model, name, batches=BATCHES):
    vocabulary = model.info().vocabulary
    expected = {}
    for batch in batches:
        timer, different = Timer(), 0
        found = bits(model, batch, vocabulary)
        slots = sorted({0, batch // 2, batch - 1})
        for slot in slots:
            if slot not in expected:
                expected[slot] = alone(model, slot, vocabulary)
            different += sum(a != b for a, b in zip(expected[slot], found[slot]))
        yield Row(name, f"bits of batch {batch} and of 1", different == 0,
                  f"{different} of {len(slots) * STEPS} rows differ", timer.lap())


def planned(model, name):
    """The runtime's own count of what it took, against the plan."""
    for slots, context in ((1, 512), (8, 1024)):
        timer, session = Timer(), model.session(slots, context)
        expected, taken = session.memory()
        session.close()
        yield Row(name, f"memory, {slots} x {context}", expected.total == taken.total,
                  f"planned {expected.total}, taken {taken.total} bytes", timer.lap())


# -- greedy text ---------------------------------------------------------------

def text_artifact(directory):
    return directory / "smollm2-real.tern"


def compile_text(file, directory, tern, targets):
    """The real model, and the interpreter's greedy text for it."""
    directory.mkdir(parents=True, exist_ok=True)
    machine.run([tern, "compile", file, "--target", targets, "-o", text_artifact(directory)])
    found = {}
    for prompt in PROMPTS:
        output = machine.output([tern, "run", file, "--backend", "interpreter", "-p", prompt, "-n", TEXT_TOKENS,
                                 "--ignore-eos", "--json"])
        found[prompt] = json.loads(output)["ids"]
    text_artifact(directory).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


def greedy(model, prompt):
    ids = model.tokenize(prompt)
    session = model.session(1, len(ids) + TEXT_TOKENS)
    session.prefill(ids[:-1])
    loop = session.greedy_loop([0], [ids[-1]])
    found = []
    for _ in range(TEXT_TOKENS):
        loop(1)
        found.append(loop.tokens[0])
    loop.close()
    session.close()
    return found


def texts(directory, library, backend="cuda"):
    from tern_api import Model
    path = text_artifact(directory)
    if not path.exists():
        yield left_out("smollm2", "greedy text", f"{path} is not there: --compile with --smollm2 FILE.gguf makes it")
        return
    kept = path.with_suffix(".json")
    interpreted = json.loads(kept.read_text()) if kept.exists() else {}
    gpu, cpu = Model(library, path, 0, backend=backend), Model(library, path, 0, backend="cpu")
    for prompt in PROMPTS:
        timer, found = Timer(), greedy(gpu, prompt)
        wanted = {"the CPU": greedy(cpu, prompt)} | ({"the interpreter": interpreted[prompt]} if prompt in interpreted
                                                     else {})
        verdicts = [f"{who}: {'equal' if ids == found else f'differs at token {first_difference(ids, found)}'}"
                    for who, ids in wanted.items()]
        yield Row("smollm2", f"greedy, {prompt!r}", all(ids == found for ids in wanted.values()), ", ".join(verdicts),
                  timer.lap())
    gpu.close()
    cpu.close()


def first_difference(one, other):
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


# -- many tokens ---------------------------------------------------------------

def resident_bytes():
    """Of this process on the host."""
    import resource
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def endurance(model, name, tokens, device):
    """Generates, going back whenever the context is full, and watches memory on both sides after a first round."""
    timer, context = Timer(), 1024
    session = model.session(1, context)
    loop = session.greedy_loop([0], [1])

    def generate(count):
        while count > 0:
            session.reset()
            part = min(count, context)
            loop(part)
            count -= part

    generate(min(ROUND, tokens))
    done, start, host, drift = min(ROUND, tokens), device.used_bytes(), resident_bytes(), 0
    while done < tokens:
        generate(min(ROUND, tokens - done))
        done += ROUND
        drift = max(drift, device.used_bytes() - start)
    host = resident_bytes() - host
    loop.close()
    session.close()
    yield Row(name, f"{tokens} tokens", drift <= ALLOWED_DRIFT and host <= 16 * ALLOWED_DRIFT,
              f"device memory grew by {drift} bytes, the host's by {host}", timer.lap())
