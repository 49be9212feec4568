"""Writes a GGUF file of the Llama family with random f16 matrices, for speed alone: its text means nothing.

    random_model.py DONOR.gguf OUT.gguf SHAPE [LAYERS]

The tokenizer is the donor's, filled up to the vocabulary of the shape. Needs the packages gguf and numpy.
"""

import sys
from dataclasses import dataclass, replace

import gguf
import numpy


@dataclass(frozen=True)
class Shape:
    layers: int
    hidden: int
    heads: int
    groups: int
    inner: int
    vocabulary: int
    theta: float

    @property
    def head(self):
        return self.hidden // self.heads


SHAPES = {
    "135m": Shape(30, 576, 9, 3, 1536, 49152, 100000.0),
    "1b": Shape(16, 2048, 32, 8, 8192, 128256, 500000.0),
}


def layer_tensors(shape):
    """Name, rows and columns of a layer's matrices, and the names of its norms."""
    wide, narrow = shape.heads * shape.head, shape.groups * shape.head
    matrices = [("attn_q", wide, shape.hidden), ("attn_k", narrow, shape.hidden), ("attn_v", narrow, shape.hidden),
                ("attn_output", shape.hidden, wide), ("ffn_gate", shape.inner, shape.hidden),
                ("ffn_up", shape.inner, shape.hidden), ("ffn_down", shape.hidden, shape.inner)]
    return matrices, ["attn_norm", "ffn_norm"]


def add_header(writer, shape):
    writer.add_block_count(shape.layers)
    writer.add_context_length(8192)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.groups)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def add_tokenizer(writer, donor, vocabulary):
    values = {name: field.contents() for name, field in gguf.GGUFReader(donor).fields.items()
              if name.startswith("tokenizer.ggml.")}
    tokens, kinds = values["tokenizer.ggml.tokens"], values["tokenizer.ggml.token_type"]
    missing = vocabulary - len(tokens)
    writer.add_tokenizer_model(values["tokenizer.ggml.model"])
    writer.add_tokenizer_pre(values["tokenizer.ggml.pre"])
    writer.add_token_list(tokens + [f"<spare {i}>" for i in range(missing)])
    writer.add_token_types(kinds + [int(gguf.TokenType.NORMAL)] * missing)
    writer.add_token_merges(values["tokenizer.ggml.merges"])
    writer.add_bos_token_id(values["tokenizer.ggml.bos_token_id"])
    writer.add_eos_token_id(values["tokenizer.ggml.eos_token_id"])


def add_tensors(writer, shape):
    draw = numpy.random.default_rng(135)

    def matrix(name, rows, columns):
        values = draw.standard_normal((rows, columns), dtype=numpy.float32) / numpy.float32(columns) ** 0.5
        writer.add_tensor(f"{name}.weight", values.astype(numpy.float16))

    def norm(name):
        writer.add_tensor(f"{name}.weight", numpy.ones(shape.hidden, numpy.float32))

    matrix("token_embd", shape.vocabulary, shape.hidden)
    norm("output_norm")
    matrices, norms = layer_tensors(shape)
    for layer in range(shape.layers):
        for name, rows, columns in matrices:
            matrix(f"blk.{layer}.{name}", rows, columns)
        for name in norms:
            norm(f"blk.{layer}.{name}")


def main():
    donor, target, name, *layers = sys.argv[1:]
    shape = replace(SHAPES[name], layers=int(layers[0])) if layers else SHAPES[name]
    writer = gguf.GGUFWriter(target, "llama", use_temp_file=True)
    writer.add_name(f"random {name}, {shape.layers} layers")
    add_header(writer, shape)
    add_tokenizer(writer, donor, shape.vocabulary)
    add_tensors(writer, shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
