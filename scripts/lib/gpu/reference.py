"""The weights of docs/RandomWeights.md in the models of transformers, made and run on the GPU in f32."""

import math
import sys
import pathlib

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/numerics/goldens"))

import random_weights  # noqa: E402

CHUNK = 1 << 24


def signed(value):
    """A 64-bit word as torch has it."""
    return int(value) - (1 << 64) if int(value) >= 1 << 63 else int(value)


def shift(z, bits):
    """A logical shift to the right."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)


def mix(z):
    z = (z ^ shift(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ shift(z, 27)) * signed(0x94D049BB133111EB)
    return z ^ shift(z, 31)


def fill(parameter, seed, name, model_type, dtype):
    """Gives a parameter (f32, on the GPU) its values, rounded to `dtype`."""
    offset, scale = random_weights.distribution(name, tuple(parameter.shape), model_type)
    key = signed(random_weights.key(seed, name))
    flat = parameter.data.view(-1)
    for begin in range(0, flat.numel(), CHUNK):
        end = min(begin + CHUNK, flat.numel())
        index = torch.arange(begin + 1, end + 1, device=flat.device)
        bits = mix(index * signed(random_weights.GOLDEN_GAMMA) + key)
        x = (shift(bits, 40).double() - 2.0**23) * 2.0**-23
        flat[begin:end] = (offset + scale * x).float().to(dtype).float()


class Reference:
    """A model of transformers with random weights."""

    def __init__(self, directory, seed, device="cuda"):
        config = transformers.AutoConfig.from_pretrained(directory)
        dtype = getattr(config, "dtype", None) or torch.float32
        config.dtype = torch.float32
        config._attn_implementation = "sdpa" if config.model_type != "gemma2" else "eager"
        with torch.device("meta"):
            model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        model.to_empty(device=device)
        # What is computed and not stored, such as frequencies, is made again where the memory is.
        with torch.device(device):
            for module in model.modules():
                if hasattr(module, "rope_init_fn") or "RotaryEmbedding" in type(module).__name__:
                    module.__init__(config)
        for module in model.modules():
            if getattr(module, "embed_scale", None) is not None and torch.is_tensor(module.embed_scale):
                module.embed_scale.fill_(module.scalar_embed_scale)
        model.tie_weights()
        for name, parameter in model.named_parameters():
            fill(parameter, seed, name, config.model_type, dtype)
        self.model, self.vocabulary, self.device = model.eval(), config.vocab_size, device

    @torch.no_grad()
    def logits(self, ids, keep):
        """Of the last `keep` tokens of each row: f32, [rows, keep, vocabulary]."""
        inputs = torch.tensor(ids, device=self.device)
        return self.model(input_ids=inputs, logits_to_keep=keep, use_cache=False).logits.float()


def difference(computed, reference):
    """The largest ||computed - reference|| / ||reference|| of a row, the mean and the largest KL(reference || computed)
    in nats, and how many rows have the same largest logit. Both are [rows, vocabulary]; NaN is never close."""
    computed, reference = computed.double(), reference.double()
    error = ((computed - reference).norm(dim=1) / reference.norm(dim=1)).nan_to_num(math.inf).max()
    p, q = reference.log_softmax(1), computed.log_softmax(1)
    divergence = (p.exp() * (p - q)).sum(1).nan_to_num(math.inf)
    same = (computed.argmax(1) == reference.argmax(1)).sum()
    return error.item(), divergence.mean().item(), divergence.max().item(), same.item()
