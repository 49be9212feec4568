"""A Llama in plain torch, written for speed as its users would: static caches, one compiled layer that all layers
share, a step in one CUDA graph. It computes in bf16 and is a peer of scripts/gpu-bench; nothing of Tern is in it."""

import torch
import torch.nn.functional as F


def rms_norm(x, weight, epsilon):
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon)).to(x.dtype) * weight


def rotated(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return (x * cosine + torch.cat((-second, first), -1) * sine).to(x.dtype)


class TorchLlama:
    """Weights in the order in which a layer uses them, taken from a model of transformers that is in bf16 already."""

    def __init__(self, model):
        config = model.config
        self.heads, self.groups, self.size = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self.epsilon, self.model, self.config = config.rms_norm_eps, model, config
        self.theta = frequencies_base(config)
        self.embedding, self.head = model.model.embed_tokens.weight.data, model.lm_head.weight.data
        self.device, self.last_norm = self.embedding.device, model.model.norm.weight.data
        self.layers = [self.weights_of(layer) for layer in model.model.layers]
        self.plain = self.parts = (self.compute_first, self.compute_layer, self.compute_last)

    def compile(self, one_row):
        """For the shapes of the calls that follow. Tuned, products of one row become reductions, which cuBLAS does not
        match; products of more rows go to cuBLAS and gain nothing from it."""
        options = {"coordinate_descent_tuning": True} if one_row else None
        self.parts = tuple(torch.compile(part, dynamic=False, fullgraph=True, options=options) for part in self.plain)

    @staticmethod
    def weights_of(layer):
        attention, mlp = layer.self_attn, layer.mlp
        return (layer.input_layernorm.weight.data,
                torch.cat([attention.q_proj.weight.data, attention.k_proj.weight.data, attention.v_proj.weight.data]),
                attention.o_proj.weight.data, layer.post_attention_layernorm.weight.data,
                torch.cat([mlp.gate_proj.weight.data, mlp.up_proj.weight.data]), mlp.down_proj.weight.data)

    def caches(self, batch, capacity):
        shape = (batch, self.groups, capacity, self.size)
        return [tuple(torch.zeros(shape, dtype=torch.bfloat16, device=self.device) for _ in range(2))
                for _ in self.layers]

    def tables(self, capacity):
        """Cosines and sines of all positions."""
        steps = torch.arange(0, self.size, 2, device=self.device).float() / self.size
        angles = torch.arange(capacity, device=self.device).float()[:, None] * self.theta ** -steps[None]
        angles = torch.cat((angles, angles), -1)
        return angles.cos().bfloat16(), angles.sin().bfloat16()

    def attend(self, q, keys, values, new_keys, new_values, seen):
        """Of one token a sequence over the whole cache, masked; of a prompt over itself, which is all that is there."""
        batch, _, tokens, size = q.shape
        if tokens > 1:
            return F.scaled_dot_product_attention(q, new_keys, new_values, is_causal=True, enable_gqa=True)
        q = q.view(batch, self.groups, self.heads // self.groups, size)
        scores = (q @ keys.transpose(-1, -2)).float() * size**-0.5
        weights = scores.masked_fill(~seen, float("-inf")).softmax(-1).to(q.dtype)
        return (weights @ values).view(batch, self.heads, 1, size)

    def compute_first(self, tokens, positions, cosines, sines):
        seen = torch.arange(cosines.shape[0], device=self.device) <= positions[-1]
        return F.embedding(tokens, self.embedding), cosines[positions], sines[positions], seen

    def compute_layer(self, x, cosine, sine, positions, seen, cache, weights):
        norm, qkv, out, norm2, gate_up, down = weights
        keys, values = cache
        batch, tokens, _ = x.shape
        parts = F.linear(rms_norm(x, norm, self.epsilon), qkv).view(batch, tokens, -1, self.size).transpose(1, 2)
        q, k, v = parts.split((self.heads, self.groups, self.groups), 1)
        q, k = rotated(q, cosine, sine), rotated(k, cosine, sine)
        keys.index_copy_(2, positions, k)
        values.index_copy_(2, positions, v)
        attended = self.attend(q, keys, values, k, v, seen).transpose(1, 2).reshape(batch, tokens, -1)
        x = x + F.linear(attended, out)
        gate, up = F.linear(rms_norm(x, norm2, self.epsilon), gate_up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, down)

    def compute_last(self, x):
        logits = F.linear(rms_norm(x[:, -1], self.last_norm, self.epsilon), self.head)
        return logits, logits.argmax(-1)

    def forward(self, tokens, positions, caches, tables, compiled=True):
        """Logits of the last token of each row of `tokens`, and the likeliest next one."""
        first, layer, last = self.parts if compiled else self.plain
        x, cosine, sine, seen = first(tokens, positions, *tables)
        for weights, cache in zip(self.layers, caches):
            x = layer(x, cosine, sine, positions, seen, cache, weights)
        return last(x)


def frequencies_base(config):
    """transformers has moved it between versions."""
    parameters = getattr(config, "rope_parameters", None) or {}
    return float(parameters.get("rope_theta") or config.rope_theta)
