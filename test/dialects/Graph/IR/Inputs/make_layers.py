"""Prints a decoder of argv[1] layers, sized as an 80-layer model with 64 heads, as an importer would write it."""

import sys

HIDDEN, HEADS, GROUPS, SIZE, MLP, VOCABULARY = 8192, 64, 8, 128, 28672, 128256


def weight(name, rows, columns=None):
    shape = f"q4_k[{rows}, {columns}]" if columns else f"f32[{rows}]"
    size = rows * columns // 256 * 144 if columns else rows * 4
    source = f'#graph.stored<file = @model, tensor = "{name}", offset = 4096, bytes = {size}>'
    print(f'graph.weight @{name} : {shape} = {source} loc("{name}")')


def declare(layers):
    print(f'graph.file @model "model.gguf" size {1 << 40} header 4096 "xxh3:0123456789abcdef" loc("model.gguf")')
    weight("model.embed_tokens.weight", VOCABULARY, HIDDEN)
    for i in range(layers):
        path = f"model.layers.{i}"
        for kind in ("key", "value"):
            print(f"graph.state @{path}.{kind} {kind} of layer {i} : f32[B, C, {GROUPS}, {SIZE}]"
                  f' loc("{path}.self_attn")')
        weight(f"{path}.input_layernorm.weight", HIDDEN)
        weight(f"{path}.self_attn.q_proj.weight", HEADS * SIZE, HIDDEN)
        weight(f"{path}.self_attn.k_proj.weight", GROUPS * SIZE, HIDDEN)
        weight(f"{path}.self_attn.v_proj.weight", GROUPS * SIZE, HIDDEN)
        weight(f"{path}.self_attn.o_proj.weight", HIDDEN, HEADS * SIZE)
        weight(f"{path}.post_attention_layernorm.weight", HIDDEN)
        weight(f"{path}.mlp.gate_proj.weight", MLP, HIDDEN)
        weight(f"{path}.mlp.up_proj.weight", MLP, HIDDEN)
        weight(f"{path}.mlp.down_proj.weight", HIDDEN, MLP)


class Body:
    """Ops of a function, values numbered in order."""

    def __init__(self):
        self.next = 0

    def op(self, text, where):
        name = f"%{self.next}"
        self.next += 1
        print(f'  {name} = graph.{text} loc("{where}")')
        return name

    def linear(self, x, path, rows, columns):
        w = self.op(f"load_weight @{path}.weight : q4_k[{rows}, {columns}]", path)
        return self.op(f"linear {x}, {w} : (f32[B, T, {columns}], q4_k[{rows}, {columns}]) -> f32[B, T, {rows}]", path)

    def norm(self, x, path):
        w = self.op(f"load_weight @{path}.weight : f32[{HIDDEN}]", path)
        return self.op(f"rms_norm {x}, {w} epsilon 1.0e-5 : (f32[B, T, {HIDDEN}], f32[{HIDDEN}])"
                       f" -> f32[B, T, {HIDDEN}]", path)

    def heads(self, x, path, count, rotate):
        y = self.op(f"reshape {x} : (f32[B, T, {count * SIZE}]) -> f32[B, T, {count}, {SIZE}]", path)
        if not rotate:
            return y
        type_ = f"f32[B, T, {count}, {SIZE}]"
        rotary = f"#graph.rotary<theta = 500000.0, dims = {SIZE}, layout = half>"
        return self.op(f"rope {y} by {rotary} at %positions : ({type_}, i32[B, T]) -> {type_}", path)

    def layer(self, x, path):
        attention, mlp, hidden = f"{path}.self_attn", f"{path}.mlp", f"f32[B, T, {HIDDEN}]"
        y = self.norm(x, f"{path}.input_layernorm")
        q = self.heads(self.linear(y, f"{attention}.q_proj", HEADS * SIZE, HIDDEN), attention, HEADS, True)
        k = self.heads(self.linear(y, f"{attention}.k_proj", GROUPS * SIZE, HIDDEN), attention, GROUPS, True)
        v = self.heads(self.linear(y, f"{attention}.v_proj", GROUPS * SIZE, HIDDEN), attention, GROUPS, False)
        new, cache = f"f32[B, T, {GROUPS}, {SIZE}]", f"f32[B, C, {GROUPS}, {SIZE}]"
        k = self.op(f"append_state @{path}.key, {k} at %positions : ({new}, i32[B, T]) -> {cache}", attention)
        v = self.op(f"append_state @{path}.value, {v} at %positions : ({new}, i32[B, T]) -> {cache}", attention)
        out = f"f32[B, T, {HEADS}, {SIZE}]"
        a = self.op(f"attention {q}, {k}, {v} at %positions mask causal scale 0.08838834764831845 :"
                    f" ({out}, {cache}, {cache}, i32[B, T]) -> {out}", attention)
        a = self.op(f"reshape {a} : ({out}) -> f32[B, T, {HEADS * SIZE}]", attention)
        a = self.linear(a, f"{attention}.o_proj", HIDDEN, HEADS * SIZE)
        x = self.op(f"add {x}, {a} : ({hidden}, {hidden}) -> {hidden}", path)
        y = self.norm(x, f"{path}.post_attention_layernorm")
        gate = self.linear(y, f"{mlp}.gate_proj", MLP, HIDDEN)
        up = self.linear(y, f"{mlp}.up_proj", MLP, HIDDEN)
        wide = f"f32[B, T, {MLP}]"
        y = self.op(f"gated silu {gate}, {up} : ({wide}, {wide}) -> {wide}", mlp)
        y = self.linear(y, f"{mlp}.down_proj", HIDDEN, MLP)
        return self.op(f"add {x}, {y} : ({hidden}, {hidden}) -> {hidden}", path)


def main():
    layers = int(sys.argv[1])
    declare(layers)
    print(f"func.func @forward(%ids: !graph.tensor<i32[B, T]>, %positions: !graph.tensor<i32[B, T]>)"
          f" -> !graph.tensor<f32[B, T, {HIDDEN}]> {{")
    body = Body()
    table = body.op(f"load_weight @model.embed_tokens.weight : q4_k[{VOCABULARY}, {HIDDEN}]", "model.embed_tokens")
    x = body.op(f"embedding {table}[%ids] : (q4_k[{VOCABULARY}, {HIDDEN}], i32[B, T]) -> f32[B, T, {HIDDEN}]",
                "model.embed_tokens")
    for i in range(layers):
        x = body.layer(x, f"model.layers.{i}")
    print(f'  return {x} : !graph.tensor<f32[B, T, {HIDDEN}]> loc("model")\n}}')


main()
