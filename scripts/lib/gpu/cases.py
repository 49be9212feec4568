"""What scripts/gpu-bench measures, and what each case must move or compute. Pure Python: tested without a GPU."""

from dataclasses import dataclass

import subjects

STEPS = 32  # of decoding in a round; the context of a case is that of the middle one


@dataclass(frozen=True)
class Case:
    subject: str
    kind: str  # "decode" or "prefill"
    batch: int = 1
    context: int = 500  # positions in the cache, or tokens of the prompt

    @property
    def start(self):
        """Positions in the cache before the first step of a round."""
        return self.context - STEPS // 2 if self.kind == "decode" else 0

    @property
    def capacity(self):
        return self.start + STEPS + 1 if self.kind == "decode" else self.context + 1

    def __str__(self):
        if self.kind == "prefill":
            return f"{self.subject} prefill {self.context}"
        return f"{self.subject} decode, batch {self.batch}, context {self.context}"


SUBJECTS = ("llama-3.2-1b", "smollm2-135m", "llama-3-8b")
BATCHES = (1, 8, 64)
LONG_CONTEXT = 32768


def cases_of(subject, kinds=("decode", "prefill")):
    if subject == "tiny":  # for rehearsals by emulation, which is slow
        return [case for case in (Case(subject, "decode", 1, 40), Case(subject, "decode", 3, 40),
                                  Case(subject, "prefill", 1, 40)) if case.kind in kinds]
    found = []
    if "decode" in kinds:
        found += [Case(subject, "decode", batch) for batch in BATCHES]
    if "prefill" in kinds:
        found.append(Case(subject, "prefill", 1, 2048 if subject == "llama-3-8b" else 512))
    if "decode" in kinds and subject == "llama-3.2-1b":
        found.append(Case(subject, "decode", 1, LONG_CONTEXT))
    return found


def layer_elements(config):
    hidden, head = config["hidden_size"], config["head_dim"]
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    return hidden * head * (2 * heads + 2 * groups) + 3 * hidden * config["intermediate_size"]


def step_bytes(subject, case, planned_weights, planned_states):
    """What a step must read at least: the plan's weights, less the embedding of which it reads a row only (unless the
    head is the same matrix), and the caches as far as they are filled. `planned_states` are the plan's for capacity."""
    config = subjects.SUBJECTS[subject]
    embedding = 0 if config["tie_word_embeddings"] else 2 * config["vocab_size"] * config["hidden_size"]
    rounded = -(-case.capacity // 64) * 64
    return planned_weights - embedding + planned_states * case.context // rounded


def prefill_operations(subject, tokens):
    """Multiplications and additions of a prompt whose last token alone goes through the head; attention is causal."""
    config = subjects.SUBJECTS[subject]
    head = 2 * config["hidden_size"] * config["vocab_size"]
    wide = config["num_attention_heads"] * config["head_dim"]
    attention = 2 * config["num_hidden_layers"] * wide * tokens * tokens
    return 2 * config["num_hidden_layers"] * layer_elements(config) * tokens + head + attention


def weight_bytes(subject):
    """Of all parameters in bf16, about."""
    config = subjects.SUBJECTS[subject]
    tables = 1 if config["tie_word_embeddings"] else 2
    return 2 * (config["num_hidden_layers"] * layer_elements(config) +
                tables * config["vocab_size"] * config["hidden_size"])
