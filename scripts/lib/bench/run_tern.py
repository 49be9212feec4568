"""One measurement of an artifact through libtern, as a process of its own; prints one JSON object.

    run_tern.py LIBRARY ARTIFACT THREADS speed PROMPT STEPS       tokens/s of a prompt and of decoding after it began
    run_tern.py LIBRARY ARTIFACT THREADS context LENGTH STEPS     tokens/s of decoding after LENGTH tokens
    run_tern.py LIBRARY ARTIFACT THREADS batch COUNT STEPS        tokens/s of decoding COUNT sequences at once, in all
    run_tern.py LIBRARY ARTIFACT THREADS compare IDS LOGITS WINDOW
                                                                  divergence from logits kept as .npy (needs numpy)
"""

import json
import math
import sys
import time

from tern_api import Model


def varied_ids(count, vocabulary):
    """Token ids that have nothing to do with each other; which they are makes no difference to the time."""
    return [(7919 * i + 13) % (vocabulary - 512) + 256 for i in range(count)]


def tokens_per_second(count, work):
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def decode_rate(session, steps, vocabulary, batch=1):
    decode, ids = session.decoder(batch), varied_ids(steps, vocabulary)

    def work():
        for token in ids:
            decode(token)

    return tokens_per_second(steps * batch, work)


def speed(model, prompt, steps):
    vocabulary = model.info().vocabulary
    session, ids = model.session(1, max(prompt, steps) + 16), varied_ids(prompt, vocabulary)
    # The first pass touches all memory, as the other engines' warm-up does.
    session.prefill(ids)
    decode_rate(session, 4, vocabulary)
    session.reset()
    prefill = tokens_per_second(prompt, lambda: session.prefill(ids))
    session.reset()
    session.prefill(ids[:1])
    return {"prefill": prefill, "decode": decode_rate(session, steps, vocabulary),
            "weights": model.plan(1, 0).weights}


def context(model, length, steps):
    vocabulary = model.info().vocabulary
    session = model.session(1, length + steps + 16)
    session.prefill(varied_ids(length, vocabulary))
    decode_rate(session, 4, vocabulary)
    return {"decode": decode_rate(session, steps, vocabulary), "states": model.plan(1, length).states}


def batch(model, count, steps):
    vocabulary = model.info().vocabulary
    session = model.session(count, steps + 64)
    for slot in range(count):
        session.prefill(varied_ids(16, vocabulary), slot)
    decode_rate(session, 4, vocabulary, count)
    return {"decode": decode_rate(session, steps, vocabulary, count)}


def compare(model, ids_file, logits_file, window):
    import numpy

    def log_softmax(rows):
        rows = rows.astype(numpy.float64)
        rows -= rows.max(axis=-1, keepdims=True)
        return rows - numpy.log(numpy.exp(rows).sum(axis=-1, keepdims=True))

    with open(ids_file, encoding="utf-8") as file:
        ids = json.load(file)
    reference = numpy.load(logits_file, mmap_mode="r")
    session = model.session(1, window)
    total = {"kl": 0.0, "top": 0, "nll": 0.0, "reference_nll": 0.0, "predictions": 0, "kl_max": 0.0, "error": 0.0}

    def add(begin, part, first, rows, pointer):
        logits = numpy.ctypeslib.as_array(pointer, shape=(rows, reference.shape[1]))
        expected = reference[begin + first:begin + first + rows]
        error = float(numpy.abs(logits - expected).max() / numpy.ptp(expected))
        total["error"] = max(total["error"], error)
        own, wanted = log_softmax(logits), log_softmax(expected)
        divergence = (numpy.exp(wanted) * (wanted - own)).sum(axis=-1)
        total["kl"] += float(divergence.sum())
        total["kl_max"] = max(total["kl_max"], float(divergence.max()))
        total["top"] += int((own.argmax(axis=-1) == wanted.argmax(axis=-1)).sum())
        for row, token in enumerate(part[first + 1:first + rows + 1]):
            total["nll"] -= float(own[row, token])
            total["reference_nll"] -= float(wanted[row, token])
            total["predictions"] += 1

    for begin in range(0, len(ids), window):
        part = ids[begin:begin + window]
        session.reset()
        session.prefill(part, on_logits=lambda *chunk: add(begin, part, *chunk))
    return {"tokens": len(ids), "kl_mean": total["kl"] / len(ids), "kl_max": total["kl_max"],
            "largest_error": total["error"], "top1_agreement": total["top"] / len(ids),
            "perplexity": math.exp(total["nll"] / total["predictions"]),
            "reference_perplexity": math.exp(total["reference_nll"] / total["predictions"])}


def main():
    library, artifact, threads, what, *values = sys.argv[1:]
    model = Model(library, artifact, int(threads))
    if what == "compare":
        result = compare(model, values[0], values[1], int(values[2]))
    else:
        result = {"speed": speed, "context": context, "batch": batch}[what](model, *map(int, values))
    print(json.dumps(result))


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError) as error:
        sys.exit(f"run_tern.py: {error}")
